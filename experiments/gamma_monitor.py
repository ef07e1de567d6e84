"""Where Gamma is negative for Adam on real data, and whether regret suffers.

Claim       On a9a, w8a and mushrooms Gamma_t of Adam is negative in every coordinate no later than at the first zero
            gradient that follows another one, of Adam without correction not before round 1/(1 - beta2), of AMSGrad
            and AdaGrad never; and Adam's regret is not a twentieth above that of either AMSGrad, whose Gamma is never
            negative, each with its own best alpha.
Refuted if  the monitors of the run show another first round, or the 95 % interval of the paired difference of regrets
            lies above a twentieth.
Source      Reddi, Kale & Kumar 2018, section 3 (the quantity Gamma); when it can be negative is proved in the files
            gamma_*.
Budget      quick: 1500 rows, 8 orders, 5 s (12 s the first time). full: 10000 rows, 16 orders, 20 s.
Note        Gamma_t = D_t/alpha_t - D_{t-1}/alpha_{t-1}, D the denominator. Negative Gamma voids the proof of a regret
            bound; it does not make regret large. eps = 1e-15, for eps sqrt(t)/alpha grows: with eps = 1e-8 the first
            negative round of 19 rare features of w8a is later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

from adamtheory import simulate
from adamtheory.errors import ParameterError
from adamtheory.experiments._libsvm import best_loss, rows, tuned
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.laboratory.settings import check_distinct, check_increasing
from adamtheory.rules import get

if TYPE_CHECKING:
    from adamtheory import Trajectory
    from adamtheory.simulation.sequences import LossSequence

CORRECTED, PLAIN = "adam", "adam_uncorrected"
MONOTONE = ("amsgrad_torch", "amsgrad", "adagrad")
FORMS = (CORRECTED, PLAIN, *MONOTONE)
COORDINATE, ROUND, REGRET = "coordinate", "round", "regret"
EMPTY = {"index": 0, "first": 0, "latest": 0, "gamma_min": nan, "own_min": nan, "share": nan, "regret": nan, "gap": nan}


@dataclass(frozen=True)
class Settings:
    """sets: files of the data folder; log_lr: log10 of alpha; tuning, seeds: orders of the rows; suffers: a share."""

    sets: tuple[str, ...] = ("a9a", "w8a", "mushrooms")
    rows: int = 1500
    epochs: int = 1
    log_lr: tuple[float, ...] = tuple(i / 4 for i in range(-8, 3))
    tuning: int = 3
    seeds: int = 8
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-15
    suffers: float = 0.05

    def __post_init__(self) -> None:
        if self.rows < 2 or self.seeds < 2:
            raise ParameterError("rows and seeds must be at least 2")
        check_distinct(self, "sets")
        check_increasing(self, "log_lr")
        if self.beta2 <= 0:
            raise ParameterError("beta2 must be above 0, for at a zero gradient eps alone is left to divide else")
        if self.suffers < 0:
            raise ParameterError(f"suffers={self.suffers:g} must be at least 0")


QUICK = Settings()
FULL = Settings(rows=10_000, seeds=16, tuning=4)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    lrs = [10**value for value in settings.log_lr]
    for done, (name, form) in enumerate((name, form) for name in settings.sets for form in FORMS):
        tell(done, len(settings.sets) * len(FORMS), f"{form}, {name}")
        if form == FORMS[0]:
            losses = rows(name, settings.rows)
            best, gap = best_loss(losses, settings.epochs)
        given = parameters(settings, form)
        lr, _, final = tuned(form, losses, settings.epochs, lrs, settings.tuning, settings.seeds, **given)
        place = {"set": name, "optimizer": form, "lr": lr}
        order = list(range(settings.seeds))
        yield {**EMPTY, **place, "part": REGRET, "index": order, "regret": final - best, "gap": gap}
        yield from watched(settings, form, lr, losses, place)


def parameters(settings: Settings, form: str) -> dict[str, float]:
    """The parameters of a form, beside alpha."""
    own = {p.name for p in get(form).parameters}
    given = {"beta1": settings.beta1, "beta2": settings.beta2, "eps": settings.eps}
    return {name: value for name, value in given.items() if name in own}


def watched(settings: Settings, form: str, lr: float, losses: LossSequence, place: dict[str, Any]) -> Iterator[Block]:
    """What the monitors see in one order of the rows, coordinate by coordinate, and for Adam round by round."""
    import numpy as np

    count = len(losses.features) if losses.features is not None else 0
    horizon = count * settings.epochs
    each = np.arange(1, horizon + 1) if form in (CORRECTED, PLAIN) else [horizon]
    rule = get(form)(lr=lr, **parameters(settings, form))
    played = simulate(rule, losses, horizon, monitors=True, checkpoints=each)
    assert played.monitors is not None
    gammas = gamma(settings, played, form, lr) if len(each) > 1 else np.full((1, losses.dimension), np.nan)
    yield {
        **EMPTY, **place, "part": COORDINATE, "index": np.arange(losses.dimension),
        "first": played.monitors.gamma_first[-1], "latest": first_zero_after_another(losses, horizon),
        "gamma_min": played.monitors.gamma_min[-1], "own_min": gammas.min(axis=0), "share": (gammas < 0).mean(axis=0),
    }  # fmt: skip
    if len(each) > 1:
        at = np.unique(np.geomspace(2, horizon, 60).astype(int))
        yield {**EMPTY, **place, "part": ROUND, "index": at, "share": (gammas[at - 2] < 0).mean(axis=1)}


def gamma(settings: Settings, played: Trajectory, form: str, lr: float) -> Any:
    """Gamma_t for t = 2, ..., T in every coordinate, from the kept second moments, by its definition."""
    import numpy as np

    t = played.checkpoints[:, None].astype(float)
    v = played.state["v"] / (1 - settings.beta2**t if form == CORRECTED else 1)
    return np.diff((np.sqrt(v) + settings.eps) * np.sqrt(t) / lr, axis=0)


def first_zero_after_another(losses: LossSequence, horizon: int) -> Any:
    """The first round, in each coordinate, with a zero feature after one that is not zero; 0 where there is none."""
    import numpy as np

    from adamtheory.simulation.rows import epoch_order

    assert losses.features is not None
    size = len(losses.features)
    order = np.concatenate([epoch_order(size, epoch, 0, 0) for epoch in range(horizon // size)])
    met = losses.features[order] != 0
    zero_after = ~met & np.maximum.accumulate(met, axis=0)
    return np.where(zero_after.any(axis=0), zero_after.argmax(axis=0) + 1, 0)


# --- what follows -----------------------------------------------------------------------------------------------------


def verdict(table: Table, settings: Settings) -> Verdict:
    checks: list[Check] = []
    for name in settings.sets:
        own = table.where(set=name, part=COORDINATE)
        checks += _gamma_checks(own, settings, name)
        for other in MONOTONE[:2]:
            mean, error = difference(table.where(set=name), other)
            # also where a regret is not finite
            told = mean - error > settings.suffers or mean + error <= settings.suffers
            unless = "" if told else "the intervals of some differences are too wide"
            what = f"{name}: regret of {CORRECTED} over that of {other}, less 1"
            measured = f"{mean:+.2%} ± {error:.2%}"
            expected = f"at most {settings.suffers:+.0%}"
            checks.append(checked(what, measured, expected, bool(mean <= settings.suffers), unless))
    return Verdict(_sentence(table, settings), tuple(checks))


def _gamma_checks(own: Table, settings: Settings, name: str) -> Iterator[Check]:
    import numpy as np

    adam = own.where(optimizer=CORRECTED)
    due = adam["latest"] > 0
    in_time = (adam["first"] > 0) & (adam["first"] <= adam["latest"])
    told = f"{name}: coordinates of {CORRECTED} with Gamma < 0 by their first zero gradient after another"
    unless = "" if due.any() else f"in no coordinate of {name} a zero gradient follows another one"
    yield checked(told, f"{int(in_time[due].sum())} of {int(due.sum())}", "all", bool(in_time[due].all()), unless)
    first = own.where(optimizer=PLAIN)["first"]
    earliest, bound = int(min(first[first > 0], default=0)), 1 / (1 - settings.beta2)
    what = f"{name}: first round with Gamma < 0 of {PLAIN}"
    # in that round Gamma is 0 at least, and rounding may make it less
    yield Check(what, earliest or "none", f"from {bound:.6g} on", earliest == 0 or earliest > bound * (1 - 1e-12))
    for form in MONOTONE:
        below = int((own.where(optimizer=form)["first"] > 0).sum())
        yield Check(f"{name}: coordinates of {form} with Gamma < 0", below, "0", below == 0)
    for form in (CORRECTED, PLAIN):
        rows_of = own.where(optimizer=form)
        off = float(np.max(np.abs(rows_of["own_min"] - rows_of["gamma_min"]) / (1e-6 + np.abs(rows_of["gamma_min"]))))
        what = f"{name}: least Gamma of {form} by monitor and by definition, relative difference"
        yield Check(what, off, "at most 1e-6", off <= 1e-6)


def difference(table: Table, other: str) -> tuple[float, float]:
    """Paired difference of Adam's regret and another's in units of the other's mean, with its half width."""
    own = table.where(part=REGRET)
    one, two = own.where(optimizer=CORRECTED)["regret"], own.where(optimizer=other)["regret"]
    mean, error = interval((one - two) / two.mean(), [0])
    return float(mean), float(error)


