"""How regret grows: every optimizer on every loss.

Claim       Methods with a regret theorem (SGD, AdaGrad, AMSGrad and their kin) have sublinear regret on every convex
            loss of the table; Adam and RMSprop have linear regret on the 3-cycle and on quadratics with skewed noise,
            and sublinear where the noise is symmetric; on random signs every algorithm has the same expected regret
            E|e_1 + ... + e_T|, whatever it does.
Refuted if  a growth law is another than expected, or a mean regret on random signs is off by more than the noise.
Source      Zinkevich 2003; Duchi, Hazan & Singer 2011; Reddi, Kale & Kumar 2018; random signs: Hazan 2016, Theorem 3.2;
            AMSGrad for every beta1, and Adam's bias, were derived for this project.
Budget      quick: 4 optimizers x 5 losses, 6 s. full: every optimizer on every loss, T = 10^6, 8 minutes, most of it
            to compile.
Note        Without an expectation a law is measured and not judged. Losses on data get made-up rows of Gaussian noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory import iid, regret, sequence, simulate
from adamtheory.cycles import drift
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.hindsight.fit import interval
from adamtheory.hindsight.growth import LINEAR, SUBLINEAR, UNDECIDED
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict, checked
from adamtheory.laboratory.settings import check_distinct
from adamtheory.losses import LOSSES, get_loss
from adamtheory.rules import RULES, get

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# a bound of the order of sqrt(T) is proved for convex losses on a box, with alpha/sqrt(t) and constant momentum
PROVED = ("sgd", "momentum_average", "adagrad", "adamnc", "amsgrad", "amsgrad_torch", "amsgrad_optax")
ADAM = (
    "adam", "adam_uncorrected", "adam_eps_hat", "adam_eps_inside", "rmsprop", "rmsprop_optax", "rmsprop_corrected",
)  # fmt: skip
SIGNS = {"random_signs": 1.0, "sparse_signs": 0.1}  # loss -> the probability of a sign
FAILING = ("reddi", "reddi3", "quadratic_exponential", "quadratic_two_point")  # where Adam's regret is linear
FAIR = ("quadratic_gaussian", "absolute_exponential")  # where its noise has no skewness
OPEN = ("reddi_unbounded", "zhang_cyclic")  # without a feasible set, so without the theorems' assumptions
# the first two show their laws beyond this horizon: `reddi_online`, `reddi_stochastic`; that of the third is noise
UNSEEN = ("reddi101", "reddi_stochastic", "shifting_signs")
ON_ROWS, ON_DATA = ("gradients", "absolute_error"), ("logistic", "hinge", "least_squares")
DOUBT = 2.0  # half widths of a 95 % interval: of so many means not all would be inside of one
CYCLES = {"reddi": (3, 3), "reddi3": (3, 3)}  # C and N of the failing cycles
THROWN = 0.1  # of alpha_T: larger steps still throw x through a box
SKEWED = 10.0  # of e^2/2 sqrt(T), e the first-order bias: below it the linear part of a regret is not seen
WIDEST = 0.25  # of these intervals, relative; a wider one tells nothing


@dataclass(frozen=True)
class Settings:
    """optimizers, losses: all pairs are run; seeds: replicates where a loss is random.

    beta1, beta2, lr  of every optimizer that has them, alpha_t = lr/sqrt(t)
    slow, small       beta2 and lr on quadratics and absolute errors;  momentum, small  beta1 and lr on random signs
    horizon           rounds T; on data a tenth of them, on random signs 1000
    width             coordinates of the random signs, which are replicates
    """

    optimizers: tuple[str, ...] = ("sgd", "adagrad", "adam", "amsgrad")
    losses: tuple[str, ...] = ("reddi3", "random_signs", "shifting", "adversary", "quadratic_exponential")
    beta1: float = 0.0
    beta2: float = 0.1
    lr: float = 1.0
    slow: float = 0.5
    momentum: float = 0.9
    small: float = 0.1
    horizon: int = 200_000
    seeds: int = 8
    width: int = 500

    def __post_init__(self) -> None:
        for given, known, kind in ((self.optimizers, RULES, "optimizer"), (self.losses, LOSSES, "loss")):
            for name in given:
                if name not in known:
                    raise UnknownNameError(kind, name, known)
        check_distinct(self, "optimizers", "losses")
        if self.seeds < 2:
            raise ParameterError(f"seeds={self.seeds} must be at least 2, for an interval")


QUICK = Settings()
FULL = Settings(optimizers=tuple(RULES), losses=tuple(LOSSES), horizon=10**6)


def expectation(optimizer: str, loss: str) -> str:
    """The growth law that a theorem, or the drift, says; empty where nothing does."""
    if loss in SIGNS or loss in OPEN or loss in UNSEEN:
        return ""
    if optimizer in PROVED:
        return SUBLINEAR
    if optimizer in ADAM and loss in FAILING:
        return LINEAR
    return SUBLINEAR if optimizer in ADAM and loss in FAIR else ""


def played(settings: Settings, optimizer: str, loss: str) -> Any:
    """The run of one pair."""
    import numpy as np

    noisy = loss.startswith(("quadratic", "absolute_exp"))
    given = {
        "lr": settings.small if noisy or loss in SIGNS else settings.lr,
        "beta1": settings.momentum if loss in SIGNS else settings.beta1,
        "beta2": settings.slow if noisy else settings.beta2,
    }  # fmt: skip
    rule = get(optimizer)
    own = {p.name for p in rule.parameters}
    losses, horizon = _sequence(settings, loss), settings.horizon
    if loss in SIGNS:
        horizon = 1000
    elif loss in ON_DATA or loss in ON_ROWS:
        horizon //= 10
    bound = rule(**{key: value for key, value in given.items() if key in own})
    seeds: Any = np.arange(settings.seeds) if losses.random else 0
    return simulate(bound, losses, horizon, stream=seeds)


def _sequence(settings: Settings, loss: str) -> Any:
    """The loss with its dimension and, where it needs some, made-up rows."""
    import numpy as np

    if loss in SIGNS:
        return sequence(get_loss(loss), dimension=settings.width)
    if loss not in ON_ROWS and loss not in ON_DATA:
        return sequence(get_loss(loss))
    draw = np.random.default_rng(7)
    rows = draw.normal(size=(200, 3))
    if loss in ON_ROWS:
        return sequence(get_loss(loss), data=rows)
    noisy = rows @ np.array([1.0, -0.5, 0.25]) + draw.normal(size=200)
    return sequence(get_loss(loss), data=(rows, noisy if loss == "least_squares" else np.where(noisy > 0, 1.0, -1.0)))


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    whole, done = len(settings.optimizers) * len(settings.losses), 0
    solved: dict[Any, Any] = {}  # the best fixed points of data, the same for every optimizer
    for loss in settings.losses:
        for optimizer in settings.optimizers:
            tell(done, whole, f"{optimizer} on {loss}")
            done += 1
            yield measured(settings, optimizer, loss, solved)


def measured(settings: Settings, optimizer: str, loss: str, solved: dict[Any, Any]) -> dict[str, Any]:
    """The growth law of one pair, and on random signs the mean regret of a coordinate at the end."""
    import numpy as np

    found = played(settings, optimizer, loss)
    row = {
        "optimizer": optimizer, "loss": loss, "expected": expectation(optimizer, loss), "growth": "not finite",
        "rounds": int(found.checkpoints[-1]),
        **dict.fromkeys(("exponent", "exponent_error", "linear", "linear_error", "root", "regret", "error"), np.nan),
        "mean": mean_of_walk(int(found.checkpoints[-1]), SIGNS[loss]) if loss in SIGNS else np.nan,
    }  # fmt: skip
    if np.any(found.nonfinite):
        return row
    law = regret(found, solved=solved)
    growth, axes = law.growth, list(range(len(found.shape)))
    regrets, error = interval(law.regret[..., -1] / found.sequence.dimension, axes)
    return row | {
        "growth": str(growth.verdict), "exponent": float(growth.slope), "exponent_error": float(growth.slope_error),
        "linear": float(growth.linear), "linear_error": float(growth.linear_error), "root": float(growth.root),
        "regret": float(regrets), "error": float(error),
    }  # fmt: skip


def mean_of_walk(T: int, p: float) -> float:
    """E|e_1 + ... + e_T| for independent e_t, -1 or 1 with probability p/2 each, else 0: exact but for rounding.

    For p = 1 it is 2m binom(2m, m)/4^m with m = ceil(T/2); else the mean of that over a binomial number of signs.
    """
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    n = np.arange(1, T + 1)
    m = -(-n // 2)
    walks = np.exp(np.log(2 * m) + gammaln(2 * m + 1) - 2 * gammaln(m + 1) - 2 * m * np.log(2))
    chances = gammaln(T + 1) - gammaln(n + 1) - gammaln(T - n + 1) + xlogy(n, p) + xlog1py(T - n, -p)
    return float(np.exp(chances) @ walks)


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = []
    for row in table.rows():
        what = f"{row['optimizer']} on {row['loss']}"
        if row["mean"] == row["mean"]:
            allowed = DOUBT * row["error"]
            known = row["regret"] == row["regret"] and allowed <= WIDEST * row["mean"]
            unless = "" if known else "seeds and coordinates are too few for a mean regret on random signs"
            agrees, near = bool(abs(row["regret"] - row["mean"]) <= allowed), f"{row['mean']:.4f} ± {allowed:.1g}"
            checks.append(checked(f"{what}: mean R_T", row["regret"], near, agrees, unless))
        if row["expected"]:
            told, unless = f"{what}: growth", unexpected(row, settings)
            checks.append(checked(told, row["growth"], row["expected"], bool(row["growth"] == row["expected"]), unless))
    if not checks:
        checks.append(checked("pairs with an expectation", 0, "some", None, "no pair of these has an expectation"))
    words = [str(word) for word in table["growth"]]
    text = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys((LINEAR, SUBLINEAR, UNDECIDED, *words)))
    linear = sorted({row["optimizer"] for row in table.rows() if row["growth"] == LINEAR and not row["expected"]})
    more = f" Linear without an expectation: {', '.join(linear)}." if linear else ""
    means = [
        row["regret"] / row["mean"]
        for row in table.rows()
        if row["mean"] == row["mean"] and row["regret"] == row["regret"]
    ]
    if means:
        more += f" On random signs the mean regrets are {min(means):.3f} to {max(means):.3f} of the exact one."
    return Verdict(f"Of {len(table)} pairs: {text}.{more}", tuple(checks))


def unexpected(row: dict[str, Any], settings: Settings) -> str:
    """Why a growth law cannot be held against its expectation; empty where it can."""
    noisy = row["loss"].startswith(("quadratic", "absolute_exp"))
    if (settings.small if noisy else settings.lr) > THROWN * row["rounds"] ** 0.5:
        return "some step sizes are not small beside the box even at the end"
    if row["expected"] == LINEAR:
        own = {p.name for p in get(row["optimizer"]).parameters}
        beta1 = settings.beta1 if "beta1" in own else 0.0
        if row["loss"] in CYCLES and not drift(*CYCLES[row["loss"]], beta1, settings.beta2) > 0:
            return f"with these rates Adam drifts to the right end of {row['loss']}"
        if noisy and iid.overlap(beta1, settings.slow) ** 2 / 2 * row["rounds"] ** 0.5 < SKEWED:
            return "the horizon is too short for the linear part that the bias on skewed noise makes"
    return "some growth laws are undecided" if row["growth"] == UNDECIDED else ""


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    names, losses = list(dict.fromkeys(table["optimizer"])), list(dict.fromkeys(table["loss"]))
    values = np.full((len(names), len(losses)), np.nan)
    marks = {LINEAR: " L", SUBLINEAR: "", UNDECIDED: " ?"}
    (panel,) = sheet.panels(1, 1)
    sheet.figure.set_size_inches(max(6.5, 2.6 + 0.62 * len(losses)), 2.4 + 0.2 * len(names))
    for row in table.rows():
        place = names.index(row["optimizer"]), losses.index(row["loss"])
        values[place] = row["exponent"]
        known = row["exponent"] == row["exponent"]
        text = (f"{row['exponent']:.2f}" if known else "") + marks.get(row["growth"], "x")
        dark = known and row["exponent"] < 0.6
        panel.text(place[1], place[0], text, ha="center", va="center", fontsize=6, color="white" if dark else "black")
    sheet.image(panel, np.arange(len(losses)), np.arange(len(names)), np.clip(values, 0, 1.2), "exponent of R_T")
    panel.set_xticks(range(len(losses)), losses, rotation=40, ha="right", fontsize=7)
    panel.set_yticks(range(len(names)), names, fontsize=7)
    panel.invert_yaxis()
    panel.set_title("L: linear, ?: undecided, x: not finite, white: regret not positive", fontsize=8)
