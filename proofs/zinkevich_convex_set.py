"""Zinkevich's theorem on a convex set: regret at most D^2 sqrt(T)/(2 alpha) + alpha G^2 (sqrt(T) - 1/2).

Words   In a closed convex set of diameter at most D, with convex losses and |g_t| <= G, projected gradient descent with
        alpha_t = alpha/sqrt(t) pays in T rounds at most this much more than any fixed point u of the set.
        The updates and the step sizes are those of `sgd` and `inverse_sqrt`.
Source  Zinkevich 2003, Theorem 1, there with alpha = 1.
Note    loss(t) is f_t(x_t), loss_u(t) is f_t(u); X(i, n) is coordinate i of x_{n+1}. Convexity is the first-order
        inequality. `nearest` says what projecting means: of the points between x_{n+1} and u, which all lie in the set,
        x_{n+1} is nearest to the unprojected point. That this brings it nearer to u is proved.
"""

from fractions import Fraction
from typing import Any

from adamtheory import schedules
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, le, lift, real, sqrt, total
from adamtheory.logic.projections import nearest_point
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_descent import rate_positive, zinkevich
from adamtheory.proofs.lemmas_regret import convex_to_linear
from adamtheory.rules.descent import sgd

T, t, i, n = integers("T t i n")
s = real("s")

setting = Setting()
alpha, G, D = setting.constants("alpha G D")
d = setting.constant("d", "Z")
g, u, X = setting.family("g", "ZZ"), setting.family("u", "Z"), setting.family("X", "ZZ")
loss, loss_u = setting.family("loss", "Z"), setting.family("loss_u", "Z")
schedule = read(schedules.inverse_sqrt, setting, scalars={"lr": alpha})


def rate(t: Any) -> Any:
    return schedule.value("result", 0, t=t)


descent = read(
    sgd, setting, inputs={"g": lambda t, x: g(t, i)}, scalars={"lr": rate}, coordinates=[i], dimension=d, iterate=X
)


def proposed(n: Any) -> Any:
    """Coordinate i of the point that the rule proposes after n steps, before it is projected."""
    return descent.value("x", n)


def over(body: Any) -> Any:
    return total(i, 1, d, body)


def distance(t: Any) -> Any:
    return over((X(i, t - 1) - u(i)) ** 2)


between = X(i, n + 1) + s * (u(i) - X(i, n + 1))
nearest = over((X(i, n + 1) - proposed(n)) ** 2) <= over((between - proposed(n)) ** 2)
setting.assume("nearest", nearest, [0 <= n, 0 <= s, s <= 1])
setting.assume("diameter", distance(t) <= D**2, [1 <= t])
setting.assume("convex", loss(t) - loss_u(t) <= over(g(t, i) * (X(i, t - 1) - u(i))), [1 <= t])
setting.assume("alpha_positive", 0 < alpha)
setting.assume("gradients", over(g(t, i) ** 2) <= G**2, [1 <= t])


def statement() -> Statement:
    bound = D**2 * sqrt(T) / (2 * alpha) + alpha * G**2 * (sqrt(T) - Fraction(1, 2))
    used = ["nearest", "diameter", "convex", "alpha_positive", "gradients"]
    return Statement(setting, total(t, 1, T, loss(t) - loss_u(t)) <= bound, [1 <= T], used)


def witness() -> Witness:
    # f_t(x) = -x on [-1, 1] from x_1 = 1, where x stays, against u = -1
    families = {"alpha": ([], 1), "G": ([], 1), "D": ([], 2), "d": ([], 1), "g": ([t, i], -1), "u": ([i], -1)}
    return Witness({**families, "X": ([i, n], 1), "loss": ([t], -1), "loss_u": ([t], 1)}, {T: 1}, at_the_wall)


def at_the_wall(p: Prover, goal: Rel, guards: Any) -> Theorem:
    root = p.sqrt_nonneg(n + 1)
    facts = (*guards, p.sum_one(i, 1, lift(1)), p.inv_nonneg(root))
    return p.certify(goal, *facts, squares=[s])


def round_bound(p: Prover) -> Theorem:
    """1 <= t |- <g_t, y_t> <= (|y_t|^2 - |y_{t+1}|^2)/(2 a) + a G^2/2 for the step size a."""
    before = p.certify(0 <= t - 1, p.assume(1 <= t), degree=1)
    one = p.certify(0 <= lift(1))
    terms = (i, d, lift(1), proposed(t - 1), X(i, t), u(i))
    closer = nearest_point(p, *terms, nonneg=one, nearest=lambda s: p.using(p.given("nearest", t - 1, s), before))
    (a,) = apart(p, "a")
    moved = p.inst(p.certify(0 <= a**2, squares=[a]), {a: proposed(t - 1) - X(i, t)})
    positive, size = rate_positive(p, rate(t)), rate(t)
    inner = over(g(t, i) * (X(i, t - 1) - u(i)))
    twice = 2 * size * inner <= distance(t) - distance(t + 1) + size**2 * over(g(t, i) ** 2)
    twice = p.chain(twice, closer, p.sum_of(moved, i, 1, d))
    short = p.certify(size * over(g(t, i) ** 2) <= size * G**2, p.given("gradients", t), positive)
    halved = p.certify(
        inner <= (distance(t) - distance(t + 1)) / (2 * size) + size * over(g(t, i) ** 2) / 2,
        twice,
        p.inv_positive(positive),
        p.inverse(positive),
    )
    return p.chain(le(inner, (distance(t) - distance(t + 1)) / (2 * size) + size * G**2 / 2), halved, short)


def prove() -> Theorem:
    p = Prover(setting)
    (a,) = apart(p, "a")
    square = p.inst(p.certify(0 <= a**2, squares=[a]), {a: X(i, t - 1) - u(i)})
    low = p.restate(0 <= distance(t), p.sum_of(square, i, 1, d))
    paid = zinkevich(p, rate, alpha, G, T, rounds=round_bound(p), distance=low, width=p.given("diameter", t))
    return p.chain(statement().claim, convex_to_linear(p, "convex", T), paid)
