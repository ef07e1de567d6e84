"""What the regret theorems say of a run: `certify(trajectory, "amsgrad_regret")`.

A theorem is matched with the run by its readings, compiled into what the kernel gathers, and evaluated at the
checkpoints. No formula is written again: hypotheses and bound are the terms that were proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.bounds.binding import bind
from adamtheory.bounds.checkpoints import AtCheckpoint, Data, Value
from adamtheory.bounds.convexity import Linearised, curvature, surely_convex
from adamtheory.bounds.expressions import NotEvaluated, Rounds
from adamtheory.bounds.hypotheses import Check, Checks, Hypothesis
from adamtheory.bounds.theorems import RegretTheorem, find, regret_theorems
from adamtheory.engine.program import SLACK, Watch
from adamtheory.errors import ParameterError
from adamtheory.logic.notation import Family
from adamtheory.logic.terms import Refused
from adamtheory.sets import everything

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.hindsight.regret import Regret
    from adamtheory.language.rule import Rule
    from adamtheory.simulation.sequences import LossSequence
    from adamtheory.simulation.trajectory import Trajectory

    Array = NDArray[Any]

# by which the ratio of measured regret and bound may exceed 1: both are sums of rounded numbers
ROUNDING = {"float64": 1e-9, "float32": 1e-3}


@dataclass(frozen=True)
class Certificate:
    """A regret theorem along a run.

    theorem      its name;  title: its first line;  proved: whether its stored proof is of this very sentence
    claim        the sentence
    hypotheses   see `Hypothesis`
    constants    name -> (*lanes,): what the theorem's constants are in this run;  readings: its families as text
    checkpoints  (K,) rounds T
    regret       (*lanes, K) the measured regret, with the comparator's certified gap added
    bound        (*lanes, K) the right side of the claim; NaN where it is not evaluated
    valid        (*lanes, K) whether every hypothesis held up to T
    rounding     by which a measured regret may exceed the bound, relative
    reason       why the bound is not evaluated, or ""
    """

    theorem: str
    title: str
    proved: bool
    claim: str
    hypotheses: tuple[Hypothesis, ...]
    constants: Mapping[str, Array]
    readings: Mapping[str, str]
    checkpoints: Array
    regret: Array
    bound: Array
    valid: Array
    rounding: float
    reason: str = ""

    def __str__(self) -> str:
        """What it says in a few lines: the worst over the lanes."""
        from adamtheory.bounds.summary import as_text

        return as_text(self)

    @property
    def applies(self) -> Array:
        """(*lanes,) whether every hypothesis held in all rounds."""
        return self.valid[..., -1]

    @property
    def ratio(self) -> Array:
        """(*lanes, K) measured regret/bound where the theorem applies up to T, else NaN; at most 1 if all is right."""
        import numpy as np

        with np.errstate(all="ignore"):
            ratio: Array = np.where(self.valid, self.regret / self.bound, np.nan)
        return ratio

    @property
    def violated(self) -> Array:
        """(*lanes, K) where the measured regret is above the bound although every hypothesis held."""
        import numpy as np

        return self.valid & (self.regret - self.bound > self.rounding * (np.abs(self.bound) + 1))


@dataclass(frozen=True, eq=False)
class _Compiled:
    """A theorem ready to be evaluated in runs of one rule on one set."""

    theorem: RegretTheorem
    checks: list[Check]
    ranges: list[Value]  # where the hypotheses on T hold
    bound: Value | None
    modulus: Value
    constants: Mapping[str, Value]
    readings: Mapping[str, str]
    reason: str


class Monitor:
    """Theorems in runs of one optimizer on one set: `watches` is what the run has to gather for them."""

    def __init__(
        self, rule: Rule, feasible: Rule, losses: LossSequence, dtype: str, theorems: Iterable[RegretTheorem]
    ) -> None:
        self.losses = losses
        self.feasible = feasible
        rounds = Rounds()
        found = (self._compile(theorem, rule, feasible, rounds, dtype) for theorem in theorems)
        self.compiled = [c for c in found if c is not None]
        self.linearised = None if surely_convex(losses) or not self.compiled else Linearised(rounds)
        self.watches: tuple[Watch, ...] = tuple(rounds.watches.values())

    @staticmethod
    def _compile(theorem: RegretTheorem, rule: Rule, feasible: Rule, rounds: Rounds, dtype: str) -> _Compiled | None:
        try:
            binding = bind(theorem, rule, feasible, rounds)
        except (NotEvaluated, Refused) as error:
            return _Compiled(theorem, [], [], None, lambda data: 0.0, {}, {}, str(error))
        if binding is None:
            return None
        compiler, reader = Checks(binding, rule, feasible, dtype), AtCheckpoint(binding)
        checks = compiler.all()
        bound: Value | None = None
        ranges: list[Value] = []
        if not compiler.missing:
            try:
                bound, ranges = reader.read(theorem.bound), [*compiler.ranges()]
            except NotEvaluated as error:
                compiler.missing.append(f"the bound: {error}")
        known = [name for name in (*binding.constants, *compiler.least) if name in _constants(theorem)]
        constants = {name: reader.read(Family(name)()) for name in known}
        reason = "; ".join(compiler.missing)
        return _Compiled(
            theorem, checks, ranges, bound, reader.read(theorem.modulus), constants, binding.readings, reason
        )

    def certificates(self, trajectory: Trajectory, regret: Regret) -> list[Certificate]:
        """What each theorem says of a run that has gathered the watches."""
        import numpy as np

        rounds = trajectory.checkpoints.astype(np.float64)
        points = regret.comparator, trajectory.iterates
        weighted = trajectory.projection == "weighted"
        data = Data(rounds, trajectory.watched, len(trajectory.shape), *points, self.losses.dimension, weighted)
        return [self._certificate(c, trajectory, data, regret) for c in self.compiled]

    def _certificate(self, c: _Compiled, trajectory: Trajectory, data: Data, regret: Regret) -> Certificate:
        import numpy as np

        data.constants.clear()
        measured = regret.regret + np.abs(regret.gap)
        with np.errstate(all="ignore"):
            hypotheses = [check(data) for check in c.checks]
            hypotheses += self._given(c, trajectory, data, regret)
            bound = np.full(measured.shape, np.nan)
            if c.bound is not None:
                bound = np.broadcast_to(np.asarray(c.bound(data), np.float64), measured.shape)
            constants = {n: np.broadcast_to(v(data), measured.shape)[..., -1] for n, v in c.constants.items()}
        valid = np.isfinite(bound)
        for holds in c.ranges:
            valid = valid & holds(data)
        for h in hypotheses:
            upto = (h.first[..., None] > 0) & (data.rounds < h.first[..., None])
            valid = valid & (h.holds[..., None] | upto)
        theorem = c.theorem
        return Certificate(
            theorem.name, theorem.title, theorem.proved, theorem.claim,
            tuple(hypotheses), constants, c.readings, trajectory.checkpoints, measured, bound, valid,
            ROUNDING[trajectory.dtype], c.reason,
        )  # fmt: skip

    def _given(self, c: _Compiled, trajectory: Trajectory, data: Data, regret: Regret) -> list[Hypothesis]:
        """What is known of the losses and of the set by their texts, and whether the lane stayed finite."""
        import numpy as np

        theorem, shape = c.theorem, trajectory.shape
        none, never = np.full(shape, np.nan), np.zeros(shape, np.int64)
        found = []
        wanted = theorem.feasible.rule if theorem.feasible is not None else everything if theorem.unprojected else None
        if wanted is not None:
            same = wanted.digest == self.feasible.digest
            sentence = f"the set is {wanted.name}"
            found.append(Hypothesis("set", sentence, np.full(shape, same), never, none, f"it is {self.feasible.name}"))
        most, note = curvature(self.losses)
        # a modulus such as 1/lr is rounded
        modulus = np.broadcast_to(c.modulus(data) * (1 - float(SLACK[trajectory.dtype])), (*shape, len(data.rounds)))
        convex = most >= modulus[..., -1]
        if self.linearised is not None:
            rounding = ROUNDING[trajectory.dtype]
            line = self.linearised.holds(data, regret.regret, trajectory.losses, modulus, rounding)
            broken = (convex & ~line).any()
            told = "in this run the sum over the rounds breaks it" if broken else "in this run it holds for their sum"
            convex, note = convex & line, f"{note}; {told}"
        found.append(Hypothesis(theorem.convex, theorem.sentences[theorem.convex], convex, never, none, note))
        if not np.isfinite(data.point).all():  # regret against something that moves: bounds are against fixed points
            still = np.asarray(np.isfinite(data.point).all(axis=(-2, -1)))
            found.append(Hypothesis("u", "the comparator is one point for all rounds", still, never, none, "it moves"))
        if (trajectory.nonfinite > 0).any():
            bad = trajectory.nonfinite
            found.append(Hypothesis("finite", "iterate and state are finite", bad == 0, bad, none, ""))
        return found


def _constants(theorem: RegretTheorem) -> set[str]:
    """Names of the theory's real constants."""
    return {name for name, signature in theorem.statement.theory.names if signature == ("R", ())}


