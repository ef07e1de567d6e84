"""Adam is a heavy ball with changing coefficients and a changing preconditioner.

Words   With eps = 0, 0 <= beta1 < 1 and H_t = sqrt(v_hat_t): if H_{t-1} > 0, then x_t - x_{t-1} = -alpha (1 -
        beta1)/(1 - beta1^t) g_t/H_t + beta1 (1 - beta1^(t-1))/(1 - beta1^t) H_{t-1}/H_t (x_{t-1} - x_{t-2}) for t >=
        2.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the general form of adaptive methods with momentum
        (*unverified*); from the text of `adam`.
Note    n steps are done before the first of the two, so t = n + 2.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, power, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_framework import correction_is, correction_room, moment_of_step
from adamtheory.proofs.lemmas_twins import n, run, step, t, unfolded
from adamtheory.rules.adam import adam

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
reading = run(adam, setting, "A", lambda t, x: g(t), start=first, eps=0)
lr, beta1 = reading.scalars["lr"], reading.scalars["beta1"]
DECAY = decaying(setting, beta1)
old, new = (sqrt(reading.value("v_hat", k)) for k in (n, n + 1))


def x(n):
    return reading.slot("x", n)


def statement() -> Statement:
    share = 1 - power(beta1, n + 2)
    pull = lr * (1 - beta1) / share * (g(n + 2) / new)
    push = beta1 * (1 - power(beta1, n + 1)) / share * (old / new) * (x(n + 1) - x(n))
    return Statement(setting, eq(x(n + 2) - x(n + 1), push - pull), [0 <= n, 0 < old], DECAY)


def witness() -> Witness:
    def shown(p, goal, guards):
        if not goal.families:
            return p.certify(goal, *guards)
        inner = goal.right.args[0]
        begun = unfolded(p, reading, 0)
        halved = p.rewrite(p.start("p2_A"), lambda q: inv(1 - q * Fraction(1, 2)))
        one = p.certify(eq(inner, 1), *begun, halved)
        root = p.rewrite(one, sqrt)
        return p.chain(goal, root, p.sqrt_positive(p.certify(0 < lift(1))))

    rates = {"lr": ([], 1), "beta2": ([], Fraction(1, 2))}
    return Witness({"g": ([t], 1), **rates}, values={n: 0}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    steps = [step(p, reading), p.cut(step(p, reading, n=n + 1), later)]
    moments = moment_of_step(p, reading, "m")
    held, room = correction_is(p, reading, "p1", "beta1", n), correction_room(p, reading, "beta1", n)
    next_held = p.cut(correction_is(p, reading, "p1", "beta1", n + 1), later)
    ratios = [p.rewrite(h, lambda q: inv(1 - q)) for h in (held, next_held)]
    m = reading.slot("m", n + 1)
    # lr m_{n+1} = -(1 - beta1^(n+1)) H (x_{n+1} - x_n)
    moved = p.certify(
        eq(lr * m, -(1 - power(beta1, n + 1)) * old * (x(n + 1) - x(n))),
        steps[0], moments, ratios[0], p.inverse(room), p.inverse(p.assume(0 < old)),
    )  # fmt: skip
    return p.certify(statement().claim, steps[1], moved, ratios[1])
