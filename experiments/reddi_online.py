"""The online experiment of Reddi et al.: Adam's average regret tends to 0.198, that of AMSGrad to 0.

Claim       With slopes 1010 once in 101 rounds, else -10, on [-1, 1], Adam with beta1 = 0.9 goes to +1 for beta2 = 0.99
            and for the default 0.999, with an average regret that tends to 2 (1010 - 1000)/101 = 0.198; with beta2 =
            0.9999 Adam, and with 0.99 AMSGrad, AdaGrad and SGD, go to -1 with a regret of the order of sqrt(T). The
            constants are those of the limit cycle.
Refuted if  an end, a constant or the exponent of the last decade differs from the predicted one.
Source      Reddi, Kale & Kumar 2018, section 5.1 and figure 1, which give neither alpha nor x_1; x_1 = 0 here. The
            constants and the travel times, which set the horizons, were derived for this project (`cycles`).
Budget      quick: alpha = 5, T = 100 travel times but at least 10^6, 3 s. full: alpha = 2, at least 4*10^7, 2 minutes.
Note        With alpha = 0.5 the uncorrected AMSGrad travels for 6.6*10^6 rounds: a shorter run shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, nan
from typing import Any

from adamtheory import regret, simulate
from adamtheory.cycles import drift, regret_law, steady_rate, travel_rounds
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked, close
from adamtheory.losses import reddi101
from adamtheory.rules import get

N, C, SCALE = 101, 101.0, 10.0
METHODS = {
    "adam": "adam", "amsgrad": "amsgrad", "amsgrad_optax": "amsgrad_corrected", "adagrad": "adagrad",
    "adamnc": "adagrad", "momentum_average": "sgd",
}  # fmt: skip
# The step of SGD is proportional to the slopes; with Adam's alpha a spike throws x through the box until late.
UNSCALED, SMALLER = ("momentum_average",), 10.0
PLAIN = ("adagrad",)  # without momentum
LAWFUL = 100  # travel times, for a fit of the last two decades of T


@dataclass(frozen=True)
class Settings:
    """optimizers, beta2: one run for each pair of places; lr: alpha, of SGD that of slopes of 1, a tenth of it.

    reserve    T is that many travel times, but at least `horizon`
    tolerance  relative, of the coefficient of sqrt(T)
    exponent   what the O(1) of the law, which the travel leaves, may change in the exponent of the last decade
    """

    optimizers: tuple[str, ...] = ("adam", "adam", "adam", "amsgrad", "adagrad", "momentum_average")
    beta2: tuple[float, ...] = (0.99, 0.999, 0.9999, 0.99, 0.99, 0.99)
    beta1: float = 0.9
    lr: float = 5.0
    horizon: int = 10**6
    reserve: float = 100.0
    tolerance: float = 0.01
    exponent: float = 0.02

    def __post_init__(self) -> None:
        if len(self.optimizers) != len(self.beta2):
            raise ParameterError("optimizers and beta2 must have the same number of values, one for each run")
        if unknown := set(self.optimizers) - set(METHODS):
            raise ParameterError(f"{unknown.pop()} has no predicted constants; use {', '.join(METHODS)}")


QUICK = Settings()
FULL = Settings(
    optimizers=("adam", "adam", "adam", "amsgrad", "amsgrad_optax", "adagrad", "adamnc", "momentum_average"),
    beta2=(0.99, 0.999, 0.9999, 0.99, 0.99, 0.99, 0.99, 0.99), lr=2.0, horizon=4 * 10**7,
)  # fmt: skip


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    for done, (name, beta2) in enumerate(zip(settings.optimizers, settings.beta2, strict=True)):
        tell(done, len(settings.optimizers), f"{name}, beta2={beta2:g}")
        yield measured(settings, name, beta2)


def instance_of(settings: Settings, name: str, beta2: float) -> tuple[tuple[float, int, float, float], float]:
    """What the closed forms of a run take, and its alpha in units of the scale of the slopes."""
    lr = settings.lr / SMALLER if name in UNSCALED else settings.lr
    return (C, N, 0.0 if name in PLAIN else settings.beta1, beta2), lr


def measured(settings: Settings, name: str, beta2: float) -> Block:
    """One run: its regret at whole periods, the constants that fit it, and the predicted ones."""
    instance, lr = instance_of(settings, name, beta2)
    travel = travel_rounds(*instance, lr, METHODS[name])
    periods = int(max(settings.reserve * travel, settings.horizon)) // N + 1
    rule = get(name)
    given = {"lr": lr / SCALE if name in UNSCALED else lr, "beta1": settings.beta1, "beta2": beta2}
    own = {p.name for p in rule.parameters}
    values = {key: value for key, value in {**given, "eps": 0}.items() if key in own}
    played = simulate(rule(**values), reddi101, periods * N, start=0)
    found = regret(played)
    slope, root = regret_law(*instance, METHODS[name])
    return {
        "optimizer": name, "beta2": beta2, "rounds": found.checkpoints, "regret": found.regret,
        "x": played.iterates[:, 0], "slope": float(found.growth.linear), "root": float(found.growth.root),
        "growth": str(found.growth.verdict), "predicted_slope": SCALE * slope,
        "predicted_root": SCALE * lr * root, "drift": float(drift(*instance, METHODS[name])), "travel": travel,
    }  # fmt: skip


def verdict(table: Table, settings: Settings) -> Verdict:
    checks, told = [], []
    for name, beta2 in zip(settings.optimizers, settings.beta2, strict=True):
        part = table.where(optimizer=name, beta2=beta2)
        what, rows = f"{name}, beta2={beta2:g}", list(part.rows())
        last, before = rows[-1], min(rows, key=lambda row: abs(log(rows[-1]["rounds"] / row["rounds"] / 10)))
        checks += _checks(what, last, before, settings)
        told.append(f"{what}: {last['regret'] / last['rounds']:.4g}, {round(last['slope'], 3) + 0:.3f}")
    return Verdict(f"R_T/T at the end, and the coefficient of T in R_T: {'; '.join(told)}.", tuple(checks))


def unseen(settings: Settings, name: str, beta2: float, T: int, travel: float) -> tuple[str, str]:
    """Why an end and why the constants cannot be told from T rounds; empty where they can."""
    instance, lr = instance_of(settings, name, beta2)
    if lr > steady_rate(*instance, T // LAWFUL, METHODS[name]):
        # with half of the steady rate of the last round the end is sure
        thrown = "the steps of one period throw x through the box for too much of the run"
        return thrown if 2 * lr > steady_rate(*instance, T, METHODS[name]) else "", thrown
    if LAWFUL * travel > T:
        short = "a run of less than {} travel times to the end"
        return short.format(1) if travel > T else "", short.format(LAWFUL)
    if T * settings.tolerance < N * N / 2:
        return "", f"some runs have too few periods for a tolerance of {settings.tolerance:g}"
    return "", ""


def _checks(what: str, last: dict[str, Any], before: dict[str, Any], settings: Settings) -> list[Check]:
    """End, constants and exponent of a run, from its last row and that of a decade before."""
    wrong = last["drift"] > 0
    T, slope, root = last["rounds"], last["predicted_slope"], last["predicted_root"]
    # in T rounds an error of the root is one of root/sqrt(T) in the slope
    allowed = settings.tolerance * root / T**0.5
    predicted = [slope * row["rounds"] + root * row["rounds"] ** 0.5 for row in (last, before)]
    decade = log(T / before["rounds"])
    grows = last["regret"] > 0 < before["regret"] and decade > 0
    exponent = log(last["regret"] / before["regret"]) / decade if grows else nan
    expected = log(predicted[0] / predicted[1]) / decade if decade > 0 else nan
    word = "linear regret" if wrong else "sublinear"
    no_end, no_law = unseen(settings, last["optimizer"], last["beta2"], T, last["travel"])
    no_exponent = no_law
    law = [last["slope"] * row["rounds"] + last["root"] * row["rounds"] ** 0.5 for row in (last, before)]
    if not no_law and min(law) > 0 and abs(exponent - log(law[0] / law[1]) / decade) > settings.exponent:
        no_exponent = "the travel to the end still shows in the exponent of the last decade"
    near = close(f"{what}: coefficient of sqrt(T)", last["root"], root, settings.tolerance)
    return [
        checked(f"{what}: end", last["x"], "+1" if wrong else "-1", bool((last["x"] > 0) == wrong), no_end),
        checked(f"{what}: growth", last["growth"], word, last["growth"] == word, no_law),
        checked(f"{what}: coefficient of T", last["slope"], f"{slope:.5f} ± {allowed:.1g}",
               bool(abs(last["slope"] - slope) <= allowed), no_law),
        checked(near.what, near.measured, near.expected, near.holds, no_law),
        checked(f"{what}: exponent of the last decade", exponent, f"{expected:.4f} ± {settings.exponent:g}",
               bool(abs(exponent - expected) <= settings.exponent), no_exponent),
    ]  # fmt: skip


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    left, right = sheet.panels(1, 2)
    for index, (name, beta2) in enumerate(zip(settings.optimizers, settings.beta2, strict=True)):
        part = table.where(optimizer=name, beta2=beta2)
        label = f"{name}, beta2={beta2:g}" if name == "adam" else name
        t, law = part["rounds"], part["predicted_slope"] + part["predicted_root"] / part["rounds"] ** 0.5
        seen = t >= part["travel"]
        after = t >= 10 * N  # the first periods, in which x jumps from end to end, are not shown
        sheet.line(left, t[after], part["regret"][after] / t[after], label, index)
        sheet.guide(left, t[seen], law[seen], "predicted" if index == len(settings.optimizers) - 1 else "")
        sheet.line(right, t, part["x"], label, index)
    limits = sorted({round(float(slope), 9) for slope in table["predicted_slope"] if slope > 0})
    for limit in limits:
        left.axhline(limit, color="black", linewidth=0.8, linestyle=":", label=f"limit {limit:.3f}")
    sheet.label(left, "Average regret", "rounds T", "R_T/T", logx=True, logy=True)
    sheet.label(right, "Iterate at the end of a period", "rounds T", "x", logx=True)
    sheet.legend_below(left, 4)
