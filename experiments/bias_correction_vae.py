"""Bias correction in a variational auto-encoder: what it does depends on the step size.

Claim       (1) Where alpha is large, correction is needed, the more the nearer beta2 is to 1: without it all runs with
            the largest alpha and beta2 are unstable in the first epochs, with it none. (2) With the best alpha of each
            form it is equal or better. (3) Where alpha is small, training without correction is better, whatever beta1
            and beta2: the paper's "equal or better than RMSProp, regardless of hyper-parameter setting" does not hold.
Refuted if  the 95 % interval of a paired difference of losses over seeds lies on the wrong side of 0, in (2) of
            -`alike`, or other runs are unstable.
Source      Kingma & Ba 2015, section 6.4 and figure 4: MNIST, 500 softplus units, 50 latent ones, losses after 10 and
            100 epochs. There "RMSProp" is Adam without correction.
Budget      quick: 800 digits, 32 units, 4 latent, 10 epochs of batches of 16, 4 seeds, 5 s. full: 5000 images of MNIST,
            64 units, 8 latent, 10 epochs of batches of 32, 3 seeds, some minutes.
Note        The loss is the bound -ELBO of the training examples, mean over an epoch, in nats. A run is unstable where
            that is above the untrained network's, or not finite; then the untrained one's counts. Without correction
            steps are longer where 1 - beta1 >= sqrt(1 - beta2), as for all pairs here: alpha is larger there, and that
            helps where it is too small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments import _networks as nets
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.nets.autoencoder import vae
from adamtheory.nets.history import train
from adamtheory.rules import get

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

FORMS = {True: "adam", False: "adam_uncorrected"}


@dataclass(frozen=True)
class Settings:
    """hidden, latent: units; beta1, beta2, log_lr: all together; early: epochs after which loss is looked at too.

    alike: a share of the loss that is no difference.
    """

    data: str = "digits[train=800, test=100]"
    hidden: int = 32
    latent: int = 4
    beta1: tuple[float, ...] = (0.0, 0.9)
    beta2: tuple[float, ...] = (0.99, 0.999, 0.9999)
    log_lr: tuple[float, ...] = (-5.0, -4.0, -3.0, -2.0, -1.0)
    early: int = 1
    epochs: int = 10
    batch: int = 16
    seeds: int = 4
    alike: float = 0.02

    def __post_init__(self) -> None:
        if self.seeds < 2:
            raise ParameterError("seeds must be at least 2, for there are no intervals else")
        if not 1 <= self.early <= self.epochs:
            raise ParameterError(f"early must be from 1 to epochs={self.epochs}")
        for name in ("beta2", "log_lr"):
            values = getattr(self, name)
            if list(values) != sorted(set(values)) or len(values) < 2:
                raise ParameterError(f"{name} must have at least two numbers, increasing")


QUICK = Settings()
FULL = Settings(data="mnist[train=5000, test=500]", hidden=64, latent=8, epochs=10, batch=32, seeds=3)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    data = nets.task(settings.data)
    for done, (corrected, name) in enumerate(FORMS.items()):
        tell(done, len(FORMS), name)
        yield trained(settings, data, name, corrected)


def trained(settings: Settings, data: nets.Task, name: str, corrected: bool) -> Block:
    """The losses of a form for all betas, step sizes and seeds at once, a row each."""
    import numpy as np

    axes = [settings.beta1, settings.beta2, 10.0 ** np.array(settings.log_lr), range(settings.seeds)]
    b1, b2, lr, seed = np.meshgrid(*axes, indexing="ij", sparse=True)
    network = vae(data.inputs, hidden=settings.hidden, latent=settings.latent)
    found = train(network, data, get(name)(beta1=b1, beta2=b2, lr=lr), epochs=settings.epochs, batch=settings.batch,
                  seed=seed)  # fmt: skip
    columns = dict(zip(("beta1", "beta2", "lr", "seed"), np.broadcast_arrays(b1, b2, lr, seed), strict=True))
    return {
        "corrected": corrected, **{key: column.ravel() for key, column in columns.items()},
        "untrained": found.test_loss[..., 0].ravel(), "early": found.train_loss[..., settings.early - 1].ravel(),
        "loss": found.train_loss[..., -1].ravel(),
        "worst": found.train_loss[..., : settings.early].max(axis=-1).ravel(),
    }  # fmt: skip


# --- what follows -----------------------------------------------------------------------------------------------------


def losses(table: Table, settings: Settings, corrected: bool, column: str = "loss") -> Array:
    """(beta1, beta2, step sizes, seeds): a loss, the untrained one where it is above that or not finite."""
    import numpy as np

    own = table.where(corrected=corrected)
    shape = (len(settings.beta1), len(settings.beta2), len(settings.log_lr), settings.seeds)
    loss, untrained = own[column], own["untrained"]
    return np.where(loss < untrained, loss, untrained).reshape(shape)


def unstable(table: Table, settings: Settings, corrected: bool) -> Array:
    """(beta1, beta2, step sizes): runs whose loss is above the untrained one, or not finite, in an early epoch."""
    own = table.where(corrected=corrected)
    shape = (len(settings.beta1), len(settings.beta2), len(settings.log_lr), settings.seeds)
    runs: Array = (~(own["worst"] < own["untrained"])).reshape(shape).sum(axis=-1)
    return runs


def gains(table: Table, settings: Settings, column: str = "loss") -> tuple[Array, Array]:
    """(beta1, beta2, step sizes): paired difference of losses without and with correction, and its half width."""
    without, with_it = (losses(table, settings, corrected, column) for corrected in (False, True))
    return interval(without - with_it, [3])


def at_the_best(table: Table, settings: Settings, i: int, j: int) -> tuple[float, float]:
    """Relative paired difference of losses without and with correction, each at its best alpha, with its half width."""
    tried = {corrected: losses(table, settings, corrected)[i, j] for corrected in FORMS}
    best = {corrected: own[own.mean(axis=1).argmin()] for corrected, own in tried.items()}
    return nets.relative(best[True], best[False])


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = [*_large(table, settings), *_best(table, settings), *_small(table, settings)]
    parts = [f"after {what} correction is better in {better} and worse in {worse} of {cells}"
             for what, (better, worse, cells) in counts(table, settings).items()]  # fmt: skip
    corner = [int(unstable(table, settings, form)[:, -1, -1].sum()) for form in FORMS]
    runs = len(settings.beta1) * settings.seeds
    text = (
        f"{settings.data}: {'; '.join(parts)} cells, 95 % intervals. At the largest alpha and beta2 {corner[1]} of "
        f"{runs} runs are unstable without correction, {corner[0]} with it; at the smallest alpha correction costs "
        f"{_cost(table, settings)}."
    )
    return Verdict(text, tuple(checks))


def _large(table: Table, settings: Settings) -> Iterator[Check]:
    """From Adam's best step size on: correction helps at the largest beta2, and there more than at the smallest one."""
    without, with_it = (unstable(table, settings, form)[:, -1, -1] for form in (False, True))
    for i, b1 in enumerate(settings.beta1):
        b2, told = settings.beta2[-1], f"beta1={b1:g}, largest alpha, beta2={settings.beta2[-1]:g}"
        yield Check(f"{told}: unstable runs without correction", int(without[i]), settings.seeds,
                    bool(without[i] == settings.seeds))  # fmt: skip
        yield Check(f"{told}: unstable runs with correction", int(with_it[i]), 0, bool(with_it[i] == 0))
        gain = [_gain_of_large_steps(table, settings, i, j) for j in (0, -1)]
        told = f"beta1={b1:g}, large alpha: loss without less with correction"
        yield sided(f"{told}, beta2={b2:g}, nats", interval(gain[1], [0]), 1)
        yield sided(f"{told}, beta2={b2:g} less that at {settings.beta2[0]:g}", interval(gain[1] - gain[0], [0]), 1)


