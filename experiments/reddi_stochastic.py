"""The stochastic experiment of Reddi et al.: Adam's regret is linear, with the drift of an exact integral.

Claim       With slopes 1010 with probability 0.01, else -10, independently, on [-1, 1], Adam with beta1 = 0.9 goes to
            +1 for beta2 = 0.99 and 0.999 and to -1 for 0.9999, as the sign of its mean step says, which without the box
            is that of the integral. At +1 the expected regret grows like 2 E g T = 0.4 T; AMSGrad and AdaGrad go to -1,
            with an average regret that falls.
Refuted if  a mean step, a mean iterate or the slope 0.4 is not as predicted, an average regret does not fall, or the
            mean regret over the seeds is not the expected one within the noise.
Source      Reddi, Kale & Kumar 2018, Theorem 3 and section 5.1; the integral was derived for this project (`iid`).
Budget      quick: T = 10^6, 15 seeds, 5 s. full: T = 2*10^7, 15 seeds, 2 minutes.
Note        The noise of R_T at +1, of a standard deviation of 203 sqrt(T), is above its mean 0.4 T until T = 2.6*10^5.
            So the growth is judged by the sum of E g (x_t + 1), which has the same mean and hardly any noise; seeds and
            iterates are the same. Near its end x is a walk with reflection, whose distance to the
            wall has a (cut) exponential law of mean alpha_T Var/(2 |step|), of steps with this variance and mean: with
            steps as small as these the box is seen only after 1/step^2 rounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory import iid, regret, simulate
from adamtheory.errors import ParameterError
from adamtheory.experiments._mean_step import SETTLED, mean_step
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.language import loss, positive, real, total, uniform, unit, where
from adamtheory.losses import reddi_stochastic
from adamtheory.rules import adam, get

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

DOUBT = 2.0  # half widths of a 95 % interval: 16 numbers of such intervals would not all be inside of one
KNOWN = ("adam", "amsgrad", "adagrad", "adamnc")  # whose mean step is predicted
MEMORIES = 5  # 1/(1 - beta2), after which the averages are stationary
SPIKES = 100  # of all seeds together, for an interval of regrets
SMALL = 0.1  # of a step size at the end, beside the box
DRIFT, GROWTH = "mean step", "regret"


@loss(family="reddi", start=0, radius=1)
def expected(x, u: uniform, *, C: real = 101, p: unit = 0.01, scale: positive = 10):
    """The mean of the losses of `reddi_stochastic` with its gradients: the regret without the noise of the losses.

    f_t(x) = scale*(p*C - (1 - p))*x, while the optimizer gets the gradient scale*C with probability p, else -scale.

    C, p, scale  as in `reddi_stochastic`
    """
    g = scale * where(u < p, C, -1)
    return total(scale * (p * C - (1 - p)) * x), g


@dataclass(frozen=True)
class Settings:
    """optimizers, beta2: one run for each pair of places; C, p, scale: of the slopes; lr: alpha in alpha/sqrt(t).

    seeds      replicates, at least 8;  horizon  rounds T, of each run
    tolerance  relative, of the coefficient of T;  place  of a mean iterate, absolute: its law is that of a diffusion
    """

    optimizers: tuple[str, ...] = ("adam", "adam", "adam", "amsgrad", "adagrad")
    beta2: tuple[float, ...] = (0.99, 0.999, 0.9999, 0.99, 0.99)
    beta1: float = 0.9
    C: float = 101.0
    p: float = 0.01
    scale: float = 10.0
    lr: float = 2.0
    seeds: int = 15
    horizon: int = 10**6
    tolerance: float = 0.02
    place: float = 0.05

    def __post_init__(self) -> None:
        if len(self.optimizers) != len(self.beta2):
            raise ParameterError("optimizers and beta2 must have the same number of values, one for each run")
        if unknown := set(self.optimizers) - set(KNOWN):
            raise ParameterError(f"{unknown.pop()} has no predicted mean step; use {', '.join(KNOWN)}")
        if not 0 < self.p < 1 or self.mean <= 0:
            raise ParameterError(f"p={self.p:g} must be in (0, 1), with p*C above 1 - p, for -1 to be the best point")
        if self.horizon < 100:
            raise ParameterError(f"horizon={self.horizon} must be at least 100")
        if self.seeds < 8:
            raise ParameterError(f"seeds={self.seeds} must be at least 8")

    @property
    def mean(self) -> float:
        """E g in units of the scale."""
        return self.p * self.C - (1 - self.p)


QUICK = Settings()
FULL = Settings(horizon=2 * 10**7, tolerance=0.01)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    whole = 1 + len(settings.optimizers)
    tell(0, whole, DRIFT)
    yield from steps(settings)
    for done, (name, beta2) in enumerate(zip(settings.optimizers, settings.beta2, strict=True)):
        tell(1 + done, whole, f"{name}, beta2={beta2:g}")
        yield measured(settings, name, beta2, with_noise=name not in settings.optimizers[:done])


def steps(settings: Settings) -> Iterator[Block]:
    """Adam's mean step without a box, at every beta2, once the averages are stationary."""
    import numpy as np

    for beta2 in sorted({b for name, b in zip(settings.optimizers, settings.beta2, strict=True) if name == "adam"}):
        instance = settings.C, settings.p, settings.beta1, beta2
        mean, error = mean_step(adam, *instance, settings.horizon, settings.seeds)
        predicted = iid.drift(*instance)
        yield _row(DRIFT, "adam", beta2, np.array([settings.horizon]), step=mean, step_error=error, predicted=predicted)


