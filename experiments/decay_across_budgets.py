"""Weight decay across budgets: does normalised decay stay best?

Claim       The decay itself does, not the normalised one: once training is long enough to overfit, the best decay of
            AdamW and of SGDW goes with the number N of updates by an exponent nearer to 0 than to -1/2.
Refuted if  for one of them the 95 % interval of the exponent lies below -1/4, half way to that of the paper's
            normalised decay; a constant shrink of the weights over the whole run has -1.
Source      Loshchilov & Hutter 2019, normalised weight decay: lambda = lambda_norm/sqrt(N).
Budget      quick: 200 digits, 20, 60 and 180 epochs, 5 s. full: 1000 rows of Fashion-MNIST, 8 to 216 epochs, 4 minutes.
Note        The shrink (1 - lambda)**N of normalised decay is not the same for all budgets: it falls as
            exp(-lambda_norm sqrt(N)). The full run finds exponents above 0, 0.75 and 0.39: longer training overfits
            more and wants more decay. Where it is so short that no decay is best, there is no exponent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._decay import best_decays, exponent_above, measured, split
from adamtheory.experiments._networks import task
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.nets.network import mlp
from adamtheory.rules import get
from adamtheory.schedules import cosine, normalized_weight_decay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

FORMS = ("adamw", "sgdw")
FEWEST = 3  # budgets with a best decay inside of the grid that an exponent needs


@dataclass(frozen=True)
class Settings:
    """data, rows, held: a set, its first rows for training, the next ones for choosing.

    budgets  each has `ratio` times the epochs of the one before, the least of which is `epochs`
    decays   values of decay, each 1/sqrt(ratio) of the one before, from 10**log_most down: for every budget the
             normalised decays of another one are among them
    least    the exponent must be above it
    bowl     cells that the parabola through the least loss uses: at most 1 + bowl times it
    """

    data: str = "digits"
    rows: int = 200
    held: int = 1200
    hidden: int = 32
    batch: int = 20
    epochs: int = 20
    budgets: int = 3
    ratio: int = 3
    decays: int = 8
    log_most: float = -2.0
    lr_adamw: float = 0.03
    lr_sgdw: float = 0.1
    seeds: int = 4
    bowl: float = 0.3
    least: float = -0.25

    def __post_init__(self) -> None:
        if self.budgets < 2 or self.ratio < 2:
            raise ParameterError(f"budgets={self.budgets} and ratio={self.ratio} must be at least 2")


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[test=2000]", rows=1000, held=4000, batch=25, epochs=8, budgets=4, decays=10, lr_adamw=0.01,
    lr_sgdw=0.03, log_most=-1.75,
)  # fmt: skip


def lengths(settings: Settings) -> list[int]:
    """Epochs of each budget."""
    return [settings.epochs * settings.ratio**i for i in range(settings.budgets)]


def grid(settings: Settings) -> Array:
    """Decays, rising."""
    import numpy as np

    powers = np.arange(settings.decays - 1, -1, -1) / 2
    return 10**settings.log_most * settings.ratio**-powers


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    data, decays = task(settings.data), grid(settings)
    parts = split(data, settings.rows, settings.held)
    net = mlp(data.inputs, data.classes, hidden=(settings.hidden,))
    whole, seeds = len(FORMS) * settings.budgets, np.arange(settings.seeds)
    for part, form in enumerate(FORMS):
        for at, epochs in enumerate(lengths(settings)):
            tell(part * settings.budgets + at, whole, f"{form}, {epochs} epochs")
            updates = epochs * -(-settings.rows // settings.batch)
            optimizer = get(form)(lr=getattr(settings, f"lr_{form}"), weight_decay=decays[:, None])
            found = measured(net, parts, optimizer, cosine(lr=1, steps=updates), epochs, seeds, settings.batch)
            yield {
                "form": form, "updates": updates, "decay": np.repeat(decays, settings.seeds),
                "seed": np.tile(seeds, len(decays)), **found,
            }  # fmt: skip


# --- what follows -----------------------------------------------------------------------------------------------------


def updates_of(table: Table) -> Array:
    """The numbers N of updates, rising."""
    import numpy as np

    return np.unique(table["updates"])


def losses(table: Table, settings: Settings, form: str, column: str = "held_loss") -> Array:
    """A column as (budget, decay, seed)."""
    found: Array = table.where(form=form)[column].reshape(settings.budgets, settings.decays, settings.seeds)
    return found


def exponents(table: Table, settings: Settings, form: str) -> Array:
    """The slope of log(best decay) in log(N), seed by seed; NaN where too few budgets have a best decay."""
    import numpy as np

    kept, best = best_decays(np.log10(grid(settings)), losses(table, settings, form), settings.bowl)
    if len(kept) < FEWEST:
        return np.full(settings.seeds, np.nan)
    found: Array = np.polyfit(np.log10(updates_of(table)[kept]), best, 1)[0]
    return found


def carried(table: Table, settings: Settings, form: str, normalised: bool) -> float:
    """Test loss of the longest run with the best decay of the shortest, over that with its own best decay, less 1.

    normalised  carry over the decay that is normalised, not that of one step
    """
    import numpy as np

    means, tests = losses(table, settings, form).mean(axis=2), losses(table, settings, form, "test_loss").mean(axis=2)
    short, *_, long = updates_of(table).tolist()
    decay = float(grid(settings)[int(means[0].argmin())])
    if normalised:
        decay = normalized_weight_decay(decay * short**0.5, long)
    at = int(np.abs(np.log(grid(settings) / decay)).argmin())  # one of the grid, or at its end
    return float(tests[-1, at] / tests[-1, int(means[-1].argmin())] - 1)


def shrinks(table: Table, settings: Settings, form: str) -> list[float]:
    """The factor by which decay alone shrinks weights in the whole run, at the best decay of each budget."""
    import numpy as np

    kept, best = best_decays(np.log10(grid(settings)), losses(table, settings, form), settings.bowl)
    found = []
    for N, log in zip(updates_of(table)[kept], best.mean(axis=1), strict=True):
        eta = (1 + np.cos(np.pi * np.arange(N) / N)) / 2
        found.append(float(np.exp(np.log1p(-eta * 10**log).sum())))
    return found


def verdict(table: Table, settings: Settings) -> Verdict:
    found = {form: exponents(table, settings, form) for form in FORMS}
    checks = [exponent_above(f"exponent of {form}", found[form], settings.least) for form in FORMS]
    return Verdict(_sentence(table, settings, found), tuple(checks))


def _sentence(table: Table, settings: Settings, found: dict[str, Array]) -> str:
    parts = []
    for form in FORMS:
        mean, error = (float(value) for value in interval(found[form], [0]))
        raw, normalised = (carried(table, settings, form, way) for way in (False, True))
        told = ", ".join(f"{shrink:.2g}" for shrink in shrinks(table, settings, form)) or "unknown"
        parts.append(
            f"{form}: best decay ~ N**e with e = {mean:+.2f} ± {error:.2f}, it shrinks weights by {told}; carried from "
            f"the shortest run to the longest it costs {raw:+.1%} of test loss, normalised {normalised:+.1%}"
        )
    return ". ".join(parts) + "."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    panels = sheet.panels(1, 3)
    decays = grid(settings)
    for axes, form in zip(panels, FORMS, strict=False):
        for index, (N, curve) in enumerate(zip(updates_of(table), losses(table, settings, form), strict=True)):
            mean, error = interval(curve, [1])
            sheet.line(axes, decays, mean, f"N = {N}", index, marker="o", markersize=3.5)
            axes.fill_between(decays, mean - error, mean + error, color=sheet.colour(index), alpha=0.15, linewidth=0)
        sheet.label(axes, form, "weight decay of one step", "held-out loss, nats", logx=True, logy=True)
        sheet.legend(axes)
    right = panels[2]
    for index, form in enumerate(FORMS):
        kept, best = best_decays(np.log10(decays), losses(table, settings, form), settings.bowl)
        if not len(kept):
            continue
        N = updates_of(table)[kept]
        mean, error = interval(best, [1])
        ends = np.abs(10 ** (mean + np.array([-error, error])) - 10**mean)
        sheet.dots(right, N, 10**mean, form, index, error=ends)
        if index == 0:
            sheet.guide(right, N, 10 ** mean[0] * (N / N[0]) ** -0.5, "normalised: N**(-1/2)")
            sheet.line(
                right, N, 10 ** mean[0] * (N / N[0]) ** -1.0, "constant shrink: 1/N", color="grey", linestyle=":"
            )
    sheet.label(right, "Best decay", "updates N of the run", "weight decay of one step", logx=True, logy=True)
    right.set_xticks(updates_of(table), [str(N) for N in updates_of(table)])
    right.set_xticks([], minor=True)
    sheet.legend(right)
