"""Where Adam fails on the periodic sequence: measured, with the closed-form boundary.

Claim       On slopes C, -1, ..., -1 of period N over [-1, 1] Adam ends at +1, the worst point, exactly where the drift
            of its limit cycle is positive, and at -1 where it is negative; beta1 < sqrt(beta2) plays no role.
Refuted if  in any cell x is at the other end although the run was longer than the travel time (N/(alpha |drift|))^2.
Source      Reddi, Kale & Kumar 2018, Theorems 1 and 2; the boundary was derived for this project (`cycles.drift`).
Budget      quick: 5760 cells, T = 99990, 2 s. full: 102010 cells, T = 499950, 3 minutes.
Note        beta2 = 1/(1 + C^2), the choice of Theorem 1, lies far inside of the failing region.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory import regret, simulate
from adamtheory.cycles import drift, steady_rate
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict, checked
from adamtheory.laboratory.settings import check_distinct
from adamtheory.losses import reddi
from adamtheory.rules import adam_uncorrected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

SPIKE, MOMENTUM = "C x beta2", "beta1 x beta2"  # the two kinds of planes
PER_CALL = 12_000  # cells of one call, between two of which Ctrl-C finds finished rows
SHOWN = -0.25, 1.25  # of the coefficient: near the boundary, where x still travels, the fit is of no law
MEMORIES = 5  # 1/(1 - beta) of either rate, after which the averages are on their limit cycle
FEWEST = 0.5  # share of the cells whose travel must be over


@dataclass(frozen=True)
class Settings:
    """N, spike: of each period, with C = spike in the planes of beta1; side: cells along an axis of a plane.

    low, high  C - (N - 1) in the planes of C, for each period;  forgetting  the smallest 1 - beta2 and 1 - beta1
    swing      the most that the steps of one period may add up to at the end, in modulus; 1 is half of the box
    reserve    the run is to last that many travel times, where `swing` allows it
    """

    N: tuple[int, ...] = (3, 101)
    spike: tuple[float, ...] = (3.0, 101.0)
    low: tuple[float, ...] = (0.01, 0.1)
    high: tuple[float, ...] = (30.0, 10_000.0)
    beta1: tuple[float, ...] = (0.0, 0.3, 0.6, 0.9)
    forgetting: float = 0.001
    swing: float = 0.5
    reserve: float = 25.0
    side: int = 24
    horizon: int = 99_990

    def __post_init__(self) -> None:
        if not len(self.N) == len(self.spike) == len(self.low) == len(self.high) > 0:
            raise ParameterError("N, spike, low and high must have the same number of values, one for each period")
        check_distinct(self, "N", "beta1")
        if any(spike <= N - 1 for spike, N in zip(self.spike, self.N, strict=True)) or min(*self.low, *self.high) <= 0:
            raise ParameterError(
                "spike must be above N - 1, and low and high above 0, for only then is -1 the best point"
            )
        if not 0 < self.forgetting <= 0.5 or self.side < 2:
            raise ParameterError("forgetting must be in (0, 1/2] and side at least 2, for a grid of rates")
        if self.swing > 1:
            raise ParameterError(f"swing={self.swing:g} must be at most 1, for x is thrown from end to end else")


QUICK = Settings()
FULL = Settings(side=101, horizon=499_950)


def axes(settings: Settings, place: int) -> tuple[Array, Array]:
    """C of a period, and the forgetting 1 - beta of both rates, as grids that are even in their logarithms."""
    import numpy as np

    C = settings.N[place] - 1 + np.geomspace(settings.low[place], settings.high[place], settings.side)
    return C, np.geomspace(settings.forgetting, 1 - settings.forgetting, settings.side)


def cells(settings: Settings) -> dict[str, Array]:
    """Every cell of every plane, as columns."""
    import numpy as np

    found: dict[str, list[Any]] = {name: [] for name in ("plane", "N", "C", "beta1", "beta2")}
    for place, (N, spike) in enumerate(zip(settings.N, settings.spike, strict=True)):
        C, forgetting = axes(settings, place)
        planes = [(SPIKE, *np.meshgrid(C, 1 - forgetting), beta1) for beta1 in settings.beta1]
        rates = np.meshgrid(1 - forgetting, 1 - forgetting)
        for name, x, y, beta1 in [*planes, (MOMENTUM, *rates, None)]:
            spikes, beta1s = (x, np.full_like(x, beta1)) if name == SPIKE else (np.full_like(x, spike), x)
            columns = (np.full(x.shape, name, object), np.full(x.shape, N), spikes, beta1s, y)
            for column, values in zip(found, columns, strict=True):
                found[column].append(values.ravel())
    return {name: np.concatenate(parts) for name, parts in found.items()}


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    whole = cells(settings)
    parts = -(-len(whole["N"]) // PER_CALL)
    for part in range(parts):
        tell(part, parts, f"{len(whole['N'])} cells")
        # every part has cells of all planes, so that one kernel serves them all
        yield measured(settings, {name: column[part::parts] for name, column in whole.items()})


def measured(settings: Settings, part: dict[str, Array]) -> Block:
    """Where x is, the coefficient of T in the regret as a share of that of staying at +1, and the closed form."""
    import numpy as np

    C, N = part["C"], part["N"]
    pull, lr = planned(settings, part)
    played = simulate(
        adam_uncorrected(lr=lr, beta1=part["beta1"], beta2=part["beta2"], eps=0), reddi(C=C, N=N), settings.horizon,
        start=0, checkpoints=rounds(settings),
    )  # fmt: skip
    share = regret(played).growth.linear * N / (2 * (C - N + 1))
    with np.errstate(divide="ignore"):
        travel = (N / (lr * np.abs(pull))) ** 2
    return {**part, "lr": lr, "x": played.iterates[:, -1, 0], "share": share, "drift": pull, "travel": travel}


def rounds(settings: Settings) -> list[int]:
    """Rounds T in the last two decades, ends of a period of every N."""
    from math import lcm

    period = lcm(*settings.N)
    found = {max(1, round(settings.horizon / 2**k / period)) * period for k in range(1, 7)}
    return [*sorted(found - {settings.horizon}), settings.horizon]


def planned(settings: Settings, part: dict[str, Array]) -> tuple[Array, Array]:
    """The drift of each cell, and a step size with which x can travel and does not swing through the box."""
    import numpy as np

    pull, lr = np.empty((2, len(part["C"])))
    for N in settings.N:
        own = part["N"] == N
        where = part["C"][own], N, part["beta1"][own], part["beta2"][own]
        pull[own] = drift(*where)
        with np.errstate(divide="ignore"):
            enough = settings.reserve**0.5 * N / (np.abs(pull[own]) * settings.horizon**0.5)
        lr[own] = np.minimum(enough, settings.swing * steady_rate(*where, settings.horizon))
    return pull, lr


def verdict(table: Table, settings: Settings) -> Verdict:
    import numpy as np

    checks = []
    differ = (table["x"] > 0) != (table["drift"] > 0)
    over = table["travel"] + MEMORIES / (1 - np.maximum(table["beta1"], table["beta2"])) <= settings.horizon
    groups = [(SPIKE, N, beta1) for N in settings.N for beta1 in settings.beta1]
    for plane, N, beta1 in [*groups, *((MOMENTUM, N, None) for N in settings.N)]:
        own = (table["plane"] == plane) & (table["N"] == N)
        if beta1 is not None:
            own &= table["beta1"] == beta1
        known = int(np.sum(own & over))
        agreeing = known - int(np.sum(own & over & differ))
        unless = "in most cells of a plane the horizon is below the travel time" if known < FEWEST * np.sum(own) else ""
        what = f"N={N}, {plane}" + ("" if beta1 is None else f", beta1={beta1:g}")
        told = f"{what}: cells at the end that the drift names"
        checks.append(checked(told, agreeing, f"all {known}", agreeing == known, unless))
    return Verdict(_sentence(table, settings, differ, over), tuple(checks))


def _sentence(table: Table, settings: Settings, differ: Array, over: Array) -> str:
    import numpy as np

    text = f"{int(np.sum(~differ))} of {len(table)} cells are at the end that the drift names"
    text += f", {int(np.sum(table['drift'] > 0))} of the drifts being positive"
    if not differ.any():
        return f"{text}; none is at the other."
    nearest = float(np.min(table["travel"][differ])) / settings.horizon
    text += f"; of the {int(np.sum(differ))} others {int(np.sum(differ & over))} had the time to travel"
    return (
        f"{text} (their travel times are at least {nearest:.3g} times the run; the largest |drift| among them is "
        + (f"{float(np.max(np.abs(table['drift'][differ]))):.2g}).")
    )


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    panels = sheet.panels(len(settings.N), 2)
    for place, N in enumerate(settings.N):
        C, forgetting = axes(settings, place)
        left, right = panels[2 * place : 2 * place + 2]
        own = table.where(plane=SPIKE, N=N, beta1=settings.beta1[0])
        _image(own, own["C"], settings, sheet, left, C - (N - 1), forgetting)
        for index, beta1 in enumerate(settings.beta1):
            _boundary(sheet, left, N, C, 1 - forgetting, N - 1, beta1, None, f"beta1 = {beta1:g}", index)
        printed = C * C / (1 + C * C)
        if printed[0] < forgetting[-1]:
            sheet.line(left, C - (N - 1), printed, "beta2 = 1/(1+C^2)", 4, linestyle=":")
        title = f"N = {N}; colours: beta1 = {settings.beta1[0]:g}"
        sheet.label(left, title, f"C - {N - 1}", "1 - beta2", logx=True, logy=True)
        own = table.where(plane=MOMENTUM, N=N)
        _image(own, -own["beta1"], settings, sheet, right, forgetting, forgetting)
        _boundary(sheet, right, N, None, 1 - forgetting, 0, None, settings.spike[place], "drift 0", 0)
        root = 1 - (1 - forgetting) ** 2
        sheet.line(right, forgetting, root, "beta1 = sqrt(beta2)", 4, linestyle=":")
        sheet.label(right, f"N = {N}, C = {settings.spike[place]:g}", "1 - beta1", "1 - beta2", logx=True, logy=True)
        for panel in (left, right):
            panel.set_ylim(forgetting[0], forgetting[-1])
            panel.legend(loc="lower right", fontsize=7, framealpha=0.9)


def _image(part: Table, order: Array, settings: Settings, sheet: Any, panel: Any, x: Array, y: Array) -> None:
    """The measured shares of a plane by their places in the grid; `order` increases along x."""
    import numpy as np

    places = np.lexsort((order, -part["beta2"]))
    values = part["share"][places].reshape(settings.side, settings.side)
    sheet.image(panel, x, y, np.clip(values, *SHOWN), "coefficient of T in R_T, over 2(C - N + 1)/N")


def _boundary(
    sheet: Any, panel: Any, N: int, C: Array | None, beta2: Array, shift: int, beta1: float | None, spike: float | None,
    name: str, index: int,
) -> None:  # fmt: skip
    """Where the drift is 0, in a plane of C (beta1 given) or of beta1 (the spike given), on a finer grid."""
    import numpy as np

    fine = np.geomspace(1 - beta2[0], 1 - beta2[-1], 200)
    x = fine if C is None else np.geomspace(C[0] - shift, C[-1] - shift, 200)
    across, up = np.meshgrid(x, 1 - fine)
    first = np.full_like(up, spike) if C is None else shift + across
    values = drift(first, N, 1 - across if C is None else np.full_like(up, beta1), up)
    colour = ("black", *(sheet.colour(i) for i in (0, 3, 5)))[index % 4]
    panel.contour(x, fine, values, [0.0], colors=[colour], linewidths=1.6)
    sheet.line(panel, [], [], name, color=colour, linestyle="-")
