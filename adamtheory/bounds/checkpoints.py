"""Terms of a theorem at the checkpoints of a run: sums over rounds from what the kernel gathered, the rest in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adamtheory.bounds.binding import Binding
from adamtheory.bounds.expressions import ROUND, NotEvaluated, choose, number, shift_of
from adamtheory.language.tree import ZERO
from adamtheory.logic.notation import lift
from adamtheory.logic.terms import Term

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Data:
    """The numbers of a run.

    rounds     (K,) checkpoints;  watched: (*lanes, K) or (*lanes, K, d), by name;  axes: how many axes lanes have
    point      (*lanes, K, d) the comparator;  iterates: x_{T+1};  dimension: d
    weighted   whether the run projects in the norm of the rule's denominator
    constants  (*lanes, K) what the run makes of the constants that a theorem leaves open, such as G
    """

    rounds: Array
    watched: Mapping[str, Array]
    axes: int
    point: Array
    iterates: Array
    dimension: int
    weighted: bool = True
    constants: dict[str, Array] = field(default_factory=dict)

    def gathered(self, name: str, inside: bool) -> Array:
        """What was watched; inside a sum over coordinates with their axis."""
        found = self.watched[name]
        flat = found.ndim == self.axes + 1
        if inside:
            return found[..., None] if flat else found
        return found if flat else found[..., 0]


Value = Callable[[Data], Any]


@dataclass(frozen=True)
class AtCheckpoint:
    """Reads terms at T, the checkpoint; `inside`: within a sum over the coordinates, whose axis is then the last."""

    binding: Binding
    inside: bool = False

    def read(self, t: Term) -> Value:
        """The value of a term as a function of the data."""
        value: Value = getattr(self, f"_{t.op}")(t)
        return value

    def _num(self, t: Term) -> Value:
        value = t.args[0] / t.args[1]
        return lambda data: value

    def _var(self, t: Term) -> Value:
        if t is not self.binding.theorem.T:
            raise NotEvaluated(f"the variable {t.args[0]} has no value at a checkpoint")
        inside = self.inside
        return lambda data: data.rounds[:, None] if inside else data.rounds

    def _add(self, t: Term) -> Value:
        a, b = (self.read(a) for a in t.args)
        return lambda data: a(data) + b(data)

    def _mul(self, t: Term) -> Value:
        a, b = (self.read(a) for a in t.args)
        return lambda data: a(data) * b(data)

    def _inv(self, t: Term) -> Value:
        import numpy as np

        a = self.read(t.args[0])

        def value(data: Data) -> Any:
            below = np.asarray(a(data))
            return np.divide(1.0, below, out=np.zeros(below.shape), where=below != 0)

        return value

    def _sqrt(self, t: Term) -> Value:
        import numpy as np

        a = self.read(t.args[0])
        return lambda data: np.sqrt(np.maximum(a(data), 0.0))

    def _log(self, t: Term) -> Value:
        import numpy as np

        a = self.read(t.args[0])
        return lambda data: np.log(np.where(np.asarray(a(data)) > 0, a(data), 1.0))

    def _max(self, t: Term) -> Value:
        import numpy as np

        a, b = (self.read(a) for a in t.args)
        return lambda data: np.maximum(a(data), b(data))

    def _pow(self, t: Term) -> Value:
        a, k = self.read(t.args[0]), t.args[1]
        return lambda data: a(data) ** k

    def _power(self, t: Term) -> Value:
        a, k = (self.read(a) for a in t.args)
        return lambda data: a(data) ** k(data)

    def _app(self, t: Term) -> Value:
        name, theorem, inside = t.args[0], self.binding.theorem, self.inside
        if name == theorem.d:
            return lambda data: data.dimension
        if name == theorem.u:
            return lambda data: data.point
        if name not in self.binding.meanings:
            return lambda data: data.constants[name][..., None] if inside else data.constants[name]
        watched = self.binding.rounds.watch("last", self.binding.present((theorem.T, 0)).read(t))
        return lambda data: data.gathered(watched, inside)

    def _sum(self, t: Term) -> Value:
        import numpy as np

        index, low, high, body = t.args
        if low is not lift(1):
            raise NotEvaluated("a sum that does not begin at 1")
        if high.op == "app" and high.args[0] == self.binding.theorem.d:
            each = replace(self, inside=True).read(body)

            def over_coordinates(data: Data) -> Any:
                summands = np.asarray(each(data))
                shape = (*summands.shape[:-1], data.dimension) if summands.ndim else (data.dimension,)
                return np.broadcast_to(summands, shape).sum(axis=-1)

            return over_coordinates
        lag = shift_of(high, self.binding.theorem.T)
        if lag is None or lag > 0:
            raise NotEvaluated("a sum over rounds that does not end at the checkpoint")
        return self._over_rounds(index, -lag, body)

    def _over_rounds(self, index: Term, lag: int, body: Term) -> Value:
        """The sum over index = 1..T - lag, gathered in the rounds 1 + lag..T; constants stand outside."""
        outside, inner = _split(body, index)
        each = self.binding.present((index, lag)).read(inner)
        each = choose(ROUND, number(1 + lag), ZERO, each) if lag else each
        watched, inside = self.binding.rounds.watch("sum", each), self.inside
        factors = [self.read(f) for f in outside]

        def value(data: Data) -> Any:
            product = data.gathered(watched, inside)
            for factor in factors:
                product = product * factor(data)
            return product

        return value


def _split(body: Term, index: Term) -> tuple[list[Term], Term]:
    """The factors of a product that do not mention the index, and the product of the others."""
    outside: list[Term] = []

    def rest(t: Term) -> Term:
        if t.op == "mul":
            a, b = t.args
            if index not in a.free:
                outside.append(a)
                return rest(b)
            if index not in b.free:
                outside.append(b)
                return rest(a)
            both: Term = lift(rest(a)) * rest(b)
            return both
        return t

    return outside, rest(body)
