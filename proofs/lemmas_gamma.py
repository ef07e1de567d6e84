"""The quantity Gamma on which the regret proofs of adaptive methods telescope, read from the text of a rule.

Gamma_{t+1} = d_{t+1}/alpha_{t+1} - d_t/alpha_t, where d_t is the denominator of step t, sqrt(V_t) + eps, and the step
size is alpha_t = alpha/sqrt(t) if nothing else is said. Its sign decides whether the telescoping sum can be bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adamtheory.proofs.lemmas_regret import apart, put

from adamtheory import schedules
from adamtheory.language.rule import Rule
from adamtheory.language.tree import names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, integers, inv, lift, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness

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

    def witness(self, **families: Any) -> Witness:
        """Gradients t, alpha = 1, n = 1, and constants as named."""
        constants = {name: ([], value) for name, value in {"alpha": 1, **families}.items()}
        return Witness({"g": ([t], t), **constants}, values={n: 1})


def method(rule: Rule, slots: tuple[str, ...], constant_rate: bool = False, **scalars: Any) -> Method:
    """A setting with the text of the rule and of alpha_t = alpha/sqrt(t), or alpha; assumed are 0 < alpha, 0 <= eps."""
    setting = Setting()
    g, alpha = setting.family("g", "Z"), setting.constant("alpha")
    chosen = schedules.constant if constant_rate else schedules.inverse_sqrt
    schedule = read(chosen, setting, scalars={"lr": alpha})
    scalars = {"lr": lambda t: schedule.value("result", 0, t=t), **scalars}
    found = read(rule, setting, inputs={"g": lambda t, x: g(t)}, slots=slots, scalars=scalars)
    setting.assume("step_positive", 0 < alpha)
    if any(declared.name == "eps" for declared in rule.scalars) and "eps" not in scalars:
        setting.assume("eps_nonnegative", 0 <= found.scalars["eps"])
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
