"""The hypotheses of a theorem along a run: which hold, with which values, and where one fails first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adamtheory.bounds.binding import Binding, Equation
from adamtheory.bounds.checkpoints import AtCheckpoint, Data
from adamtheory.bounds.expressions import (
    MINUS_ONE,
    ROUND,
    Meaning,
    NotEvaluated,
    choose,
    literal,
    minus,
    number,
    over,
    plus,
    raised,
    root,
    shift_of,
    steady,
    times,
)
from adamtheory.bounds.matching import with_parameters
from adamtheory.bounds.theorems import bounds_distance, says_nearest
from adamtheory.engine.program import SLACK
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name
from adamtheory.logic.printing import text
from adamtheory.logic.terms import Rel, Term
from adamtheory.sets import SETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MARGIN = "margin"  # the value of a hypothesis left <= right is right - left


@dataclass(frozen=True)
class Hypothesis:
    """One hypothesis in a run; arrays have the lane axes. `a <= b` and `a = b` are compared up to rounding, `SLACK`.

    name, sentence  as the theorem has them
    holds           whether it held in all rounds;  first: the first round at which it did not, 0 if none (or if it
                    does not depend on the round)
    value           the smallest right side minus left side, for an equation the largest difference (or the scalar that
                    should be a number), for a constant that is only bounded its least value; NaN where it is no number
    note            what the value is, or why the hypothesis holds
    """

    name: str
    sentence: str
    holds: Array
    first: Array
    value: Array
    note: str


Check = Callable[[Data], Hypothesis]


@dataclass
class Checks:
    """Compiles the hypotheses of one theorem; constants that it leaves open get the least value that the run allows."""

    binding: Binding
    rule: Rule
    feasible: Rule
    dtype: str
    least: dict[str, str] = field(default_factory=dict)  # constants that are only bounded, and by which assumption
    missing: list[str] = field(default_factory=list)  # why some hypothesis cannot be followed

    def all(self) -> list[Check]:
        """A check for every equation, assumption and hypothesis that can be followed."""
        theorem = self.binding.theorem
        checks = [self.equation(e) for e in self.binding.equations]
        # what bounds an open constant comes first: other assumptions may compare with it
        for name, entry in sorted(theorem.assumed.items(), key=lambda item: not self._bounds_a_constant(item[1][2])):
            try:
                checks.append(self.assumption(name, *entry))
            except NotEvaluated as error:
                self.missing.append(f"{name}: {error}")
        return checks

    def ranges(self) -> list[Callable[[Data], Array]]:
        """Where the hypotheses on T hold, each as an array that broadcasts to (*lanes, K)."""
        reader, found = AtCheckpoint(self.binding), []
        for claim in self.binding.theorem.statement.hyps:
            found.append(_compared(reader.read(claim.left), reader.read(claim.right), claim.kind == "lt"))
        return found

    def _bounds_a_constant(self, claim: Rel) -> bool:
        known = {*self.binding.meanings, self.binding.theorem.u, self.binding.theorem.d}
        open_ = {n for n, _, sorts in claim.right.families if not sorts} - known
        return bool(claim.free and open_)

    def equation(self, e: Equation) -> Check:
        """Whether a scalar of the rule is what the theorem takes it for."""
        wanted = self.binding.present((e.clock, 0)).read(e.term)
        gap = Apply("absolute", (minus(e.value, wanted),))
        scale = plus(Apply("absolute", (e.value,)), Apply("absolute", (wanted,)))
        watched = self.watched(minus(times(number(SLACK[self.dtype]), scale), gap), "le")
        if steady(e.value) and not e.term.free and not e.term.families:
            value = self.binding.rounds.watch("last", e.value)
            return self.along(e.name, e.sentence, watched, lambda data: _largest(data, value), e.name, always=True)
        worst = self.binding.rounds.watch("max", gap)
        return self.along(e.name, e.sentence, watched, lambda data: _largest(data, worst), "largest difference")

    def assumption(self, name: str, variables: tuple[Term, ...], guards: tuple[Rel, ...], claim: Rel) -> Check:
        """Whether an assumption holds, by what its variables run over."""
        sentence = self.binding.theorem.sentences[name]
        if (nearest := says_nearest(self.binding.theorem, guards, claim)) is not None:
            return self._nearest(name, sentence, *nearest)
        if (distance := bounds_distance(self.binding.theorem, claim)) is not None:
            return (self._sides if distance[1] else self._distance)(name, sentence, distance[0])
        if any(v.sort != "Z" for v in variables):
            raise NotEvaluated(f"the assumption {name} is about every number")
        clocks = [v for v in variables if self._counts_rounds(v, (claim, *guards))]
        unknown = self._unknown(claim)
        if unknown:
            self.least[unknown[0]] = name
        if not clocks:
            return self._at_checkpoints(name, sentence, bool(variables), claim, unknown)
        (clock,) = clocks
        return self._in_rounds(name, sentence, clock, guards, claim, unknown)

    def _unknown(self, claim: Rel) -> list[str]:
        theorem, known = self.binding.theorem, {*self.binding.meanings, *self.least}
        found = sorted(n for n, *_ in claim.left.families | claim.right.families if n not in known)
        found = [n for n in found if n not in (theorem.u, theorem.d)]
        right = {n for n, _, sorts in claim.right.families if not sorts} - {n for n, *_ in claim.left.families}
        bounded = found and found[0] in right and claim.free and found[0] not in self.binding.absent
        if len(found) > 1 or (found and not bounded):
            raise NotEvaluated(f"nothing in this run says what {' and '.join(found)} is")
        return found

    def _counts_rounds(self, variable: Term, sentences: Iterable[Rel]) -> bool:
        return any(
            application.args[0] in self.binding.meanings
            and (place := self.binding.meanings[application.args[0]].time) is not None
            and shift_of(application.args[2 + place], variable) is not None
            for sentence in sentences
            for application in _applications(sentence)
        )

    # -- assumptions about the set, whatever it is ---------------------------------------------------------------------

    def _nearest(self, name: str, sentence: str, weights: Term, n: Term) -> Check:
        """That the projection leads to the nearest point, which the sets that ship do in the norm of the run.

        On a set that couples the coordinates that norm has to be the theorem's, up to a factor.
        """
        import numpy as np

        if self.feasible.digest not in {known.digest for known in SETS.values()}:
            raise NotEvaluated(f"whether {self.feasible.name} projects on the nearest point is not known")
        told = f"the projection on {self.feasible.name}"
        if "vector" not in self.feasible.facts:
            return lambda data: _held(data, name, sentence, np.full(data.point.shape[:-1], np.nan), told)
        wanted = self.binding.present((n, 1)).read(weights)
        norms = {weighted: self._same_norm(name, sentence, wanted, own, told) for weighted, own in self._norms()}
        return lambda data: norms[data.weighted](data)

    def _norms(self) -> Iterator[tuple[bool, Expr]]:
        """The weights of the run's projection, with the rule's denominator and without."""
        yield False, ONE
        yield True, with_parameters(self.rule, self.rule.notes.get("denominator", ONE))

    def _same_norm(self, name: str, sentence: str, wanted: Expr, own: Expr, told: str) -> Check:
        """Whether two weights are multiples of each other in every round: w sum(v) = v sum(w)."""
        sides = [times(a, Apply("total", (b,))) for a, b in ((wanted, own), (own, wanted))]
        gap = Apply("absolute", (minus(*sides),))
        watched = self.watched(minus(times(number(SLACK[self.dtype]), plus(*sides)), gap), "le")
        worst = self.binding.rounds.watch("max", over(gap, plus(*sides)))
        return self.along(name, sentence, watched, lambda data: _largest(data, worst), f"{told}, norms differ by")

    def _sides(self, name: str, sentence: str, constant: str) -> Check:
        """The largest |x_{t,i} - u_i| of x_1, ..., x_{T+1} in any coordinate i; what comes later does not matter."""
        import numpy as np

        ends = [self.binding.rounds.watch(kind, Name("x")) for kind in ("max", "min")]
        self.least[constant] = name

        def check(data: Data) -> Hypothesis:
            high, low = (data.gathered(end, True) for end in ends)
            above, below = np.maximum(high, data.iterates) - data.point, data.point - np.minimum(low, data.iterates)
            data.constants[constant] = np.maximum(above, below).max(axis=-1)
            return _held(data, name, sentence, data.constants[constant], f"{constant} is")

        return check

    def _distance(self, name: str, sentence: str, constant: str) -> Check:
        """The distance of x_1, ..., x_{T+1} from u is at most the largest |x_t - x_1|, and |x_1 - u| more.

        What comes later does not matter: after round T the losses may as well be 0.
        """
        import numpy as np

        first = self.binding.rounds.held(Name("x"), 1)
        far = self.binding.rounds.watch("max", Apply("total", (raised(minus(Name("x"), first), 2),)))
        start = self.binding.rounds.watch("last", first)
        self.least[constant] = name

        def check(data: Data) -> Hypothesis:
            begun = data.gathered(start, True)
            away, last = (np.sqrt(((begun - x) ** 2).sum(axis=-1)) for x in (data.point, data.iterates))
            data.constants[constant] = np.maximum(np.sqrt(data.gathered(far, False)), last) + away
            return _held(data, name, sentence, data.constants[constant], f"{constant} is at most")

        return check

    # -- assumptions without a round -----------------------------------------------------------------------------------

    def _at_checkpoints(self, name: str, sentence: str, inside: bool, claim: Rel, unknown: list[str]) -> Check:
        import numpy as np

        reader = AtCheckpoint(self.binding, inside)
        left = reader.read(claim.left)
        if unknown:
            if claim.right.op != "app":
                raise NotEvaluated(f"the assumption {name} does not bound {unknown[0]} itself")

            def found(data: Data) -> Hypothesis:
                least = _reduced(data, left(data), inside, np.max)
                data.constants[unknown[0]] = least
                return _held(data, name, sentence, least, f"least {unknown[0]}")

            return found
        right, slack, strict = reader.read(claim.right), float(SLACK[self.dtype]), claim.kind == "lt"

        def check(data: Data) -> Hypothesis:
            a, b = np.asarray(left(data), np.float64), np.asarray(right(data), np.float64)
            gap = _reduced(data, b - a, inside, np.min)
            size = _reduced(data, np.abs(a) + np.abs(b), inside, np.max)
            ok = np.asarray(gap > 0 if strict else gap >= -slack * size)
            lanes = np.zeros(ok.shape[:-1], np.int64)
            return Hypothesis(name, sentence, np.asarray(ok.all(axis=-1)), lanes, gap.min(axis=-1), MARGIN)

        return check

    # -- assumptions about every round ---------------------------------------------------------------------------------

    def _in_rounds(
        self, name: str, sentence: str, clock: Term, guards: tuple[Rel, ...], claim: Rel, unknown: list[str]
    ) -> Check:
        import numpy as np

        lag = max((self._ahead(clock, a) for a in _applications(claim)), default=0)
        present = self.binding.present((clock, lag))
        left = present.read(claim.left)
        guarded = [(present.read(g.left), present.read(g.right), g.kind) for g in guards if self._restricts(g, clock)]
        if unknown:
            least, missing = self._isolated(claim.right, unknown[0], left, present)
            worst = self.binding.rounds.watch("max", _where(guarded, lag, least, ZERO))
            watched = self.watched(_where(guarded, lag, missing, ONE), "lt")

            def value(data: Data) -> Array:
                data.constants[unknown[0]] = _per_checkpoint(data, worst, np.max)
                return data.constants[unknown[0]][..., -1]

            return self.along(name, sentence, watched, value, f"least {unknown[0]}")
        right = present.read(claim.right)
        gap = minus(right, left)
        scale = plus(Apply("absolute", (left,)), Apply("absolute", (right,)))
        loose = gap if claim.kind == "lt" else plus(gap, times(number(SLACK[self.dtype]), scale))
        watched = self.watched(_where(guarded, lag, loose, ONE), claim.kind)
        smallest = self.binding.rounds.watch("min", _where(guarded, lag, gap, number(10**30)))

        def margin(data: Data) -> Array:
            return _per_checkpoint(data, smallest, np.min)[..., -1]

        return self.along(name, sentence, watched, margin, MARGIN)

    def _ahead(self, clock: Term, application: Term) -> int:
        """By how many rounds an application is ahead of the variable."""
        meaning = self.binding.meanings.get(application.args[0], Meaning(ZERO))
        if meaning.time is None:
            return 0
        shift = shift_of(application.args[2 + meaning.time], clock)
        return 0 if shift is None else shift + meaning.offset

    def _restricts(self, guard: Rel, clock: Term) -> bool:
        """Whether a guard says more than that rounds count from 1 and coordinates run from 1 to d."""
        if guard.left is not None and literal(guard.left) == 1 and guard.right.op == "var":
            return False
        return not (
            guard.left.op == "var" and guard.right.op == "app" and guard.right.args[0] == self.binding.theorem.d
        )

    def _isolated(self, right: Term, unknown: str, left: Expr, present: Any) -> tuple[Expr, Expr]:
        """The least value of the unknown for which left <= right, and what must be positive for there to be one."""
        if right.op == "app" and right.args[0] == unknown:
            return left, ONE
        if right.op == "pow" and right.args[1] == 2 and right.args[0].op == "app":
            return root(left), ONE
        if right.op == "mul" and right.args[0].op == "app" and right.args[0].args[0] == unknown:
            factor = present.read(right.args[1])
            return over(left, factor), choose(ZERO, left, factor, ONE)
        raise NotEvaluated(f"{text(right)} is not solved for {unknown}")

    def watched(self, gap: Expr, kind: str) -> str:
        """The name of the first round in which the gap is negative (`lt`: not positive)."""
        sign = Apply("where<=" if kind == "le" else "where<", (ZERO, gap, ONE, MINUS_ONE))  # -1 for NaN
        return self.binding.rounds.watch("first", sign)

    def along(
        self, name: str, sentence: str, watched: str, value: Callable[[Data], Array], note: str, always: bool = False
    ) -> Check:
        """A check of what was watched round by round; `always`: it does not depend on the round."""
        import numpy as np

        def check(data: Data) -> Hypothesis:
            found = np.asarray(data.watched[watched])
            found = found[..., None] if found.ndim == data.axes + 1 else found
            failed = np.where(found > 0, found, np.inf)[..., -1, :].min(axis=-1)
            first = np.where(np.isfinite(failed), failed, 0).astype(np.int64)
            return Hypothesis(name, sentence, first == 0, first * (not always), np.asarray(value(data)), note)

        return check


def _compared(left: Callable[[Data], Any], right: Callable[[Data], Any], strict: bool) -> Callable[[Data], Array]:
    import numpy as np

    return lambda data: np.asarray(left(data) < right(data) if strict else left(data) <= right(data))


def _where(guards: list[tuple[Expr, Expr, str]], lag: int, then: Expr, otherwise: Expr) -> Expr:
    """`then` where the guards hold and the round is late enough."""
    for left, right, kind in guards:
        if kind == "lt":
            then = choose(left, right, then, otherwise)
        else:
            then = choose(right, left, otherwise, then)
    return choose(ROUND, number(1 + lag), otherwise, then) if lag else then


def _applications(sentence: Rel) -> Iterable[Term]:
    stack = [sentence.left, sentence.right]
    while stack:
        t = stack.pop()
        if t.op == "app":
            yield t
        stack += [a for a in t.args if isinstance(a, Term)]


def _per_checkpoint(data: Data, name: str, reduce: Any) -> Array:
    """(*lanes, K): the extreme over the coordinates."""
    found = data.watched[name]
    least: Array = found if found.ndim == data.axes + 1 else reduce(found, axis=-1)
    return least


def _largest(data: Data, name: str) -> Array:
    import numpy as np

    return _per_checkpoint(data, name, np.max)[..., -1]


def _reduced(data: Data, values: Any, inside: bool, reduce: Any) -> Array:
    """(*lanes, K) from what may lack axes."""
    import numpy as np

    shape = data.point.shape[:-1]
    array = np.asarray(values, np.float64)
    if inside and array.ndim:
        array = reduce(array, axis=-1)
    return np.broadcast_to(array, shape)


def _held(data: Data, name: str, sentence: str, value: Array, note: str) -> Hypothesis:
    import numpy as np

    lanes = data.point.shape[:-2]
    return Hypothesis(name, sentence, np.ones(lanes, bool), np.zeros(lanes, np.int64), value[..., -1], note)
