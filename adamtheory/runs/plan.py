"""A comparison of optimizers on one loss sequence: what is asked for, checked before it runs, and run one by one.

plan = Plan(optimizers=("adam[lr=0.5, beta1=0, beta2=0.1]", "sgd[lr=0.5]"), loss="reddi[C=3]", horizon=10**6)
results = [run_one(entry, plan) for entry in prepare_all(plan)]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound
from adamtheory.runs.comparator import MOVING, read_against
from adamtheory.runs.specs import (
    SEQUENCE_PARAMETERS,
    Spec,
    Value,
    multiply_out,
    own_schedule,
    parse_spec,
    parse_value,
    to_loss,
    to_optimizer,
    to_schedule,
    to_set,
)

if TYPE_CHECKING:
    from adamtheory.hindsight.regret import Regret
    from adamtheory.simulation.job import Job
    from adamtheory.simulation.sequences import LossSequence
    from adamtheory.simulation.simulate import Watch
    from adamtheory.simulation.trajectory import Trajectory

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """Everything that determines the numbers of a run, as texts and whole numbers.

    optimizers   specs, one or more;  loss  a spec
    horizon      rounds T
    schedule     a spec for all optimizers, or None: what each rule declares
    feasible     a spec, or None: what the loss declares
    start        x_1, a number or list as text, or None: what the loss declares
    seeds        how many; the seeds are first_seed, first_seed + 1, ...
    dtype        float64 or float32
    checkpoints  per decade of T
    against      what the losses are compared with: best, dynamic, moving, or a point as text; see `regret`
    projection   weighted (by the denominator that each rule declares) or euclidean
    device       cpu or cuda, whose last digits differ
    """

    optimizers: tuple[str, ...]
    loss: str
    horizon: int
    schedule: str | None = None
    feasible: str | None = None
    start: str | None = None
    seeds: int = 1
    first_seed: int = 0
    dtype: str = "float64"
    checkpoints: int = 12
    against: str = "best"
    projection: str = "weighted"
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, least in (("horizon", 1), ("seeds", 1), ("first_seed", 0), ("checkpoints", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ParameterError(f"{name}={value} must be a whole number of at least {least}")
        from adamtheory.simulation.simulate import LONGEST

        if self.horizon > LONGEST:
            raise ParameterError(f"horizon={self.horizon:.3g} is beyond {LONGEST:.3g} rounds; give fewer")
        read_against(self.against)
        if not self.optimizers:
            raise ParameterError("no optimizer is given; name at least one")

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {**asdict(self), "optimizers": list(self.optimizers)}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Plan:
        """The inverse of `as_json`; raises `ParameterError` for unknown or missing fields."""
        try:
            return cls(**{**fields, "optimizers": tuple(fields["optimizers"])})
        except (TypeError, KeyError) as error:
            raise ParameterError(
                f"these are not the parameters of a regret run: {error}; give another folder"
            ) from None


@dataclass(frozen=True)
class Entry:
    """One optimizer of a plan with all its rules, checked and ready to run; values hold all lanes."""

    spec: str
    label: str
    optimizer: Bound
    losses: LossSequence
    schedule: Bound
    feasible: Bound
    start: Any
    seeds: Any


@dataclass(frozen=True)
class Result:
    """What one optimizer did, against which comparator, and the seconds that it took."""

    entry: Entry
    trajectory: Trajectory
    regret: Regret
    seconds: float
    against: str = "best"


def labels(specs: tuple[str, ...]) -> list[str]:
    """Short names for a table: the rule's name where it is the only one, else the whole text; all distinct."""
    names = [parse_spec(text).name.rsplit(":", 1)[-1] for text in specs]
    found = [name if names.count(name) == 1 else text for name, text in zip(names, specs, strict=True)]
    return [f"{name} #{found[: i + 1].count(name)}" if found.count(name) > 1 else name for i, name in enumerate(found)]


def prepare_all(plan: Plan, losses: LossSequence | None = None) -> list[Entry]:
    """Check every optimizer with the loss, set and schedule before anything runs.

    losses  the plan's loss where it has been read already. Raises `AdamTheoryError` for whatever is wrong.
    """
    from adamtheory.hindsight.convexity import check_comparator, check_first_order

    loss = parse_spec(plan.loss)
    losses = losses or to_loss(loss)
    check_first_order(losses)
    names = labels(plan.optimizers)
    entries = [_entry(plan, text, name, loss, losses) for text, name in zip(plan.optimizers, names, strict=True)]
    for entry in entries:
        _job(entry, plan)
        if plan.against == "best":
            check_comparator(entry.losses, entry.feasible)
    return entries


