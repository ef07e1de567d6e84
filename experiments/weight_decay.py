"""Weight decay and the step size: which form decouples them?

Claim       Not the decoupled one, in training long enough to overfit: the best decay of SGDW and AdamW grows with the
            step size, by an exponent above 1/2, and that of an L2 penalty by a smaller one. With both tuned, the test
            losses of AdamW and SGDW are not a tenth below those of Adam and SGD with L2.
Refuted if  the 95 % interval of the exponent of SGDW or AdamW lies below 1/2 (0 is the paper's decoupling), that of the
            exponent less that of the penalty's below 0, or that of the losses' difference below -10 %.
Source      Loshchilov & Hutter 2019, sections 2 and 4.2.
Budget      quick: 200 digits, 5 x 6 cells, 6 seeds, 5 s. full: 1000 rows of Fashion-MNIST, 12 x 12 cells, 6 minutes.
Note        The exponent is the slope of log(best decay) in log(lr) over the step sizes whose best loss is near the
            least one. Without momentum a decay is the penalty decay/lr (Proposition 1), and the exponents differ by 1;
            PyTorch's AdamW multiplies the decay by the step size: its exponent is that of `adamw` less 1. The paper's
            networks have batch normalization, where the loss does not see the length of the weights; these have not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._decay import best_decays, exponent_above, measured, split
from adamtheory.experiments._networks import above, relative, task
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Table, Tell, Verdict
from adamtheory.laboratory.settings import check_increasing
from adamtheory.nets.network import mlp
from adamtheory.rules import get
from adamtheory.schedules import cosine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PAIRS = {"sgd": ("sgd_l2", "sgdw"), "adam": ("adam_l2", "adamw")}  # (penalty, decay)
FORMS = tuple(form for pair in PAIRS.values() for form in pair)
FEWEST = 3  # step sizes with a best decay inside of the grid that an exponent needs


@dataclass(frozen=True)
class Settings:
    """data, rows, held: a set, its first rows for training, the next ones for choosing; the test part is measured.

    log_lr_sgd, log_lr_adam, log_*  decimal logarithms of the ends of the grids;  side, across: cells along lr and decay
    near       a row of the map counts where its least loss is at most 1 + near times the least of all
    bowl       cells of a row that the parabola through its least loss uses, likewise
    exponent   of decay must be above it;  gain  of decay in the test loss, as a share of that of L2
    """

    data: str = "digits"
    rows: int = 200
    held: int = 1200
    hidden: int = 32
    normalization: str = "none"
    epochs: int = 30
    batch: int = 20
    side: int = 5
    across: int = 6
    seeds: int = 6
    log_lr_sgd: tuple[float, ...] = (-1.25, -0.5)
    log_lr_adam: tuple[float, ...] = (-1.75, -0.75)
    log_l2: tuple[float, ...] = (-3.75, -1.75)
    log_w: tuple[float, ...] = (-3.75, -1.5)
    near: float = 0.2
    bowl: float = 0.1
    exponent: float = 0.5
    gain: float = 0.1

    def __post_init__(self) -> None:
        ends = ("log_lr_sgd", "log_lr_adam", "log_l2", "log_w")
        check_increasing(self, *ends)
        for name in ends:
            if len(getattr(self, name)) != 2:
                raise ParameterError(f"{name} must be the two ends of a grid")


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[test=2000]", rows=1000, held=2000, epochs=20, batch=25, side=12, across=12, seeds=5,
    log_lr_sgd=(-2.75, 0.0), log_lr_adam=(-3.5, -0.75), log_l2=(-4.5, -0.65), log_w=(-4.5, -0.65),
)  # fmt: skip


def grid(settings: Settings, form: str) -> tuple[Array, Array]:
    """Step sizes and decays of a form."""
    import numpy as np

    lr = settings.log_lr_sgd if form in PAIRS["sgd"] else settings.log_lr_adam
    decay = settings.log_w if form.endswith("w") else settings.log_l2
    return np.logspace(*lr, settings.side), np.logspace(*decay, settings.across)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    data = task(settings.data)
    parts = split(data, settings.rows, settings.held)
    net = mlp(data.inputs, data.classes, hidden=(settings.hidden,), normalization=settings.normalization)
    seeds, updates = np.arange(settings.seeds), -(-settings.rows // settings.batch)
    schedule = cosine(lr=1, steps=settings.epochs * updates)
    for part, form in enumerate(FORMS):
        lrs, decays = grid(settings, form)
        for at, lr in enumerate(lrs):
            tell(part * len(lrs) + at, len(FORMS) * len(lrs), f"{form}, lr={lr:.2g}")
            optimizer = get(form)(lr=lr, weight_decay=decays[:, None])
            found = measured(net, parts, optimizer, schedule, settings.epochs, seeds, settings.batch)
            yield {
                "form": form, "lr": lr, "decay": np.repeat(decays, settings.seeds),
                "seed": np.tile(seeds, len(decays)), **found,
            }  # fmt: skip


# --- what follows -----------------------------------------------------------------------------------------------------


def cube(table: Table, settings: Settings, form: str, column: str) -> Array:
    """A column as (step size, decay, seed), what is not finite as infinity."""
    import numpy as np

    own = table.where(form=form)
    values: Array = own[column].reshape(settings.side, settings.across, settings.seeds)
    return np.where(np.isfinite(values), values, np.inf)


def found_decays(table: Table, settings: Settings, form: str) -> tuple[Array, Array]:
    """Decimal logarithms of the step sizes that count, and of their best decays for each seed, (step sizes, seeds)."""
    import numpy as np

    lrs, decays = (np.log10(values) for values in grid(settings, form))
    kept, best = best_decays(decays, cube(table, settings, form, "held_loss"), settings.bowl, settings.near)
    return lrs[kept], best


def exponents(table: Table, settings: Settings, form: str) -> Array:
    """The slope of log(best decay) in log(step size), seed by seed; NaN where too few step sizes count."""
    import numpy as np

    lrs, best = found_decays(table, settings, form)
    if len(lrs) < FEWEST:
        return np.full(settings.seeds, np.nan)
    found: Array = np.polyfit(lrs, best, 1)[0]
    return found


def at_the_best(table: Table, settings: Settings, form: str, column: str) -> Array:
    """A column in the cell whose held-out loss is least, seed by seed."""
    means = cube(table, settings, form, "held_loss").mean(axis=2)
    found: Array = cube(table, settings, form, column)[divmod(int(means.argmin()), settings.across)]
    return found


def verdict(table: Table, settings: Settings) -> Verdict:
    found = {form: exponents(table, settings, form) for form in FORMS}
    checks = []
    for form in ("sgdw", "adamw"):
        checks.append(exponent_above(f"exponent of the best decay of {form}", found[form], settings.exponent))
    for l2, decay in PAIRS.values():
        checks.append(exponent_above(f"exponent of {decay} less that of {l2}", found[decay] - found[l2], 0))
    for l2, decay in PAIRS.values():
        mean, error = relative(*(at_the_best(table, settings, form, "test_loss") for form in (l2, decay)))
        checks.append(above(f"test loss of {decay} over that of {l2}, less 1", (mean, error), -settings.gain))
    return Verdict(_sentence(table, settings, found), tuple(checks))


def _sentence(table: Table, settings: Settings, found: dict[str, Array]) -> str:
    parts, errors = [], []
    for form in FORMS:
        mean, error = (float(value) for value in interval(found[form], [0]))
        parts.append(f"{form} {mean:+.2f} ± {error:.2f}")
        errors.append(f"{form} {100 * at_the_best(table, settings, form, 'test_error').mean():.1f}")
    return (
        f"Best decay ~ lr**e with e = {', '.join(parts)} (0: decoupled, -1: only the product matters); test errors of "
        f"the best cells in %: {', '.join(errors)}."
    )


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    for axes, form in zip(sheet.panels(2, 2), FORMS, strict=True):
        lrs, decays = (np.log10(values) for values in grid(settings, form))
        losses = cube(table, settings, form, "held_loss").mean(axis=2)
        shown = np.log10(np.clip(losses / losses.min(), 1, 10))
        sheet.image(axes, lrs, decays, shown.T, "log10(held-out loss / least), to 1")
        x, best = found_decays(table, settings, form)
        if len(x):
            sheet.line(axes, x, best.mean(axis=1), "best decay", color="white", linestyle="", marker="o", markersize=4)
        if len(x) >= FEWEST:
            slope, base = np.polyfit(x, best.mean(axis=1), 1)
            sheet.line(axes, x, base + slope * x, f"exponent {slope:.2f}", color="red", linestyle="-")
        error = 100 * at_the_best(table, settings, form, "test_error").mean()
        sheet.label(
            axes, f"{form}: test error of the best {error:.1f} %", "log10 of the step size", "log10 of the decay"
        )
        axes.legend(fontsize=7, loc="lower right", labelcolor="white", facecolor="#444444", framealpha=0.6)
