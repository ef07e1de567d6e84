"""A history beyond a claimed bound: candidates are tried in floating point, one that exceeds it is confirmed exactly.

First at the default parameters: the history that the sharp bound names, then plain ones (spikes, jumps, geometric and
alternating ones); then at other values of the parameters in their ranges; then short random histories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from random import Random
from typing import TYPE_CHECKING, Any

from adamtheory.deriving.frame import t
from adamtheory.deriving.step_proof import Proof, constant_rates
from adamtheory.deriving.step_values import Numbers, meaning, sample, stabilisers
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import compile_expr, reading
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Name, names
from adamtheory.logic.evaluate import Formula
from adamtheory.logic.notation import lift, power
from adamtheory.logic.refute import Model, Refutation, refutes
from adamtheory.logic.terms import Refused

if TYPE_CHECKING:
    from adamtheory.deriving.claim_proof import Case

Values = dict[str, Fraction]
LONG, SHORT, RANDOM, CHOICES, CONFIRMATIONS = 1500, 24, 400, 60, 6
POOL = tuple(map(Fraction, ("1/10", "1/2", "9/10", "99/100", "999/1000", "19/20", "1/5", "4/5", "0", "1", "2")))
FEW = tuple(map(Fraction, ("1", "-1", "2", "1/2", "-2", "3", "1/10", "10", "0")))


@dataclass(frozen=True)
class History:
    """g(1), g(2), ... as a list, and in words; `ratio` is that of a geometric one, which is written as a formula."""

    gradients: tuple[Fraction, ...]
    words: str
    ratio: Fraction | None = None

    def family(self, last: int) -> Any:
        """What a model gives for g."""
        if self.ratio is not None and last > 6:
            return Formula((t,), power(lift(self.ratio), t - 1))
        return {(i,): g for i, g in enumerate(self.gradients[:last], 1)}


class Search:
    """The claim in floating point: `beyond` gives the first step in which a history exceeds the bound."""

    def __init__(self, case: Case) -> None:
        self.case, self.rule = case, case.rule
        self.system = arithmetic("float64")
        self.step = reading(self.rule, self.system)
        claim = case.claim
        self.bound = compile_expr(claim.bound, self.system, 1)
        self.sides = [
            (compile_expr(a, self.system, 1), compile_expr(b, self.system, 1), open_)
            for a, b, open_ in claim.conditions
        ]
        self.moving = any(Name("t") in names(e) for a, b, _ in claim.conditions for e in (a, b))
        self.left = CONFIRMATIONS

    def allowed(self, values: Values, step: int | None = None) -> bool:
        """Whether the conditions hold, as far as floating point tells; without a step those that t does not enter."""
        if step is None and self.moving:
            return True
        at = self._scalars(values, step or 1)
        with self.system.quiet():
            sides = [(float(a(at, 0)), float(b(at, 0)), open_) for a, b, open_ in self.sides]
        return all(a < b if open_ else a <= b + 1e-12 * abs(b) for a, b, open_ in sides)

    def _scalars(self, values: Values, step: int) -> dict[Name, Any]:
        number = self.system.number
        known = {name: number(value) for name, value in values.items()} | {
            "t": number(Fraction(step)),
            "eta": number(Fraction(1)),
        }
        return {Name(name): [value] for name, value in known.items()}

    def beyond(self, values: Values, history: History) -> int | None:
        """The first step in which |step| reaches the bound."""
        number = self.system.number
        slots = {s.name: [number(s.initial)] for s in self.rule.slots}
        scalars = {name: number(value) for name, value in values.items()}
        for supplied in ("t", "eta"):
            if self.rule.scalar(supplied):
                scalars[supplied] = number(Fraction(1))
        with self.system.quiet():
            for step, g in enumerate(history.gradients, 1):
                if "t" in scalars:
                    scalars["t"] = number(Fraction(step))
                (x,), slots = self.step({"x": [number(Fraction(0))], "g": [number(g)], **slots}, scalars)
                if self.moving and not self.allowed(values, step):
                    continue
                size, bound = abs(float(x[0])), float(self.bound(self._scalars(values, step), 0))
                if (
                    size == size
                    and size < 1e300
                    and size >= bound * (1 + 1e-9 if not self.case.claim.strict else 1 - 1e-12)
                ):
                    return step
        return None

    def confirm(self, values: Values, history: History, step: int) -> Refutation | None:
        """The exact refutation, if it is one."""
        if self.left <= 0:
            return None
        self.left -= 1
        case, frame = self.case, self.case.ground.frame
        families = meaning(frame, self.rule, values) | {"g": history.family(step)}
        return refutes(frame.setting.theory, case.hyps, case.goal, Model({t: step}, families))


def counterexample(case: Case, quick: bool = False) -> tuple[Refutation, dict[str, Any], str] | None:
    """The refutation with its numbers and a word on it; `quick` tries only what the sharp bound names."""
    search = Search(case)
    for candidates in (_sharp, _elsewhere) if quick else (_at_defaults, _random):
        best: tuple[int, Values, History] | None = None
        for values, history in candidates(case):
            if not search.allowed(values):
                continue
            step = search.beyond(values, history)
            if step is not None and (best is None or step < best[0]):
                best = (step, values, history)
                if step == 1:
                    break
        if best is not None:
            step, values, history = best
            found = search.confirm(values, history, step)
            if found is not None:
                return found, _numbers(found, values, history, step), _words(case, values, history, step)
    return None


def _numbers(found: Refutation, values: Values, history: History, step: int) -> dict[str, Any]:
    shown: Any = [str(g) for g in history.gradients[:step]] if step <= 12 else history.words
    return {
        "t": step,
        "parameters": {name: str(value) for name, value in values.items()},
        "history": shown,
        "|step|": float(found.left),
        "bound": float(found.right),
    }


def _words(case: Case, values: Values, history: History, step: int) -> str:
    default = sample(case.rule)
    changed = ", ".join(f"{name} = {value}" for name, value in values.items() if value != default[name])
    where = f"with {changed}" if changed else "at the default parameters"
    return f"false in step {step} of {history.words} {where}"


# --- candidates -------------------------------------------------------------------------------------------------------


def _sharp(case: Case) -> Iterator[tuple[Values, History]]:
    values = sample(case.rule)
    yield from ((values, h) for h in _extremal(case, values, LONG))


def _at_defaults(case: Case) -> Iterator[tuple[Values, History]]:
    values = sample(case.rule)
    yield from ((values, h) for h in _plain(LONG // 3))


def choices_of(rule: Rule, small: Iterable[str]) -> list[Values]:
    """Other values of the parameters, those nearest to the defaults first; `small` ones are 0."""
    default = sample(rule) | dict.fromkeys(small, Fraction(0))
    free = [p for p in rule.parameters if p.name not in {"lr", *small}]
    others = {}
    for p in free:
        around = default[p.name]
        apart = sorted((abs(v - around), v) for v in POOL if v in p.range and v != around)
        others[p.name] = [v for _, v in apart]
    found: list[tuple[int, int, Values]] = []
    for size in range(min(len(free), 2 if len(free) > 3 else 3) + 1):  # how many are changed at once
        for changed in combinations(others, size):
            for values in product(*(enumerate(others[name]) for name in changed)):
                new = {name: value for name, (_, value) in zip(changed, values, strict=True)}
                found.append((size, sum(i for i, _ in values), default | new))
    return [values for _, _, values in sorted(found, key=lambda entry: entry[:2])]


def _elsewhere(case: Case) -> Iterator[tuple[Values, History]]:
    small = stabilisers(case.proof) if case.proof is not None else set()
    for values in choices_of(case.rule, small)[:CHOICES]:
        for history in _extremal(case, values, SHORT):
            yield values, history
        if case.proof is None:
            for history in _plain(8):
                yield values, history


def _random(case: Case) -> Iterator[tuple[Values, History]]:
    random, default = Random(0), sample(case.rule)
    for k in range(RANDOM):
        length = 1 + k * 8 // RANDOM
        gradients = tuple(random.choice(FEW) for _ in range(length))
        yield default, History(gradients, "a short history")


def _extremal(case: Case, values: Values, length: int) -> Iterator[History]:
    """The history that the sharp bound names."""
    proof = case.proof
    if proof is None:
        return
    try:
        numbers = Numbers(proof, values)
        if proof.plain and constant_rates(proof) and type(proof) is Proof:
            a, b = (numbers.at(proof.numbers[name], 1) for name in "ab")
            square = proof.below.kind == "square"
            if b and (a or not square):
                ratio = b / a if square else b
                capped = min(length, _most(ratio))
                yield History(tuple(_powers(ratio, capped)), f"g(t) = ({ratio})^(t - 1)", ratio)
                return
        for last in (1, 2, 3, 5, 8, 20, 50):
            if last <= length:
                yield History(tuple(numbers.history(last)), f"the history that reaches the sharp bound in step {last}")
    except (ZeroDivisionError, Refused):
        return


def _most(ratio: Fraction) -> int:
    """How far a geometric history stays in the range of floating point."""
    from math import log

    return LONG if ratio == 1 else max(2, int(300 / abs(log(float(ratio)))))


def _powers(ratio: Fraction, length: int) -> list[Fraction]:
    found = [Fraction(1)]
    for _ in range(length - 1):
        found.append(found[-1] * ratio)
    return found


def _plain(length: int) -> Iterator[History]:
    """Histories that are simple to say."""
    one, zero = Fraction(1), Fraction(0)
    yield History((one,) * length, "constant gradients")
    for size in (Fraction(10), Fraction(1000), Fraction(1, 10)):
        yield History((size,) * min(length, 20), f"constant gradients {size}")
    yield History(tuple(one * (-1) ** i for i in range(length)), "alternating gradients")
    for ratio in (Fraction(2), Fraction(1, 2), Fraction(9, 10), Fraction(11, 10)):
        yield History(tuple(_powers(ratio, min(length, 60))), f"g(t) = ({ratio})^(t - 1)", ratio)
    for zeros in (1, 10, 100, 1000):
        if zeros < length:
            yield History((zero,) * zeros + (one,) * min(20, length), f"{zeros} zeros, then ones")
