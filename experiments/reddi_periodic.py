"""Adam's linear regret on the periodic sequence, and the constants with which the regret of each method grows.

Claim       On slopes C, -1, ..., -1 of period N over [-1, 1] every method's regret at whole periods is
            slope T + root alpha sqrt(T) + O(1), both constants given by the limit cycle of its moments: Adam's slope is
            2(C - N + 1)/N where its drift leads to +1, and 0 for AMSGrad, AdaGrad, AdamNC and SGD.
Refuted if  a measured slope or root differs from the predicted one by more than the tolerance.
Source      Reddi, Kale & Kumar 2018, Theorem 1 and figure 1; the constants were derived for this project (`cycles`).
Budget      quick: T = 3*10^5, four instances, 20 optimizers. full: T = 10^7, six instances, every optimizer.
Note        Optimizers whose limit cycle has no closed form here are measured without a prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Any

from adamtheory import regret, simulate
from adamtheory.cycles import regret_law, steady_rate, travel_rounds
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.losses import reddi
from adamtheory.rules import RULES, get

# rule -> what divides its step on the limit cycle; those of the first line take any beta1, the others have none
MOVING = {
    "adam": "adam", "adam_uncorrected": "adam", "adam_eps_hat": "adam", "adam_eps_inside": "adam", "amsgrad": "amsgrad",
    "amsgrad_torch": "amsgrad", "amsgrad_optax": "amsgrad_corrected", "adamnc": "adagrad", "momentum_average": "sgd",
}  # fmt: skip
PLAIN = {"rmsprop": "adam", "rmsprop_optax": "adam", "rmsprop_corrected": "adam", "adagrad": "adagrad", "sgd": "sgd"}
PREDICTED = MOVING | PLAIN
OTHERS = ("adamax", "nadam_optax", "adamx", "adabelief", "adopt", "lion")
ROUNDING = 1e-12  # of constants that are exactly 0
LAWFUL = 100  # travel times, for a fit of the last two decades of T
PERIODS = 5.0  # N of them for each unit of a tolerance: what is left of the way to the limit cycle falls like 1/T
SHOWN = ("adam", "amsgrad", "amsgrad_optax", "adagrad", "sgd")


@dataclass(frozen=True)
class Settings:
    """C, N, beta1, beta2: instances, one in each place; lr: alpha in alpha/sqrt(t); tolerance: relative, of a root."""

    C: tuple[float, ...] = (3.0, 3.0, 3.0, 11.0)
    N: tuple[int, ...] = (3, 3, 3, 10)
    beta1: tuple[float, ...] = (0.0, 0.0, 0.5, 0.0)
    beta2: tuple[float, ...] = (0.1, 0.9, 0.1, 0.9)
    lr: float = 2.0
    horizon: int = 300_000
    tolerance: float = 0.005
    optimizers: tuple[str, ...] = (*PREDICTED, *OTHERS)

    def __post_init__(self) -> None:
        if not len(self.C) == len(self.N) == len(self.beta1) == len(self.beta2) > 0:
            raise ParameterError("C, N, beta1 and beta2 must have the same number of values, one for each instance")
        for C, N in zip(self.C, self.N, strict=True):
            if C <= N - 1:
                raise ParameterError(f"C={C:g} must be above N - 1 = {N - 1}, for only then is -1 the best point")
        if 1 <= self.horizon < max(self.N):
            raise ParameterError(f"horizon={self.horizon} must be at least one period, N={max(self.N)}")


QUICK = Settings()
FULL = Settings(
    C=(2.5, 3.0, 3.0, 3.0, 10.0, 11.0), N=(3, 3, 3, 3, 3, 10), beta1=(0.0, 0.0, 0.0, 0.5, 0.0, 0.0),
    beta2=(0.137, 0.1, 0.9, 0.1, 0.0099, 0.9), horizon=10**7, tolerance=0.004, optimizers=tuple(RULES),
)  # fmt: skip


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    instances = list(zip(settings.C, settings.N, settings.beta1, settings.beta2, strict=True))
    done, whole = 0, len(instances) * len(settings.optimizers)
    for name in settings.optimizers:  # its kernel is compiled once for all instances
        for C, N, beta1, beta2 in instances:
            tell(done, whole, name)
            done += 1
            yield measured(settings, name, C, N, beta1, beta2)


def measured(settings: Settings, name: str, C: float, N: int, beta1: float, beta2: float) -> dict[str, Any]:
    """One optimizer on one instance: its growth law, and the predicted one where the parameters have one."""
    given = {"lr": settings.lr, "beta1": beta1, "beta2": beta2, "eps": 0}
    rule = get(name)
    own = {p.name: p.range for p in rule.parameters}
    played = simulate(
        rule(**{key: value for key, value in given.items() if key in own and value in own[key]}), reddi(C=C, N=N),
        settings.horizon - settings.horizon % N, start=1,
    )  # fmt: skip
    found = regret(played)
    law = found.growth
    row = {
        "C": C, "N": N, "beta1": beta1, "beta2": beta2, "optimizer": name, "x": float(played.iterates[-1, 0]),
        "regret": float(found.regret[-1]), "slope": float(law.linear), "root": float(law.root) / settings.lr,
        "growth": str(law.verdict), "predicted_slope": nan, "predicted_root": nan, "travel": nan,
    }  # fmt: skip
    if name in MOVING or (name in PREDICTED and beta1 == 0):
        method = PREDICTED[name]
        row["predicted_slope"], row["predicted_root"] = regret_law(C, N, beta1, beta2, method)
        row["travel"] = travel_rounds(C, N, beta1, beta2, settings.lr, method)
    return row


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = []
    for row in table.rows():
        if row["travel"] != row["travel"]:
            continue
        what = f"{row['optimizer']}, C={row['C']:g}, N={row['N']}, beta=({row['beta1']:g}, {row['beta2']:g})"
        unless = unseen(row, settings)
        for part, size in (("slope", 1.0), ("root", abs(row["predicted_root"]))):
            measured, predicted = row[part], row[f"predicted_{part}"]
            # in T rounds an error of the root is one of root/sqrt(T) in the slope
            allowed = settings.tolerance * (size if part == "root" else row["predicted_root"] / settings.horizon**0.5)
            agrees = abs(measured - predicted) <= allowed + ROUNDING
            expected = f"{predicted:.5f} ± {allowed:.1g}"
            checks.append(checked(f"{part} of {what}", measured, expected, bool(agrees), unless))
    if not checks:
        nothing = "none of the optimizers has predicted constants with these beta1"
        checks.append(checked("predicted constants", "none", "some", None, nothing))
    return Verdict(_sentence(table, checks), tuple(checks))


def unseen(row: dict[str, Any], settings: Settings) -> str:
    """Why the constants of a row cannot be told, with the last two decades of T for the fit; empty where they can."""
    instance, T = (row["C"], row["N"], row["beta1"], row["beta2"]), settings.horizon
    if settings.lr > steady_rate(*instance, T // LAWFUL, PREDICTED[row["optimizer"]]):
        return "the steps of one period throw x through the box for too much of some runs"
    if LAWFUL * row["travel"] >= T:
        return f"some runs are of less than {LAWFUL} travel times to the end"
    if T * settings.tolerance < PERIODS * row["N"] ** 2:
        return f"{T} rounds are too few periods of some sequences for a tolerance of {settings.tolerance:g}"
    return ""


def _sentence(table: Table, checks: list[Check]) -> str:
    agreeing, told = (sum(check.holds in words for check in checks) for words in ((True,), (True, False)))
    wrong = sorted({r["optimizer"] for r in table.rows() if r["predicted_slope"] > 0})
    unpredicted = [r for r in table.rows() if r["travel"] != r["travel"]]
    others = sorted({r["optimizer"] for r in unpredicted if r["growth"] == "linear regret"})
    text = f"{agreeing} of {told} measured constants are as predicted; to +1 go {', '.join(wrong) or 'none'}."
    return text + (f" Linear regret without a prediction: {', '.join(others)}." if others else "")


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    left, right = sheet.panels(1, 2)
    rows = [r for r in table.rows() if r["travel"] == r["travel"]]
    for axes, part in ((left, "slope"), (right, "root")) if rows else ():
        predicted = [r[f"predicted_{part}"] for r in rows]
        ends = [min(predicted), max(predicted)]
        sheet.guide(axes, ends, ends, "measured = predicted")
        for index, name in enumerate(SHOWN):
            own = [r for r in rows if r["optimizer"] == name]
            sheet.dots(axes, [r[f"predicted_{part}"] for r in own], [r[part] for r in own], name, index)
    sheet.label(left, f"Coefficient of T, {len(SHOWN)} of the methods", "predicted", "measured")
    sheet.label(right, "Coefficient of alpha sqrt(T)", "predicted", "measured", logx=True, logy=True)
    sheet.legend(left)
