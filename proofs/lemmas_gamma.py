"""The quantity Gamma on which the regret proofs of adaptive methods telescope, read from the text of a rule.

Gamma_{t+1} = d_{t+1}/alpha_{t+1} - d_t/alpha_t, where d_t is the denominator of step t, sqrt(V_t) + eps, and the step
size is alpha_t = alpha/sqrt(t) if nothing else is said. Its sign decides whether the telescoping sum can be bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adamtheory import schedules
from adamtheory.language.rule import Rule
from adamtheory.language.tree import names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, integers, lift, power, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.proofs.lemmas_average import average_nonneg, decaying, held_power, power_below_one

n, t = integers("n t")


@dataclass(frozen=True)
class Method:
    """A rule with gradients g(t) and step sizes alpha_t."""

    setting: Setting
    g: Family
    reading: Reading
    schedule: Reading

    def slot(self, name: str, n: Any) -> Any:
        """A slot after n steps."""
        return self.reading.slot(name, n)

    def scalar(self, name: str) -> Any:
        """A scalar of the text."""
        return lift(self.reading.scalars[name])

    def rate(self, t: Any) -> Any:
        """The step size of step t."""
        return self.schedule.value("result", 0, t=t)

    def denominator(self, t: Any) -> Any:
        """The denominator of step t, in terms of the slots after that step."""
        return after(self.reading, "denominator", t)

    def gamma(self, t: Any) -> Any:
        """Gamma between step t and step t + 1."""
        return self.denominator(t + 1) / self.rate(t + 1) - self.denominator(t) / self.rate(t)

    def assume_eps(self) -> str:
        """Assume 0 <= eps; the name of the assumption."""
        self.setting.assume("eps_nonnegative", 0 <= self.scalar("eps"))
        return "eps_nonnegative"

    def assume_beta2(self) -> tuple[str, str]:
        """Assume 0 <= beta2 < 1; the names of the assumptions."""
        return decaying(self.setting, self.scalar("beta2"), "beta2")

    def witness(self, **families: Any) -> Witness:
        """Gradients t, alpha = 1, n = 1, and families as given."""
        constants = {"alpha": ([], 1), **families}
        return Witness({"g": ([t], t), **constants}, values={n: 1})


def method(rule: Rule, slots: tuple[str, ...], constant_rate: bool = False, **scalars: Any) -> Method:
    """A setting with the text of the rule and of alpha_t = alpha/sqrt(t), or alpha; 0 < alpha is assumed.

    Scalars may be numbers, or functions of t in terms of the family b(t), which is declared for them.
    """
    setting = Setting()
    if any(callable(scalar) for scalar in scalars.values()):
        setting.family("b", "Z")
    g, alpha = setting.family("g", "Z"), setting.constant("alpha")
    chosen = schedules.constant if constant_rate else schedules.inverse_sqrt
    schedule = read(chosen, setting, scalars={"lr": alpha})
    scalars = {"lr": lambda t: schedule.value("result", 0, t=t), **scalars}
    found = read(rule, setting, inputs={"g": lambda t, x: g(t)}, slots=slots, scalars=scalars)
    setting.assume("step_positive", 0 < alpha)
    return Method(setting, g, found, schedule)


def after(reading: Reading, wanted: str, n: Any) -> Any:
    """A value of the body as it stands in step n, written in terms of the slots after n steps."""
    rule, found = reading.rule, reading.environment(n - 1)
    ends = {end: s.name for s, end in zip(rule.slots, rule.next_slots, strict=True) if s.name in reading.families}
    for line in rule.body:
        if line.target in ends:
            found[line.target] = reading.slot(ends[line.target], n)
        elif names(line.value) <= set(found):
            found[line.target] = reading.translate(line.value, found)
    return reading.translate(reading.expression(wanted), found)


# --- roots ------------------------------------------------------------------------------------------------------------


def begun(p: Prover) -> tuple[Theorem, Theorem]:
    """1 <= n |- 0 <= n, and 0 <= n+1."""
    start = p.assume(1 <= n)
    return p.certify(0 <= n, start), p.certify(0 <= n + 1, start)


def longer_root(p: Prover) -> Theorem:
    """1 <= n |- sqrt(n) <= sqrt(n+1)."""
    return p.sqrt_monotone(p.certify(n <= n + 1), begun(p)[0])


def weighted_root(p: Prover, old: Theorem, new: Theorem, rises: Theorem) -> Theorem:
    """1 <= n |- sqrt(n) sqrt(V) <= sqrt(n+1) sqrt(W) from 0 <= V, 0 <= W and n V <= (n+1) W."""
    before, later = begun(p)
    V, W = old.claim.right, new.claim.right
    monotone = p.sqrt_monotone(rises, p.certify(0 <= n * V, before, old))
    first, second = p.sqrt_product(before, old), p.sqrt_product(later, new)
    return p.chain(sqrt(n) * sqrt(V) <= sqrt(n + 1) * sqrt(W), monotone, first, second)


def upwards(p: Prover) -> Theorem:
    """0 < 1/alpha."""
    return p.inv_positive(p.given("step_positive"))


def gamma_of_roots(p: Prover, s: Method, roots: Theorem) -> Theorem:
    """1 <= n |- 0 <= Gamma where d_t = sqrt(V_t) + eps, from sqrt(n) sqrt(V) <= sqrt(n+1) sqrt(W)."""
    longer = p.certify(0 <= s.scalar("eps") * (sqrt(n + 1) - sqrt(n)), longer_root(p), p.given("eps_nonnegative"))
    rises = p.chain(sqrt(n) * s.denominator(n) <= sqrt(n + 1) * s.denominator(n + 1), roots, longer)
    return p.certify(0 <= s.gamma(n), rises, upwards(p))


# --- second moments ---------------------------------------------------------------------------------------------------


def adamnc_nonneg(p: Prover, s: Method) -> Theorem:
    """0 <= n |- 0 <= v(n) for AdamNC, whose rate is 1 - 1/(n+1)."""
    positive = p.certify(0 < n + 1, p.assume(0 <= n))
    share = p.inv_positive(positive)
    low = p.certify(0 <= 1 - 1 / (n + 1), p.assume(0 <= n), share, p.inverse(positive))  # n/(n+1)
    return average_nonneg(p, s.reading, low, p.certify(1 - 1 / (n + 1) <= 1, share))


def adamnc_sum(p: Prover, s: Method) -> Theorem:
    """0 <= n |- (n+1) v(n+1) = n v(n) + g(n+1)^2 for AdamNC."""
    v = s.reading.families["v"]
    inverse = p.inverse(p.certify(0 < n + 1, p.assume(0 <= n)))
    return p.certify(eq((n + 1) * v(n + 1), n * v(n) + s.g(n + 1) ** 2), p.next("v", n), inverse)


def maximum_rises(p: Prover, s: Method) -> tuple[Theorem, Theorem]:
    """0 <= n |- V(n) <= V(n+1), and 0 <= V(n)."""
    V, following = s.reading.families["v_max"], p.next("v_max", n)
    rises = p.chain(V(n) <= V(n + 1), p.max_left(*following.claim.right.args), following)
    step = p.chain(0 <= V(n + 1), p.assume(0 <= V(n)), rises)
    return rises, p.induction(n, 0, 0 <= V(n), p.certify(0 <= V(0), p.start("v_max")), step)


def gamma_of_maximum(p: Prover, s: Method) -> Theorem:
    """1 <= n |- 0 <= Gamma for a rule that divides by sqrt(v_max) + eps."""
    before, later = begun(p)
    rises, nonneg = maximum_rises(p, s)
    V = s.reading.families["v_max"]
    old, new = p.using(nonneg, before), p.cut(p.inst(nonneg, {n: n + 1}), later)
    grown = p.using(rises, before)
    more = p.certify(n * V(n) <= (n + 1) * V(n + 1), grown, new, before)
    return gamma_of_roots(p, s, weighted_root(p, old, new, more))


# --- where it is negative ---------------------------------------------------------------------------------------------


def gamma_negative(p: Prover, s: Method, old: Theorem, new: Theorem, falls: Theorem) -> Theorem:
    """1 <= n |- Gamma < 0 where d_t = sqrt(V_t), from 0 <= V, 0 <= W and (n+1) W < n V."""
    V, W = old.claim.right, new.claim.right
    roots = [p.sqrt_square(x) for x in (old, new, *begun(p))]
    first, second = sqrt(n + 1) * sqrt(W), sqrt(n) * sqrt(V)
    below = p.certify(first**2 < second**2, *roots, falls)
    nonneg = p.certify(0 <= second, p.sqrt_nonneg(n), p.sqrt_nonneg(V))
    return p.certify(s.gamma(n) < 0, p.squares_strict(below, nonneg), upwards(p))


def share_falls(p: Prover, b: Any, low: Theorem, high: Theorem) -> Theorem:
    """1 <= n |- (n+1) b (1 - b^n) < n (1 - b^(n+1)) from 0 <= b and b < 1.

    The difference is n - (n+1) b + b q with q = b^n: (1-b)^2 at n = 1, and it grows by (1-b) (1 - b q).
    """
    q, before = power(b, n), begun(p)[0]
    kept = p.certify(0 < 1 - b, high)
    less = p.using(power_below_one(p, low, high, n), before)
    following = p.using(p.power_next(b, p.assume(0 <= n)), before)
    base = p.certify(0 < 1 - 2 * b + b * power(b, lift(1)), p.certify(0 < (1 - b) ** 2, kept))
    claim = 0 < n - (n + 1) * b + b * q
    step = p.certify(0 < n + 1 - (n + 2) * b + b * power(b, n + 1), p.assume(claim), following, less, kept)
    grown = p.induction(n, 1, claim, base, step)
    return p.certify((n + 1) * b * (1 - q) < n * (1 - power(b, n + 1)), grown, following)


def corrections_positive(p: Prover, s: Method, low: Theorem, high: Theorem) -> tuple[Theorem, Theorem]:
    """1 <= n |- 0 < 1 - p2(n) and 0 < 1 - p2(n+1), for a rule whose slot p2 holds beta2^n, from beta2 in [0, 1)."""
    b, p2 = low.claim.right, s.reading.families["p2"]
    before, later = begun(p)
    held, below = held_power(p, "p2", b, n), power_below_one(p, low, high, n)  # b^(n+1) < 1
    small = p.cut(p.inst(below, {n: n - 1}), p.certify(0 <= n - 1, p.assume(1 <= n)))
    first = p.certify(0 < 1 - p2(n), p.using(held, before), small)
    second = p.certify(0 < 1 - p2(n + 1), p.cut(p.inst(held, {n: n + 1}), later), p.using(below, before))
    return first, second


# --- the maximum corrected afterwards ---------------------------------------------------------------------------------


def correction_rises(p: Prover, b: Any, low: Theorem, high: Theorem) -> Theorem:
    """0 <= n |- n (1 - b^(n+1)) <= (n+1) (1 - b^n) from 0 <= b and b < 1.

    The difference is 1 - q - n q (1-b) with q = b^n; that of n+1 is b times it and (1-b) (1 - b q).
    """
    q, start = power(b, n), p.assume(0 <= n)
    following, less = p.power_next(b, start), power_below_one(p, low, high, n)
    claim = 0 <= 1 - q - n * q * (1 - b)
    rest = p.certify(0 <= (1 - b) * (1 - power(b, n + 1)), high, less)
    base = p.certify(0 <= 1 - power(b, 0) - 0 * power(b, 0) * (1 - b))
    goal = 0 <= 1 - power(b, n + 1) - (n + 1) * power(b, n + 1) * (1 - b)
    grown = p.induction(n, 0, claim, base, p.certify(goal, p.assume(claim), rest, low, following))
    return p.certify(n * (1 - power(b, n + 1)) <= (n + 1) * (1 - q), grown, following)


def gamma_of_corrected_maximum(p: Prover, s: Method, low: Theorem, high: Theorem) -> Theorem:
    """1 <= n |- 0 <= Gamma for a rule that divides by sqrt(v_max)/sqrt(1 - p2) + eps."""
    b, before, later = low.claim.right, *begun(p)
    V, p2 = (s.reading.families[name] for name in ("v_max", "p2"))
    kept, next_kept = corrections_positive(p, s, low, high)
    held, last = (p.using(f, before) for f in (held_power(p, "p2", b, n), p.next("p2", n)))
    powers = (held, last, p.using(p.power_next(b, p.assume(0 <= n)), before))
    ratio = p.using(correction_rises(p, b, low, high), before)
    slow = p.certify(n * (1 - p2(n + 1)) <= (n + 1) * (1 - p2(n)), ratio, *powers)
    rises, nonneg = maximum_rises(p, s)
    old, new = p.using(nonneg, before), p.cut(p.inst(nonneg, {n: n + 1}), later)
    factor = p.certify(0 <= n * (1 - p2(n + 1)), before, next_kept)
    goal = n * (1 - p2(n + 1)) * V(n) <= (n + 1) * (1 - p2(n)) * V(n + 1)
    more = p.certify(goal, p.using(rises, before), slow, new, factor)
    # both sides are squares of products of roots
    first = sqrt(n) * sqrt(1 - p2(n + 1)) * sqrt(V(n))
    second = sqrt(n + 1) * sqrt(1 - p2(n)) * sqrt(V(n + 1))
    roots = [p.sqrt_square(x) for x in (before, later, kept, next_kept, old, new)]
    squared = p.certify(first**2 <= second**2, more, *roots)
    sides = [p.sqrt_nonneg(x) for x in (n + 1, 1 - p2(n), V(n + 1))]
    crossed = p.squares(squared, p.certify(0 <= second, *sides, degree=3))
    rooms = p.sqrt_positive(kept), p.sqrt_positive(next_kept)
    quotients = sqrt(n) * (sqrt(V(n)) / sqrt(1 - p2(n))) <= sqrt(n + 1) * (sqrt(V(n + 1)) / sqrt(1 - p2(n + 1)))
    found = p.certify(quotients, crossed, *(p.inverse(r) for r in rooms), weights=[list(rooms)], degree=1)
    return gamma_of_roots(p, s, found)
