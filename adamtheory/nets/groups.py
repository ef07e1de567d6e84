"""Groups of the parameters of a network: which rule moves which coordinates, with which numbers and which state.

    one rule                  weights and biases are two groups; weight decay acts on the weights
    a rule with totals        sums over the whole network (SWATS): one group
    ND-Adam                   every unit of a hidden layer has a group, its weight vector on the unit sphere; the last
                              layer's weights and all biases follow a second rule, Adam if nothing else is said

Large groups of a rule without totals are cut into pieces, each with a copy of the step state, so that threads can share
an update; the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adamtheory.engine.emit_update import UpdateKernel, build_update, emit_update
from adamtheory.errors import ParameterError
from adamtheory.language.rule import Bound
from adamtheory.nets.network import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PIECE = 65_536  # coordinates of a group that threads share
PREFIXES = ("o_", "b_")  # of the parameters of the first and of the second rule in lanes
VECTORS = "ndadam"  # the family whose groups are weight vectors


@dataclass(frozen=True)
class Groups:
    """The rules of a network's parameters.

    network    with the weights of a unit side by side where the rule moves weight vectors
    optimizer  the rule of the parameters, or of the hidden units' weight vectors
    schedule   of both rules
    others     the rule of all other parameters; only for rules of weight vectors
    """

    network: Network
    optimizer: Bound
    schedule: Bound
    others: Bound | None
    dtype: str

    @classmethod
    def of(cls, network: Network, optimizer: Bound, schedule: Bound, others: Bound | None, dtype: str) -> Groups:
        """Check the rules; raises `ParameterError` for one that has no parameters to move."""
        from adamtheory.rules import get

        vectors = optimizer.rule.facts.get("family") == VECTORS
        if others is not None and not vectors:
            raise ParameterError(f"{optimizer.rule.name} moves all parameters; leave out {others.rule.name}")
        hidden = sum(place.parameter.role == "weight" for place in network.places) > 1
        if vectors and not hidden:
            name = optimizer.rule.name
            raise ParameterError(f"{name} moves the weight vectors of hidden units; {network.name} has none")
        if vectors and others is None:
            others = get("adam")()
        return cls(network.by_units() if vectors else network, optimizer, schedule, others, dtype)

    @property
    def rules(self) -> tuple[Bound, ...]:
        return (self.optimizer,) if self.others is None else (self.optimizer, self.others)

    @cached_property
    def kernels(self) -> tuple[UpdateKernel, ...]:
        return tuple(
            emit_update(build_update(bound.rule, self.schedule.rule), self.dtype, f"_{i}")
            for i, bound in enumerate(self.rules)
        )

    def values(self) -> dict[str, Any]:
        """All parameters with prefixed names, as they broadcast into lanes."""
        found = {prefix + n: v for prefix, bound in zip(PREFIXES, self.rules, strict=False)
                 for n, v in bound.values.items()}  # fmt: skip
        # the kernel puts the optimizer's lr in the place of the schedule's own
        return found | {f"s_{n}": v for n, v in self.schedule.values.items() if n != "lr"}

    @cached_property
    def cuts(self) -> tuple[tuple[int, int, bool], ...]:
        """Of every group: where it begins, its rule, and whether it is weights."""
        network = self.network
        if self.others is not None:
            units, dense = [], [p for p in network.places if p.parameter.role == "weight"]
            for place in dense[:-1]:
                rows, width = place.parameter.shape
                units += [(place.start + r * width, 0, True) for r in range(rows)]
            return (*units, (dense[-1].start, 1, True), (network.weights, 1, False))
        if self.kernels[0].totals:
            return ((0, 0, True),)
        weights = [(start, 0, True) for start in range(0, network.weights, PIECE)]
        return (*weights, *((start, 0, False) for start in range(network.weights, network.size, PIECE)))

    @property
    def outputs(self) -> int:
        """Numbers that the step's part of an update hands to the coordinates."""
        return max(len(kernel.outputs) for kernel in self.kernels)

    @cached_property
    def edges(self) -> Array:
        import numpy as np

        return np.array([*(cut[0] for cut in self.cuts), self.network.size])

    @cached_property
    def which(self) -> Array:
        import numpy as np

        return np.array([cut[1] for cut in self.cuts])

    def parameters(self, lanes: Mapping[str, Array], count: int) -> Array:
        """`par` (lanes, groups, parameters of a rule)."""
        import numpy as np

        par = np.zeros((count, len(self.cuts), max(len(k.params) for k in self.kernels)), self.dtype)
        for g, (_, rule, weights) in enumerate(self.cuts):
            for i, name in enumerate(self.kernels[rule].params):
                if name != "o_weight_decay" or weights:
                    par[:, g, i] = lanes[name if name[0] == "s" else PREFIXES[rule] + name[2:]]
        return par

    def step_state(self, count: int) -> Array:
        """`st` (lanes, groups, step slots of a rule) at the start."""
        import numpy as np

        st = np.zeros((count, len(self.cuts), max(len(k.step_states) for k in self.kernels)), self.dtype)
        for g, (_, rule, _) in enumerate(self.cuts):
            for i, state in enumerate(self.kernels[rule].step_states):
                st[:, g, i] = float(state.initial or 0)
        return st

    def slots(self, count: int) -> Array:
        """The slots (lanes, slots of a rule, size) at the start."""
        import numpy as np

        names = [self.slot_names(rule) for rule in range(len(self.kernels))]
        found = np.zeros((count, max(map(len, names)), self.network.size), self.dtype)
        edges = self.edges
        for g, (_, rule, _) in enumerate(self.cuts):
            states = [s for s in self.kernels[rule].coord_states if s.name != "x"]
            for i, state in enumerate(states):
                found[:, i, edges[g] : edges[g + 1]] = float(state.initial or 0)
        return found

    def slot_names(self, rule: int = 0) -> Sequence[str]:
        """Names of the slots of one number a coordinate, in the order of `slots`."""
        return [s.name[2:] for s in self.kernels[rule].coord_states if s.name != "x"]

    def prepare(self, theta: Array) -> None:
        """Bring the weight vectors of ND-Adam, which it starts from the unit sphere, to norm 1."""
        import numpy as np

        if self.others is None:
            return
        edges = self.edges
        for g, (_, rule, _) in enumerate(self.cuts):
            if rule == 0:
                vector = theta[..., edges[g] : edges[g + 1]]
                vector /= np.sqrt(np.square(vector, dtype=np.float64).sum(axis=-1, keepdims=True))
