"""What the regret theorems say of a run: `certify(trajectory, "amsgrad_regret")`.

A theorem is matched with the run by its readings, compiled into what the kernel gathers, and evaluated at the
checkpoints. No formula is written again: hypotheses and bound are the terms that were proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.bounds.binding import Binding, bind
from adamtheory.bounds.checkpoints import AtCheckpoint, Data, Value
from adamtheory.bounds.convexity import curvature
from adamtheory.bounds.expressions import NotEvaluated, Rounds
from adamtheory.bounds.hypotheses import Check, Checks, Hypothesis
from adamtheory.bounds.theorems import RegretTheorem, find, regret_theorems
from adamtheory.engine.program import Watch
from adamtheory.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.hindsight.regret import Regret
    from adamtheory.language.rule import Rule
    from adamtheory.simulation.sequences import LossSequence
    from adamtheory.simulation.trajectory import Trajectory

    Array = NDArray[Any]

ROUNDING = 1e-9  # by which the ratio of measured regret and bound may exceed 1: both are sums of rounded numbers


@dataclass(frozen=True)
class Certificate:
    """A regret theorem along a run.

    theorem      its name;  title: its first line;  proved: whether its stored proof is of this very sentence
    claim        the sentence
    hypotheses   see `Hypothesis`
    constants    name -> (*lanes,): what the theorem's constants are in this run
    checkpoints  (K,) rounds T
    regret       (*lanes, K) the measured regret, with the comparator's certified gap added
    bound        (*lanes, K) the right side of the claim; NaN where it is not evaluated
    valid        (*lanes, K) whether every hypothesis held up to T
    reason       why the bound is not evaluated, or ""
    """

    theorem: str
    title: str
    proved: bool
    claim: str
    hypotheses: tuple[Hypothesis, ...]
    constants: Mapping[str, Array]
    checkpoints: Array
    regret: Array
    bound: Array
    valid: Array
    reason: str = ""

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

        return self.valid & (self.regret > self.bound + ROUNDING * np.abs(self.bound) + ROUNDING)


@dataclass(frozen=True, eq=False)
class _Compiled:
    """A theorem ready to be evaluated in runs of one rule on one set."""

    theorem: RegretTheorem
    binding: Binding
    checks: list[Check]
    bound: Value | None
    modulus: Value
    constants: Mapping[str, Value]
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
        self.watches: tuple[Watch, ...] = tuple(rounds.watches.values())

    @staticmethod
    def _compile(theorem: RegretTheorem, rule: Rule, feasible: Rule, rounds: Rounds, dtype: str) -> _Compiled | None:
        binding = bind(theorem, rule, feasible, rounds)
        if binding is None:
            return None
        least: dict[str, str] = {}
        checks: list[Check] = []
        try:
            checks = Checks(binding, dtype, least).all()
            bound: Value | None = AtCheckpoint(binding).read(theorem.bound)
            reason = ""
        except NotEvaluated as error:
            bound, reason = None, str(error)
        constants = {
            name: AtCheckpoint(binding).read(_constant(name))
            for name in (*binding.solved, *least)
            if name in _names(theorem)
        }
        modulus = AtCheckpoint(binding).read(theorem.modulus)
        return _Compiled(theorem, binding, checks, bound, modulus, constants, reason)

    def certificates(self, trajectory: Trajectory, regret: Regret) -> list[Certificate]:
        """What each theorem says of a run that has gathered the watches."""
        import numpy as np

        rounds = trajectory.checkpoints.astype(np.float64)
        data = Data(rounds, trajectory.watched, len(trajectory.shape), regret.comparator, self.losses.dimension)
        measured = regret.regret + np.abs(regret.gap)
        return [self._certificate(c, trajectory, data, measured) for c in self.compiled]

    def _certificate(self, c: _Compiled, trajectory: Trajectory, data: Data, measured: Array) -> Certificate:
        import numpy as np

        from adamtheory.logic.printing import text

        data.constants.clear()
        with np.errstate(all="ignore"):
            hypotheses = [check(data) for check in c.checks]
            hypotheses += self._given(c, trajectory, data)
            bound = np.full(measured.shape, np.nan)
            if c.bound is not None:
                bound = np.broadcast_to(np.asarray(c.bound(data), np.float64), measured.shape)
            constants = {n: np.broadcast_to(v(data), measured.shape)[..., -1] for n, v in c.constants.items()}
        valid = np.isfinite(bound)
        for h in hypotheses:
            upto = (h.first[..., None] > 0) & (data.rounds < h.first[..., None])
            valid = valid & (h.holds[..., None] | upto)
        theorem = c.theorem
        return Certificate(
            theorem.name, theorem.title, theorem.proved, text(theorem.statement.claim, theorem.statement.theory),
            tuple(hypotheses), constants, trajectory.checkpoints, measured, bound, valid, c.reason,
        )  # fmt: skip

    def _given(self, c: _Compiled, trajectory: Trajectory, data: Data) -> list[Hypothesis]:
        """What is known of the losses and of the set by their texts, and whether the lane stayed finite."""
        import numpy as np

        theorem, shape = c.theorem, trajectory.shape
        none = np.zeros(shape, np.int64)
        found = []
        if theorem.feasible is not None:
            same = theorem.feasible.rule.digest == self.feasible.digest
            sentence = f"the set is {theorem.feasible.rule.name}"
            found.append(
                Hypothesis("set", sentence, np.full(shape, same), none, np.full(shape, np.nan), self.feasible.name)
            )
        most, note = curvature(self.losses)
        spare = np.broadcast_to(float(most) - c.modulus(data), (*shape, len(data.rounds)))[..., -1]
        found.append(Hypothesis(theorem.convex, theorem.sentences[theorem.convex], spare >= 0, none, spare, note))
        if (trajectory.nonfinite > 0).any():
            bad = trajectory.nonfinite
            found.append(
                Hypothesis("finite", "iterate and state are finite", bad == 0, bad, np.full(shape, np.nan), "")
            )
        return found


def _names(theorem: RegretTheorem) -> dict[str, Any]:
    return {n: s for n, s in theorem.statement.theory.names if s is not None and s[1] == () and s[0] == "R"}


def _constant(name: str) -> Any:
    from adamtheory.logic.notation import Family

    return Family(name)()


def certify(trajectory: Trajectory, theorem: str | None = None, regret: Regret | None = None) -> Any:
    """What a regret theorem says of a run, or (without a name) all that are about its optimizer.

    trajectory  a run; where it has not gathered what the theorem needs, it is played once more
    theorem     a name in `proofs/`, or the path of a proof file of one's own
    regret      the measured regret, if it is known already

    Returns a `Certificate`, or a list of them. Raises `ParameterError` where the theorem is about another optimizer.
    """
    from adamtheory.hindsight.regret import regret as measure
    from adamtheory.simulation.replay import replay

    chosen: Sequence[RegretTheorem] = regret_theorems() if theorem is None else [find(theorem)]
    rule = trajectory.optimizer.rule
    monitor = Monitor(rule, trajectory.feasible.rule, trajectory.sequence, trajectory.dtype, chosen)
    if theorem is not None and not monitor.compiled:
        raise ParameterError(f"{theorem} is about {chosen[0].reading.rule.name}, not about {rule.name}")
    needed = {w.name for w in monitor.watches if w.kind != "keep"}
    if not needed <= trajectory.watched.keys():
        trajectory = replay(trajectory, monitor.watches)
    found = monitor.certificates(trajectory, regret or measure(trajectory))
    return found if theorem is None else found[0]