def _job(e: Entry, plan: Plan) -> Job:
    """The optimizer's run, checked."""
    from adamtheory.simulation.simulate import prepare

    return prepare(
        e.optimizer, e.losses, schedule=e.schedule, feasible=e.feasible, start=e.start, seed=e.seeds,
        dtype=plan.dtype, monitors=True, projection=plan.projection, dynamic=plan.against in MOVING,
    )  # fmt: skip


def on_device(plan: Plan, entries: Sequence[Entry], device: str) -> tuple[Plan, str]:
    """The plan on the CPU or on a GPU as `simulate` chooses for the most lanes of an optimizer, and that in words.

    Raises `UnknownNameError` for another device, `DeviceError` where "cuda" cannot be had.
    """
    from adamtheory.simulation.devices import choose

    found, told = choose(device, max(_job(entry, plan).lanes.count for entry in entries))
    return replace(plan, device=found), told


def _entry(plan: Plan, text: str, label: str, loss: Spec, losses: LossSequence) -> Entry:
    """One optimizer with all its lanes: lists of all its rules multiply out, the seeds last."""
    from adamtheory.simulation.binding import default_schedule, default_set

    spec = parse_spec(text)
    steps = own_schedule(spec) or (parse_spec(plan.schedule) if plan.schedule else None)
    where = parse_spec(plan.feasible) if plan.feasible else None
    start = None if plan.start is None else parse_value(plan.start)
    if isinstance(start, str | Spec):
        raise ParameterError(f"start={plan.start} is not a number; give a number or a list of numbers")
    # numbers of a start in several dimensions are coordinates, in one dimension they are lanes
    lanes: dict[str, Value] = {"start": start} if start is not None and losses.dimension == 1 else {}
    several = plan.seeds > 1
    own, of_loss, of_steps, of_set, of_start = multiply_out(
        [spec.without("schedule").params, loss.without(*SEQUENCE_PARAMETERS).params, steps.params if steps else {},
         where.params if where else {}, lanes],
        extra_axes=int(several),
    )  # fmt: skip
    optimizer = to_optimizer(spec, own)
    losses = replace(losses, bound=losses.rule(**of_loss))
    seeds = list(range(plan.first_seed, plan.first_seed + plan.seeds))
    return Entry(
        text, label, optimizer, losses,
        default_schedule(optimizer, to_schedule(steps, of_steps) if steps else None),
        default_set(losses, to_set(where, of_set) if where else None),
        of_start.get("start", start), seeds if several else seeds[0],
    )  # fmt: skip


def run_one(
    entry: Entry,
    plan: Plan,
    workers: int | None = None,
    progress: Progress | None = None,
    solved: dict[Any, list[Any]] | None = None,
    solving: Progress | None = None,
    watches: Sequence[Watch] = (),
) -> Result:
    """Play all rounds of one optimizer and compute its regret; `solved` as in `regret`, `solving` its progress.

    watches   what else to gather, as in `simulate`
    """
    from time import perf_counter

    from adamtheory.hindsight.regret import regret
    from adamtheory.simulation.simulate import simulate

    began = perf_counter()
    trajectory = simulate(
        entry.optimizer, entry.losses, plan.horizon, schedule=entry.schedule, feasible=entry.feasible,
        start=entry.start, seed=entry.seeds, checkpoints=plan.checkpoints, dtype=plan.dtype, monitors=True,
        projection=plan.projection, dynamic=plan.against in MOVING, watches=watches, workers=workers,
        progress=progress, device=plan.device,
    )  # fmt: skip
    found = regret(trajectory, against=read_against(plan.against), solved=solved, progress=solving)
    return Result(entry, trajectory, found, perf_counter() - began, plan.against)


def probe(entry: Entry, plan: Plan) -> None:
    """Play one round, so that a comparator that does not exist is found before a long run; data have one always."""
    from adamtheory.hindsight.medians import check_rounds

    coupled = "vector" in entry.feasible.rule.facts
    check_rounds(entry.losses.rule, plan.horizon, entry.losses.dimension if coupled else 1)
    if entry.losses.features is None or plan.against != "best":
        run_one(entry, replace(plan, horizon=1))
