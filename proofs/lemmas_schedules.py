"""Decay rates beta1_t of the first moment that change with t: falling ones, any bounded ones, beta1 lam^(t-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, le, lift, power, sqrt, total
from adamtheory.proofs.lemmas_box_game import t
from adamtheory.proofs.lemmas_momentum import Coordinate, Player, once
from adamtheory.proofs.lemmas_scheduled import Scheduled, ScheduledPlayer, falling_shares

Known = Callable[[Any], Theorem]


@dataclass(frozen=True, eq=False)
class Schedule:
    """Rates rate(t) that are at most a, and what is known of them.

    low(p, t)     1 <= t |- 0 <= rate(t)
    below(p)      a < 1
    falls(p, t)   1 <= t |- rate(t+1) <= rate(t), where rate(1) = a
    high(p, t)    1 <= t |- rate(t) <= a, where they need not fall
    """

    rate: Any
    a: Any
    assumes: tuple[str, ...]
    low: Callable[[Prover, Any], Theorem]
    below: Callable[[Prover], Theorem]
    falls: Callable[[Prover, Any], Theorem] | None = None
    high: Callable[[Prover, Any], Theorem] | None = None


def falling_rates(setting: Setting) -> Schedule:
    """Any rates beta1_t with 0 <= beta1_{t+1} <= beta1_t and beta1_1 < 1."""
    rate = setting.family("beta1", "Z")
    setting.assume("decay_nonnegative", 0 <= rate(t), [1 <= t])
    setting.assume("decay_falls", rate(t + 1) <= rate(t), [1 <= t])
    setting.assume("decay_below_one", rate(1) < 1)
    return Schedule(
        rate,
        rate(1),
        ("decay_below_one", "decay_falls", "decay_nonnegative"),
        low=lambda p, t: p.given("decay_nonnegative", t),
        below=lambda p: p.given("decay_below_one"),
        falls=lambda p, t: p.given("decay_falls", t),
    )


def any_rates(setting: Setting) -> Schedule:
    """Any rates beta1_t with 0 <= beta1_t <= a < 1."""
    rate, a = setting.family("beta1", "Z"), setting.constant("a")
    setting.assume("decay_nonnegative", 0 <= rate(t), [1 <= t])
    setting.assume("decay_bounded", rate(t) <= a, [1 <= t])
    setting.assume("decay_below_one", a < 1)
    return Schedule(
        rate,
        a,
        ("decay_below_one", "decay_bounded", "decay_nonnegative"),
        low=lambda p, t: p.given("decay_nonnegative", t),
        below=lambda p: p.given("decay_below_one"),
        high=lambda p, t: p.given("decay_bounded", t),
    )


def geometric_rates(setting: Setting, strict: bool = False) -> Schedule:
    """beta1_t = beta1 lam^(t-1) with 0 <= beta1 < 1 and 0 <= lam <= 1 (strict: lam < 1)."""
    beta1, lam = setting.constants("beta1 lam")
    setting.assume("beta1_nonnegative", 0 <= beta1)
    setting.assume("beta1_below_one", beta1 < 1)
    setting.assume("lam_nonnegative", 0 <= lam)
    least = "lam_below_one" if strict else "lam_at_most_one"
    setting.assume(least, lam < 1 if strict else lam <= 1)

    def rate(t: Any) -> Any:
        return beta1 * power(lam, t - 1)

    def low(p: Prover, t: Any) -> Theorem:
        power_low = p.using(p.power_nonneg(p.given("lam_nonnegative"), lift(t) - 1), _before(p, t))
        return p.certify(0 <= rate(t), power_low, p.given("beta1_nonnegative"))

    def falls(p: Prover, t: Any) -> Theorem:
        following = p.power_next(lam, _before(p, t))
        return p.certify(rate(t + 1) <= rate(t), following, low(p, t), p.given(least))

    names = ("beta1_below_one", "beta1_nonnegative", least, "lam_nonnegative")
    return Schedule(rate, beta1, names, low, lambda p: p.given("beta1_below_one"), falls)


def _before(p: Prover, t: Any) -> Theorem:
    """1 <= t |- 0 <= t - 1."""
    return p.certify(0 <= lift(t) - 1, p.assume(1 <= t), degree=1)


@once
def at_most(p: Prover, s: Schedule, n: Any) -> Theorem:
    """1 <= n |- rate(n) <= a."""
    if s.falls is None:
        return s.high(p, n)
    k = p.fresh("k", n)
    claim = le(s.rate(k), s.a)
    step = p.chain(s.rate(k + 1) <= s.a, p.assume(claim), s.falls(p, k))
    return p.inst(p.induction(k, 1, claim, p.certify(s.rate(lift(1)) <= s.a), step), {k: n})


def decay(p: Prover, s: Schedule) -> tuple[Theorem, Theorem]:
    """0 <= a, and a < 1."""
    one = p.certify(1 <= lift(1))
    first = p.using(s.low(p, lift(1)), one), p.using(at_most(p, s, lift(1)), one)
    return p.chain(0 <= s.a, *first), s.below(p)


def scheduled(p: Prover, s: Schedule, base: Coordinate) -> Any:
    """A coordinate or player of `lemmas_momentum` whose average is taken with the rates of the schedule."""
    parts = {f.name: getattr(base, f.name) for f in fields(base)}
    kind = ScheduledPlayer if isinstance(base, Player) else Scheduled
    return kind(**parts, rate=s.rate, low=lambda t: s.low(p, t), high=lambda t: at_most(p, s, t))


def shares_fall(p: Prover, c: Scheduled, s: Schedule) -> Known:
    """1 <= t |- 1/(1 - rate(t+1)) <= 1/(1 - rate(t))."""
    return lambda t: falling_shares(p, c, t, s.falls(p, t))


def root_sum(p: Prover, lam: Any, n: Any) -> Theorem:
    """0 <= n, 0 <= lam, lam < 1 |- sum_{t=1}^n lam^t sqrt(t) <= lam/(1-lam)^2, for an integer variable n."""
    low, high, begun = p.assume(0 <= lam, lam < 1, 0 <= n)
    body = power(lam, t) * sqrt(t)

    def claim(k: Any) -> Any:
        rest = power(lam, k + 1) * (k + 1 - k * lam)
        return (1 - lam) ** 2 * total(t, 1, k, body) <= lam - rest

    later = p.certify(0 <= n + 1, begun, degree=1)
    weight = p.using(p.power_nonneg(low, n + 1), later)
    # sqrt(n+1) <= n+1
    square = p.certify(sqrt(n + 1) ** 2 <= (n + 1) ** 2, p.sqrt_square(later), begun)
    root = p.squares(square, later)
    scaled = p.certify(weight.claim.right * sqrt(n + 1) <= weight.claim.right * (n + 1), weight, root)
    square = p.certify(0 <= (1 - lam) ** 2, squares=[1 - lam])
    scaled = p.certify((1 - lam) ** 2 * scaled.claim.left <= (1 - lam) ** 2 * scaled.claim.right, scaled, square)
    powers = p.using(p.power_next(lam, p.assume(0 <= n + 1)), later)
    last = p.sum_step(t, 1, n, body, begun)
    step = p.certify(claim(n + 1), p.assume(claim(n)), last, scaled, powers)
    first = p.power_next(lam, p.certify(0 <= n - n))
    base = p.certify(claim(n - n), p.sum_none(t, 1, body), first)
    found = p.induction(n, 0, claim(n), base, step)
    kept = p.certify(0 <= n + 1 - n * lam, begun, low, p.certify(0 <= n * (1 - lam), begun, high))
    spare = p.certify(0 <= weight.claim.right * kept.claim.right, weight, kept)
    most = p.chain((1 - lam) ** 2 * total(t, 1, n, body) <= lam, found, spare)
    positive = p.certify(0 < (1 - lam) ** 2, high)
    inverse = p.using(p.fact("inverse", x=(1 - lam) ** 2), p.certify(0 < (1 - lam) ** 2 * (1 - lam) ** 2, positive))
    return p.certify(total(t, 1, n, body) <= lam / (1 - lam) ** 2, most, inverse, weights=[[positive]], degree=1)
