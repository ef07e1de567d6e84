"""The direction m_hat/sqrt(v_hat) of Adam's first step, for a random gradient."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, indicator, inv, lift, mean, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import w
from adamtheory.proofs.lemmas_reddi_game import inverse_root
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.rules.adam import adam

g = Family("g")
BELOW = ("beta1_below_one", "beta2_below_one")


def random_step() -> tuple[Setting, Reading]:
    """Adam's moments of the gradients g(t, w); beta1 < 1 and beta2 < 1 are assumed."""
    setting = Setting()
    setting.family("g", "ZW")
    scalars, inputs = {"lr": 1, "eps": 0}, {"g": lambda t, x: g(t, w)}
    reading = read(adam, setting, inputs=inputs, scalars=scalars, coordinates=[w])
    for name in ("beta1", "beta2"):
        setting.assume(f"{name}_below_one", reading.scalars[name] < 1)
    return setting, reading


setting, reading = random_step()


def direction() -> Any:
    """m_hat/sqrt(v_hat) in the first step."""
    return reading.value("m_hat", lift(0)) / sqrt(reading.value("v_hat", lift(0)))


def first_step() -> Theorem:
    """E m_hat/sqrt(v_hat) = E [g_1 > 0] - E [g_1 < 0] in the first step."""
    p = Prover(setting)
    a, b = (reading.scalars[name] for name in ("beta1", "beta2"))
    begins = [p.start(slot, w) for slot in ("m", "v", "p1", "p2")]
    rooms = [p.certify(0 < 1 - rate, p.given(f"{name}_below_one")) for rate, name in ((a, "beta1"), (b, "beta2"))]
    ratios = [
        p.rewrite(p.certify(eq(Family(slot)(w, 0) * rate, rate), begin), lambda q: inv(1 - q))
        for slot, rate, begin in (("p1", a, begins[2]), ("p2", b, begins[3]))
    ]
    x = g(1, w)
    moment = p.certify(eq(reading.value("m_hat", lift(0)), x), begins[0], ratios[0], p.inverse(rooms[0]))
    square = p.certify(eq(reading.value("v_hat", lift(0)), x**2), begins[1], ratios[1], p.inverse(rooms[1]))
    root = p.rewrite(square, lambda v: inv(sqrt(v)))
    each = p.certify(eq(direction(), indicator(x) - indicator(-x)), moment, root, sign(p, x))
    goal = eq(mean(w, direction()), mean(w, indicator(x)) - mean(w, indicator(-x)))
    return p.restate(goal, p.mean_of(each, w))


def sign(p: Prover, x: Any) -> Theorem:
    """x inv(sqrt(x^2)) = [x > 0] - [x < 0]."""
    goal = eq(x * inv(sqrt(x**2)), indicator(x) - indicator(-x))
    square = p.sqrt_square(p.certify(0 <= x**2, squares=[x]))

    def beyond(positive: Theorem) -> Theorem:
        """The goal where y = x or y = -x is positive: sqrt(x^2) = y."""
        y = positive.claim.right
        same = p.certify(eq(sqrt(x**2) ** 2, y**2), square)
        root = p.squares_equal(same, p.sqrt_nonneg(x**2), p.restate(0 <= y, positive))
        ratio = p.rewrite(root, inv)
        off = p.indicator_off(p.restate(-x <= 0 if y is x else x <= 0, positive))
        return p.certify(goal, ratio, p.inverse(positive), p.indicator_on(positive), off)

    right, left = beyond(p.assume(0 < x)), p.using(beyond(p.assume(0 < -x)), p.restate(0 < -x, p.assume(x < 0)))
    zero = p.antisym(p.assume(x <= 0), p.assume(0 <= x))
    none = p.indicator_off(p.assume(x <= 0)), p.indicator_off(p.restate(-x <= 0, p.assume(0 <= x)))
    middle = p.certify(goal, zero, *none)
    return p.cases(p.cases(middle, right, x, 0), left, 0, x)


# --- the reciprocal of the denominator --------------------------------------------------------------------------------


def tangent(p: Prover) -> tuple[Theorem, Any]:
    """0 < x, 0 < s |- 3/2 z - z^3 x/2 <= 1/sqrt(x) for z = 1/sqrt(s); with its variables x, s."""
    x, s = variables = apart(p, "x s")
    positive = p.assume(0 < x), p.assume(0 < s)
    y, z = inv(sqrt(x)), inv(sqrt(s))
    inside = inverse_root(p, positive[0])  # y^2 x = 1
    roots = [p.inv_positive(p.sqrt_positive(f)) for f in positive]
    weight = p.certify(0 < x * (2 * y + z), positive[0], p.certify(0 < 2 * y + z, *roots))
    return p.certify(Fraction(3, 2) * z - z**3 * x / 2 <= y, weight, inside, squares=[y - z]), variables


def reciprocal_mean(p: Prover, x: Any, s: Any, average: Theorem, positive: Theorem) -> Theorem:
    """1/sqrt(s) <= E 1/sqrt(x) from E x = s and 0 < x in every outcome."""
    y, z = inv(sqrt(x)), inv(sqrt(s))
    goal = 1 / sqrt(s) <= mean(w, 1 / sqrt(x))
    some = p.assume(0 < s)
    lemma, variables = tangent(p)
    below = p.mean_of(put(p, lemma, variables, (x, s), positive, some), w)
    high = p.certify(goal, below, average, inverse_root(p, some))
    # where s = 0 its reciprocal counts as 0
    sign = p.chain(0 <= s, p.mean_of(p.restate(0 <= x, positive), w), average)
    none = p.antisym(p.assume(s <= 0), sign)
    nothing = p.certify(eq(z, inv(sqrt(0))), p.rewrite(none, lambda s: inv(sqrt(s))))
    square = p.sqrt_square(p.certify(0 <= lift(0)))
    zero = p.rewrite(zero_of_square(p, p.restate(sqrt(0) ** 2 <= 0, square)), inv)
    least = p.mean_of(p.restate(0 <= y, p.inv_positive(p.sqrt_positive(positive))), w)
    return p.cases(p.certify(goal, nothing, zero, least), high, s, 0)


def unit_moment(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Under the witness with g = 1, beta2 = 0, v_hat is 1; the rest at once."""
    return p.certify(goal, *guards)
