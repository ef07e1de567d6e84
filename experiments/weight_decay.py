"""Weight decay and the step size: which form decouples them?

Claim       Not the decoupled one, in training long enough to overfit: the best decay of SGDW and AdamW grows with the
            step size, by an exponent above 1/2. That of an L2 penalty grows by a smaller one, for SGD by one less, as
            a decay is the penalty decay/lr. With both tuned, AdamW and Adam with L2 end at the same test loss, and so
            do SGDW and SGD with L2, up to a tenth.
Refuted if  the 95 % interval of the exponent of SGDW or AdamW lies below 1/2 (0 is the paper's decoupling), that of the
            difference of exponents off 1 by more than 1/2 (SGD) or below 0 (Adam), or that of the losses beyond 10 %.
Source      Loshchilov & Hutter 2019, sections 2 and 4.2 and Proposition 1, which is exact without momentum.
Budget      quick: 200 digits, 5 x 6 cells, 6 seeds, 5 s. full: 1000 rows of Fashion-MNIST, 12 x 12 cells, 4 minutes.
Note        The exponent is the slope of log(best decay) in log(lr) over the step sizes whose best loss is near the
            least one. PyTorch's AdamW multiplies the decay by the step size: its exponent is that of `adamw` less 1.
            The paper's networks have batch normalization, where the loss does not see the length of the weights;
            these have not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.experiments._networks import Task, absolute, relative, task
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
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
    tolerance  of the exponents' difference, and `alike` of the losses in units of that of L2
    """

    data: str = "digits"
    rows: int = 200
    held: int = 1200
    hidden: int = 32
    epochs: int = 30
    batch: int = 20
    side: int = 5
    across: int = 6
    seeds: int = 6
    log_lr_sgd: tuple[float, ...] = (-1.25, -0.5)
    log_lr_adam: tuple[float, ...] = (-1.75, -0.75)
    log_l2: tuple[float, ...] = (-3.75, -1.75)
    log_w: tuple[float, ...] = (-3.75, -1.5)
    near: float = 0.5
    bowl: float = 0.3
    exponent: float = 0.5
    tolerance: float = 0.5
    alike: float = 0.1


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[test=2000]", rows=1000, held=2000, epochs=20, batch=25, side=12, across=12, seeds=3,
    log_lr_sgd=(-2.75, 0.0), log_lr_adam=(-3.5, -0.75), log_l2=(-4.5, -0.65), log_w=(-4.5, -0.65),
)  # fmt: skip


def grid(settings: Settings, form: str) -> tuple[Array, Array]:
    """Step sizes and decays of a form."""
    import numpy as np

    lr = settings.log_lr_sgd if form in PAIRS["sgd"] else settings.log_lr_adam
    decay = settings.log_w if form.endswith("w") else settings.log_l2
    return np.logspace(*lr, settings.side), np.logspace(*decay, settings.across)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = task(settings.data)
    for part, form in enumerate(FORMS):
        lrs, decays = grid(settings, form)
        for at, lr in enumerate(lrs):
            tell(part * len(lrs) + at, len(FORMS) * len(lrs), f"{form}, lr={lr:.2g}")
            yield {"form": form, "lr": lr, **trained(settings, data, form, lr, decays)}


