"""A step of AMSGrad's printed proof is false: with beta1_t = 2^-t its telescoping sum falls for 1-beta1_1 in all terms.

Words   AMSGrad on f_t(x) = 3x if t = 1 mod 3, else -x, on [-1, 1], with alpha_t = 1/(10 sqrt(t)), beta1_t = 2^-t,
        beta2 = 5/9, x_1 = 1, and u = -1. With y_t = x_t - u the proof passes from the sum over t = 1, 2 of
        sqrt(V_t)/(2 alpha_t (1-beta1_t)) (y_t^2 - y_{t+1}^2) to the same sum with 1-beta1_1 in place of 1-beta1_t, as
        an upper bound. It is less, by exactly 77/160 + 3 sqrt(2)/2560.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 4 (appendix); that the step is false was found by Tran & Phong 2019.
        This witness was derived for this project; it is evaluated from the texts of `amsgrad`, `reddi` and `box`.
Note    The bracket of t = 2 is negative, so dividing by the smaller 1-beta1_1 lowers that term. X(n) is x_{n+1}. The
        false sentence itself, with its model, is `amsgrad_telescoping`.
Printed The proof gives every bracket y_t^2 - y_{t+1}^2 the factor sqrt(V_t)/(2 alpha_t (1-beta1)) in place of beta1_t.
Wrong   The brackets have no definite sign; a negative one makes the sum smaller, not larger.
Instead R_T <= D^2 sqrt(T)/(2 alpha (1-beta1)) sum_i sqrt(V_{T,i})
        + alpha (1+beta1)/((1-beta1) sqrt(1-beta2)) sum_i |g_{1:T,i}|, for every non-increasing beta1_t
Theorem amsgrad_regret_scheduled, amsgrad_repair_any_schedule, amsgrad_repair_variation
"""

from fractions import Fraction
from functools import cached_property
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, power, sqrt, total
from adamtheory.logic.projections import clip_cases
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement
from adamtheory.logic.sums import root_of_one
from adamtheory.losses.linear import reddi
from adamtheory.proofs.lemmas_box_game import ITERATE
from adamtheory.rules.amsgrad import amsgrad
from adamtheory.sets import box

t = integer("t")
half, u = Fraction(1, 2), -1


def alpha(t: Any) -> Any:
    return Fraction(1, 10) / sqrt(t)


def beta1(t: Any) -> Any:
    return power(half, t)


def project(y: Any) -> Any:
    return feasible.value("result", 0, y=y)


setting = Setting()
feasible = read(box, setting, scalars={"low": -1, "high": 1})
losses = read(reddi, setting, scalars={"C": 3, "N": 3, "scale": 1})
reading = read(
    amsgrad,
    setting,
    inputs={"g": lambda t, x: losses.value("gradient", t - 1, x=x)},
    scalars={"lr": alpha, "beta1": beta1, "beta2": Fraction(5, 9), "eps": 0},
    start=lift(1),
    project=project,
    names={"x": ITERATE},
)


def x(n: Any) -> Any:
    return reading.slot("x", n)


def telescoping(decay: Any) -> Any:
    """The sum over two rounds of sqrt(V_t)/(2 alpha_t (1 - decay)) (y_t^2 - y_{t+1}^2)."""
    gaps = (x(t - 1) - u) ** 2 - (x(t) - u) ** 2
    return total(t, 1, 2, sqrt(reading.slot("v_max", t)) / (2 * alpha(t) * (1 - decay)) * gaps)


def statement() -> Statement:
    gap = Fraction(77, 160) + 3 * sqrt(2) / 2560
    return Statement(setting, eq(telescoping(beta1(t)), telescoping(beta1(1)) + gap))