def certify(trajectory: Trajectory, theorem: str, regret: Regret | None = None) -> Certificate:
    """What a regret theorem says of a run.

    trajectory  a run; where it has not gathered what the theorem needs, it is played once more, bit for bit
    theorem     a name in `proofs/`, or the path of a proof file of one's own
    regret      the measured regret, if it is known already

    Raises `ParameterError` where the theorem is about another optimizer, or is no regret theorem.
    """
    chosen = find(theorem)
    found = _held_against(trajectory, [chosen], regret)
    if not found:
        about, rule = chosen.reading.rule.name, trajectory.optimizer.rule.name
        raise ParameterError(f"{theorem} is about {about}, not about {rule}; adamtheory.certificates tells which are")
    return found[0]


def certificates(trajectory: Trajectory, regret: Regret | None = None) -> list[Certificate]:
    """What every regret theorem about the run's optimizer says of it; arguments as in `certify`."""
    return _held_against(trajectory, regret_theorems(), regret)


def _held_against(
    trajectory: Trajectory, theorems: Sequence[RegretTheorem], regret: Regret | None
) -> list[Certificate]:
    from adamtheory.hindsight.regret import regret as measure
    from adamtheory.simulation.replay import replay

    rules = trajectory.optimizer.rule, trajectory.feasible.rule
    monitor = Monitor(*rules, trajectory.sequence, trajectory.dtype, theorems)
    needed = {w.name for w in monitor.watches if w.kind != "keep"}
    if not needed <= trajectory.watched.keys():
        trajectory = replay(trajectory, monitor.watches)
    return monitor.certificates(trajectory, regret or measure(trajectory))
