"""ND-Adam: norms and rotations of the hidden units' weight vectors.

Claim       ND-Adam keeps every weight vector on the unit sphere and turns it by arctan(alpha) in the first step, where
            the norms of Adam grow. But alpha alone does not fix how fast vectors turn: the rotation an epoch falls in
            training as it does with Adam; and the test error is not lower by 1.5 points.
Refuted if  a norm is off 1, or a first angle off arctan(alpha), by more than rounding; or the 95 % interval over seeds
            of the growth of Adam's mean norm lies below 0, that of ln(rotation in the last epoch/in the first) of
            ND-Adam above -1, or that of the difference of test errors below -1.5 points.
Source      Zhang, Ma, Li & Wu 2017, sections 2 to 4: precise control of the effective learning rates, and a better
            generalization than Adam's (wording *unverified*).
Budget      quick: 1000 digits, 8 seeds, 4 s. full: 5000 rows of Fashion-MNIST, 3 minutes.
Note        In the full run its test error is 0.6 points above that of Adam. With an L2 penalty Adam takes the vectors
            of units that never fire to 0, at the rate of its step size. The last layer and the biases follow Adam with
            its tuned step size under ND-Adam, too. That the first angle is arctan(alpha) is a theorem for eps = 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._networks import POINTS, Task, above, absolute, held_out, task, tuned, tuning_was_wide
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict
from adamtheory.laboratory.settings import check_increasing
from adamtheory.nets.history import train
from adamtheory.nets.network import Network, mlp
from adamtheory.rules import adam, adam_l2, ndadam

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.language.rule import Bound
    from adamtheory.nets.training import Training

    Array = NDArray[Any]

FORMS = ("adam", "adam_l2", "ndadam")
ROUNDING = 1e-5  # of a norm in float32
FALLS = -1.0  # of the logarithm of the rotation of ND-Adam
FIRST = 1e-3  # relative, of an angle: eps against the norm of the gradient, and rounding


@dataclass(frozen=True)
class Settings:
    """data: a set;  log_lr_*: grids of Adam, with the penalty or without, and of ND-Adam's alpha.

    weight_decay   of Adam with L2;  tuning, seeds  seeds for choosing the step sizes, and further ones
    margin         what ND-Adam would have to gain on Adam's test error, as a share of the test examples
    """

    data: str = "digits[train=1000]"
    hidden: int = 32
    epochs: int = 20
    batch: int = 32
    log_lr_adam: tuple[float, ...] = (-2.75, -2.25, -1.75, -1.25, -0.75)
    log_lr_ndadam: tuple[float, ...] = (-2.5, -2.0, -1.5, -1.0, -0.5)
    weight_decay: float = 0.001
    tuning: int = 2
    seeds: int = 8
    margin: float = 0.015

    def __post_init__(self) -> None:
        if self.epochs < 2:
            raise ParameterError(f"epochs={self.epochs} must be at least 2: the last one is compared with the first")
        check_increasing(self, "log_lr_adam", "log_lr_ndadam")


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[train=5000]", hidden=64, batch=50, log_lr_adam=(-3.5, -3.0, -2.5, -2.0),
    log_lr_ndadam=(-3.0, -2.5, -2.0, -1.5, -1.0),
)  # fmt: skip


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    data = task(settings.data)
    net = mlp(data.inputs, data.classes, hidden=(settings.hidden,))
    plan = {"epochs": settings.epochs, "tuning": settings.tuning, "seeds": settings.seeds, "batch": settings.batch}
    tell(0, 3, "adam")
    found = tuned(net, data, "adam", settings.log_lr_adam, **plan)
    lr = found.lr
    yield {"optimizer": "adam", "lr": lr, "inside": found.inside, **walked(settings, net, data, adam(lr=lr))}
    tell(1, 3, "adam_l2")
    found = tuned(net, data, "adam_l2", settings.log_lr_adam, weight_decay=settings.weight_decay, **plan)
    optimizer = adam_l2(lr=found.lr, weight_decay=settings.weight_decay)
    yield {"optimizer": "adam_l2", "lr": found.lr, "inside": found.inside, **walked(settings, net, data, optimizer)}
    tell(2, 3, "ndadam")
    rates, others = 10 ** np.array(settings.log_lr_ndadam), adam(lr=lr)
    tried = train(
        net, held_out(data), ndadam(lr=rates[:, None]), others=others, epochs=settings.epochs, batch=settings.batch,
        seed=np.arange(settings.tuning),
    )  # fmt: skip
    at = int(np.nan_to_num(tried.test_loss[..., -1].mean(axis=1), nan=np.inf).argmin())
    rate, inside = float(rates[at]), 0 < at < len(rates) - 1
    yield {"optimizer": "ndadam", "lr": rate, "inside": inside, **walked(settings, net, data, ndadam(lr=rate), others)}


def walked(
    settings: Settings, net: Network, data: Task, optimizer: Bound, others: Bound | None = None
) -> dict[str, Array]:
    """Norms and rotations of the first layer's weight vectors, epoch by epoch, and how the runs end."""
    import numpy as np

    from adamtheory.nets.training import Training

    seeds = np.arange(settings.tuning, settings.tuning + settings.seeds)
    first = Training(net, data.train, optimizer, others=others, batch=len(data.train.y), seed=seeds)
    old = vectors(first)
    first.epoch()
    turned = turn(old, vectors(first))
    training = Training(net, data.train, optimizer, others=others, batch=settings.batch, seed=seeds)
    rows: list[dict[str, Array]] = []
    for epoch in range(1, settings.epochs + 1):
        old = vectors(training)
        training.epoch()
        new = vectors(training)
        norms, angles = np.linalg.norm(new, axis=2), turn(old, new)
        rows.append({
            "seed": np.arange(settings.seeds), "epoch": np.full(settings.seeds, epoch),
            "norm_start": np.linalg.norm(old, axis=2).mean(axis=1), "norm": norms.mean(axis=1),
            "norm_low": norms.min(axis=1), "norm_high": norms.max(axis=1),
            "angle": angles.mean(axis=1), "spread": angles.std(axis=1) / angles.mean(axis=1),
            "first_low": np.where(turned > 0, turned, np.inf).min(axis=1), "first_high": turned.max(axis=1),
        })  # fmt: skip
    loss, right = training.evaluate(data.test)
    columns = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return columns | {"test_loss": np.tile(loss, len(rows)), "test_error": np.tile(1 - right, len(rows))}