def trained(settings: Settings, data: Task, form: str, lr: float, decays: Array) -> dict[str, Array]:
    """Every decay with every seed: the losses and errors after training, on the rows for choosing and on the test."""
    import numpy as np

    from adamtheory.nets.training import Training

    rows = np.arange(settings.rows + settings.held)
    train, held = data.train.take(rows[: settings.rows]), data.train.take(rows[settings.rows :])
    steps = settings.epochs * -(-settings.rows // settings.batch)
    training = Training(
        mlp(data.inputs, data.classes, hidden=(settings.hidden,)), train,
        get(form)(lr=lr, weight_decay=decays[:, None]), batch=settings.batch, schedule=cosine(lr=1, steps=steps),
        seed=np.arange(settings.seeds),
    )  # fmt: skip
    for _ in range(settings.epochs):
        training.epoch()
    found = [training.evaluate(part) for part in (held, data.test)]
    (held_loss, held_right), (test_loss, test_right) = found
    return {
        "decay": np.repeat(decays, settings.seeds), "seed": np.tile(np.arange(settings.seeds), len(decays)),
        "held_loss": held_loss, "held_error": 1 - held_right, "test_loss": test_loss, "test_error": 1 - test_right,
    }  # fmt: skip


# --- what follows -----------------------------------------------------------------------------------------------------


def cube(table: Table, settings: Settings, form: str, column: str) -> Array:
    """A column as (step size, decay, seed), what is not finite as infinity."""
    import numpy as np

    own = table.where(form=form)
    values: Array = own[column].reshape(settings.side, settings.across, settings.seeds)
    return np.where(np.isfinite(values), values, np.inf)


def best_decays(table: Table, settings: Settings, form: str) -> tuple[Array, Array]:
    """Decimal logarithms of the step sizes that count, and of their best decays for each seed, (step sizes, seeds)."""
    import numpy as np

    losses = cube(table, settings, form, "held_loss")
    lrs, decays = (np.log10(values) for values in grid(settings, form))
    means = losses.mean(axis=2)
    kept, best = [], []
    for i, mean in enumerate(means):
        at = int(mean.argmin())
        if not (0 < at < len(decays) - 1 and mean[at] <= (1 + settings.near) * means.min()):
            continue
        low = high = at
        while low > 0 and (low >= at or mean[low - 1] <= (1 + settings.bowl) * mean[at]):
            low -= 1
        while high < len(decays) - 1 and (high <= at or mean[high + 1] <= (1 + settings.bowl) * mean[at]):
            high += 1
        kept.append(lrs[i])
        best.append(vertices(decays[low : high + 1], np.log(losses[i, low : high + 1])))
    return np.array(kept), np.array(best).reshape(-1, settings.seeds)


def vertices(x: Array, y: Array) -> Array:
    """Where the parabola through the columns of y is least, within x; where it has no bottom, the least value's x."""
    import numpy as np

    if not np.isfinite(y).all():
        return np.full(y.shape[1], np.nan)
    middle = x.mean()
    curve, slope, _ = np.polyfit(x - middle, y, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = middle - slope / (2 * curve)
    return np.clip(np.where(curve > 0, found, x[y.argmin(axis=0)]), x[0], x[-1])


def exponents(table: Table, settings: Settings, form: str) -> Array:
    """The slope of log(best decay) in log(step size), seed by seed; NaN where too few step sizes count."""
    import numpy as np

    lrs, best = best_decays(table, settings, form)
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
        checks.append(judged(f"exponent of the best decay of {form}", found[form], settings.exponent))
    apart, error = absolute(found["sgd_l2"], found["sgdw"])
    told = f"1 within {settings.tolerance:g}"
    holds = within(apart - 1, error, settings.tolerance)
    checks.append(Check("exponent of sgdw less that of sgd_l2", f"{apart:+.2f} ± {error:.2f}", told, holds))
    checks.append(judged("exponent of adamw less that of adam_l2", found["adamw"] - found["adam_l2"], 0))
    for l2, decay in PAIRS.values():
        mean, error = relative(*(at_the_best(table, settings, form, "test_loss") for form in (l2, decay)))
        what = f"test loss of {decay} over that of {l2}, less 1"
        holds = within(mean, error, settings.alike)
        checks.append(Check(what, f"{mean:+.1%} ± {error:.1%}", f"within {settings.alike:.0%}", holds))
    return Verdict(_sentence(table, settings, found), tuple(checks))


def judged(what: str, values: Array, least: float) -> Check:
    """A check that an exponent is above a number; cannot tell where its interval has it inside or is none."""
    mean, error = (float(value) for value in interval(values, [0]))
    holds = True if mean - error > least else False if mean + error <= least else None
    return Check(what, f"{mean:+.2f} ± {error:.2f}", f"above {least:g}", holds)


def within(off: float, error: float, most: float) -> bool | None:
    """Whether |off| is at most `most` in the whole of its interval, or nowhere in it; None where that differs."""
    return True if abs(off) + error <= most else False if abs(off) - error > most else None


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
        x, best = best_decays(table, settings, form)
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
