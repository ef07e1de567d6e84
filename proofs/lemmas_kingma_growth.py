"""Adam's moments of the gradients 1/sqrt(t): the sum of m_hat^2/sqrt(t v_hat) is at least (1-beta2) H_T.

A falling sequence has averages above its last member, so m_hat >= 1/sqrt(t); and t v_hat <= 1/(1-beta2)^2.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, log, real, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.proofs.lemmas_average import decaying, held_power, power_at_most_one, power_below_one
from adamtheory.proofs.lemmas_gamma import after
from adamtheory.proofs.lemmas_kingma import T, harmonic_below, inverse_root_of_round, shares_nonneg, t
from adamtheory.proofs.lemmas_weighted import rate_falls
from adamtheory.rules.adam import adam

K = real("K")

setting = Setting()
reading = read(adam, setting, inputs={"g": lambda t, x: inv(sqrt(t))}, scalars={"lr": 1, "eps": 0})
a, b = (reading.scalars[name] for name in ("beta1", "beta2"))
RATES = (*decaying(setting, a), *decaying(setting, b, "beta2"))


def costs(n: Any) -> Any:
    """The sum of m_hat^2/sqrt(t v_hat) over n rounds."""
    return total(t, 1, n, after(reading, "m_hat", t) ** 2 / sqrt(t * after(reading, "v_hat", t)))


def norm(n: Any) -> Any:
    """|g_{1:n}|."""
    return sqrt(total(t, 1, n, inv(sqrt(t)) ** 2))


class Growth:
    """The steps, as theorems under 1 <= t."""

    def __init__(self) -> None:
        self.p = Prover(setting)
        self.a_low, self.a_high, self.b_low, self.b_high = (self.p.given(name) for name in RATES)
        self.begun = self.p.assume(1 <= t)
        self.start = self.p.certify(0 <= t, self.begun)
        self.kept = self.p.certify(0 < 1 - b, self.b_high)

    def slot(self, name: str, n: Any) -> Any:
        """A slot of the text after n steps."""
        return reading.slot(name, n)

    def at(self, found: Theorem, n: Any, start: Theorem) -> Theorem:
        """A theorem about t, under 0 <= t, for n with 0 <= n."""
        return self.p.using(self.p.inst(found, {t: n}), start)

    @cached_property
    def shares(self) -> tuple[Theorem, Theorem, Theorem]:
        """0 <= t |- (1/sqrt(t+1))^2 = 1/(t+1), (t+1)/(t+1) = 1 and 1/(t+1) <= 1."""
        p = self.p
        nonneg = p.assume(0 <= t)
        positive = p.certify(0 < t + 1, nonneg)
        square = self.at(inverse_root_of_round(p)[0], t + 1, p.certify(1 <= t + 1, nonneg))
        small = p.certify(1 / (t + 1) <= 1, p.reciprocal(p.certify(1 <= t + 1, nonneg), p.certify(0 < lift(1))))
        return square, p.inverse(positive), small

    @cached_property
    def second_moment(self) -> tuple[Theorem, Theorem, Theorem]:
        """0 <= t |- 0 <= v(t), v(t) <= 1 and (1-beta2) t v(t) <= 1."""
        p, following, (square, share, small) = self.p, self.p.next("v", t), self.shares
        v, nonneg = reading.families["v"], p.assume(0 <= t)
        over = p.restate(0 <= 1 / (t + 1), p.inv_positive(p.certify(0 < t + 1, nonneg)))

        def grown(claim: Any, *facts: Theorem) -> Theorem:
            step = p.certify(claim(t + 1), p.assume(claim(t)), *facts, self.b_low, self.kept)
            return p.induction(t, 0, claim(t), p.certify(claim(lift(0)), p.start("v")), step)

        low = grown(lambda n: 0 <= v(n), following, square, over)
        high = grown(lambda n: v(n) <= 1, following, square, small)
        whole = p.certify(eq((t + 1) * v(t + 1), b * (t * v(t)) + b * v(t) + (1 - b)), following, square, share)
        both = p.certify(0 <= b * (1 - b), self.b_low, self.kept)
        more = p.certify(b * (1 - b) * v(t) <= b * (1 - b), both, high)
        return low, high, grown(lambda n: (1 - b) * (n * v(n)) <= 1, whole, more)

    @cached_property
    def powers(self) -> tuple[Theorem, ...]:
        """1 <= t |- 0 <= p1(t), 0 < 1 - p1(t), 0 < 1 - p2(t) and 1 - beta2 <= 1 - p2(t)."""
        p = self.p
        before = p.certify(0 <= t - 1, self.begun)
        held, other = (p.using(held_power(p, slot, rate, t), self.start) for slot, rate in (("p1", a), ("p2", b)))
        less = p.using(power_below_one(p, self.a_low, self.a_high, t - 1), before)
        nonneg = p.using(p.power_nonneg(self.a_low, t), self.start)
        old = p.using(power_at_most_one(p, self.b_low, self.b_high, t - 1), before)
        following = p.using(p.power_next(b, p.assume(0 <= t - 1)), before)
        large = p.certify(1 - b <= 1 - other.claim.left, other, following, old, self.b_low)
        first = 1 - held.claim.left
        return (
            p.certify(0 <= held.claim.left, held, nonneg),
            p.certify(0 < first, held, less),
            p.certify(0 < large.claim.right, large, self.kept),
            large,
        )

    @cached_property
    def first_moment(self) -> Theorem:
        """1 <= t |- (1 - p1(t))/sqrt(t) <= m(t)."""
        p, m, p1 = self.p, reading.families["m"], reading.families["p1"]

        def claim(n: Any) -> Any:
            return (1 - p1(n)) * inv(sqrt(n)) <= m(n)

        falls = self.at(rate_falls(p, t), t - 1, p.certify(0 <= t - 1, self.begun))
        less = p.certify((1 - p1(t)) * inv(sqrt(t + 1)) <= (1 - p1(t)) * inv(sqrt(t)), falls, self.powers[1])
        old = p.certify(a * ((1 - p1(t)) * inv(sqrt(t + 1))) <= a * m(t), less, p.assume(claim(t)), self.a_low)
        moves = [p.using(p.next(slot, t), self.start) for slot in ("m", "p1")]
        step = p.certify(claim(t + 1), old, *moves)
        zero = p.certify(0 <= lift(0))
        firsts = [p.using(p.next(slot, lift(0)), zero) for slot in ("m", "p1")]
        base = p.certify(claim(lift(1)), *firsts, p.start("m"), p.start("p1"))
        return p.induction(t, 1, claim(t), base, step)

    @cached_property
    def spread(self) -> tuple[Theorem, Theorem]:
        """1 <= t |- 0 < t v_hat, and (1-beta2)^2 t v_hat <= 1."""
        p, v, before = self.p, reading.families["v"], self.p.certify(0 <= t - 1, self.begun)
        _, _, room, large = self.powers
        old, square = (self.at(f, t - 1, before) for f in (self.second_moment[0], self.shares[0]))
        share = p.inv_positive(p.certify(0 < t, self.begun))
        some = p.certify(0 < v(t), p.using(p.next("v", t - 1), before), old, square, share, self.b_low, self.kept)
        v_hat = after(reading, "v_hat", t)
        positive = p.certify(0 < t * v_hat, p.certify(0 < v_hat, some, p.inv_positive(room)), self.begun)
        kept = p.certify((1 - b) * (t * v_hat) <= large.claim.right * (t * v_hat), large, positive)
        twice = p.certify((1 - b) * kept.claim.left <= (1 - b) * kept.claim.right, kept, self.kept)
        heavy = p.using(self.second_moment[2], self.start)
        return positive, p.certify((1 - b) ** 2 * (t * v_hat) <= 1, heavy, twice, p.inverse(room))

    @cached_property
    def each(self) -> Theorem:
        """1 <= t |- (1-beta2) 1/t <= m_hat^2/sqrt(t v_hat)."""
        p, m_hat = self.p, after(reading, "m_hat", t)
        share, sign, nonneg = inverse_root_of_round(p)
        room, (positive, small) = self.powers[1], self.spread
        above = p.certify(inv(sqrt(t)) <= m_hat, self.first_moment, p.inverse(room), weights=[[room]], degree=1)
        square = p.certify(1 / t <= m_hat**2, above, share, sign)
        root, value = p.sqrt_positive(positive), p.sqrt_square(positive)
        left = (1 - b) * root.claim.right
        short = p.squares(p.certify(left**2 <= lift(1) ** 2, small, value), p.certify(0 <= lift(1)))
        rate = p.certify(1 - b <= inv(root.claim.right), short, p.inverse(root), weights=[[root]], degree=1)
        less = p.certify(1 / t * (1 - b) <= 1 / t * inv(root.claim.right), rate, nonneg)
        more = p.certify(less.claim.right <= m_hat**2 * inv(root.claim.right), square, p.inv_positive(root))
        return p.chain((1 - b) * (1 / t) <= m_hat**2 / root.claim.right, less, more)

    def exceeded(self) -> Theorem:
        """0 <= T, K^2 < (1-beta2)^2 log(T+1) |- K |g_{1:T}| < costs(T)."""
        p, shares = self.p, total(t, 1, T, 1 / t)
        root = sqrt(shares)
        square = p.sqrt_square(shares_nonneg(p, T))
        late = p.assume(K**2 < (1 - b) ** 2 * log(T + 1))
        weight = p.certify(0 <= (1 - b) ** 2, squares=[1 - b])
        grown = p.certify((1 - b) ** 2 * log(T + 1) <= (1 - b) ** 2 * shares, harmonic_below(p, T), weight)
        beyond = p.certify(K**2 < ((1 - b) * root) ** 2, late, grown, square)
        more = p.squares_strict(beyond, p.certify(0 <= (1 - b) * root, self.kept, p.sqrt_nonneg(shares)))
        none = p.antisym(p.assume(root <= 0), p.sqrt_nonneg(shares))
        some = p.cases(p.absurd(0 < root, beyond, none, squares=[K]), p.assume(0 < root), root, 0)
        summed = p.sum_of(self.each, t, 1, T)
        inside = p.sum_of(inverse_root_of_round(p)[0], t, 1, T)
        length = p.rewrite(inside, sqrt)
        long = p.certify(K * root < (1 - b) * shares, more, some, square)
        return p.certify(K * norm(T) < costs(T), long, length, summed)
