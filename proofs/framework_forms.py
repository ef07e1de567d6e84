"""Which form of Adam, AMSGrad and Nadam a framework runs: two rules on one history of gradients, pair by pair.

`PAIRS` has every pair of forms with the change of eps, parameters or step size under which they walk alike, if there is
one. `same(a, b)` states that they do under that change, `unchanged(a, b)` that they do with equal parameters, and
`rates(a, b)` that the quotient of their steps at eps = 0 is the same for all histories, as it is where a schedule of
step sizes takes one to the other. The files `forms_*` prove or refute these sentences; `table()` is the outcome.

Throughout, n steps are done, the gradients g(1), g(2), ... are any numbers, and both rules begin at `start`. A power of
the schedule of Nadam, 0.96**(t psi) with psi = `momentum_decay` or 1/250, is read as r^t with r = 0.96^psi.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.language.tree import Apply
from adamtheory.logic.evaluate import Ball
from adamtheory.logic.notation import Family, Setting, eq, integers, lift, power, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.rules import RULES

n, t = integers("n t")
g, h = Family("g"), Family("h")  # histories of gradients
start, lr, beta1, beta2, eps, lam, r = (Family(name)() for name in ("start", "lr", "beta1", "beta2", "eps", "lam", "r"))

Scalars = Mapping[str, Any]


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

    change        in words; None where none is known
    one, two      scalars of the first and of the second form that are changed
    schedule      what r is in the change; None leaves the text as it is
    needs         the assumptions of the proof, names out of `RANGES`
    further       endings of the names of more theorems about the two, beside the equality
    proportional  whether at eps = 0, all else equal, the steps have one quotient on all histories
    """

    first: str
    second: str
    change: str | None = None
    one: Scalars = field(default_factory=dict)
    two: Scalars = field(default_factory=dict)
    schedule: int | None = None
    needs: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    proportional: bool = False


BETA1, BETA2 = ("beta1_nonnegative", "beta1_below_one"), ("beta2_nonnegative", "beta2_below_one")
POSITIVE = ("beta2_positive", "beta2_below_one")
RANGES: Mapping[str, Rel] = {
    "lr_nonnegative": 0 <= lr,
    "lr_positive": 0 < lr,
    "beta1_nonnegative": 0 <= beta1,
    "beta1_positive": 0 < beta1,
    "beta1_below_one": beta1 < 1,
    "beta2_nonnegative": 0 <= beta2,
    "beta2_positive": 0 < beta2,
    "beta2_below_one": beta2 < 1,
    "eps_nonnegative": 0 <= eps,
    "eps_positive": 0 < eps,
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
    Pair("adam", "adam_eps_hat", f"{HAT} in adam", {"eps": lambda t: eps / room(t)}, needs=BETA2,
         further=("shorter",), proportional=True),
    Pair("adam", "adam_uncorrected", f"{RATE_AND_EPS} in adam_uncorrected", two=CORRECTED, needs=BETA2,
         proportional=True),
    Pair("adam", "adam_eps_inside", "eps = 0", NO_EPS, NO_EPS, further=("no_eps",), proportional=True),
    Pair("adam_eps_hat", "adam_uncorrected", f"{RATE} in adam_uncorrected", two=CORRECTED_RATE, proportional=True),
    Pair("adam_eps_hat", "adam_eps_inside", "eps = 0", NO_EPS, NO_EPS, needs=BETA2, proportional=True),
    Pair("adam_uncorrected", "adam_eps_inside", f"eps = 0, {RATE} in adam_uncorrected",
         {**CORRECTED_RATE, **NO_EPS}, NO_EPS, needs=BETA2, proportional=True),
    Pair("amsgrad", "amsgrad_torch", f"{RATE_AND_EPS} in amsgrad", CORRECTED, needs=BETA2, proportional=True),
    Pair("amsgrad", "amsgrad_optax"),
    Pair("amsgrad_torch", "amsgrad_optax", further=("first_step", "longer")),
    Pair("adamx", "amsgrad", "lam = 1", {"lam": 1}, needs=("beta1_below_one",), further=("first_step",)),
    Pair("nadam", "nadam_constant", f"{STILL} in nadam", schedule=0),
    Pair("nadam", "nadam_dozat", f"eps = 0, {STILL} in nadam, lr/sqrt(beta2) in nadam_dozat",
         NO_EPS, {**LONGER, **NO_EPS}, 0, needs=(*BETA1, *POSITIVE)),
    Pair("nadam", "nadam_torch", f"{STILL} in both, {FACTOR} in nadam_torch", two=SCALED, schedule=0,
         needs=POSITIVE),
    Pair("nadam", "nadam_keras"),
    Pair("nadam", "nadam_optax", f"{STILL} in nadam, {FACTOR} in nadam_optax", two=SCALED, schedule=0,
         needs=POSITIVE),
    Pair("nadam_constant", "nadam_dozat", "eps = 0, lr/sqrt(beta2) in nadam_dozat", NO_EPS, {**LONGER, **NO_EPS},
         needs=(*BETA1, *POSITIVE), proportional=True),
    Pair("nadam_constant", "nadam_torch", f"{STILL} and {FACTOR} in nadam_torch", two=SCALED, schedule=0,
         needs=POSITIVE),
    Pair("nadam_constant", "nadam_keras"),
    Pair("nadam_constant", "nadam_optax", f"{FACTOR} in nadam_optax", two=SCALED, needs=POSITIVE,
         proportional=True),
    Pair("nadam_torch", "nadam_dozat", f"eps = 0, {STILL} in nadam_torch", NO_EPS, NO_EPS, 0,
         needs=(*BETA1, *BETA2)),
    Pair("nadam_keras", "nadam_dozat"),
    Pair("nadam_optax", "nadam_dozat", "eps = 0", NO_EPS, NO_EPS, needs=(*BETA1, *BETA2), proportional=True),
    Pair("nadam_torch", "nadam_keras", "momentum_decay = 1 in nadam_torch", {"momentum_decay": 1}),
    Pair("nadam_torch", "nadam_optax", f"{STILL} in nadam_torch", schedule=0, further=("shorter",)),
    Pair("nadam_keras", "nadam_optax"),
)  # fmt: skip


