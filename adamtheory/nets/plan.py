"""A comparison of optimizers on one network and data set: what is asked for, checked before anything runs.

plan = TrainPlan(("adam", "sgd[lr=[0.1, 0.3]]"), "mlp[hidden=[100]]", "digits", epochs=10, seeds=3)
examples = load(plan.data)
network, entries = prepare(plan, examples)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound
from adamtheory.nets.memory import check_memory
from adamtheory.nets.network import Network
from adamtheory.nets.rows import Rows, rows_of
from adamtheory.nets.specs import Extent, to_network
from adamtheory.nets.training import EVALUATED, groups_of, lanes_of
from adamtheory.runs.plan import labels
from adamtheory.runs.specs import multiply_out, own_schedule, parse_spec, to_optimizer, to_schedule
from adamtheory.simulation.lanes import Lanes

DTYPES = ("float32", "float64")
SEEDS = 2**32


@dataclass(frozen=True)
class TrainPlan:
    """Everything that determines the numbers of a training, as texts and whole numbers.

    optimizers  specs, one or more; lists of numbers multiply out into lanes
    model       spec of a network;  data  spec of a data set
    epochs      passes over the training rows, >= 1;  batch  rows of an update, >= 1
    schedule    spec for all optimizers that name none of their own, or None: constant step size
    seeds       how many; the seeds are first_seed, first_seed + 1, ...
    dtype       float32 or float64
    device      cpu or cuda, whose last digits differ
    Raises `ParameterError` for numbers out of their range.
    """

    optimizers: tuple[str, ...]
    model: str
    data: str
    epochs: int = 10
    batch: int = 128
    schedule: str | None = None
    seeds: int = 1
    first_seed: int = 0
    dtype: str = "float32"
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch", 1), ("seeds", 1), ("first_seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ParameterError(f"{name}={value} must be a whole number of at least {least}")
        if self.first_seed + self.seeds > SEEDS:
            raise ParameterError(f"seeds up to {self.first_seed + self.seeds - 1} are given; they must be below 2^32")
        if self.dtype not in DTYPES:
            raise ParameterError(f"dtype must be float32 or float64, not {self.dtype!r}")
        if not self.optimizers:
            raise ParameterError("no optimizer is given; name at least one")

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {**asdict(self), "optimizers": list(self.optimizers)}


@dataclass(frozen=True)
class Entry:
    """One optimizer of a plan with its lanes: values of lists, and the seeds along the last axis."""

    spec: str
    label: str
    optimizer: Bound
    schedule: Bound
    seeds: Any
    lanes: Lanes


def prepare(plan: TrainPlan, examples: Any) -> tuple[Network, list[Entry]]:
    """The network for these examples and all optimizers; raises `AdamTheoryError` for whatever is wrong."""
    extent = Extent(tuple(examples.shape), examples.classes, hasattr(examples.train.x, "indptr"))
    network = to_network(plan.model, extent)
    rows_of(network, examples.test)
    rows, names = rows_of(network, examples.train), labels(plan.optimizers)
    pairs = zip(plan.optimizers, names, strict=True)
    return network, [_entry(plan, network, rows, text, label) for text, label in pairs]


def _entry(plan: TrainPlan, network: Network, examples: Rows, text: str, label: str) -> Entry:
    from adamtheory.schedules import constant
    from adamtheory.simulation.binding import default_schedule

    spec = parse_spec(text)
    steps = own_schedule(spec) or (parse_spec(plan.schedule) if plan.schedule else None)
    several = plan.seeds > 1
    own, of_steps = multiply_out(
        [spec.without("schedule").params, steps.params if steps else {}], extra_axes=int(several)
    )
    optimizer = to_optimizer(spec, own)
    schedule = default_schedule(optimizer, to_schedule(steps, of_steps) if steps else constant)
    seeds: Any = list(range(plan.first_seed, plan.first_seed + plan.seeds)) if several else plan.first_seed
    groups = groups_of(network, optimizer, schedule, None, plan.dtype)
    lanes = lanes_of(groups, seeds)
    rows = max(min(plan.batch, len(examples.y)), EVALUATED)
    check_memory(groups, lanes=lanes.count, rows=rows, longest=examples.longest, threads=1)
    groups.parameters(lanes.values, lanes.count)  # what cannot be laid out is refused before anything runs
    return Entry(text, label, optimizer, schedule, seeds, lanes)


def on_device(
    plan: TrainPlan, network: Network, entries: Sequence[Entry], rows: int, device: str
) -> tuple[TrainPlan, str]:
    """The plan on the CPU or on a GPU, as `cuda_training.choose` gives it for all its optimizers, and that in words.

    rows  of training. Raises `DeviceError` where "cuda" cannot be had, or no block of it holds such a network
    """
    if device == "cpu":
        return plan, device
    from adamtheory.nets.cuda_training import choose

    batch, most = min(plan.batch, rows), max(entry.lanes.count for entry in entries)
    for entry in entries:
        groups = groups_of(network, entry.optimizer, entry.schedule, None, plan.dtype)
        found, told = choose(device, groups, batch, most)
        if found == "cpu":
            return plan, told
    return replace(plan, device="cuda"), told
