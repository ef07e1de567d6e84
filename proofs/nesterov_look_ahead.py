"""The text of Nesterov's method runs on its look-ahead points, for any sequence of step sizes.

Words   Let theta and W start at x_0 and 0 and W_t = mu W_{t-1} - alpha_t grad f_t(theta_{t-1} + mu W_{t-1}), theta_t
        = theta_{t-1} + W_t. Then the iterate of `nesterov`, which takes its gradients at its own iterates, is theta_n
        + mu W_n.
Source  Sutskever, Martens, Dahl & Hinton 2013, equations (3) and (4), after Nesterov 1983; from the text of
        `nesterov`.
Note    grad(t, y) is the gradient of f_t at y, in one coordinate; in more the same holds in each, as both methods ask
        at the same point. With mu that varies: `nesterov_change_of_variables`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nesterov import look_ahead, nesterov_setting
from adamtheory.proofs.lemmas_twins import n, run, sequence, start, step, together
from adamtheory.rules.descent import nesterov

setting, alpha, grad, first = nesterov_setting()
reading = run(nesterov, setting, "N", grad, start=first, lr=alpha)
mu = reading.scalars["mu"]
W, theta = look_ahead(setting, alpha, lambda t: mu, grad, first)


def point(n):
    return theta(n) + mu * W(n)


def statement() -> Statement:
    return Statement(setting, eq(reading.slot("x", n), point(n)), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    x, V = sequence(reading), sequence(reading, "V")
    begun = p.start(W), p.start(theta), start(p, reading), start(p, reading, "V")
    base = [p.certify(eq(x(0), point(0)), *begun), p.certify(eq(V(0), W(0)), *begun)]

    def following(equal):
        asked = p.rewrite(equal[0], lambda y: grad(n + 1, y))
        facts = (*equal, asked, step(p, reading), step(p, reading, "V"), p.next(W, n), p.next(theta, n))
        return [p.certify(eq(x(n + 1), point(n + 1)), *facts), p.certify(eq(V(n + 1), W(n + 1)), *facts)]

    return together(p, [(x, point), (V, W)], base, following)[0]