def _gain_of_large_steps(table: Table, settings: Settings, i: int, j: int) -> Array:
    """Loss without less loss with correction, seed by seed: the mean over step sizes from the best with correction."""
    without, with_it = (losses(table, settings, form)[i, j] for form in (False, True))
    first = with_it.mean(axis=1).argmin()
    gain: Array = (without - with_it)[first:].mean(axis=0)
    return gain


def _best(table: Table, settings: Settings) -> Iterator[Check]:
    """With the best step size of each form: equal or better with correction."""
    for i, b1 in enumerate(settings.beta1):
        for j, b2 in enumerate(settings.beta2):
            found = at_the_best(table, settings, i, j)
            told = f"beta=({b1:g}, {b2:g}), each at its best alpha: loss without over with correction, less 1"
            yield nets.above(told, found, -settings.alike)


def _small(table: Table, settings: Settings) -> Iterator[Check]:
    """At the smallest step size: worse with correction, whatever the betas."""
    mean, error = gains(table, settings)
    for i, b1 in enumerate(settings.beta1):
        for j, b2 in enumerate(settings.beta2):
            found = mean[i, j, 0], error[i, j, 0]
            yield sided(f"beta=({b1:g}, {b2:g}), smallest alpha: loss without less with correction, nats", found, -1)