class Run:
    """The first two rounds, value by value."""

    def __init__(self) -> None:
        self.p = Prover(setting)
        self.zero = self.p.certify(0 <= lift(0))

    def known(self, left: Any, value: Any, *facts: Theorem) -> Theorem:
        return self.p.certify(eq(left, value), *facts)

    @cached_property
    def phase(self) -> Theorem:
        """phase(1) = 1."""
        start = self.p.start("phase")
        on = self.p.indicator_on(self.p.certify(0 < 3 - (losses.slot("phase", 0) + 1), start))
        step = self.p.using(self.p.next("phase", 0), self.zero)
        return self.known(losses.slot("phase", 1), 1, step, on, start)

    def gradient(self, n: int) -> Theorem:
        """g_1 = 3, g_2 = -1."""
        room = 1 - losses.slot("phase", n)
        if n == 0:
            switch = self.p.indicator_on(self.p.certify(0 < room, self.p.start("phase")))
        else:
            switch = self.p.indicator_off(self.p.certify(room <= 0, self.phase))
        return self.known(losses.value("gradient", n, x=x(n)), (3, -1)[n], switch)

    def step(self, slot: str, n: int, value: Any, *facts: Theorem) -> Theorem:
        """The value of a slot after round n + 1."""
        reached = self.p.certify(0 <= lift(n))
        return self.known(reading.slot(slot, n + 1), value, self.p.using(self.p.next(slot, n), reached), *facts)

    def largest(self, n: int, *facts: Theorem) -> Theorem:
        """V_1 = V_2 = 4, for v_1 = 4 and v_2 = 8/3."""
        p = self.p
        old, new = p.next("v_max", n).claim.right.args
        small, large = (old, new) if n == 0 else (new, old)
        return self.step("v_max", n, 4, p.max_is(p.certify(small <= large, *facts)), *facts)

    def root(self, n: int, largest: Theorem) -> tuple[Theorem, Theorem]:
        """sqrt(V) = 2, and the reciprocal of the root of the text's maximum is 1/2."""
        p = self.p
        four, two = p.certify(0 <= lift(4)), p.certify(0 <= lift(2))
        root = p.squares_equal(p.restate(eq(sqrt(4) ** 2, lift(2) ** 2), p.sqrt_square(four)), p.sqrt_nonneg(4), two)
        expanded = p.next("v_max", n).claim.right
        same = p.chain(eq(expanded, 4), p.using(p.next("v_max", n), p.certify(0 <= lift(n))), largest)
        halves = p.rewrite(same, lambda z: inv(sqrt(z))), p.rewrite(root, inv)
        return p.chain(eq(sqrt(reading.slot("v_max", n + 1)), 2), p.rewrite(largest, sqrt), root), p.chain(
            eq(inv(sqrt(expanded)), half), *halves
        )

    def iterate(self, n: int, value: Any, bounds: tuple[Theorem, ...], *facts: Theorem) -> Theorem:
        """X(n+1) = value, which lies in the box, so that nothing is clipped; from what the text proposes."""
        p, proposed = self.p, reading.value("x", n)
        same = self.known(proposed, value, *facts)
        inside = [p.certify(g, same, *bounds) for g in (-1 <= proposed, proposed <= 1)]
        kept = p.using(clip_cases(p, project, proposed, -1, 1)[2], *inside)
        return p.chain(eq(x(n + 1), value), p.using(p.next(ITERATE, n), p.certify(0 <= lift(n))), kept, same)


def prove() -> Theorem:
    run = Run()
    p = run.p
    one, r = root_of_one(p), sqrt(2)
    square, positive = p.sqrt_square(p.certify(0 <= lift(2))), p.sqrt_positive(p.certify(0 < lift(2)))
    inverse_one = p.chain(eq(inv(sqrt(1)), 1), p.rewrite(one, inv))
    inverse_root = p.certify(eq(inv(r), r / 2), p.inverse(positive), square)
    at_most = p.squares(p.restate(r**2 <= lift(2) ** 2, square), p.certify(0 <= lift(2)))  # sqrt(2) <= 2
    # round 1: m = 3/2, v = V = 4, X = 37/40
    g = run.gradient(0)
    m, v = run.step("m", 0, Fraction(3, 2), g, p.start("m")), run.step("v", 0, 4, g, p.start("v"))
    V = run.largest(0, g, p.start("v"), p.start("v_max"))
    root, half_1 = run.root(0, V)
    x_1 = run.iterate(0, Fraction(37, 40), (), g, p.start("m"), p.start(ITERATE), half_1, inverse_one)
    # round 2: m = -3/8, v = 8/3, V = 4, X = 37/40 + 3 sqrt(2)/320
    g = run.gradient(1)
    V_2 = run.largest(1, g, v, V)
    root_2, half_2 = run.root(1, V_2)
    value = Fraction(37, 40) + 3 * r / 320
    x_2 = run.iterate(1, value, (p.sqrt_nonneg(2), at_most), g, m, x_1, half_2, inverse_root)
    # the two sums
    facts = [one, square, root, root_2, p.start(ITERATE), x_1, x_2]
    sums = []
    for decay in (beta1(t), beta1(1)):
        whole = telescoping(decay)
        last = p.sum_step(*whole.args[:2], 1, whole.args[3], p.certify(1 <= lift(2)))
        sums.append(p.chain(eq(whole, last.claim.right), last))
        sums.append(p.sum_one(whole.args[0], 1, whole.args[3]))
    return p.certify(statement().claim, *sums, *facts)