def slopes(settings: Settings, rule: Any) -> Any:
    """A loss with the settings' slopes."""
    return rule(C=settings.C, p=settings.p, scale=settings.scale)


def measured(settings: Settings, name: str, beta2: float, with_noise: bool) -> Block:
    """One optimizer in the box: its expected regret along the run, with noise its regret too; means over the seeds."""
    import numpy as np

    rule = get(name)
    given = {"lr": settings.lr, "beta1": settings.beta1, "beta2": beta2, "eps": 0}
    own = {p.name for p in rule.parameters}
    bound = rule(**{key: value for key, value in given.items() if key in own})

    def play(f: Any) -> Any:
        return simulate(bound, slopes(settings, f), settings.horizon, start=0, stream=np.arange(settings.seeds))

    clean = play(expected)
    found = regret(clean)
    numbers = {"expected": found.regret, "x": clean.iterates[..., 0]}
    if with_noise:
        numbers["regret"] = regret(play(reddi_stochastic)).regret
    told: dict[str, Any] = {}
    for key, values in numbers.items():
        told[key], told[f"{key}_error"] = interval(values, [0])
    step = predicted_step(settings, name, beta2, clean.state)
    law = found.growth
    return _row(
        GROWTH, name, beta2, found.checkpoints, **told, predicted=step[0], place=place(settings, *step),
        slope=float(law.linear), slope_error=float(law.linear_error), exponent=float(law.slope),
        exponent_error=float(law.slope_error), growth=str(law.verdict),
    )  # fmt: skip


def predicted_step(settings: Settings, name: str, beta2: float, state: Any) -> tuple[float, float]:
    """Mean and variance of a step, over many rounds, in units of alpha_t.

    Adam: the integral, and Var g/E g^2, to which beta2 near 1 leads. Else V is (nearly) constant: E g/sqrt(V) and
    Var g/V, with the mean square for AdaGrad, and for AMSGrad its largest v so far, as it was found.
    """
    square = settings.p * settings.C**2 + 1 - settings.p
    variance = square - settings.mean**2
    if name == "adam":
        return iid.drift(settings.C, settings.p, settings.beta1, beta2), variance / square
    V = float((state["v_max"][:, -1] ** 0.5).mean() / settings.scale) ** 2 if "v_max" in state else square
    return -settings.mean / V**0.5, variance / V


def place(settings: Settings, step: float, variance: float) -> float:
    """The mean iterate at the end: the distance to the wall is exponential, cut at the width 2 of the box."""
    from math import expm1

    distance = settings.lr / settings.horizon**0.5 * variance / (2 * abs(step))
    mean = distance - (2 / expm1(2 / distance) if 2 / distance < 700 else 0.0)
    return 1 - mean if step > 0 else mean - 1


NUMBERS = (
    "step", "step_error", "predicted", "regret", "regret_error", "expected", "expected_error", "x", "x_error", "place",
    "slope", "slope_error", "exponent", "exponent_error",
)  # fmt: skip


def _row(part: str, name: str, beta2: float, rounds: Any, growth: str = "", **numbers: Any) -> dict[str, Any]:
    """A block with every column; NaN where a part has none."""
    import numpy as np

    told = {key: numbers.get(key, float("nan")) for key in NUMBERS}
    return {"part": part, "optimizer": name, "beta2": beta2, "rounds": np.asarray(rounds), "growth": growth, **told}


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = []
    for row in table.where(part=DRIFT).rows():
        allowed = DOUBT * row["step_error"]
        agrees = bool(abs(row["step"] - row["predicted"]) <= allowed)
        unless = ""
        if settings.horizon // SETTLED * (1 - row["beta2"]) < MEMORIES:
            unless = f"beta2={row['beta2']:g} remembers too much of the horizon for a mean step to be stationary"
        elif not allowed < abs(row["predicted"]):
            unless = "seeds and rounds are too few to know even the sign of some mean steps"
        expected_ = f"{row['predicted']:.6f} ± {allowed:.1g}"
        checks.append(checked(f"adam, beta2={row['beta2']:g}: mean step", row["step"], expected_, agrees, unless))
    told = []
    for done, (name, beta2) in enumerate(zip(settings.optimizers, settings.beta2, strict=True)):
        ends = list(table.where(part=GROWTH, optimizer=name, beta2=beta2, rounds=settings.horizon).rows())
        last = ends[-1]
        checks += _growth(f"{name}, beta2={beta2:g}", last, settings)
        if name not in settings.optimizers[:done]:  # which was run with noise, as `run` does
            checks.append(_noisy(f"{name}, beta2={beta2:g}", ends[0], settings))
        told.append(f"{name}, beta2={beta2:g}: {last['expected'] / last['rounds']:.4g}")
    return Verdict(f"Expected R_T/T at the end: {'; '.join(told)}.", tuple(checks))


