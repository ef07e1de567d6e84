"""Multiplying every loss by c is the same as dividing eps by c^2, for Adam with eps inside the root, on any interval.

Words   Gradients g_t(x) and eps/c^2 give the same iterates as gradients c g_t(x) and eps, c > 0: Adam with eps inside
        the root, bias correction, any beta1, 0 <= beta2 < 1, eps >= 0, any start and step sizes, projected on [low,
        high].
Source  Derived for this project, for Theorem 6 of Reddi, Kale & Kumar 2018 (eps > 0 does not help; number and wording
        *unverified*); from the texts of `adam_eps_inside` and `box`.
Note    For every t, and for every gradient as a function of the point. So what goes wrong with a small eps goes wrong
        with every eps, on the losses times a large c: `drift_with_eps`.
"""

from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, power, real, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import held_power, power_below_one
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.rules.adam import adam_eps_inside
from adamtheory.sets import box

n, t, z = integer("n"), integer("t"), real("z")

setting = Setting()
c, a, b, eps, start = setting.constants("c beta1 beta2 eps start")
g, alpha = setting.family("g", "ZR"), setting.family("alpha", "Z")
interval = read(box, setting)


def project(y: Any) -> Any:
    return interval.value("result", 0, y=y)


def playing(suffix: str, factor: Any, inside: Any) -> Any:
    """The rule on gradients times a factor."""
    return read(
        adam_eps_inside,
        setting,
        inputs={"g": lambda t, x: factor * g(t, x)},
        scalars={"lr": lambda t: alpha(t), "beta1": a, "beta2": b, "eps": inside},
        start=start,
        project=project,
        names={slot: f"{name}_{suffix}" for slot, name in NAMES.items()},
    )


NAMES = {"x": "iterate", "m": "m", "v": "v", "p1": "p1", "p2": "p2"}
plain, scaled = playing("plain", lift(1), eps / c**2), playing("scaled", c, eps)


def statement() -> Statement:
    claim = eq(scaled.slot("x", n), plain.slot("x", n))
    return Statement(setting, claim, [0 < c, 0 <= b, b < 1, 0 <= eps, 0 <= n])


def witness() -> Witness:
    half = Fraction(1, 2)
    values = {"c": ([], 2), "beta1": ([], half), "beta2": ([], half), "eps": ([], 1), "g": ([t, z], 1)}
    return Witness(values, values={n: 1})


def gaps(n: Any) -> tuple[Any, Any, Any]:
    """What is claimed to be 0 after n steps: iterates agree, moments agree up to c and c^2."""
    (x, m, v), (X, M, V) = ([play.slot(name, n) for name in ("x", "m", "v")] for play in (plain, scaled))
    return X - x, M - c * m, V - c**2 * v


def claim(n: Any) -> Any:
    """All three are 0, in one relation."""
    first, second, third = gaps(n)
    return first**2 + second**2 + third**2 <= 0


def agreeing(p: Prover) -> tuple[Theorem, Theorem, Theorem]:
    """The three equations after n steps, from the claim."""
    found = []
    for gap in gaps(n):
        others = [other for other in gaps(n) if other is not gap]
        found.append(zero_of_square(p, p.certify(gap**2 <= 0, p.assume(claim(n)), squares=others)))
    return found[0], found[1], found[2]


def corrections(p: Prover) -> list[Theorem]:
    """1/(1 - p1) and 1/(1 - p2) are the same in both readings, in step n + 1."""
    found = []
    for slot, rate in (("p1", a), ("p2", b)):
        held = [held_power(p, f"{slot}_{suffix}", rate, n) for suffix in ("scaled", "plain")]
        same = p.chain(eq(held[0].claim.left, held[1].claim.left), *held)
        found.append(p.rewrite(same, lambda q, rate=rate: inv(1 - q * rate)))
    return found


