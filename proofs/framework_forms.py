"""Which form of Adam, AMSGrad and Nadam a framework runs: two rules on one history of gradients, pair by pair.

`PAIRS` has every pair of forms with the change of eps, parameters or step size under which they walk alike, if there is
one. `same(a, b)` states that they do so under that change, `unchanged(a, b)` that they do so with equal parameters, and
`any_rate(a, b)` that at eps = 0 their steps have one quotient in every step, whatever the history; the files `forms_*`
prove or refute these sentences. `table()` has the outcome.

Throughout, n steps are done, the gradients g(1), g(2), ... are any numbers, and both rules begin at `start`. A power of
the schedule of Nadam, 0.96**(t psi) with psi = `momentum_decay` or 1/250, is read as r^t with r = 0.96^psi.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply, Expr
from adamtheory.logic.evaluate import Ball
from adamtheory.logic.notation import Family, Setting, eq, integers, lift, power, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.rules import RULES

n, t = integers("n t")
g, h = Family("g"), Family("h")
start, lr, beta1, beta2, eps, lam, r = (
    Family(name)() for name in ("start", "lr", "beta1", "beta2", "eps", "lam", "r")
)

Scalars = Mapping[str, Any]
NONE: Scalars = {}


# --- changes of the parameters ----------------------------------------------------------------------------------------


def room(t: Any) -> Any:
    """sqrt(1 - beta2^t)."""
    return sqrt(1 - power(beta2, t))


CORRECTED_RATE: Scalars = {"lr": lambda t: lr * room(t) / (1 - power(beta1, t))}
CORRECTED: Scalars = {**CORRECTED_RATE, "eps": lambda t: eps * room(t)}
NO_EPS: Scalars = {"eps": 0}
LONGER: Scalars = {"lr": lr / sqrt(beta2)}
SCALED: Scalars = {**LONGER, "eps": eps / sqrt(beta2)}


@dataclass(frozen=True)
class Pair:
    """Two forms, and the change under which they walk alike.

    change      in words; "" where equal parameters already do, None where nothing is known that does
    one, two    scalars of the first and of the second form that are changed
    schedule    what r is in the change; None leaves the text as it is
    needs       the assumptions of the proof, names out of `RANGES`
    """

    first: str
    second: str
    change: str | None = None
    one: Scalars = field(default_factory=dict)
    two: Scalars = field(default_factory=dict)
    schedule: int | None = None
    needs: tuple[str, ...] = ()


BETA1, BETA2 = ("beta1_nonnegative", "beta1_below_one"), ("beta2_nonnegative", "beta2_below_one")
POSITIVE = ("beta2_positive", "beta2_below_one")
RANGES: Mapping[str, Rel] = {
    "lr_nonnegative": 0 <= lr,
    "beta1_nonnegative": 0 <= beta1,
    "beta1_below_one": beta1 < 1,
    "beta2_nonnegative": 0 <= beta2,
    "beta2_positive": 0 < beta2,
    "beta2_below_one": beta2 < 1,
    "eps_nonnegative": 0 <= eps,
    "lam_nonnegative": 0 <= lam,
    "lam_at_most_one": lam <= 1,
    "r_positive": 0 < r,
    "r_below_one": r < 1,
}

HAT = "eps = eps_hat/sqrt(1 - beta2^t)"
RATE = "step size lr sqrt(1 - beta2^t)/(1 - beta1^t)"
RATE_AND_EPS = f"{RATE} and eps sqrt(1 - beta2^t)"
FACTOR = "lr/sqrt(beta2) and eps/sqrt(beta2)"
STILL = "mu_t = beta1 (r = 0)"

PAIRS = (
    Pair("adam", "adam_eps_hat", f"{HAT} in the first", {"eps": lambda t: eps / room(t)}, needs=BETA2),
    Pair("adam", "adam_uncorrected", f"{RATE_AND_EPS} in the second", two=CORRECTED, needs=BETA2),
    Pair("adam", "adam_eps_inside", "eps = 0", NO_EPS, NO_EPS),
    Pair("adam_eps_hat", "adam_uncorrected", f"{RATE} in the second", two=CORRECTED_RATE),
    Pair("adam_eps_hat", "adam_eps_inside", "eps = 0", NO_EPS, NO_EPS, needs=BETA2),
    Pair("adam_uncorrected", "adam_eps_inside", f"eps = 0 and {RATE} in the first",
         {**CORRECTED_RATE, **NO_EPS}, NO_EPS, needs=BETA2),
    Pair("amsgrad", "amsgrad_torch", f"{RATE_AND_EPS} in the first", CORRECTED, needs=BETA2),
    Pair("amsgrad", "amsgrad_optax"),
    Pair("amsgrad_torch", "amsgrad_optax"),
    Pair("adamx", "amsgrad", "lam = 1", {"lam": 1}, needs=("beta1_below_one",)),
    Pair("nadam", "nadam_constant", f"{STILL} in the first", schedule=0),
    Pair("nadam", "nadam_dozat", f"{STILL} in the first, eps = 0, lr/sqrt(beta2) in the second",
         NO_EPS, {**LONGER, **NO_EPS}, 0, needs=(*BETA1, *POSITIVE)),
    Pair("nadam", "nadam_torch", f"{STILL} in both, {FACTOR} in the second", two=SCALED, schedule=0, needs=POSITIVE),
    Pair("nadam", "nadam_keras"),
    Pair("nadam", "nadam_optax", f"{STILL} in the first, {FACTOR} in the second", two=SCALED, schedule=0,
         needs=POSITIVE),
    Pair("nadam_constant", "nadam_dozat", "eps = 0, lr/sqrt(beta2) in the second", NO_EPS, {**LONGER, **NO_EPS},
         needs=(*BETA1, *POSITIVE)),
    Pair("nadam_constant", "nadam_torch", f"{STILL} and {FACTOR} in the second", two=SCALED, schedule=0,
         needs=POSITIVE),
    Pair("nadam_constant", "nadam_keras"),
    Pair("nadam_constant", "nadam_optax", f"{FACTOR} in the second", two=SCALED, needs=POSITIVE),
    Pair("nadam_dozat", "nadam_torch", f"eps = 0, {STILL} in the second", NO_EPS, NO_EPS, 0, needs=(*BETA1, *BETA2)),
    Pair("nadam_dozat", "nadam_keras"),
    Pair("nadam_dozat", "nadam_optax", "eps = 0", NO_EPS, NO_EPS, needs=(*BETA1, *BETA2)),
    Pair("nadam_torch", "nadam_keras", "momentum_decay = 1 in the first", {"momentum_decay": 1}),
    Pair("nadam_torch", "nadam_optax", f"{STILL} in the first", schedule=0),
    Pair("nadam_keras", "nadam_optax"),
)  # fmt: skip


def pair(first: str, second: str) -> Pair:
    """The entry of `PAIRS`."""
    return next(p for p in PAIRS if (p.first, p.second) == (first, second))


# --- two rules on one history -----------------------------------------------------------------------------------------


def quotient(rule: Rule) -> tuple[Expr, Expr]:
    """The expressions N and D of a rule whose new iterate is x - N/D."""
    step = rule.results[0].args[1] if isinstance(rule.results[0], Apply) else None
    if not isinstance(step, Apply) or step.op != "div":
        raise ValueError(f"the new iterate of {rule.name} is not written as x - N/D")
    return step.args[0], step.args[1]


def scheduled(rule: Rule) -> bool:
    """Whether the text has a power whose exponent is no whole number."""
    return rule.name in ("nadam", "nadam_torch")


@dataclass(frozen=True)
class Forms:
    """Two rules on one history of gradients, from one start."""

    setting: Setting
    first: Reading
    second: Reading
    needs: tuple[str, ...]

    @property
    def claim(self) -> Rel:
        """After n steps both are at the same place."""
        return eq(self.first.slot("x", n), self.second.slot("x", n))

    def statement(self) -> Statement:
        """The claim for every n and every history."""
        return Statement(self.setting, self.claim, [0 <= n], self.needs)

    def witness(self) -> Witness:
        """Gradients t, beta2 = 1/2 and the rest 0, after one step."""
        half = {"beta2": ([], Fraction(1, 2))} if "beta2_positive" in self.needs else {}
        return Witness({"g": ([t], t), **half}, values={n: 1})

    def model(self, *gradients: int | Fraction, eps: int | Fraction = 0) -> Model:
        """These gradients, at the default decay rates and lr = 1."""
        history = {(k,): value for k, value in enumerate(gradients, 1)}
        return Model({n: len(gradients)}, {"g": history, **defaults(self.setting), "eps": eps})


@dataclass(frozen=True)
class RealPower:
    """The number base^exponent, enclosed to the precision that is asked for."""

    base: Fraction
    exponent: Fraction

    def __call__(self) -> Ball:
        from flint import arb, fmpq

        base, exponent = (arb(fmpq(q.numerator, q.denominator)) for q in (self.base, self.exponent))
        return Ball(base**exponent)

    def __repr__(self) -> str:
        return f"({self.base})^({self.exponent})"


DEFAULTS: Mapping[str, Any] = {
    "start": 0,
    "lr": 1,
    "beta1": Fraction(9, 10),
    "beta2": Fraction(999, 1000),
    "lam": Fraction(999, 1000),
    "r": RealPower(Fraction(24, 25), Fraction(1, 250)),
}


def defaults(setting: Setting) -> dict[str, Any]:
    """The default decay rates and lr = 1, for the constants that the setting has."""
    declared = {name for name, _ in setting.theory.names}
    return {name: value for name, value in DEFAULTS.items() if name in declared}


def play(
    setting: Setting, name: str, scalars: Scalars, root: Any, gradients: Family = g, suffix: str = ""
) -> Reading:
    """A rule read on a history, its sequences called after it."""
    rule = RULES[name]
    families = {slot: f"{slot}_{name}{suffix}" for slot in (*(s.name for s in rule.slots), "x")}
    if root is not None and rule.scalar("momentum_decay"):
        scalars = {"momentum_decay": 1, **scalars}  # not looked at: r stands for the power
    inputs = {"g": lambda t, x: gradients(t)}
    return read(rule, setting, inputs=inputs, scalars=scalars, start=start, names=families, root=root)


def _setting(constants: str, *histories: str) -> Setting:
    setting = Setting()
    for history in histories:
        setting.family(history, "Z")
    setting.constants(constants)
    return setting


def _assume(setting: Setting, needs: tuple[str, ...]) -> None:
    for name in needs:
        setting.assume(name, RANGES[name])


def same(first: str, second: str) -> Forms:
    """Both forms under the change that `PAIRS` has for them."""
    p = pair(first, second)
    constants = "start lr beta1 beta2" + ("" if p.one.get("eps") == 0 else " eps")
    setting = _setting(constants, "g")
    readings = [
        play(setting, name, scalars, lift(p.schedule) if p.schedule is not None and scheduled(RULES[name]) else None)
        for name, scalars in ((first, p.one), (second, p.two))
    ]
    _assume(setting, p.needs)
    return Forms(setting, readings[0], readings[1], p.needs)


IN_RANGE = ("lr_nonnegative", *BETA1, *BETA2, "eps_nonnegative")


def unchanged(first: str, second: str) -> Forms:
    """Both forms with the same parameters, each in its range; r is between 0 and 1."""
    rules = RULES[first], RULES[second]
    needs = IN_RANGE
    if any(map(scheduled, rules)):
        needs += ("r_positive", "r_below_one")
    if any(rule.scalar("lam") for rule in rules):
        needs += ("lam_nonnegative", "lam_at_most_one")
    setting = _setting("start lr beta1 beta2 eps" + (" r" if "r_positive" in needs else ""), "g")
    readings = [play(setting, rule.name, NONE, r if scheduled(rule) else None) for rule in rules]
    _assume(setting, needs)
    return Forms(setting, readings[0], readings[1], needs)