def _sentence(table: Table, settings: Settings) -> str:
    told = []
    for name in settings.sets:
        adam = table.where(set=name, part=COORDINATE, optimizer=CORRECTED)
        mean = {form: difference(table.where(set=name), form)[0] for form in MONOTONE}
        ever, always = (adam["first"] > 0).mean(), adam["share"].mean()
        told.append(
            f"{name} {ever:.0%} and {always:.0%}, {mean['amsgrad_torch']:+.1%}, {mean['amsgrad']:+.1%} and "
            f"{mean['adagrad']:+.1%}"
        )
    return (
        "Share of coordinates in which Gamma of Adam is ever negative, share of all (round, coordinate); its regret "
        f"against AMSGrad with correction, without, and AdaGrad: {'; '.join(told)}."
    )


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    for index, name in enumerate(settings.sets):
        for form, style in ((CORRECTED, "-"), (PLAIN, (0, (1.2, 1.4)))):
            label = name if form == CORRECTED else ""
            own = table.where(part=ROUND, set=name, optimizer=form)
            sheet.line(left, own["index"], 100 * own["share"], label, index, linestyle=style)
            coordinates = table.where(part=COORDINATE, set=name, optimizer=form)["first"]
            seen = np.sort(coordinates[coordinates > 0])
            share = 100 * np.arange(1, len(seen) + 1) / len(coordinates)
            sheet.line(middle, seen, share, label, index, linestyle=style)
    for index, form in enumerate(MONOTONE):
        both = np.array([difference(table.where(set=name), form) for name in settings.sets])
        places = np.arange(len(settings.sets)) + 0.15 * (index - 1)
        sheet.dots(right, places, 100 * both[:, 0], f"against {form}", index + 3, error=100 * both[:, 1])
    right.set_xticks(range(len(settings.sets)), settings.sets)
    right.axhline(0, color="black", linewidth=0.8)
    sheet.label(left, "Gamma_t < 0: Adam (solid), uncorrected (dotted)", "round t", "% of coordinates", logx=True)
    sheet.label(middle, "Gamma < 0 at some round up to t", "round t", "% of coordinates", logx=True)
    sheet.label(right, "Regret of Adam (below 0: Adam is better)", "", "% of the other's regret")
    for axes in (left, middle, right):
        sheet.legend(axes)