def sided(what: str, found: tuple[Any, Any], side: int) -> Check:
    """A check of the sign of a difference; cannot tell where its interval has 0 in it."""
    mean, error = float(found[0]), float(found[1])
    holds = bool((mean > 0) == (side > 0)) if abs(mean) > error else None  # None for NaN as well
    return Check(what, f"{mean:+.3g} ± {error:.2g}", "above 0" if side > 0 else "below 0", holds)


def counts(table: Table, settings: Settings) -> dict[str, tuple[int, int, int]]:
    """In how many cells correction is better and in how many worse, and all cells, early and at the end."""
    found = {}
    for column, epochs in (("early", settings.early), ("loss", settings.epochs)):
        mean, error = gains(table, settings, column)
        found[f"epoch {epochs}"] = int((mean > error).sum()), int((mean < -error).sum()), mean.size
    return found


def _cost(table: Table, settings: Settings) -> str:
    """How much lower the loss at the smallest step size is without correction, from the least to the largest."""
    cost = -gains(table, settings)[0][:, :, 0]
    return f"{cost.min():.2g} to {cost.max():.2g} nats"


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    panels = sheet.panels(len(settings.beta1), len(settings.beta2))
    curves = [(form, column) for column in ("early", "loss") for form in FORMS]
    least, most = min(np.nanmin(table["loss"]), np.nanmin(table["early"])), table["untrained"].mean()
    limits = least - 0.1 * (most - least), most + 0.2 * (most - least)
    cells = [(i, j) for i in range(len(settings.beta1)) for j in range(len(settings.beta2))]
    for axes, (i, j) in zip(panels, cells, strict=True):
        for form, column in curves:
            own = losses(table, settings, form, column)[i, j]
            mean, error = interval(own, [1])
            epoch = settings.early if column == "early" else settings.epochs
            name = f"{'with' if form else 'without'} correction, epoch {epoch}"
            style = "-" if column == "loss" else (0, (1.2, 1.4))
            sheet.line(axes, settings.log_lr, mean, name, 0 if form else 1, linestyle=style)
            if column == "loss":
                sheet.dots(axes, settings.log_lr, mean, "", 0 if form else 1, error=error)
        axes.axhline(most, color="black", linewidth=0.8)
        axes.set_ylim(*limits)
        title = f"beta1={settings.beta1[i]:g}, beta2={settings.beta2[j]:g}"
        sheet.label(axes, title, "log10 alpha", "loss, nats (black line: untrained)")
    sheet.legend_below(panels[0], len(curves))
