"""Bias correction in a variational auto-encoder: what it does depends on the step size.

Claim       (1) Where alpha is large, correction is needed, the more the nearer beta2 is to 1: without it training is
            unstable in the first epochs with more of the step sizes, and from Adam's best one on loss is higher.
            (2) The best of all settings is with correction, or as good. (3) Where alpha is small, training without
            correction is better, whatever beta1 and beta2: the paper's "equal or better than RMSProp, regardless of
            hyper-parameter setting" does not hold.
Refuted if  the 95 % interval of a paired difference of losses over seeds lies on the wrong side of 0, in (2) of
            -`alike`, or with the largest beta2 no more step sizes are unstable than with correction, or than with the
            smallest beta2.
Source      Kingma & Ba 2015, section 6.4 and figure 4: MNIST, 500 softplus units, 50 latent ones, losses after 10 and
            100 epochs. There "RMSProp" is Adam without correction.
Budget      quick: 800 digits, 32 units, 4 latent, 10 epochs of batches of 16, 4 seeds, 8 s of processor time. full:
            3000 images of MNIST, 64 units, 8 latent, twice as many step sizes, 3 minutes on two cores.
Note        The loss is the bound -ELBO of the training examples, mean over an epoch, in nats. A run is unstable where
            that is above the untrained network's, or not finite; then the untrained one's counts. Without correction
            steps are longer where 1 - beta1 >= sqrt(1 - beta2), as for all pairs here: as with a larger alpha in the
            first rounds, which helps where alpha is too small. The claim was worded after runs on digits and 1500
            images of MNIST, where the largest alpha was unstable with correction too.
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
FULL = Settings(
    data="mnist[train=3000, test=100]", hidden=64, latent=8, log_lr=tuple(i / 2 for i in range(-10, -1)),
)  # fmt: skip


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
    """(beta1, beta2): step sizes with a run whose loss is above the untrained one, or not finite, in an early epoch."""
    own = table.where(corrected=corrected)
    shape = (len(settings.beta1), len(settings.beta2), len(settings.log_lr), settings.seeds)
    found: Array = (~(own["worst"] < own["untrained"])).reshape(shape).any(axis=-1).sum(axis=-1)
    return found


def gains(table: Table, settings: Settings, column: str = "loss") -> tuple[Array, Array]:
    """(beta1, beta2, step sizes): paired difference of losses without and with correction, and its half width."""
    without, with_it = (losses(table, settings, corrected, column) for corrected in (False, True))
    return interval(without - with_it, [3])


def best(own: Array) -> Array:
    """The losses, seed by seed, of the setting with the least mean; seeds are the last axis."""
    flat = own.reshape(-1, own.shape[-1])
    found: Array = flat[flat.mean(axis=1).argmin()]
    return found


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = (*_large(table, settings), _best(table, settings), *_small(table, settings))
    return Verdict(_sentence(table, settings), checks)


def _sentence(table: Table, settings: Settings) -> str:
    counted = [f"after {what} correction is better in {better} and worse in {worse} of {cells} cells"
               for what, (better, worse, cells) in counts(table, settings).items()]  # fmt: skip
    shaky = {form: sorted({*unstable(table, settings, form).ravel().tolist()}) for form in FORMS}
    without, with_it = (f"{n[0]} to {n[-1]}" if len(n) > 1 else f"{n[0]}" for n in (shaky[False], shaky[True]))
    own = {form: losses(table, settings, form) for form in FORMS}
    cost = (own[True] - own[False]).mean(axis=-1)[:, :, 0]
    least = {form: own[form].mean(axis=-1).min(axis=-1) for form in FORMS}  # over step sizes
    change = least[False] / least[True] - 1
    return (
        f"{settings.data}: {'; '.join(counted)}. Of {len(settings.log_lr)} step sizes {without} are unstable without "
        f"correction, {with_it} with it. At the smallest alpha correction costs {cost.min():.2g} to {cost.max():.3g} "
        f"nats; with the best alpha of each, no correction changes the loss by {change.min():+.1%} to "
        f"{change.max():+.1%}; the best loss of all is {least[True].min():.4g} with correction, "
        f"{least[False].min():.4g} without."
    )


def _large(table: Table, settings: Settings) -> Iterator[Check]:
    """Without correction more step sizes are unstable; from Adam's best one on loss is higher. More so near 1."""
    without, with_it = (unstable(table, settings, form) for form in (False, True))
    least, most = settings.beta2[0], settings.beta2[-1]
    for i, b1 in enumerate(settings.beta1):
        told, found = f"beta1={b1:g}, beta2={most:g}: unstable step sizes without correction", int(without[i, -1])
        for other, where in ((int(with_it[i, -1]), "with it"), (int(without[i, 0]), f"at beta2={least:g}")):
            yield Check(told, found, f"more than the {other} {where}", found > other)
        gain = [_gain_of_large_steps(table, settings, i, j) for j in (0, -1)]
        told = f"beta1={b1:g}, large alpha: loss without less with correction"
        yield sided(f"{told}, beta2={most:g}, nats", interval(gain[1], [0]), 1)
        yield sided(f"{told}, beta2={most:g} less that at {least:g}", interval(gain[1] - gain[0], [0]), 1)


def _gain_of_large_steps(table: Table, settings: Settings, i: int, j: int) -> Array:
    """Loss without less loss with correction, seed by seed: the mean over step sizes from the best with correction."""
    without, with_it = (losses(table, settings, form)[i, j] for form in (False, True))
    first = with_it.mean(axis=1).argmin()
    gain: Array = (without - with_it)[first:].mean(axis=0)
    return gain


def _best(table: Table, settings: Settings) -> Check:
    """The best of all settings is with correction, or as good."""
    with_it, without = (best(losses(table, settings, form)) for form in (True, False))
    told = "best of all settings: loss without over with correction, less 1"
    return nets.above(told, nets.relative(with_it, without), -settings.alike)


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
