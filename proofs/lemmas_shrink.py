"""What decoupled decay does in the long run: the share of the weights that is left, and the ball in which they end."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, integer, lift, positive_part, power, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import n, run, sequence, start, step, together
from adamtheory.rules.adamw import adamw

k = integer("k")


def adamw_still(p: Prover, reading: Reading, decay: Any, first: Any) -> Theorem:
    """0 <= n |- x(n) = (1 - decay)^n x0 for AdamW without gradients, whose m stays 0."""
    m = sequence(reading, "m")
    none = [p.certify(eq(m(0), 0), start(p, reading, "m"))]
    (still,) = together(
        p, [(m, lambda n: lift(0))], none, lambda e: [p.certify(eq(m(n + 1), 0), *e, step(p, reading, "m"))]
    )
    x = sequence(reading)

    def closed(n: Any) -> Any:
        return power(1 - decay, n) * first

    base = p.certify(eq(x(0), closed(lift(0))), start(p, reading))
    moved = step(p, reading), still, p.power_next(1 - decay, p.assume(0 <= n))
    goal = eq(x(n + 1), closed(n + 1))
    return together(p, [(x, closed)], [base], lambda e: [p.certify(goal, *e, *moved)])[0]


class Ball:
    """AdamW, in either form, from x0 on gradients g_t, with steps of at most C times the step size."""

    def __init__(self, rule: Rule, strict: bool = False) -> None:
        self.setting = setting = Setting()
        g = setting.family("g", "Z")
        self.first, self.C = setting.constants("x0 C")
        rates: dict[str, Any] = {"eta": 1} if rule.scalar("eta") else {}
        self.reading = run(rule, setting, "W", lambda t, x: g(t), start=self.first, **rates)
        self.alpha, self.decay = self.reading.scalars["lr"], self.reading.scalars["weight_decay"]
        coupled = not rates
        self.shrink = self.alpha * self.decay if coupled else self.decay
        self.radius = self.C / self.decay if coupled else self.alpha * self.C / self.decay
        values = {name: self.reading.value(name, n) for name in ("m_hat", "v_hat")}
        self.direction = values["m_hat"] / (sqrt(values["v_hat"]) + self.reading.scalars["eps"])
        setting.assume("decay_positive", 0 < self.decay)
        setting.assume("lr_nonnegative", 0 <= self.alpha)
        setting.assume("shrink_at_most_one", self.shrink <= 1)
        setting.assume("steps_bounded", absolute(self.direction) <= self.C, [0 <= n])
        self.assumed = ["decay_positive", "lr_nonnegative", "shrink_at_most_one", "steps_bounded"]
        if strict:
            setting.assume("shrink_positive", 0 < self.shrink)
            self.assumed.append("shrink_positive")

    def x(self, n: Any) -> Any:
        """The iterate after n steps."""
        return self.reading.slot("x", n)

    def closed(self, n: Any) -> Any:
        """R + (1 - shrink)^n (|x_0| - R) with the radius R."""
        return self.radius + power(1 - self.shrink, n) * (absolute(self.first) - self.radius)

    def outside(self, n: Any) -> Any:
        """max(|x_n| - R, 0)."""
        return positive_part(absolute(self.x(n)) - self.radius)

    def statement(self) -> Statement:
        return Statement(self.setting, absolute(self.x(n)) <= self.closed(n), [0 <= n], self.assumed)

    def witness(self) -> Witness:
        """No gradients, and steps of length 0."""

        def shown(p: Prover, goal: Any, guards: Any) -> Theorem:
            if not goal.families:
                return p.certify(goal, *guards)
            m = self.reading.families["m"]
            base = [p.certify(eq(m(0), 0), p.start(m))]
            (still,) = together(
                p, [(m, lambda n: lift(0))], base, lambda e: [p.certify(eq(m(n + 1), 0), *e, p.next(m, n))]
            )
            value = goal.left.args[0]
            zero = p.certify(eq(value, 0), still)
            return p.max_least(p.certify(value <= 0, zero), p.certify(-value <= 0, zero))

        half = Fraction(1, 2)
        return Witness({"lr": ([], 1), "weight_decay": ([], half), "beta1": ([], half)}, values={n: 1}, prove=shown)

    def bound(self, p: Prover) -> Theorem:
        """0 <= n |- |x(n)| <= R + (1 - shrink)^n (|x_0| - R)."""
        kept, alpha, R = 1 - self.shrink, self.alpha, self.radius
        room = p.certify(0 <= kept, p.given("shrink_at_most_one"))
        lr, moved = p.given("lr_nonnegative"), step(p, self.reading)
        inverse = p.inverse(p.given("decay_positive"))
        short = p.given("steps_bounded", n)
        x, d = self.x(n), self.direction
        sides = []
        for sign in (1, -1):
            each = p.max_left(x, -x) if sign == 1 else p.max_right(x, -x)
            length = p.max_right(d, -d) if sign == 1 else p.max_left(d, -d)
            down = p.chain(-sign * d <= self.C, length, short)
            goal = sign * self.x(n + 1) <= kept * absolute(x) + alpha * self.C
            sides.append(p.certify(goal, moved, p.certify(sign * kept * x <= kept * absolute(x), each, room),
                                   p.certify(alpha * (-sign * d) <= alpha * self.C, down, lr)))  # fmt: skip
        y = self.x(n + 1)
        above = p.max_least(*(p.restate(s <= side.claim.right, side) for s, side in zip((y, -y), sides, strict=True)))
        claim = absolute(x) <= self.closed(n)
        longer = p.power_next(kept, p.assume(0 <= n))
        shrunk = p.certify(kept * absolute(x) <= kept * self.closed(n), p.assume(claim), room)
        fixed = p.certify(eq(kept * R + alpha * self.C, R), inverse)
        later = p.certify(absolute(y) <= self.closed(n + 1), above, shrunk, longer, fixed)
        begun = p.rewrite(start(p, self.reading), absolute)
        base = p.certify(absolute(self.x(0)) <= self.closed(lift(0)), begun)
        return p.induction(n, 0, claim, base, later)

    def limit(self, p: Prover) -> Theorem:
        """max(|x(n)| - R, 0) -> 0."""
        kept, gap = 1 - self.shrink, absolute(self.first) - self.radius
        low = p.certify(0 <= kept, p.given("shrink_at_most_one"))
        fading = p.cut(p.lim_base(kept, n), low, p.certify(kept < 1, p.given("shrink_positive")))
        size = absolute(gap)
        limit = p.lim_op("mul", p.lim_const(size, n), fading)
        nonneg = p.power_nonneg(low, n)
        far = p.certify(power(kept, n) * gap <= size * power(kept, n), p.max_left(gap, -gap), nonneg)
        positive = p.certify(0 <= size, p.max_left(gap, -gap), p.max_right(gap, -gap))
        above = p.certify(absolute(self.x(n)) - self.radius <= size * power(kept, n), self.bound(p), far)
        zero = p.certify(0 <= size * power(kept, n), positive, nonneg)
        below = p.max_right(absolute(self.x(n)) - self.radius, lift(0))
        return p.lim_squeeze(p.lim_const(0, n), limit, 0, below, p.max_least(above, zero))


# --- budgets ----------------------------------------------------------------------------------------------------------


def budget(positive: bool = True) -> tuple[Setting, Reading]:
    """`adamw` without gradients from 1, one run for every k, with the decay c/k; c <= 1 is assumed, and 0 < c."""
    setting = Setting()
    c = setting.constant("c")
    if positive:
        setting.assume("c_positive", 0 < c)
    setting.assume("c_at_most_one", c <= 1)
    given = {"start": lift(1), "coordinates": [k], "eta": 1, "weight_decay": c / k}
    return setting, run(adamw, setting, "D", lambda t, x: 0, **given)


def shrunk_at_most(p: Prover, low: Theorem, high: Theorem, n: Any) -> Theorem:
    """0 <= n |- (1-b)^n (1 + n b) <= 1 from 0 <= b and b <= 1."""
    b, m = low.claim.right, p.fresh("m", low.claim.right, n)
    begun, q = p.assume(0 <= m), power(1 - b, m)
    kept = p.certify(0 <= 1 - b, high)
    claim = q * (1 + m * b) <= 1
    following, nonneg = p.power_next(1 - b, begun), p.power_nonneg(kept, m)
    lost = p.certify(0 <= q * ((m + 1) * b**2), nonneg, p.certify(0 <= (m + 1) * b**2, begun, squares=[b]))
    step_ = p.certify(power(1 - b, m + 1) * (1 + (m + 1) * b) <= 1, p.assume(claim), following, lost)
    base = p.certify(power(1 - b, lift(0)) * (1 + lift(0) * b) <= 1)
    return p.inst(p.induction(m, 0, claim, base, step_), {m: n})


def shrunk_at_least(p: Prover, high: Theorem, n: Any) -> Theorem:
    """0 <= n |- 1 - n b <= (1-b)^n from b <= 1: Bernoulli's inequality."""
    b, m = high.claim.left, p.fresh("m", high.claim.left, n)
    begun, q = p.assume(0 <= m), power(1 - b, m)
    kept = p.certify(0 <= 1 - b, high)
    claim = 1 - m * b <= q
    down = p.certify((1 - b) * (1 - m * b) <= (1 - b) * q, p.assume(claim), kept)
    lost = p.certify(0 <= m * b**2, begun, squares=[b])
    step_ = p.certify(1 - (m + 1) * b <= power(1 - b, m + 1), down, lost, p.power_next(1 - b, begun))
    return p.inst(p.induction(m, 0, claim, p.certify(1 - lift(0) * b <= power(1 - b, lift(0))), step_), {m: n})


def share_nonneg(p: Prover) -> Theorem:
    """1 <= k |- 0 <= c/k from 0 < c."""
    share = p.inv_positive(p.certify(0 < k, p.assume(1 <= k)))
    return p.certify(0 <= Family("c")() / k, p.given("c_positive"), share)


def share_at_most_one(p: Prover) -> Theorem:
    """1 <= k |- c/k <= 1 from c <= 1."""
    c, positive = Family("c")(), p.certify(0 < k, p.assume(1 <= k))
    share = p.inv_positive(positive)
    small = p.certify(1 / k <= 1, p.assume(1 <= k), p.inverse(positive), weights=[[positive]])
    return p.certify(c / k <= 1, p.certify(c * (1 / k) <= 1 / k, p.given("c_at_most_one"), share), small)
