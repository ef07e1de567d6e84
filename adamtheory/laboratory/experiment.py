"""What an experiment is made of: settings, a table of measured numbers, checks, and a verdict.

A file of `experiments/` has a docstring with the fields Claim, Refuted if, Source and Budget, and

    @dataclass(frozen=True)
    class Settings: ...                     # every number that may be changed by --set
    QUICK, FULL = Settings(...), Settings(...)

    def run(settings, tell): yield {...}    # rows of the table, or columns of equal lengths, as they are finished
    def verdict(table, settings): ...       # a `Verdict`, from the table alone
    def figure(table, settings, sheet): ... # draws on a `report.sheet.Sheet`

The rows that were finished survive Ctrl-C. The verdict reads nothing but the table, so a stored table can be judged
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError, UnknownNameError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

HOLDS, REFUTED, UNDECIDED = "holds", "refuted", "undecided"

Tell = Callable[[int, int, str], None]  # parts done, parts in all, the part that comes now
Block = Mapping[str, Any]  # column -> a number or text, or an array of them


@dataclass(frozen=True)
class Check:
    """One number that the verdict rests on.

    what      what was measured;  measured, expected  as numbers or texts, to be read side by side
    holds     whether it is as the claim says; None where this budget cannot tell
    why       where it is None: what the settings leave too little of, as a sentence without its full stop
    """

    what: str
    measured: Any
    expected: Any
    holds: bool | None
    why: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether the claim holds, in a word and a sentence, with the checks behind it.

    Refuted if any check fails, else undecided if any cannot be told, else it holds.
    """

    sentence: str
    checks: tuple[Check, ...]

    @property
    def word(self) -> str:
        """holds, refuted or undecided."""
        results = [check.holds for check in self.checks]
        if False in results:
            return REFUTED
        return UNDECIDED if None in results or not results else HOLDS

    @property
    def told(self) -> str:
        """The sentence, and for what cannot be told why."""
        reasons = dict.fromkeys(check.why for check in self.checks if check.holds is None and check.why)
        return " ".join([self.sentence, *(f"Not judged: {reason}." for reason in reasons)])


@dataclass
class Table:
    """Columns of equal lengths, in the order in which they came; rows in the order in which they were measured."""

    columns: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> Table:
        """All blocks below each other; raises `ParameterError` where their columns differ."""
        import numpy as np

        wide = [_columns(block) for block in blocks]
        if not wide:
            return cls()
        names = list(wide[0])
        for block in wide:
            if set(block) != set(names):
                raise ParameterError(f"columns {', '.join(sorted(block))} stand below {', '.join(sorted(names))}")
        return cls({name: np.concatenate([block[name] for block in wide]) for name in names})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> Array:
        if name not in self.columns:
            raise UnknownNameError("column", name, self.columns)
        return self.columns[name]

    def where(self, **equal: Any) -> Table:
        """The rows in which every named column has that value."""
        import numpy as np

        kept = np.ones(len(self), bool)
        for name, value in equal.items():
            kept &= self[name] == value
        return Table({name: column[kept] for name, column in self.columns.items()})

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dictionary a row, with Python's own numbers and texts."""
        lists = [column.tolist() for column in self.columns.values()]
        for values in zip(*lists, strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def only(self, **equal: Any) -> dict[str, Any]:
        """The one row with these values; raises `ParameterError` where there is none or more than one."""
        found = list(self.where(**equal).rows())
        if len(found) != 1:
            told = ", ".join(f"{name}={value}" for name, value in equal.items())
            raise ParameterError(f"{len(found)} rows have {told}; one is needed")
        return found[0]


def _columns(block: Block) -> dict[str, Array]:
    """A block with every column as an array; numbers as float64, int64 or bool, anything else as text."""
    import numpy as np

    length = max((len(v) for v in block.values() if _is_column(v)), default=1)
    found = {}
    for name, value in block.items():
        column = np.asarray(value if _is_column(value) else [value] * length)
        if column.dtype.kind not in "biuf":
            column = column.astype(object)
        if column.shape != (length,):
            raise ParameterError(f"column {name} has shape {column.shape}; {length} values are needed")
        found[name] = column
    return found


def _is_column(value: Any) -> bool:
    return getattr(value, "ndim", 0) == 1 or (isinstance(value, Sequence) and not isinstance(value, str))


def checked(what: str, measured: Any, expected: Any, holds: bool | None, unless: str = "") -> Check:
    """A check, which is not judged where `unless` says why it cannot be."""
    return Check(what, measured, expected, None if unless else holds, unless)


def close(what: str, measured: float, expected: float, tolerance: float) -> Check:
    """A check that a number is as predicted, up to a relative tolerance; one that is not finite fails."""
    agrees = abs(measured - expected) <= tolerance * abs(expected)
    return Check(what, measured, f"{expected:.6g} within {tolerance:.3g} of it", bool(agrees))
