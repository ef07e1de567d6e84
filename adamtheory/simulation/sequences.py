"""A loss sequence ready to run: a loss rule with its parameters, its dimension, and its data where it has some.

sequence(reddi(C=3))                                    the periodic sequence in one dimension
sequence(random_signs, dimension=20)                    twenty coordinates
sequence(logistic, data="a9a.gz", order="shuffled")     one row a round, reshuffled every epoch
sequence(gradients, data=my_array)                      my own slopes, row t in round t, over and over
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.language.equality import Same
from adamtheory.language.rule import Bound, Rule, exact
from adamtheory.simulation.lanes import as_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.data import Dataset

ORDERS = ("file", "shuffled")
LABELLED = ("logistic", "hinge")  # losses whose targets are the labels -1 and +1


@dataclass(frozen=True, eq=False)
class LossSequence(Same):
    """A loss with everything that a run needs.

    bound      the loss rule and its parameters (numbers, or arrays that span lanes)
    dimension  number of coordinates of x
    features   (n, dimension) rows of data, or None;  targets  (n,) or None
    order      "file": row t mod n in round t; "shuffled": a new uniform permutation every epoch, from the seed
    origin     where the data came from: path and SHA-256, or "array"
    """

    bound: Bound
    dimension: int = 1
    features: NDArray[Any] | None = None
    targets: NDArray[Any] | None = None
    order: str = "file"
    origin: tuple[tuple[str, str], ...] = ()

    @property
    def rule(self) -> Rule:
        """The loss rule."""
        return self.bound.rule

    @property
    def random(self) -> bool:
        """Whether the seed matters."""
        return any(i.kind == "uniform" for i in self.rule.inputs) or self.order == "shuffled"

    @property
    def periods(self) -> list[int]:
        """The different numbers of rounds after which a lane's losses repeat ([1] where no period is declared)."""
        if "period" not in self.rule.notes:
            return [1]
        return sorted(set(declared_rounds(self.rule, self.bound.values)))

    @property
    def period(self) -> int:
        """Rounds after which the losses of all lanes repeat (1 where no period is declared)."""
        return math.lcm(*self.periods)


def declared_rounds(rule: Rule, values: Mapping[str, Any]) -> list[int]:
    """The declared period, such as `2*N`, once for each value of the one parameter that it reads.

    Raises `ParameterError` where it reads something else or more, and where a value is no integer of at least 1.
    """
    from adamtheory.language.arithmetic import arithmetic
    from adamtheory.language.reading import compile_expr
    from adamtheory.language.tree import names

    expr = rule.notes["period"]
    read = sorted(names(expr), key=str)
    if len(read) > 1 or not all(name.id in values for name in read):
        raise ParameterError(f"the period of {rule.name} must be an integer or read one of its parameters alone")
    evaluate = compile_expr(expr, arithmetic("rational"), 1)
    given = values[read[0].id] if read else 0
    flat = given.ravel().tolist() if hasattr(given, "ravel") else given if isinstance(given, list | tuple) else [given]
    found = []
    for value in _flatten(flat):
        number: Fraction = evaluate({name: [exact(value)] for name in read}, 0)
        for counted in (exact(value), number) if read else (number,):
            if counted.denominator != 1 or counted < 1:
                shown = f"{read[0]}={float(value):g}" if read else f"{float(number):g}"
                raise ParameterError(f"{shown} of {rule.name} is a period: it must be an integer of at least 1")
        found.append(int(number))
    return found


def _flatten(values: Any) -> list[Any]:
    return [w for v in values for w in (_flatten(v) if isinstance(v, list | tuple) else [v])]


def sequence(loss: Any, *, dimension: int = 1, data: Any = None, order: str = "file") -> LossSequence:
    """Prepare a loss for a run.

    loss       a loss rule, a rule with parameters, or an array of gradients (n, d) or (n,)
    dimension  coordinates of x, at least 1; data set their own
    data       a path, a `Dataset`, an array of rows, or a pair (rows, targets); needed by losses on data
    order      "file" or "shuffled"

    Raises `ParameterError` for data that do not fit the loss, `DataError` for an unreadable file.
    """
    if isinstance(loss, LossSequence):
        return loss
    if hasattr(loss, "ndim"):
        from adamtheory.losses import gradients

        return sequence(gradients, data=loss, order=order)
    bound = loss() if isinstance(loss, Rule) else loss
    if not isinstance(bound, Bound) or bound.rule.kind != "loss":
        raise ParameterError(f"{loss!r} is not a loss; give a loss rule or an array of gradients")
    if order not in ORDERS:
        raise ParameterError(f"order={order!r} is unknown; use {' or '.join(ORDERS)}")
    if isinstance(dimension, bool) or not isinstance(dimension, int) or dimension < 1:
        raise ParameterError(f"dimension={dimension!r} must be an integer of at least 1")
    kinds = {i.kind for i in bound.rule.inputs}
    if not kinds & {"row", "target"}:
        if data is not None:
            raise ParameterError(f"{bound.rule.name} takes no data")
        found = LossSequence(bound, dimension)
        _ = found.period
        return found
    if data is None:
        raise ParameterError(f"{bound.rule.name} needs data: {bound.rule.name}[data=FILE], or data=(rows, targets)")
    return _on_data(bound, data, order, "target" in kinds)


def _on_data(bound: Bound, data: Any, order: str, needs_target: bool) -> LossSequence:
    import numpy as np

    origin: tuple[tuple[str, str], ...] = (("data", "array"),)
    targets = None
    if isinstance(data, str | PathLike):
        from adamtheory.data import load

        data = load(data, task="classification" if bound.rule.name in LABELLED else "regression")
    if hasattr(data, "features"):
        dataset: Dataset = data
        origin = (("data", str(dataset.path)), ("sha256", dataset.sha256))
        features, targets = dataset.features, dataset.targets
    elif isinstance(data, tuple):
        features, targets = data
    else:
        features = data
    features = np.atleast_2d(as_array(features, "data").T).T
    if features.ndim != 2 or features.size == 0 or not np.isfinite(features).all():
        raise ParameterError(
            f"data of {bound.rule.name} must be a non-empty array (rounds, coordinates) of finite numbers"
        )
    if needs_target:
        if targets is None or np.shape(targets) != (len(features),):
            raise ParameterError(f"{bound.rule.name} needs one target for each of the {len(features)} rows")
        targets = np.ascontiguousarray(as_array(targets, "targets"))
        if not np.isfinite(targets).all():
            raise ParameterError(f"targets of {bound.rule.name} must be finite numbers")
        if bound.rule.name in LABELLED and not (np.abs(targets) == 1).all():
            raise ParameterError(f"targets of {bound.rule.name} must be -1 or +1")
    return LossSequence(bound, features.shape[1], np.ascontiguousarray(features), targets, order, origin)