def _growth(what: str, last: dict[str, Any], settings: Settings) -> list[Check]:
    """End and growth of one optimizer."""
    wrong, unless = last["predicted"] > 0, unseen(last, settings)
    allowed = DOUBT * last["x_error"] + settings.place
    near = abs(last["x"] - last["place"]) <= allowed and (last["x"] > 0) == wrong
    seen = bool(near) if allowed < 1 or not near else None  # else not even the side is
    text = f"{last['place']:.3f} ± {allowed:.2g}"
    checks = [checked(f"{what}: mean x at the end", last["x"], text, seen, unless)]
    if not wrong:
        # the slope of ln R_T: below 1 with its interval, the average falls
        above, below = (last["exponent"] + side * last["exponent_error"] for side in (-1, 1))
        falls = below < 1 if above > 1 or below < 1 else None  # None for NaN as well
        checks.append(checked(f"{what}: exponent of the expected regret", last["exponent"], "below 1", falls, unless))
        return checks
    if settings.horizon < 400 * arrival(last["predicted"], settings):  # two decades of T, after it has come to its end
        return checks
    slope = 2 * settings.mean * settings.scale
    allowed = DOUBT * last["slope_error"] + settings.tolerance * slope
    near = abs(last["slope"] - slope) <= allowed
    seen = bool(near) if allowed < slope or not near else None
    checks.append(Check(f"{what}: coefficient of T", last["slope"], f"{slope:.4f} ± {allowed:.1g}", seen))
    checks.append(Check(f"{what}: growth", last["growth"], "linear regret", last["growth"] == "linear regret"))
    return checks


def arrival(step: float, settings: Settings) -> float:
    """Rounds after which x is near its end: a quarter of its walk's 1/step^2, and the way of (1/(alpha step))^2."""
    return (max(0.5, 1 / settings.lr) / step) ** 2


def unseen(last: dict[str, Any], settings: Settings) -> str:
    """Why the place of x tells nothing; empty where it does."""
    if settings.lr / settings.horizon**0.5 > SMALL:
        return "steps are not small beside the box even at the end"
    if settings.horizon < arrival(last["predicted"], settings):
        return "the horizon is below the rounds after which some mean steps are to be seen in the box"
    return ""


def hindsight(settings: Settings) -> float:
    """By how much the mean of the least loss of a fixed point is below the loss at -1: 2 E max(0, -(g_1 + ... + g_T)).

    The sum is scale ((C + 1) K - T) with a binomial number K of spikes; exact but for rounding.
    """
    import numpy as np
    from scipy.stats import binom

    below = np.arange(int(settings.horizon / (settings.C + 1)) + 1)
    lost = settings.horizon - (settings.C + 1) * below
    return float(2 * settings.scale * (lost @ binom.pmf(below, settings.horizon, settings.p)))


def _noisy(what: str, end: dict[str, Any], settings: Settings) -> Check:
    """Whether the mean regret over the seeds is the expected one, and the comparator's noise, within the noise."""
    mean, noise = end["expected"] + hindsight(settings), DOUBT * end["regret_error"]
    near = abs(end["regret"] - mean) <= noise
    unless = ""
    if end["regret"] != end["regret"] or noise != noise:
        unless = "a regret is not finite"
    elif settings.seeds * settings.horizon * settings.p < SPIKES:
        unless = f"all seeds together have less than {SPIKES} spikes, too few for an interval of the regret"
    return checked(f"{what}: mean regret", end["regret"], f"{mean:.5g} ± {noise:.2g}", bool(near), unless)


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    left, right = sheet.panels(1, 2)
    for index, (name, beta2) in enumerate(zip(settings.optimizers, settings.beta2, strict=True)):
        part = table.where(part=GROWTH, optimizer=name, beta2=beta2)
        label = f"{name}, beta2={beta2:g}" if name == "adam" else name
        t = part["rounds"]
        after = t >= 1000  # before, x jumps from end to end
        t, x, error = t[after], part["x"][after], part["x_error"][after]
        sheet.line(left, t, part["expected"][after] / t, label, index)
        if index == 0:
            noisy, doubt = part["regret"][after] / t, part["regret_error"][after] / t
            seen = doubt < 0.6 * noisy
            itself = "R_T/T itself, where known to 60 %"
            sheet.dots(left, t[seen], noisy[seen], itself, index, error=doubt[seen], markersize=2.5)
        sheet.line(right, t, x, label, index)
        right.fill_between(t, x - error, x + error, alpha=0.15, linewidth=0, color=sheet.colour(index))
        sheet.line(right, [settings.horizon], part["place"][-1:], "", index, marker="x")
    ends = [1000, settings.horizon]
    sheet.guide(left, ends, [2 * settings.mean * settings.scale] * 2, "2 E g")
    sheet.label(left, "Expected average regret", "rounds T", "E R_T/T", logx=True, logy=True)
    sheet.label(right, "Mean iterate (crosses: predicted at the end)", "rounds T", "x", logx=True)
    sheet.legend_below(left, 4)