def vectors(training: Training) -> Array:
    """The weight vectors of the first layer, (lanes, units, inputs), in float64."""
    import numpy as np

    return np.array([training.network.array("w0", theta) for theta in training.theta], np.float64)


def turn(old: Array, new: Array) -> Array:
    """Angles between vectors, in radians, (lanes, units); that of a small turn has no rounding of a cosine near 1."""
    import numpy as np

    one, two = (v / np.linalg.norm(v, axis=2, keepdims=True) for v in (old, new))
    return 2 * np.arcsin(np.clip(np.linalg.norm(one - two, axis=2) / 2, 0, 1))


# --- what follows -----------------------------------------------------------------------------------------------------


def verdict(table: Table, settings: Settings) -> Verdict:
    import numpy as np

    own, plain = table.where(optimizer="ndadam"), table.where(optimizer="adam")
    off = float(np.max(np.abs([own["norm_high"] - 1, own["norm_low"] - 1])))
    expected = float(np.arctan(own["lr"][0]))
    low, high = float(own["first_low"].min()), float(own["first_high"].max())
    right = bool(np.all(np.abs(np.array([low, high]) - expected) <= FIRST * expected))
    grows = plain.where(epoch=settings.epochs)["norm"] / plain.where(epoch=1)["norm_start"] - 1
    errors = [part.where(epoch=settings.epochs)["test_error"] for part in (plain, own)]
    checks = (
        Check("largest |norm - 1| of ndadam", off, f"at most {ROUNDING:g}", off <= ROUNDING),
        Check("first angles of ndadam", f"{low:.6f} to {high:.6f}", f"{expected:.6f} = arctan(alpha)", right),
        beyond("growth of adam's mean norm", grows, 0, 1),
        beyond("ln of the rotation in the last epoch over the first, ndadam", falls(own, settings), FALLS, -1),
        above("test error of ndadam less that of adam", absolute(*errors), -settings.margin, POINTS),
        tuning_was_wide(table),
    )
    return Verdict(_sentence(table, settings), checks)


def falls(own: Table, settings: Settings) -> Array:
    """ln of the mean rotation in the last epoch over that in the first, seed by seed."""
    import numpy as np

    found: Array = np.log(own.where(epoch=settings.epochs)["angle"] / own.where(epoch=1)["angle"])
    return found


def beyond(what: str, values: Array, limit: float, sign: int) -> Check:
    """A check that a mean is above (sign 1) or below (-1) a limit; cannot tell where its interval has it inside."""
    mean, error = (float(value) for value in interval(values, [0]))
    off = sign * (mean - limit)
    holds = True if off - error > 0 else False if off + error <= 0 else None
    return Check(what, f"{mean:+.2f} ± {error:.2f}", f"{'above' if sign > 0 else 'below'} {limit:g}", holds)


def _sentence(table: Table, settings: Settings) -> str:
    import numpy as np

    told = []
    for form in FORMS:
        own = table.where(optimizer=form, epoch=settings.epochs)
        mean, error = (100 * float(value) for value in interval(own["test_error"], [0]))
        first = np.degrees(table.where(optimizer=form, epoch=1)["angle"].mean())
        told.append(
            f"{form}: norms at the end {own['norm_low'].min():.2g} to {own['norm_high'].max():.2g}, rotation an epoch "
            f"{first:.0f} to {np.degrees(own['angle'].mean()):.2g} degrees with a spread of {own['spread'].mean():.0%} "
            f"over units, test error {mean:.2f} ± {error:.2f} %"
        )
    return "; ".join(told) + "."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    epochs = np.arange(1, settings.epochs + 1)
    for index, form in enumerate(FORMS):
        own = table.where(optimizer=form)
        by_epoch = {name: own[name].reshape(settings.epochs, -1) for name in ("norm", "norm_low", "norm_high", "angle")}
        sheet.line(left, epochs, by_epoch["norm"].mean(axis=1), f"{form}, lr={own['lr'][0]:.2g}", index)
        ends = by_epoch["norm_low"].min(axis=1), by_epoch["norm_high"].max(axis=1)
        left.fill_between(epochs, *ends, color=sheet.colour(index), alpha=0.12, linewidth=0)
        sheet.line(middle, epochs, np.degrees(by_epoch["angle"].mean(axis=1)), "", index)
        last = own.where(epoch=settings.epochs)
        mean, error = interval(100 * last["test_error"], [0])
        sheet.dots(right, [index], [mean], "", index, error=[error])
    left.set_ylim(0)
    right.set_xlim(-0.5, len(FORMS) - 0.5)
    right.set_xticks(range(len(FORMS)), FORMS)
    for axes in (left, middle):
        axes.xaxis.get_major_locator().set_params(integer=True)
    sheet.label(left, "Norms: mean, least and largest", "epoch", "norm of a weight vector")
    sheet.label(middle, "Mean rotation", "epoch", "degrees an epoch", logy=True)
    sheet.label(right, "After training, with 95 % intervals", "", "test error, %")
    sheet.legend_below(left, 3)
