"""The largest effective step of Adam and AdaMax: a search over histories against the proved sharp bounds.

Claim       The largest |step|/alpha at round t over all histories of gradients is C_t for Adam, K_t without its bias
            correction and for AMSGrad where beta1 <= beta2, D_t for AdaMax: with [t]_q = 1 + q + ... + q^{t-1} and
            r = beta1^2/beta2, C_t = sqrt([t]_r [t]_beta2)/[t]_beta1, K_t = (1 - beta1) sqrt([t]_r/(1 - beta2)),
            D_t = [t]_{beta1/beta2}/[t]_beta1. So the bounds that Kingma & Ba print for Adam and AdaMax are exceeded.
Refuted if  the search, which knows nothing of the bounds, finds a larger step, or none that is within the tolerance.
Source      derived for this project (`adamtheory derive adam`, topic step bound); Kingma & Ba 2015, sections 2.1 and
            7.1, print alpha, or alpha (1 - beta1)/sqrt(1 - beta2) where that is more, and alpha for AdaMax.
Budget      quick: 4 pairs of rates, t = 2 and 12, 5 s. full: 8 pairs, t up to 220, 3 minutes.
Note        For AMSGrad with beta1 > beta2 K_t is a bound and no more: Adam's worst history has falling gradients there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from adamtheory import ArrayOptimizer
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.rules import get

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ROUNDING = 1e-11  # relative: what a step may be above a bound by the rounding of its float64
LONGEST = 2_000  # moves of a search
REACH = 30.0  # ln of the largest over the smallest gradient of a worst history; beyond it rounding hides the smallest
COLOURED = 7  # curves with a colour of their own; those beyond are dashed
HIGHEST = 30  # of the figure
KNOWN = ("adam", "adam_uncorrected", "amsgrad", "adamax", "rmsprop_corrected")


@dataclass(frozen=True)
class Settings:
    """beta1, beta2: pairs of rates, one in each place; rounds: values of t.

    starts     histories that a search begins with;  seed  of them;  finest  change of ln|g_i| at which a search ends
    tolerance  relative: how far below its bound a search may end
    """

    optimizers: tuple[str, ...] = KNOWN
    beta1: tuple[float, ...] = (0.9, 0.9, 0.9, 0.5)
    beta2: tuple[float, ...] = (0.999, 0.99, 0.85, 0.2)
    rounds: tuple[int, ...] = (2, 12)
    starts: int = 3
    seed: int = 1
    finest: float = 1e-7
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        if len(self.beta1) != len(self.beta2):
            raise ParameterError("beta1 and beta2 must have the same number of values, one for each pair")
        if min(self.beta2) <= 0:
            raise ParameterError("beta2 must be above 0, for the bounds divide by it")
        if not 0 < self.finest < 1:
            raise ParameterError(f"finest={self.finest:g} must be above 0, and below the 1 with which a search begins")
        if unknown := set(self.optimizers) - set(KNOWN):
            raise ParameterError(f"{unknown.pop()} has no bound here; use {', '.join(KNOWN)}")


QUICK = Settings()
FULL = Settings(
    beta1=(0.9, 0.9, 0.9, 0.9, 0.9, 0.95, 0.5, 0.99), beta2=(0.999, 0.99, 0.95, 0.85, 0.8, 0.85, 0.9, 0.999),
    rounds=(2, 12, 60, 220), starts=2,
)  # fmt: skip


# --- the bounds -------------------------------------------------------------------------------------------------------


def total(q: float, t: int) -> float:
    """[t]_q = 1 + q + ... + q^{t-1}."""
    return sum(q**j for j in range(t))


def bound(name: str, t: int, beta1: float, beta2: float) -> float:
    """The proved bound of |step|/alpha at round t."""
    if name == "adamax":
        return total(beta1 / beta2, t) / total(beta1, t)
    if name in ("adam_uncorrected", "amsgrad"):
        return (1 - beta1) * sqrt(total(beta1 * beta1 / beta2, t) / (1 - beta2))
    first = 0.0 if name == "rmsprop_corrected" else beta1
    return sqrt(total(first * first / beta2, t) * total(beta2, t)) / total(first, t)


def sharp(name: str, beta1: float, beta2: float) -> bool:
    """Whether a history attains the bound."""
    return name != "amsgrad" or beta1 <= beta2


def printed(name: str, beta1: float, beta2: float) -> float:
    """The bound of |step|/alpha that Kingma & Ba print for Adam and AdaMax; NaN for others."""
    if name == "adamax":
        return 1.0
    return max(1.0, (1 - beta1) / sqrt(1 - beta2)) if name == "adam" else float("nan")


# --- the search -------------------------------------------------------------------------------------------------------


def steps(rule: Any, histories: Array) -> Array:
    """|step|/alpha after each of the histories (n, t), by the rule itself: every history is a coordinate."""
    import numpy as np

    x = np.zeros(len(histories))
    stepper = ArrayOptimizer(rule, x)
    for column in np.ascontiguousarray(histories.T):
        x[:] = 0
        stepper.step(column)
    return np.abs(x)


def search(rule: Any, t: int, settings: Settings) -> tuple[float, int]:
    """The largest step that a pattern search over ln|g_1|, ..., ln|g_t| finds, and its number of moves.

    It tries every coordinate up and down, then the combined move of all that gained, by their signs and by their gains;
    the length of a move grows after a success and halves after a failure. Half of the starts have gradients of one
    sign, the others of random signs.
    """
    import numpy as np

    draw = np.random.default_rng(settings.seed)
    logs = draw.normal(size=(settings.starts, t))
    signs = np.where(draw.random(logs.shape) < 0.5, -1.0, 1.0)
    signs[: (settings.starts + 1) // 2] = 1
    best, length, moves = steps(rule, signs * np.exp(logs)), np.ones(settings.starts), 0
    lanes, every = np.arange(settings.starts), np.concatenate([np.eye(t), -np.eye(t)])

    def values(logs_: Array) -> Array:
        histories: Array = signs[:, None, :] * np.exp(logs_)
        return steps(rule, histories.reshape(-1, t)).reshape(logs_.shape[:2])

    while (length > settings.finest).any() and moves < LONGEST:
        moves += 1
        single = logs[:, None, :] + length[:, None, None] * every
        found = values(single)
        gain = np.maximum(found - best[:, None], 0)
        way = gain[:, :t] - gain[:, t:]
        most = np.maximum(np.abs(way).max(axis=1, keepdims=True), 1e-300)
        tried = np.stack([
            single[lanes, found.argmax(axis=1)], logs + length[:, None] * np.sign(way),
            logs + length[:, None] * way / most,
        ], axis=1)  # fmt: skip
        found = values(tried)
        chosen = found.argmax(axis=1)
        better = found[lanes, chosen] > best
        logs[better] = tried[lanes, chosen][better]
        best = np.maximum(best, found[lanes, chosen])
        length = np.where(better, np.minimum(1.3 * length, 1), length / 2)
    return float(best.max()), moves


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    pairs = list(zip(settings.beta1, settings.beta2, strict=True))
    done, whole = 0, len(settings.optimizers) * len(pairs) * len(settings.rounds)
    for name in settings.optimizers:
        rates = {p.name for p in get(name).parameters}
        for beta1, beta2 in pairs:
            given = {"lr": 1, "beta1": beta1, "beta2": beta2, "eps": 0}
            rule = get(name)(**{key: value for key, value in given.items() if key in rates})
            for t in settings.rounds:
                tell(done, whole, f"{name}, beta=({beta1:g}, {beta2:g}), t={t}")
                done += 1
                found, moves = search(rule, t, settings)
                yield {
                    "optimizer": name, "beta1": beta1, "beta2": beta2, "t": t, "found": found, "moves": moves,
                    "bound": bound(name, t, beta1, beta2), "sharp": sharp(name, beta1, beta2),
                    "printed": printed(name, beta1, beta2),
                }  # fmt: skip


def verdict(table: Table, settings: Settings) -> Verdict:
    checks, reached = [], []
    for row in table.rows():
        below = 1 - row["found"] / row["bound"]
        fits = below >= -ROUNDING and (below <= settings.tolerance or not row["sharp"])
        what = f"{row['optimizer']}, beta=({row['beta1']:g}, {row['beta2']:g}), t={row['t']}: largest step"
        near = f"{row['bound']:.9g}" if row["sharp"] else f"at most {row['bound']:.9g}"
        short = below > settings.tolerance and not fits
        told = checked(what, f"{row['found']:.9g}", near, bool(fits), _cannot_reach(row, settings) if short else "")
        checks.append(told)
        if row["sharp"] and told.holds is not None:
            reached.append(below)
    for name in ("adam", "adamax"):
        own = list(table.where(optimizer=name).rows())
        if own:
            checks.append(_over_the_printed(name, own, settings))
    over = [row for row in table.rows() if row["found"] > row["printed"] * (1 + settings.tolerance)]
    text = f"{len(reached)} searches end at most {max(reached, default=0.0):.1g} (relative) below the sharp bound"
    above = max((row["found"] / row["bound"] - 1 for row in table.rows()), default=0.0)
    text += ", none above its bound." if above <= ROUNDING else f"; one exceeds its bound by {above:.1g}."
    if over:
        first = max(over, key=lambda row: row["found"] / row["printed"])
        text += f" The printed bounds are exceeded in {len(over)} cases, most by {first['optimizer']} at beta=("
        text += (
            f"{first['beta1']:g}, {first['beta2']:g}), t={first['t']}: {first['found']:.6g} > {first['printed']:.6g}."
        )
    return Verdict(text, tuple(checks))


def _cannot_reach(row: dict[str, Any], settings: Settings) -> str:
    """Why a search may end below a sharp bound; empty where it may not."""
    ways = [-log(row["beta2"]), abs(log(row["beta2"] / row["beta1"])) if row["beta1"] else 0.0]
    if row["t"] * max(ways) > REACH:
        return "rounding hides the oldest gradients of some worst histories"
    if settings.finest > settings.tolerance:
        return f"moves of finest={settings.finest:g} are too coarse for a tolerance of {settings.tolerance:g}"
    return f"a search had not ended after {LONGEST} moves" if row["moves"] >= LONGEST else ""


def _over_the_printed(name: str, own: list[dict[str, Any]], settings: Settings) -> Check:
    """Whether a printed bound is exceeded, told only where a sharp bound is above it or a search found more."""
    most, least = max(row["found"] / row["printed"] for row in own), 1 + settings.tolerance
    case = max(own, key=lambda row: row["bound"] / row["printed"])
    unless = ""
    if most <= least and case["bound"] / case["printed"] <= least:
        unless = f"with these rates and rounds no sharp bound of {name} is above the printed one"
    elif most <= least:
        unless = _cannot_reach(case, settings)
    return checked(f"{name}: most over the printed bound", most, "above 1", bool(most > least), unless)


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    panels = sheet.panels(1, 2)
    for panel, name in zip(panels, ("adam", "adamax"), strict=True):
        curve = range(1, 2 * max(settings.rounds) + 1)
        for index, (beta1, beta2) in enumerate(zip(settings.beta1, settings.beta2, strict=True)):
            own = table.where(optimizer=name, beta1=beta1, beta2=beta2)
            label = f"({beta1:g}, {beta2:g})"
            style = "-" if index < COLOURED else (0, (4, 1.5))
            bounds = [bound(name, t, beta1, beta2) for t in curve]
            sheet.line(panel, curve, bounds, label, index, linestyle=style)
            sheet.dots(panel, own["t"], own["found"], "", index)
        sheet.guide(panel, [curve[0], curve[-1]], [1, 1], "|step| = alpha")
        title = f"{name}: searched (dots), proved (lines); cut at {HIGHEST}"
        sheet.label(panel, title, "round t", "largest |step|/alpha", logx=True, logy=True)
        panel.set_ylim(0.9, HIGHEST)
    sheet.legend(panels[0], fontsize=7, title="(beta1, beta2)")
