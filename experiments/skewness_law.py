"""Adam settles beside the mean of a skewed law: its bias and its linear regret on strongly convex losses.

Claim       On (x - z_t)^2/2 with independent exponential z_t of mean 1, Adam settles at 1 + e where its mean step is 0,
            to first order e = -(1 - beta1)(1 - beta2)/(1 - beta1 beta2), times mu_3/(2 sigma^2) = 1; so its expected
            regret grows like e^2/2 T although every loss is strongly convex. AMSGrad has no such bias.
Refuted if  the mean gradient at which Adam settles is not the root of the frozen equation, is further from the law
            than second order, the coefficient of T is not e^2/2, or AMSGrad has a bias or a linear part.
Source      derived for this project (`iid.settling_bias`); the mechanism: Reddi, Kale & Kumar 2018, Theorem 3.
Budget      quick: T = 10^6, 8 seeds, 4 betas, 5 s. full: T = 10^7, 15 seeds, 6 betas, 3 minutes.
Note        The iterate is measured by the mean of the gradients x_t - z_t, which has the mean of x_t - 1 and not its
            noise; the regret by the mean (x - 1)^2/2 of the losses at the same iterates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adamtheory import iid, regret, simulate
from adamtheory.errors import ParameterError
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.language import log, loss, total, uniform
from adamtheory.rules import adam, amsgrad

RULES = {"adam": adam, "amsgrad": amsgrad}
DOUBT = 2.0  # half widths of a 95 % interval: 16 numbers of such intervals would not all be inside of one
REACHED = 5.0  # of alpha sqrt(T): the distance to where x settles falls like e^-(alpha sqrt(T)) in the first quarter
FROZEN = 0.5  # of a step size over 1 - beta2, for x to stand still while the averages come to their law
SECOND = 10.0  # times (1 - beta2)^2: more than what is left of the law, 8 (1 - beta2)^2 for beta1 = 0


@loss(family="quadratic", start=1, radius=10)
def slope(x, u: uniform):
    """The gradients of the quadratics with exponential targets, as losses: their sum is that of x_t - z_t.

    f_t(x) = x - z_t and g_t = x - z_t with z = -log(1 - u)
    """
    z = -log(1 - u)
    return total(x - z), x - z


@loss(family="quadratic", start=1, radius=10)
def expected(x, u: uniform):
    """The mean of the quadratics with exponential targets (less its least value), with their gradients.

    f_t(x) = sum_i (x_i - 1)^2/2 and g_t = x - z_t with z = -log(1 - u)
    """
    z = -log(1 - u)
    return total((x - 1) ** 2) / 2, x - z


@dataclass(frozen=True)
class Settings:
    """beta1, beta2: instances, one in each place; lr: alpha in alpha/sqrt(t); seeds: at least 2.

    tolerance  relative, of a bias: what the step sizes, which have not come to 0, change in it; of e^2/2 twice that
    none       a share of Adam's bias that counts as none
    """

    beta1: tuple[float, ...] = (0.0, 0.9, 0.0, 0.0)
    beta2: tuple[float, ...] = (0.99, 0.99, 0.97, 0.9)
    lr: float = 0.1
    seeds: int = 8
    horizon: int = 10**6
    tolerance: float = 0.02
    none: float = 0.02

    def __post_init__(self) -> None:
        if len(self.beta1) != len(self.beta2):
            raise ParameterError("beta1 and beta2 must have the same number of values, one for each instance")
        if self.seeds < 4 or self.horizon < 100:
            raise ParameterError(f"seeds={self.seeds} must be at least 4, and horizon={self.horizon} at least 100")
        if min(self.beta2) <= 0:
            raise ParameterError("beta2 must be above 0, for there is no integral else")


QUICK = Settings()
FULL = Settings(
    beta1=(0.0, 0.0, 0.9, 0.5, 0.0, 0.0), beta2=(0.997, 0.99, 0.99, 0.97, 0.97, 0.9), seeds=15, horizon=10**7,
)  # fmt: skip


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    instances = list(zip(settings.beta1, settings.beta2, strict=True))
    for part, name in enumerate(RULES):
        for place, (beta1, beta2) in enumerate(instances):
            tell(part * len(instances) + place, len(RULES) * len(instances), f"{name}, beta2={beta2:g}")
            yield measured(settings, name, beta1, beta2)


def measured(settings: Settings, name: str, beta1: float, beta2: float) -> dict[str, Any]:
    """Bias and growth of one optimizer with one pair of rates, and what is predicted for Adam."""
    import numpy as np

    bound, seeds = RULES[name](lr=settings.lr, beta1=beta1, beta2=beta2, eps=0), np.arange(settings.seeds)
    ends = [settings.horizon // 4, settings.horizon]  # the first quarter is the way there
    played = simulate(bound, slope, settings.horizon, stream=seeds, checkpoints=ends)
    bias, error = interval(np.diff(played.losses, axis=-1)[:, 0] / (ends[1] - ends[0]), [0])
    law = regret(simulate(bound, expected, settings.horizon, stream=seeds)).growth
    return {
        "optimizer": name, "beta1": beta1, "beta2": beta2, "bias": float(bias), "bias_error": float(error),
        "frozen": iid.settling_bias(beta1, beta2), "law": -iid.overlap(beta1, beta2), "slope": float(law.linear),
        "slope_error": float(law.linear_error), "growth": str(law.verdict),
    }  # fmt: skip


def verdict(table: Table, settings: Settings) -> Verdict:
    checks: list[Check] = []
    for row in table.rows():
        what = f"{row['optimizer']}, beta=({row['beta1']:g}, {row['beta2']:g})"
        doubt, vague = DOUBT * row["bias_error"], DOUBT * row["slope_error"]
        e, half, unless = row["frozen"], row["frozen"] ** 2 / 2, unsettled(row, settings)
        if row["optimizer"] == "adam":
            second = SECOND * (1 - row["beta2"]) ** 2
            checks += [
                _near(f"{what}: bias", row["bias"], e, doubt + settings.tolerance * abs(e), doubt, unless),
                _near(f"{what}: bias, first-order law", row["bias"], row["law"], doubt + second, unless=unless),
                _near(
                    f"{what}: coefficient of T",
                    row["slope"],
                    half,
                    vague + 2 * settings.tolerance * half,
                    row["slope_error"],
                    unless,
                ),
            ]
        else:
            checks += [
                _near(f"{what}: bias", row["bias"], 0, doubt + settings.none * abs(e), doubt - abs(e), unless),
                _near(f"{what}: coefficient of T", row["slope"], 0, vague + settings.none * half, vague - half, unless),
            ]
    pairs = [(row["bias"], row["frozen"]) for row in table.where(optimizer="adam").rows()]
    told = "; ".join(f"{bias:.5f} ({e:.5f})" for bias, e in pairs)
    most = max((abs(row["bias"]) for row in table.where(optimizer="amsgrad").rows()), default=0.0)
    return Verdict(f"Adam settles at 1 + e, measured (predicted): {told}; AMSGrad within {most:.1g}.", tuple(checks))


def _near(what: str, value: float, predicted: float, allowed: float, blur: float = 0.0, unless: str = "") -> Check:
    """Whether a number is as predicted; where `blur` is above the prediction, that cannot be told."""
    agrees = bool(abs(value - predicted) <= allowed)
    if not unless and agrees and not blur <= abs(predicted):
        unless = "seeds and rounds are too few to tell some numbers from none"
    return checked(what, value, f"{predicted:.6g} ± {allowed:.2g}", agrees, unless)


def unsettled(row: dict[str, Any], settings: Settings) -> str:
    """Why a run does not show where its method settles; empty where it does."""
    if settings.lr * settings.horizon**0.5 < REACHED:
        return f"alpha sqrt(T) below {REACHED:g}: x has not come to where it settles"
    last = 2 * settings.lr / settings.horizon**0.5  # the step size after the first quarter
    return "x moves within the memory of some beta2" if last > FROZEN * (1 - row["beta2"]) else ""


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, right = sheet.panels(1, 2)
    most = 1 - min(settings.beta2)  # beyond 0.2 nothing is drawn but the runs: the integral need not end there
    forgetting = np.geomspace(0.5 * (1 - max(settings.beta2)), max(most, min(2 * most, 0.2)), 25)
    for index, beta1 in enumerate(sorted(set(settings.beta1))):
        e = np.array([iid.settling_bias(beta1, 1 - f) for f in forgetting])
        law = np.array([iid.overlap(beta1, 1 - f) for f in forgetting])
        own = table.where(optimizer="adam", beta1=beta1)
        name = f"adam, beta1 = {beta1:g}"
        x = 1 - own["beta2"]
        for panel, curve, first in ((left, -e, law), (right, e * e / 2, law * law / 2)):
            sheet.line(panel, forgetting, curve, name, index, linestyle="-")
            sheet.guide(panel, forgetting, first, "first-order law" if index == 0 else "")
        sheet.dots(left, x, -own["bias"], "", index, error=own["bias_error"])
        sheet.dots(right, x, own["slope"], "", index, error=own["slope_error"])
    other = table.where(optimizer="amsgrad")
    x = 1 - other["beta2"]
    most = np.abs(other["bias"]) + other["bias_error"], np.abs(other["slope"]) + other["slope_error"]
    for panel, values in zip((left, right), most, strict=True):
        sheet.line(panel, x, values, "amsgrad, at most", 4, linestyle="", marker="v", markersize=5)
    sheet.label(left, "Bias, curves predicted", "1 - beta2", "-e", logx=True, logy=True)
    sheet.label(right, "Coefficient of T in the expected regret", "1 - beta2", "e^2/2", logx=True, logy=True)
    sheet.legend(left, fontsize=7)