def moments(p: Prover, same: Theorem, average: Theorem, square: Theorem) -> list[Theorem]:
    """m and v of step n + 1 agree up to c and c^2, since the gradients are taken at the same point."""
    slope = p.rewrite(same, lambda x: g(n + 1, x))
    parts = (("m", c, average), ("v", c**2, square))
    return [p.certify(eq(scaled.value(s, n), factor * plain.value(s, n)), fact, slope) for s, factor, fact in parts]


def root_scaled(p: Prover, moment: Theorem, correction: Theorem, positive: Theorem, nonneg: Theorem) -> Theorem:
    """sqrt(v_hat + eps) of the scaled game is c sqrt(v_hat + eps/c^2) of the plain one."""
    rest, square = radicand(plain), p.certify(0 <= c**2, squares=[c])
    scaling = p.certify(eq(radicand(scaled), c**2 * rest), moment, correction, p.inverse(positive))
    unit = p.certify(eq(sqrt(c**2) ** 2, c**2), p.sqrt_square(square))
    unit = p.squares_equal(unit, p.sqrt_nonneg(c**2), p.restate(0 <= c, positive))
    product = p.sqrt_product(square, nonneg)
    return p.certify(eq(sqrt(radicand(scaled)), c * sqrt(rest)), p.rewrite(scaling, sqrt), product, unit)


def radicand(play: Any) -> Any:
    """v_hat + eps in step n + 1."""
    return play.value("v_hat", n) + lift(play.scalars["eps"])


def radicand_nonneg(p: Prover, low: Theorem, high: Theorem, small: Theorem, over: Theorem) -> Theorem:
    """0 <= n |- 0 <= v_hat + eps/c^2."""
    v, moment = plain.slot("v", n), plain.value("v", n)
    kept = p.certify(0 <= 1 - b, high)
    gradient = g(n + 1, plain.slot("x", n))
    base = p.certify(0 <= plain.slot("v", lift(0)), p.start("v_plain"))
    facts = (p.assume(0 <= v), p.next("v_plain", n), low, kept)
    old = p.induction(n, 0, 0 <= v, base, p.certify(0 <= plain.slot("v", n + 1), *facts, squares=[gradient]))
    new = p.certify(0 <= moment, old, low, kept, squares=[gradient])
    powers = (held_power(p, "p2_plain", b, n), p.power_next(b, p.assume(0 <= n)))
    held = p.certify(eq(plain.slot("p2", n) * b, power(b, n + 1)), *powers)
    room = p.inv_positive(p.chain(0 < 1 - held.claim.left, held, power_below_one(p, low, high, n)))
    hat = p.certify(0 <= plain.value("v_hat", n), new, room)
    return p.certify(0 <= radicand(plain), hat, p.certify(0 <= eps / c**2, small, over, degree=3))


def prove() -> Theorem:
    p = Prover(setting)
    positive, low, high, small = p.assume(0 < c, 0 <= b, b < 1, 0 <= eps)
    agree = agreeing(p)
    same = p.certify(eq(scaled.slot("x", n), plain.slot("x", n)), agree[0])
    average, square = moments(p, same, *agree[1:])
    first, second = corrections(p)
    inverse = p.inverse(positive)
    nonneg = radicand_nonneg(p, low, high, small, p.inv_positive(positive))
    over = p.rewrite(root_scaled(p, square, second, positive, nonneg), inv)
    facts = (same, average, first, over, inverse)
    proposed = p.certify(eq(scaled.value("x", n), plain.value("x", n)), *facts, degree=1, rounds=3)
    slots = [play.families[name].name for play in (plain, scaled) for name in ("x", "m", "v")]
    nexts, starts = [p.next(slot, n) for slot in slots], [p.start(slot) for slot in slots]
    step = p.certify(claim(n + 1), *nexts, p.rewrite(proposed, project), average, square)
    found = p.induction(n, 0, claim(n), p.certify(claim(lift(0)), *starts), step)
    return p.certify(statement().claim, p.cut(agree[0], found))
