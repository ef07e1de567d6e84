"""Nesterov's two-point form is the look-ahead method, for varying momentum and step sizes.

Words   Let x_t = y_{t-1} - alpha_t grad f_t(y_{t-1}), y_t = x_t + mu_{t+1} (x_t - x_{t-1}) from x_0 = y_0. Then x_n
        is the theta_n of V_t = mu_t V_{t-1} - alpha_t grad f_t(theta_{t-1} + mu_t V_{t-1}), theta_t = theta_{t-1} +
        V_t, from theta_0 = x_0, V_0 = 0.
Source  Nesterov 1983; the look-ahead form is that of Sutskever, Martens, Dahl & Hinton 2013. Both as stated here.
Note    grad(t, y) is the gradient of f_t at y, in one coordinate; the V of the sentence is W.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nesterov import look_ahead, nesterov_setting
from adamtheory.proofs.lemmas_twins import n, together

setting, alpha, grad, first = nesterov_setting()
mu = setting.family("mu", "Z")
W, theta = look_ahead(setting, alpha, mu, grad, first)


def descended(n, X, Y):
    return Y - alpha(n + 1) * grad(n + 1, Y)


def ahead(n, X, Y):
    return descended(n, X, Y) + mu(n + 2) * (descended(n, X, Y) - X)


X, Y = setting.define({"X": (first, descended), "Y": (first, ahead)})


def point(n):
    return theta(n) + mu(n + 1) * W(n)


def statement() -> Statement:
    return Statement(setting, eq(X(n), theta(n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = [p.start(f) for f in (W, theta, X, Y)]
    base = [p.certify(eq(X(0), theta(0)), *begun), p.certify(eq(Y(0), point(0)), *begun)]

    def following(equal):
        asked = p.rewrite(equal[1], lambda z: grad(n + 1, z))
        facts = (*equal, asked, *(p.next(f, n) for f in (W, theta, X, Y)))
        return [p.certify(eq(X(n + 1), theta(n + 1)), *facts), p.certify(eq(Y(n + 1), point(n + 1)), *facts)]

    return together(p, [(X, theta), (Y, point)], base, following)[0]