def pair(first: str, second: str) -> Pair:
    """The entry of `PAIRS`."""
    return next(p for p in PAIRS if (p.first, p.second) == (first, second))


# --- two rules on one history -----------------------------------------------------------------------------------------


def step_of(rule: Rule) -> Apply:
    """N/D of a rule whose new iterate is x - N/D."""
    step = rule.results[0].args[1] if isinstance(rule.results[0], Apply) else None
    if not isinstance(step, Apply) or step.op != "div":
        raise ValueError(f"the new iterate of {rule.name} is not written as x - N/D")
    return step


def scheduled(name: str) -> bool:
    """Whether the text has the power 0.96**(t psi), for psi = 1/250 or a parameter."""
    return name in ("nadam", "nadam_torch")


PSI = Fraction(1, 250)
POWER = (Fraction(24, 25), PSI)  # 0.96**psi, for which r stands


def play(setting: Setting, name: str, scalars: Scalars, schedule: Any, history: Family = g, at: Any = start) -> Reading:
    """A rule read on a history of gradients, its sequences called after it; without a start only its moments."""
    rule = RULES[name]
    mark = "" if history is g else f"_{history.name}"
    families = {slot: f"{slot}_{name}{mark}" for slot in (*(s.name for s in rule.slots), "x")}
    if rule.scalar("momentum_decay"):
        scalars = {"momentum_decay": PSI, **scalars}
    roots = {POWER: schedule} if scheduled(name) and schedule is not None else {}
    inputs = {"g": lambda t, x: history(t)}
    return read(rule, setting, inputs=inputs, scalars=scalars, start=at, names=families, roots=roots)


def begin(constants: str, *histories: Family) -> Setting:
    """A setting with histories of gradients and constants."""
    setting = Setting()
    for history in histories:
        setting.family(history.name, "Z")
    setting.constants(constants)
    return setting


def assume(setting: Setting, needs: Iterable[str]) -> None:
    """Assume what is named, in the words of `RANGES`."""
    for name in needs:
        setting.assume(name, RANGES[name])


def in_range(first: str, second: str) -> tuple[str, ...]:
    """The assumptions that all parameters of two rules are in their ranges, and r between 0 and 1."""
    needs: tuple[str, ...] = ("lr_nonnegative", *BETA1, *BETA2, "eps_nonnegative")
    if scheduled(first) or scheduled(second):
        needs += ("r_positive", "r_below_one")
    if RULES[first].scalar("lam") or RULES[second].scalar("lam"):
        needs += ("lam_nonnegative", "lam_at_most_one")
    return needs


@dataclass(frozen=True)
class Forms:
    """Two rules on one history of gradients, from one start."""

    setting: Setting
    first: Reading
    second: Reading
    needs: tuple[str, ...]

    def claim(self, n: Any) -> Rel:
        """After n steps both are at the same place."""
        return eq(self.first.slot("x", n), self.second.slot("x", n))

    def statement(self) -> Statement:
        """They are after every n steps, on every history."""
        return Statement(self.setting, self.claim(n), [0 <= n], self.needs)

    def first_step(self) -> Statement:
        """They are after one step, on every history."""
        return Statement(self.setting, self.claim(lift(1)), [], self.needs)

    def witness(self) -> Witness:
        """Gradients t, beta2 = 1/2 where it is positive and 0 for the rest, after one step."""
        half = {"beta2": ([], Fraction(1, 2))} if "beta2_positive" in self.needs else {}
        return Witness({"g": ([t], t), **half}, values={n: 1})

    def model(self, *gradients: int | Fraction, eps: int | Fraction = 0) -> Model:
        """These gradients, with the parameters of `DEFAULTS`."""
        return Model({n: len(gradients)}, {"g": table_of(gradients), **defaults(self.setting), "eps": eps})

    def difference(self, model: Model) -> Any:
        """The iterate of the first less that of the second in a model: a `Fraction`, or an `arb` around the number."""
        claim = self.claim(n)
        return model.interpretation(self.setting.theory).value(claim.left - claim.right, model.values)


