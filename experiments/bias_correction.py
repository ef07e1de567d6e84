"""What bias correction does to Adam's moments and to its regret.

Claim       (1) The mean squared errors of m, v and of their corrected forms are the closed ones, so that the correction
            ends in making them larger. (2) Without it, at a large step size, regret grows the more the nearer beta2 is
            to 1. (3) With the best step size for each form the one whose steps begin longer has the smaller regret:
            no correction where 1 - beta1 >= sqrt(1 - beta2), correction where not.
Refuted if  a mean squared error is four standard errors off; the ratio of regrets at the largest step size does not
            rise with beta2 to above 1; or the 95 % interval of the paired difference at the best step sizes lies on
            the wrong side of 0.
Source      Kingma & Ba 2015, section 6.4 and figure 4, here on a stochastic quadratic; the closed forms and the bound
            1 - beta1 >= sqrt(1 - beta2) were derived for this project.
Budget      quick: T = 1000, 8 pairs of betas, 19 step sizes, 16 seeds, 1 s. full: T = 10^4, 64 seeds, 15 s.
Note        The paper: "In summary, Adam performed equal or better than RMSProp, regardless of hyper-parameter setting";
            RMSProp is Adam without correction there. On this problem that is so for large step sizes, and not at the
            best ones; on its own problem see bias_correction_vae. (3) is of long runs: at T = 20 it is false for
            beta1 = 0.9, whose average has not forgotten the first gradients by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Any

from adamtheory import regret, simulate
from adamtheory.errors import ParameterError
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.laboratory.settings import check_distinct, check_increasing
from adamtheory.losses import quadratic_gaussian
from adamtheory.rules import get
from adamtheory.schedules import constant

FORMS = {True: "adam", False: "adam_uncorrected"}
REGRET, MOMENT = "regret", "moment"
STANDARD_ERRORS = 4.0  # one measurement in 16000 is further away
ROUNDING = 1e-12
NORMAL = 1.96  # half of a 95 % interval in standard errors, with so many seeds


@dataclass(frozen=True)
class Settings:
    """beta1, beta2, log_lr: all together; mean, sigma: of the targets; beta, rounds, draws: of the moments."""

    beta1: tuple[float, ...] = (0.0, 0.9)
    beta2: tuple[float, ...] = (0.9, 0.99, 0.999, 0.9999)
    log_lr: tuple[float, ...] = tuple(i / 4 for i in range(-16, 3))
    mean: float = 1.0
    sigma: float = 1.0
    horizon: int = 1000
    seeds: int = 16
    beta: tuple[float, ...] = (0.9, 0.99, 0.999)
    rounds: tuple[int, ...] = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500)
    draws: int = 4000

    def __post_init__(self) -> None:
        if self.seeds < 2 or self.draws < 100:
            raise ParameterError("seeds must be at least 2 and draws at least 100, for there are no intervals else")
        if not self.rounds or list(self.rounds) != sorted(set(self.rounds)) or self.rounds[0] < 1:
            raise ParameterError("rounds must increase, from 1 at least")
        check_increasing(self, "beta2", "log_lr")
        check_distinct(self, "beta1", "beta")


QUICK = Settings()
FULL = Settings(horizon=10_000, seeds=64, draws=40_000)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    for done, (corrected, name) in enumerate(FORMS.items()):
        tell(done, 3, name)
        yield played(settings, name, corrected)
    tell(2, 3, "moments")
    yield from moments(settings)


def played(settings: Settings, name: str, corrected: bool) -> Block:
    """The regret of a form at the horizon, for all betas, step sizes and seeds at once."""
    import numpy as np

    axes = [settings.beta1, settings.beta2, 10.0 ** np.array(settings.log_lr), range(settings.seeds)]
    b1, b2, lr, seed = np.meshgrid(*axes, indexing="ij", sparse=True)
    found = simulate(
        get(name)(beta1=b1, beta2=b2, lr=lr), quadratic_gaussian(mean=settings.mean, sigma=settings.sigma),
        settings.horizon, schedule=constant, seed=seed, start=0, checkpoints=[settings.horizon],
    )  # fmt: skip
    values = regret(found).regret[..., -1]
    columns = dict(zip(("beta1", "beta2", "lr", "seed"), np.broadcast_arrays(b1, b2, lr, seed), strict=True))
    return {
        "part": REGRET, "what": "R_T", "corrected": corrected, "T": settings.horizon,
        **{key: column.ravel() for key, column in columns.items()},
        "value": values.ravel(), "error": nan, "expected": nan,
    }  # fmt: skip


# --- the moments ------------------------------------------------------------------------------------------------------


def moments(settings: Settings) -> Iterator[Block]:
    """Mean squared errors of m and v, with and without correction: the iterate stands still, so gradients are draws."""
    import numpy as np

    beta = np.array(settings.beta)[:, None]
    found = simulate(
        get("adam")(beta1=beta, beta2=beta, lr=0), quadratic_gaussian(mean=-settings.mean, sigma=settings.sigma),
        settings.rounds[-1], schedule=constant, seed=1, stream=np.arange(settings.draws), start=0,
        checkpoints=settings.rounds,
    )  # fmt: skip
    mean, variance = {"m": settings.mean, "v": settings.mean**2 + settings.sigma**2}, {
        "m": settings.sigma**2, "v": 2 * settings.sigma**4 + 4 * settings.mean**2 * settings.sigma**2,
    }  # fmt: skip
    for what, (b, value) in ((w, pair) for w in ("m", "v") for pair in enumerate(settings.beta)):
        raw = found.state[what][b, :, :, 0]
        at = np.array(settings.rounds)
        squares = {False: (raw - mean[what]) ** 2, True: (raw / (1 - value**at) - mean[what]) ** 2}
        closed = {right: squared_error(value, at, mean[what], variance[what], right) for right in (False, True)}
        rows = {what: (squares[False], closed[False]), f"corrected {what}": (squares[True], closed[True])}
        rows[f"gain of {what}"] = (squares[False] - squares[True], closed[False] - closed[True])
        for name, (measured, expected) in rows.items():
            average, error = interval(measured, [0])
            yield {
                "part": MOMENT, "what": name, "corrected": name.startswith("corrected"), "T": at, "beta1": value,
                "beta2": value, "lr": 0.0, "seed": 1, "value": average, "error": error, "expected": expected,
            }  # fmt: skip


def squared_error(beta: float, t: Any, mean: float, variance: float, corrected: bool) -> Any:
    """E(m_t - mean)^2: squared bias and variance of an average of independent draws, from round 1 at m_0 = 0."""
    spread = variance * (1 - beta) * (1 - beta ** (2 * t)) / (1 + beta)
    return spread / (1 - beta**t) ** 2 if corrected else mean**2 * beta ** (2 * t) + spread


# --- what follows -----------------------------------------------------------------------------------------------------


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = [*_moment_checks(table), *_large_step_checks(table, settings)]
    better = {}
    for b1, b2 in _pairs(settings):
        mean, error, best = at_the_best(table, settings, b1, b2)
        longer = _begins_longer(b1, b2)
        holds = (mean < 0) == longer if abs(mean) > error else None  # None for NaN as well
        expected = f"{'below' if longer else 'above'} 0, ± {error:.2g}"
        told = f"R_T without less with correction, each at its best alpha, beta=({b1:g}, {b2:g})"
        checks.append(checked(told, mean, expected, holds, _not_tuned(settings, best)))
        better[b1, b2] = mean / best[True][1]
    pair = min(better, key=lambda p: better[p])
    least = table.where(part=MOMENT, what="gain of m", beta1=settings.beta[0])
    worse = [int(row["T"]) for row in least.rows() if row["expected"] < 0]
    text = (
        f"At the best alpha of each, no correction changes regret by {better[pair]:+.0%} at beta=({pair[0]:g}, "
        f"{pair[1]:g}); at the largest alpha it multiplies it by {_ratio(table, settings, *pair):.3g}. The correction "
        f"enlarges the squared error of m at beta = {settings.beta[0]:g} at t = {', '.join(map(str, worse)) or 'none'}."
    )
    return Verdict(text, tuple(checks))


def _pairs(settings: Settings) -> list[tuple[float, float]]:
    return [(b1, b2) for b1 in settings.beta1 for b2 in settings.beta2]


def _begins_longer(b1: float, b2: float) -> bool:
    """Whether steps are never shorter without correction: 1 - beta1 >= sqrt(1 - beta2), but for rounding."""
    return (1 - b1) ** 2 >= (1 - b2) * (1 - 1e-12)


def _moment_checks(table: Table) -> Iterator[Check]:
    import numpy as np

    own = table.where(part=MOMENT)
    for beta in np.unique(own["beta1"]).tolist():
        for what in dict.fromkeys(own["what"].tolist()):
            rows = own.where(what=what, beta1=beta)
            off = np.maximum(np.abs(rows["value"] - rows["expected"]) - ROUNDING, 0)  # where beta^t vanishes so do both
            far = float(np.max(off / np.maximum(rows["error"] / NORMAL, ROUNDING)))
            told = f"squared error of {what}, beta={beta:g}, in standard errors from the closed form"
            blurred = float(np.max(rows["error"])) > float(np.max(np.abs(rows["expected"])))
            holds = None if blurred and far <= STANDARD_ERRORS else far <= STANDARD_ERRORS
            yield Check(told, far, f"at most {STANDARD_ERRORS:g}", holds)


def _not_tuned(settings: Settings, best: dict[bool, Any]) -> str:
    """Why a comparison at the best step sizes tells nothing; empty where it does."""
    if settings.horizon == 1:
        return "the regret of round 1 is that of the start, before any step"
    ends = {settings.log_lr[0], settings.log_lr[-1]}
    return (
        "a best alpha is at an end of log_lr, beyond which it may be better"
        if ends & {b[0] for b in best.values()}
        else ""
    )


def _large_step_checks(table: Table, settings: Settings) -> Iterator[Check]:
    for b1 in settings.beta1:
        ratios = [_ratio(table, settings, b1, b2) for b2 in settings.beta2]
        rising = all(a < b for a, b in zip(ratios, ratios[1:], strict=False)) and ratios[-1] > 1
        measured = ", ".join(f"{ratio:.3g}" for ratio in ratios)
        what = f"R_T without over with correction, largest alpha, beta1={b1:g}, beta2 rising"
        yield checked(what, measured, "rising to above 1", rising, _no_large_step(settings, b1, ratios))


def _no_large_step(settings: Settings, b1: float, ratios: list[float]) -> str:
    """Why the ratios at the largest step size tell nothing of claim (2); empty where they do."""
    far = abs(settings.mean) + settings.sigma
    if settings.horizon == 1:
        return "the regret of round 1 is that of the start, before any step"
    if len(ratios) < 2:
        return "beta2 has one value, with which nothing rises"
    if 10 ** settings.log_lr[-1] < far:
        largest = 10 ** settings.log_lr[-1]
        return f"the largest alpha, {largest:.3g}, is not large beside the targets, {far:.3g} from the start"
    if not _begins_longer(b1, settings.beta2[-1]):
        return f"at beta1={b1:g} no beta2 is so near to 1 that steps begin longer without correction"
    pairs = list(zip(ratios, ratios[1:], strict=False))
    if all(a < b * (1 + ROUNDING) for a, b in pairs) and not all(a < b * (1 - ROUNDING) for a, b in pairs):
        return "two beta2 have the same ratio, for the box cuts the first steps off"
    return ""


def _regrets(table: Table, settings: Settings, b1: float, b2: float, corrected: bool) -> Any:
    """R_T as (step sizes, seeds)."""
    own = table.where(part=REGRET, corrected=corrected, beta1=b1, beta2=b2)
    return own["value"].reshape(len(settings.log_lr), settings.seeds)


def _ratio(table: Table, settings: Settings, b1: float, b2: float) -> float:
    without, with_it = (_regrets(table, settings, b1, b2, corrected)[-1].mean() for corrected in (False, True))
    return float(without / with_it)


def at_the_best(table: Table, settings: Settings, b1: float, b2: float) -> tuple[float, float, dict[bool, Any]]:
    """Mean paired difference of regrets without and with correction, each at its best alpha, with its half width.

    Also (log10 alpha, mean regret) of each.
    """
    best, kept = {}, {}
    for corrected in (False, True):
        regrets = _regrets(table, settings, b1, b2, corrected)
        place = int(regrets.mean(axis=1).argmin())
        kept[corrected] = regrets[place]
        best[corrected] = (settings.log_lr[place], float(regrets[place].mean()))
    mean, error = interval(kept[False] - kept[True], [0])
    return float(mean), float(error), best


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    b1 = settings.beta1[-1]
    for index, b2 in enumerate(settings.beta2):
        for corrected in (True, False):
            mean = _regrets(table, settings, b1, b2, corrected).mean(axis=1)
            name = f"beta2={b2:g}" if corrected else ""
            sheet.line(left, settings.log_lr, mean, name, index, linestyle="-" if corrected else (0, (1.2, 1.4)))
    sheet.label(left, f"Corrected (solid) or not (dotted), beta1={b1:g}", "log10 alpha", "regret R_T", logy=True)
    sheet.legend(left)
    ratios = [[np.log10(_regrets(table, settings, b1, b2, False).mean(axis=1) /
                        _regrets(table, settings, b1, b2, True).mean(axis=1)) for b2 in settings.beta2]]  # fmt: skip
    places = np.arange(len(settings.beta2))
    sheet.image(middle, settings.log_lr, places, np.array(ratios[0]), "log10 of R_T without over with", middle=0.0)
    middle.set_yticks(places, [f"{b2:g}" for b2 in settings.beta2])
    sheet.label(middle, f"Red: correction helps, beta1={b1:g}", "log10 alpha", "beta2")
    own = table.where(part=MOMENT, beta1=settings.beta[0])
    for index, what in enumerate(("m", "corrected m")):
        rows = own.where(what=what)
        fine = np.geomspace(1, settings.rounds[-1], 200)
        closed = squared_error(settings.beta[0], fine, settings.mean, settings.sigma**2, index == 1)
        sheet.guide(right, fine, closed, "closed form" if index == 0 else "")
        sheet.dots(right, rows["T"], rows["value"], what, index, error=rows["error"])
    sheet.label(
        right, f"Mean squared error, beta={settings.beta[0]:g}", "round t", "E(m_t - mean)^2", logx=True, logy=True
    )
    sheet.legend(right)
