"""Adam with beta1 = 0 and beta2 = 1 - 1/k beside AdaGrad, as k grows.

With N steps done, k v lies between S - S N/k and S, and k (1 - beta2^N) between N - N^2/k and N, where S is the sum of
the squared gradients.
"""

from __future__ import annotations

from typing import Any

from adamtheory import schedules
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, sqrt
from adamtheory.logic.reading import read
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.adagrad import adagrad
from adamtheory.rules.adam import adam

k = integer("k")


class Approach:
    """The two rules on the gradients g(t); Adam's averages are v(k, n) and p2(k, n), AdaGrad's sum is S(n)."""

    def __init__(self) -> None:
        self.setting = setting = Setting()
        self.g, self.alpha = setting.family("g", "Z"), setting.constant("alpha")
        inputs = {"g": lambda t, x: self.g(t)}
        self.rate = read(schedules.inverse_sqrt, setting, scalars={"lr": self.alpha})
        scalars: dict[str, Any] = {"beta1": 0, "beta2": 1 - 1 / k, "eps": 0}
        scalars["lr"] = lambda t: self.rate.value("result", 0, t=t)
        kinds = {"inputs": inputs, "coordinates": [k], "scalars": scalars}
        self.adam = read(adam, setting, slots=["m", "v", "p1", "p2"], **kinds)
        self.adagrad = read(adagrad, setting, inputs=inputs, slots=["S"], scalars={"lr": self.alpha, "eps": 0})

    def v_hat(self, n: Any) -> Any:
        """The corrected second moment in step n + 1."""
        return self.adam.value("v_hat", n)

    def squares(self, n: Any) -> Any:
        """The sum of the first n squared gradients."""
        return self.adagrad.slot("S", n)

    def adam_step(self, n: Any) -> Any:
        """What Adam subtracts in step n + 1."""
        rate = self.rate.value("result", 0, t=n + 1)
        return rate * self.adam.value("m_hat", n) / self.adam.value("denominator", n)

    def adagrad_step(self, n: Any) -> Any:
        """What AdaGrad subtracts in step n + 1."""
        return self.alpha * self.g(n + 1) / sqrt(self.squares(n + 1))

    # bounds for a k >= 1

    def share(self, p: Prover) -> tuple[Theorem, Theorem, Theorem]:
        """1 <= k |- k/k = 1, 0 <= 1/k and 1/k <= 1."""
        positive = p.certify(0 < k, p.assume(1 <= k))
        inverse = p.inverse(positive)
        small = p.certify(1 / k <= 1, p.assume(1 <= k), inverse, weights=[[positive]])
        return inverse, p.certify(0 <= inv(k), p.inv_positive(positive)), small

    def sums_nonneg(self, p: Prover) -> Theorem:
        """0 <= n |- 0 <= S(n)."""
        S = self.squares
        base = p.certify(0 <= S(0), p.start("S"))
        step = p.certify(0 <= S(n + 1), p.assume(0 <= S(n)), p.next("S", n), squares=[self.g(n + 1)])
        return p.induction(n, 0, 0 <= S(n), base, step)

    def moment_bounds(self, p: Prover) -> tuple[Theorem, Theorem]:
        """1 <= k, 0 <= n |- S (1 - n/k) <= k v(k, n), and k v(k, n) <= S with S = S(n)."""
        inverse, low, small = self.share(p)
        S, g = self.squares, self.g(n + 1)

        def V(n: Any) -> Any:
            return k * self.adam.slot("v", n)

        grown = p.certify(eq(V(n + 1), (1 - inv(k)) * V(n) + g**2), p.next("v", k, n), inverse)
        sums, nonneg, begun = p.next("S", n), self.sums_nonneg(p), [p.start("v", k), p.start("S")]
        kept = p.certify(0 <= 1 - inv(k), small)
        above = p.assume(V(n) <= S(n))
        falls = p.certify((1 - inv(k)) * V(n) <= (1 - inv(k)) * S(n), above, kept)
        lost = p.certify(0 <= inv(k) * S(n), low, nonneg)
        base, step = p.certify(V(0) <= S(0), *begun), p.certify(V(n + 1) <= S(n + 1), grown, sums, falls, lost)
        high = p.induction(n, 0, V(n) <= S(n), base, step)

        def least(n: Any) -> Any:
            return S(n) * (1 - n * inv(k)) <= V(n)

        rises = p.certify((1 - inv(k)) * (S(n) * (1 - n * inv(k))) <= (1 - inv(k)) * V(n), p.assume(least(n)), kept)
        start = p.assume(0 <= n)
        more = p.certify(
            0 <= S(n) * (n * inv(k) ** 2), nonneg, p.certify(0 <= n * inv(k) ** 2, start, squares=[inv(k)])
        )
        square = p.certify(0 <= g**2 * ((n + 1) * inv(k)), p.certify(0 <= (n + 1) * inv(k), start, low), squares=[g])
        base = p.certify(least(lift(0)), *begun)
        step = p.certify(least(n + 1), grown, sums, rises, more, square)
        return p.induction(n, 0, least(n), base, step), high

    def power_bounds(self, p: Prover) -> tuple[Theorem, Theorem]:
        """1 <= k, 0 <= n |- 0 <= p2(k, n), and p2(k, n) <= 1."""
        _, low, small = self.share(p)
        q, following, begun = self.adam.families["p2"], p.next("p2", k, n), p.start("p2", k)
        kept = p.certify(0 <= 1 - inv(k), small)
        grown = p.certify(0 <= q(k, n + 1), p.assume(0 <= q(k, n)), following, kept)
        nonneg = p.induction(n, 0, 0 <= q(k, n), p.certify(0 <= q(k, 0), begun), grown)
        shrunk = p.certify(0 <= inv(k) * q(k, n), low, nonneg)
        fallen = p.certify(q(k, n + 1) <= 1, p.assume(q(k, n) <= 1), following, shrunk)
        return nonneg, p.induction(n, 0, q(k, n) <= 1, p.certify(q(k, 0) <= 1, begun), fallen)

    def correction_bounds(self, p: Prover) -> tuple[Theorem, Theorem]:
        """1 <= k, 0 <= n |- n - n^2/k <= k (1 - p2(k, n)), and k (1 - p2(k, n)) <= n."""
        inverse, low, _ = self.share(p)
        start = p.assume(0 <= n)

        def q(n: Any) -> Any:
            return self.adam.slot("p2", n)

        following, begun = p.next("p2", k, n), p.start("p2", k)
        most = self.power_bounds(p)[1]

        def u(n: Any) -> Any:
            return k * (1 - q(n))

        grown = p.certify(eq(u(n + 1), u(n) + q(n)), following, inverse)
        base, step = p.certify(u(0) <= 0, begun), p.certify(u(n + 1) <= n + 1, p.assume(u(n) <= n), grown, most)
        high = p.induction(n, 0, u(n) <= n, p.restate(u(0) <= lift(0), base), step)
        least = p.certify(1 - n * inv(k) <= q(n), high, inverse, low)  # q = 1 - u/k
        base = p.certify(lift(0) - lift(0) ** 2 * inv(k) <= u(0), begun)
        old = p.assume(n - n**2 * inv(k) <= u(n))
        spare = p.certify(0 <= (n + 1) * inv(k), start, low)
        step = p.certify((n + 1) - (n + 1) ** 2 * inv(k) <= u(n + 1), old, grown, least, spare)
        return p.induction(n, 0, n - n**2 * inv(k) <= u(n), base, step), high

    # limits

    def moment_limit(self, p: Prover) -> Theorem:
        """0 <= n |- k v(k, n+1)/(k (1 - p2(k, n+1))) -> S/(n+1), in other words."""
        later = p.certify(0 <= n + 1, p.assume(0 <= n))
        N, S = n + 1, self.squares(n + 1)
        ends = []
        for (low, high), value in ((self.moment_bounds(p), S), (self.correction_bounds(p), N)):
            below, above = (p.cut(p.inst(f, {n: n + 1}), later) for f in (low, high))
            below = p.restate(value - value * N * inv(k) <= above.claim.left, below)
            fading = p.lim_op("mul", p.lim_const(-value * N, k), p.lim_recip(k))
            lower = p.lim_op("add", p.lim_const(value, k), fading)
            below = p.restate(lower.claim.left <= above.claim.left, below)
            ends.append(p.lim_squeeze(lower, p.lim_const(value, k), 1, below, above))
        positive = p.certify(0 < N, p.assume(0 <= n))
        nonzero = p.certify(0 < ends[1].claim.right ** 2, p.certify(0 < N**2, positive))
        return p.lim_op("mul", ends[0], p.lim_inv(ends[1], nonzero))

    def ratio_is(self, p: Prover) -> Theorem:
        """1 <= k, 0 <= n |- k v/(k (1 - p2)) = v_hat of step n + 1."""
        inverse, _, _ = self.share(p)
        q, b = self.adam.slot("p2", n + 1), 1 - inv(k)
        following = p.next("p2", k, n)
        held = p.certify(eq(self.adam.slot("p2", n) * b, q), following)
        ratio = p.rewrite(held, lambda z: inv(1 - z))
        moment = p.restate(eq(self.adam.value("v", n), self.adam.slot("v", n + 1)), p.next("v", k, n))
        room = self.room(p)
        whole = p.inverse(p.certify(0 < k * (1 - q), p.certify(0 < k, p.assume(1 <= k)), room))
        goal = eq(k * self.adam.slot("v", n + 1) * inv(k * (1 - q)), self.v_hat(n))
        return p.certify(goal, ratio, moment, whole, p.inverse(room), inverse)

    def room(self, p: Prover) -> Theorem:
        """1 <= k, 0 <= n |- 0 < 1 - p2(k, n+1)."""
        q, small = self.adam.families["p2"], self.share(p)[2]
        positive = p.inv_positive(p.certify(0 < k, p.assume(1 <= k)))
        falls = p.certify(
            q(k, n) * (1 - inv(k)) <= 1 - inv(k), self.power_bounds(p)[1], p.certify(0 <= 1 - inv(k), small)
        )
        return p.certify(0 < 1 - q(k, n + 1), p.next("p2", k, n), falls, positive)

    def squared_gap(self, p: Prover, limit: Theorem, equal: Theorem, wanted: Any) -> Theorem:
        """(b - L)^2 -> 0 from a -> L, in other words, and 1 <= k |- a = b."""
        b = equal.claim.right
        gap = p.lim_op("add", limit, p.lim_const(-lift(wanted), k))
        square = p.lim_op("mul", gap, gap)
        same = p.certify((b - wanted) ** 2 <= square.claim.left, equal)
        nonneg = p.certify(0 <= (b - wanted) ** 2, squares=[b - wanted])
        return p.lim_squeeze(p.lim_const(0, k), square, 1, nonneg, same)

    def moments_meet(self, p: Prover) -> Theorem:
        """0 <= n |- (v_hat - S/(n+1))^2 -> 0 in step n + 1."""
        return self.squared_gap(p, self.moment_limit(p), self.ratio_is(p), self.squares(n + 1) / (n + 1))

    def steps_meet(self, p: Prover) -> Theorem:
        """0 <= n, 0 < S(n+1) |- (Adam's step - AdaGrad's)^2 -> 0 in step n + 1."""
        N, S = n + 1, self.squares(n + 1)
        positive, some = p.certify(0 < N, p.assume(0 <= n)), p.assume(0 < S)
        moments = self.moment_limit(p)
        end = p.certify(0 < moments.claim.right, p.certify(0 < S / N, some, p.inv_positive(positive)))
        root = p.lim_op("sqrt", moments)
        below = p.sqrt_positive(end)
        inverse = p.lim_inv(root, p.certify(0 < root.claim.right**2, below))
        rate = self.rate.value("result", 0, t=N)
        scale = rate * self.g(N)
        limit = p.lim_op("mul", p.lim_const(scale, k), inverse)
        mean = p.certify(0 <= S / N, p.certify(0 < S / N, some, p.inv_positive(positive)))
        split = p.sqrt_product(p.certify(0 <= N, positive), mean)
        whole = p.rewrite(p.certify(eq(N * (S / N), S), p.inverse(positive)), sqrt)
        roots = [p.inverse(p.sqrt_positive(x)) for x in (positive, p.restate(0 < S / N, end), some)]
        product = p.chain(eq(sqrt(N) * sqrt(S / N), sqrt(S)), split, whole)  # for S/N as for S
        ends = p.certify(eq(inv(sqrt(N)) * inv(sqrt(S / N)), inv(sqrt(S))), product, *roots)
        equal = p.certify(eq(limit.claim.left, self.adam_step(n)), p.rewrite(self.ratio_is(p), lambda z: inv(sqrt(z))))
        found = self.squared_gap(p, limit, equal, limit.claim.right)
        same = p.certify(eq(found.claim.left, (self.adam_step(n) - self.adagrad_step(n)) ** 2), ends)
        gap = same.claim.right
        return p.lim_squeeze(
            p.lim_const(0, k),
            found,
            1,
            p.certify(0 <= gap, squares=[gap.args[0]]),
            p.certify(gap <= found.claim.left, same),
        )