def same(first: str, second: str) -> Forms:
    """Both forms under the change that `PAIRS` has for them."""
    p = pair(first, second)
    setting = begin("start lr beta1 beta2" + ("" if p.one.get("eps") == 0 else " eps"), g)
    schedule = None if p.schedule is None else lift(p.schedule)
    readings = [play(setting, name, scalars, schedule) for name, scalars in ((first, p.one), (second, p.two))]
    assume(setting, p.needs)
    return Forms(setting, readings[0], readings[1], p.needs)


def unchanged(first: str, second: str, needs: tuple[str, ...] | None = None) -> Forms:
    """Both forms with the same parameters, which are in their ranges if nothing else is said."""
    needs = in_range(first, second) if needs is None else needs
    setting = begin("start lr beta1 beta2 eps" + (" r" if "r_positive" in needs else ""), g)
    readings = [play(setting, name, {}, r) for name in (first, second)]
    assume(setting, needs)
    return Forms(setting, readings[0], readings[1], needs)


@dataclass(frozen=True)
class Rates:
    """Two rules at eps = 0 on two histories of gradients."""

    setting: Setting
    on_g: tuple[Reading, Reading]
    on_h: tuple[Reading, Reading]
    needs: tuple[str, ...]

    def statement(self) -> Statement:
        """The quotient of the steps of the two rules is the same on both histories, in step n + 1."""
        (a, b), (c, d) = (
            [reading.value(step_of(reading.rule), n) for reading in two] for two in (self.on_g, self.on_h)
        )
        return Statement(self.setting, eq(a * d, c * b), [0 <= n], self.needs)

    def model(self, one: Sequence[int | Fraction], two: Sequence[int | Fraction]) -> Model:
        """These two histories, with the parameters of `DEFAULTS`; the claim is about the last step."""
        histories = {"g": table_of(one), "h": table_of(two)}
        return Model({n: len(one) - 1}, {**histories, **defaults(self.setting)})


def rates(first: str, second: str) -> Rates:
    """Both forms with the same parameters but eps = 0, on two histories."""
    needs = tuple(name for name in in_range(first, second) if name != "eps_nonnegative")
    setting = begin("lr beta1 beta2" + (" r" if "r_positive" in needs else ""), g, h)
    on_g, on_h = (
        tuple(play(setting, name, NO_EPS, r, history, None) for name in (first, second)) for history in (g, h)
    )
    assume(setting, needs)
    return Rates(setting, on_g, on_h, needs)


# --- models -----------------------------------------------------------------------------------------------------------


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
    "r": RealPower(*POWER),
}


def defaults(setting: Setting) -> dict[str, Any]:
    """The values of `DEFAULTS` for the constants that the setting has."""
    declared = {name for name, _ in setting.theory.names}
    return {name: value for name, value in DEFAULTS.items() if name in declared}


def table_of(gradients: Sequence[int | Fraction]) -> dict[tuple[int], int | Fraction]:
    """A history as a table; what comes later is 0."""
    return {(k,): value for k, value in enumerate(gradients, 1)}


# --- the table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What is known of a pair.

    change       under which both walk alike, with the name of its `proof`; "" where none is known
    refutation   the file that refutes that they do with equal parameters
    gradients    the shortest history on which they part, the parameters being those of `DEFAULTS`, with eps
    difference   the iterate of the first less that of the second after it: a fraction, or six digits
    rates        the file that refutes that a schedule of step sizes takes one to the other, where nothing else differs
                 and eps = 0; "" where one does
    further      more theorems about the two
    """

    first: str
    second: str
    change: str
    proof: str
    refutation: str
    gradients: tuple[int | Fraction, ...]
    eps: int | Fraction
    difference: str
    rates: str
    further: tuple[str, ...]


def shown(number: Any) -> str:
    """A fraction as it is, a ball by six digits."""
    return str(number) if isinstance(number, Fraction) else str(number.str(6, radius=False))


def table() -> tuple[Row, ...]:
    """All pairs, from the files that prove and refute."""
    return tuple(map(_row, PAIRS))


def _row(p: Pair) -> Row:
    proof = f"forms_{p.first}_{p.second}"
    file = importlib.import_module(f"adamtheory.proofs.{proof}_refuted")
    model = file.counterexample()
    history = tuple(model.families["g"][k,] for k in range(1, model.values[n] + 1))
    difference = shown(file.forms.difference(model))
    names = ("", "") if p.change is None else (p.change, proof)
    rates_file = "" if p.proportional else f"{proof}_rates_refuted"
    further = tuple(f"{proof}_{ending}" for ending in p.further)
    eps_there = model.families["eps"]
    return Row(p.first, p.second, *names, f"{proof}_refuted", history, eps_there, difference, rates_file, further)
