"""Momentum cures Adam: above a threshold of beta1 it goes to the right end, below it to the wrong one.

Claim       On the periodic sequence there is one beta1* for every C, N and beta2 of which Adam without momentum fails:
            for beta1 < beta1* it ends at +1, for beta1 > beta1* at -1, the best point; beta1* = 0.4026 for C = N = 3,
            beta2 = 0.1. On independent slopes of two values more momentum helps as well: the mean step falls with beta1
            from positive to negative, as the integral says.
Refuted if  a run with the time to travel ends on the other side, or a mean step is not the predicted one.
Source      derived for this project: `threshold`, theorem drift_falls_in_momentum, and `iid.drift`. Reddi, Kale & Kumar
            2018, Theorems 2 and 3, print failure for every beta1 < sqrt(beta2), with C large enough for it.
Budget      quick: 8 instances x 96 beta1, T = 303000, 21 mean steps, 3 s. full: 1000 beta1, T = 2*10^6, 3 minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory import iid, simulate, threshold
from adamtheory.cycles import drift, steady_rate
from adamtheory.errors import ParameterError
from adamtheory.experiments._mean_step import mean_step
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.losses import reddi
from adamtheory.rules import adam

PERIODIC, IID = "periodic", "independent"
DOUBT = 2.0  # half widths of a 95 % interval: 21 numbers of such intervals would not all be inside of one
MEMORIES = 5  # 1/(1 - beta) of either rate, after which the averages are on their limit cycle
WIDEST = 0.02  # interval of a mean step; without momentum these are 0.09 to 0.15
DIGITS = 12
COLUMNS = ("C", "N", "p", "beta2", "beta1", "threshold", "travel", "x", "step", "step_error", "predicted")


@dataclass(frozen=True)
class Settings:
    """C, N, beta2: periodic instances, one in each place; side: values of beta1, even in the logarithm of 1 - beta1.

    least         the smallest 1 - beta1
    coin_C, coin_p, coin_beta2  independent slopes, C with probability p, else -1;  coin_beta1  rates for each of them
    """

    C: tuple[Fraction, ...] = (Fraction(3),) * 5 + (Fraction(101),) * 3
    N: tuple[int, ...] = (3,) * 5 + (101,) * 3
    beta2: tuple[Fraction, ...] = tuple(
        Fraction(b) for b in ("0.1", "0.2", "0.3", "0.4", "0.5", "0.99", "0.999", "0.9995")
    )
    side: int = 96
    least: float = 0.001
    swing: float = 0.5
    horizon: int = 303_000
    coin_C: tuple[float, ...] = (3.0, 5.0, 11.0)
    coin_p: tuple[float, ...] = (0.3, 0.18, 0.1)
    coin_beta2: tuple[float, ...] = (0.5, 0.8, 0.9)
    coin_beta1: tuple[float, ...] = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98)
    seeds: int = 8
    rounds: int = 200_000

    def __post_init__(self) -> None:
        if not len(self.C) == len(self.N) == len(self.beta2) > 0:
            raise ParameterError("C, N and beta2 must have the same number of values, one for each instance")
        if not len(self.coin_C) == len(self.coin_p) == len(self.coin_beta2):
            raise ParameterError("coin_C, coin_p and coin_beta2 must have the same number of values")
        if self.side < 2 or not 0 < self.least < 1:
            raise ParameterError("side must be at least 2 and least in (0, 1), for beta1 below and above a threshold")
        if self.swing > 1:
            raise ParameterError(f"swing={self.swing:g} must be at most 1, for x is thrown from end to end else")
        if not all(0 < p < 1 for p in self.coin_p):
            raise ParameterError("coin_p must be above 0 and below 1, for the slopes to have two values")


QUICK = Settings()
FULL = Settings(side=1000, horizon=1_999_800, seeds=15, rounds=2 * 10**6)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    whole = 1 + len(settings.coin_C)
    tell(0, whole, f"{settings.side} values of beta1")
    yield periodic(settings)
    for place, (C, p, beta2) in enumerate(zip(settings.coin_C, settings.coin_p, settings.coin_beta2, strict=True)):
        tell(1 + place, whole, f"coins, C={C:g}")
        for beta1 in settings.coin_beta1:
            step, error = mean_step(adam, C, p, beta1, beta2, settings.rounds, settings.seeds)
            predicted = iid.drift(C, p, beta1, beta2)
            yield _block(
                IID, 1, C=C, p=p, beta2=beta2, beta1=beta1, step=step, step_error=error, predicted=predicted
            )  # fmt: skip


def periodic(settings: Settings) -> Block:
    """Where x ends, for every instance and every beta1, with step sizes that do not swing x through the box."""
    import numpy as np

    momenta = 1 - np.geomspace(1, settings.least, settings.side)
    parts = []
    for C, N, beta2 in zip(settings.C, settings.N, settings.beta2, strict=True):
        found = threshold(C=C, N=N, beta2=beta2, digits=DIGITS).fails
        edge = found[0][1] if found else None
        where = np.full(settings.side, float(C)), N, momenta, np.full(settings.side, float(beta2))
        rate = settings.swing * steady_rate(*where, settings.horizon)
        parts.append({
            "C": where[0], "N": np.full(settings.side, N), "beta2": where[3], "beta1": momenta, "lr": rate,
            "threshold": np.full(settings.side, float(edge.value) if edge else 0.0),
            "travel": (N / (rate * abs(drift(*where)))) ** 2,
        })  # fmt: skip
    lanes = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    played = simulate(
        adam(lr=lanes.pop("lr"), beta1=lanes["beta1"], beta2=lanes["beta2"], eps=0), reddi(C=lanes["C"], N=lanes["N"]),
        settings.horizon, start=0, checkpoints=[settings.horizon],
    )  # fmt: skip
    return _block(PERIODIC, len(lanes["C"]), x=played.iterates[:, -1, 0], **lanes)


def _block(part: str, rows: int, **columns: Any) -> Block:
    """A block with every column; NaN where a part has none."""
    import numpy as np

    told = {name: np.broadcast_to(np.asarray(columns.get(name, np.nan), float), rows) for name in COLUMNS}
    return {"part": [part] * rows, **told}


def verdict(table: Table, settings: Settings) -> Verdict:
    checks, told = [], []
    for C, N, beta2 in zip(settings.C, settings.N, settings.beta2, strict=True):
        own = table.where(part=PERIODIC, C=float(C), N=float(N), beta2=float(beta2))
        what = f"C={float(C):g}, N={N}, beta2={float(beta2):g}"
        check, text = _sides(what, own, settings)
        checks.append(check)
        told.append(text)
    for row in table.where(part=IID).rows():
        allowed = DOUBT * row["step_error"]
        agrees = bool(abs(row["step"] - row["predicted"]) <= allowed)
        unless = "" if allowed <= WIDEST else "seeds and rounds are too few to know some mean steps"
        what = f"C={row['C']:g}, p={row['p']:g}, beta2={row['beta2']:g}, beta1={row['beta1']:g}: mean step"
        checks.append(checked(what, row["step"], f"{row['predicted']:.6f} ± {allowed:.1g}", agrees, unless))
    return Verdict(f"The end changes between these beta1 (exact): {'; '.join(told)}. {_coins(table)}", tuple(checks))


def _sides(what: str, own: Table, settings: Settings) -> tuple[Check, str]:
    """Whether all runs with the time to travel ended on their side of the threshold, and where the end changed."""
    import numpy as np

    memory = MEMORIES / (1 - np.maximum(own["beta1"], own["beta2"]))
    over, wrong, edge = own["travel"] + memory <= settings.horizon, own["x"] > 0, float(own["threshold"][0])
    below = own["beta1"] < edge
    agreeing, known = int(np.sum(over & (wrong == below))), int(np.sum(over))
    last = max(own["beta1"][wrong & over], default=0.0)
    first = min(own["beta1"][~wrong & over], default=1.0)
    text = f"{last:.4f} and {first:.4f} ({edge:.4f})" if edge else "nowhere (0)"
    unless = "in most runs of an instance the horizon is below the travel time" if known < len(own) / 2 else ""
    told = f"{what}: on their side of beta1*={edge:.5f}"
    return checked(told, agreeing, f"all {known}", agreeing == known, unless), text


def _coins(table: Table) -> str:
    """How many mean steps of independent slopes were positive without and negative with most momentum."""
    own = table.where(part=IID)
    cases: dict[tuple[float, ...], list[float]] = {}
    for row in own.rows():
        cases.setdefault((row["C"], row["p"], row["beta2"]), []).append(row["step"])
    cured = sum(steps[0] > 0 > steps[-1] for steps in cases.values())
    return f"Of {len(cases)} laws of independent slopes {cured} go wrong without momentum and right with the most."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    left, right = sheet.panels(1, 2)
    for index, (C, N, beta2) in enumerate(zip(settings.C, settings.N, settings.beta2, strict=True)):
        own = table.where(part=PERIODIC, C=float(C), N=float(N), beta2=float(beta2))
        forgetting = 1 - own["beta1"]
        sheet.line(left, forgetting, own["x"], f"N={N}, beta2={float(beta2):g}", index)
        if own["threshold"][0]:
            left.axvline(1 - own["threshold"][0], color=sheet.colour(index), linewidth=0.8, linestyle=":")
    for index, (C, p, beta2) in enumerate(zip(settings.coin_C, settings.coin_p, settings.coin_beta2, strict=True)):
        own = table.where(part=IID, C=C, p=p, beta2=beta2)
        sheet.dots(right, 1 - own["beta1"], own["step"], "", index, error=own["step_error"])
        fine = [0.01 * 100 ** (k / 60) for k in range(61)]
        steps = [iid.drift(C, p, 1 - f, beta2) for f in fine]
        sheet.line(right, fine, steps, f"C={C:g}, p={p:g}, beta2={beta2:g}", index, linestyle="-")
    right.axhline(0, color="black", linewidth=0.8)
    sheet.label(left, "x at the end (dotted: exact thresholds)", "1 - beta1", "x", logx=True)
    sheet.label(right, "Independent slopes: mean step", "1 - beta1", "step/alpha, positive is wrong", logx=True)
    sheet.legend_below(left, 4, "left")
    sheet.legend(right, loc="upper left", fontsize=7)
