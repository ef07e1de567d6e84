"""Nesterov's look-ahead method rewritten to its look-ahead points, for varying momentum and step sizes.

Words   Let V_t = mu_t V_{t-1} - alpha_t grad f_t(theta_{t-1} + mu_t V_{t-1}), theta_t = theta_{t-1} + V_t, and U_t =
        mu_t U_{t-1} - alpha_t g_t, y_t = y_{t-1} + mu_{t+1} U_t - alpha_t g_t with g_t = grad f_t(y_{t-1}), from
        theta_0 = y_0 and V_0 = U_0 = 0. Then y_n = theta_n + mu_{n+1} V_n.
Source  Sutskever, Martens, Dahl & Hinton 2013, equations (3) and (4); both forms as they are stated there and here.
Note    grad(t, y) is the gradient of f_t at y, in one coordinate; the V of the sentence is W. The text of `nesterov`
        has a constant mu: `nesterov_look_ahead`.
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


def velocity(n, U, y):
    return mu(n + 1) * U - alpha(n + 1) * grad(n + 1, y)


def moved(n, U, y):
    return y + mu(n + 2) * velocity(n, U, y) - alpha(n + 1) * grad(n + 1, y)


U, y = setting.define({"U": (0, velocity), "y": (first, moved)})


def point(n):
    return theta(n) + mu(n + 1) * W(n)


def statement() -> Statement:
    return Statement(setting, eq(y(n), point(n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = [p.start(f) for f in (W, theta, U, y)]
    base = [p.certify(eq(y(0), point(0)), *begun), p.certify(eq(U(0), W(0)), *begun)]

    def following(equal):
        asked = p.rewrite(equal[0], lambda z: grad(n + 1, z))
        facts = (*equal, asked, *(p.next(f, n) for f in (W, theta, U, y)))
        return [p.certify(eq(y(n + 1), point(n + 1)), *facts), p.certify(eq(U(n + 1), W(n + 1)), *facts)]

    return together(p, [(y, point), (U, W)], base, following)[0]
