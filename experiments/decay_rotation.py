"""Weight decay before a normalization: how far does an update turn the weights?

Claim       There weight decay sets the angle by which an update turns the weights. With decoupled decay it does not
            depend on the step size: that of SGDW is sqrt(2 lambda (1 - beta1)/(1 + beta1)). With an L2 penalty it grows
            with the step size, under SGD by the exponent 1/2.
Refuted if  the 95 % interval of the exponent of SGDW or AdamW lies outside of +-0.15, that of SGD with L2 outside of
            1/2 +- 0.15, that of Adam with L2 below 0.25; or an angle of SGDW is 5 % off.
Source      own; van Laarhoven 2017 for the length of normalized weights, Loshchilov & Hutter 2019 for the two decays.
Budget      quick: 100 digits, 1000 updates, 5 step sizes, 3 seeds, 10 s. full: 200 rows of Fashion-MNIST, 3000 updates,
            7 step sizes, 4 seeds, 5 minutes.
Note        g is orthogonal to such weights w, so x - lambda x - alpha g turns them by phi with cos(phi) = (1 - lambda)
            |w|/|w'| (theorem `scale_invariant_rotation`): once the length has settled, phi = arccos(1 - lambda), near
            sqrt(2 lambda), for every alpha. A penalty decays alpha lambda a step, hence the exponent 1/2. Every update
            sees all rows, with numbers of the data left out at random: without noise the gradient vanishes, and with it
            the turning. Biases do not decay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING, Any

from adamtheory.errors import ParameterError
from adamtheory.experiments._decay import exponent_above, within
from adamtheory.experiments._networks import task
from adamtheory.hindsight.fit import interval
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.laboratory.settings import check_increasing
from adamtheory.nets.network import Network, mlp
from adamtheory.rules import get
from adamtheory.schedules import constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adamtheory.nets.training import Training

    Array = NDArray[Any]

FORMS = ("sgd_l2", "sgdw", "adam_l2", "adamw")
EXPONENTS = {"sgdw": 0.0, "adamw": 0.0, "sgd_l2": 0.5}  # that are expected
WHAT = "exponent of the angle of"
SETTLED = 4  # times 1/decay: a square of the length is then within e**-8 of where it tends to
NOISELESS = "without dropout the gradient vanishes, and with it the turning"
LAYER = "w1"  # layer 0 leaves out some of the data


@dataclass(frozen=True)
class Settings:
    """data, rows: a set, its first rows for training;  hidden: units;  dropout: share of the data left out

    updates  of which the second half is measured;  side: step sizes;  log_lr_sgd, log_lr_adam: decimal logarithms of
             the ends of their grids
    decay    of decoupled forms;  penalty_sgd, penalty_adam: of L2
    flat     most |exponent| of a decoupled form, and difference of that of SGD with L2 from 1/2
    steep    least exponent of Adam with L2;  off: most share by which an angle of SGDW is off
    """

    data: str = "digits"
    rows: int = 100
    hidden: int = 32
    dropout: float = 0.5
    updates: int = 1000
    side: int = 5
    seeds: int = 3
    log_lr_sgd: tuple[float, ...] = (-1.75, -0.25)
    log_lr_adam: tuple[float, ...] = (-3.0, -1.5)
    decay: float = 0.01
    penalty_sgd: float = 0.1
    penalty_adam: float = 0.01
    beta1: float = 0.9
    flat: float = 0.15
    steep: float = 0.25
    off: float = 0.05

    def __post_init__(self) -> None:
        check_increasing(self, "log_lr_sgd", "log_lr_adam")
        if self.side < 2 or self.updates < 2:
            raise ParameterError(f"side={self.side} and updates={self.updates} must be at least 2")
        if not 0 < self.decay < 1 or not 0 <= self.beta1 < 1:
            raise ParameterError(f"decay={self.decay} must lie in (0, 1), beta1={self.beta1} in [0, 1)")


QUICK = Settings()
FULL = Settings(
    data="fashion_mnist[train=200]", rows=200, hidden=64, updates=3000, side=7, seeds=4, log_lr_sgd=(-1.75, -0.75),
)  # fmt: skip


def grid(settings: Settings, form: str) -> Array:
    """Step sizes of a form."""
    import numpy as np

    ends = settings.log_lr_sgd if form.startswith("sgd") else settings.log_lr_adam
    return np.logspace(ends[0], ends[-1], settings.side)


def decay(settings: Settings, form: str) -> float:
    """The decay or the penalty of a form."""
    return {"sgd_l2": settings.penalty_sgd, "adam_l2": settings.penalty_adam}.get(form, settings.decay)


def predicted(settings: Settings) -> float:
    """The angle of SGDW: sqrt(2 lambda (1 - beta1)/(1 + beta1)), in radians."""
    return sqrt(2 * settings.decay * (1 - settings.beta1) / (1 + settings.beta1))


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    from adamtheory.nets.training import Training

    data = task(settings.data)
    train = data.train.take(np.arange(min(settings.rows, len(data.train.y))))
    net = mlp(
        data.inputs, data.classes, hidden=(settings.hidden,), input_dropout=settings.dropout, normalization="layer"
    )
    for part, form in enumerate(FORMS):
        lrs, seeds = grid(settings, form), np.arange(settings.seeds)
        optimizer = get(form)(lr=lrs[:, None], weight_decay=decay(settings, form), beta1=settings.beta1)
        training = Training(net, train, optimizer, batch=len(train.y), schedule=constant, seed=seeds)
        angle, length = turned(net, training, settings.updates, partial(tell, part, len(FORMS), form))
        yield {
            "form": form, "lr": np.repeat(lrs, settings.seeds), "seed": np.tile(seeds, len(lrs)),
            "angle": angle, "length": length,
        }  # fmt: skip


def turned(net: Network, training: Training, updates: int, tell: Callable[[], None]) -> tuple[Array, Array]:
    """Of every lane the root mean square angle of an update, in radians, and the mean length, over the second half."""
    import numpy as np

    def weights() -> Array:
        return np.stack([net.array(LAYER, theta).ravel() for theta in training.theta]).astype(float)

    squares, lengths = np.zeros(training.lanes.count), np.zeros(training.lanes.count)
    half = updates - updates // 2
    for number in range(updates):
        if number % 50 == 0:
            tell()
        if number < half:
            training.epoch()
            continue
        old = weights()
        training.epoch()
        new = weights()
        length = np.linalg.norm(new, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            cosine = np.sum(old * new, axis=1) / (np.linalg.norm(old, axis=1) * length)
        squares += np.arccos(np.clip(cosine, -1, 1)) ** 2
        lengths += length
    return np.sqrt(squares / (updates // 2)), lengths / (updates // 2)


# --- what follows -----------------------------------------------------------------------------------------------------


def angles(table: Table, settings: Settings, form: str) -> Array:
    """The angles of a form, (step size, seed)."""
    found: Array = table.where(form=form)["angle"].reshape(settings.side, settings.seeds)
    return found


def exponents(table: Table, settings: Settings, form: str) -> Array:
    """The slope of log(angle) in log(step size), seed by seed; NaN where an angle is 0 or none."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(angles(table, settings, form))
    if not np.isfinite(logs).all():
        return np.full(settings.seeds, np.nan)
    found: Array = np.polyfit(np.log(grid(settings, form)), logs, 1)[0]
    return found


def verdict(table: Table, settings: Settings) -> Verdict:
    checks = [_near(table, settings, form, expected) for form, expected in EXPONENTS.items()]
    steep = exponent_above(f"{WHAT} adam_l2", exponents(table, settings, "adam_l2"), settings.steep)
    checks.append(steep if settings.dropout else replace(steep, holds=None, why=NOISELESS))
    return Verdict(_sentence(table, settings), (*checks, _angle(table, settings)))


def _near(table: Table, settings: Settings, form: str, expected: float) -> Check:
    """Whether an exponent is what it should be."""
    mean, error = (float(value) for value in interval(exponents(table, settings, form), [0]))
    told = f"{expected:g} ± {settings.flat:g}"
    holds = within(mean - expected, error, settings.flat)
    return checked(f"{WHAT} {form}", f"{mean:+.3f} ± {error:.3f}", told, holds, _unsettled(settings, form))


def _unsettled(settings: Settings, form: str) -> str:
    """Why the length of the weights is not what it tends to when half of the updates are done; empty if it is."""
    if not settings.dropout:
        return NOISELESS
    rate = decay(settings, form)
    if form == "sgd_l2":  # a step is as long as 1/(1 - beta1) of them
        rate *= float(grid(settings, form)[0]) / (1 - settings.beta1)
    times = rate * (settings.updates - settings.updates // 2)
    return "" if times >= SETTLED else f"half of the updates are only {times:.2g} times 1/decay: lengths not settled"


def _angle(table: Table, settings: Settings) -> Check:
    """Whether all angles of SGDW are the predicted one; undecided where some are none."""
    import numpy as np

    found = angles(table, settings, "sgdw").mean(axis=1) / predicted(settings) - 1
    worst = float(found[np.argmax(np.abs(found))])
    holds = None if not np.isfinite(found).all() else abs(worst) <= settings.off
    why = _unsettled(settings, "sgdw")
    return checked("angle of sgdw, farthest off", f"{worst:+.1%}", f"within {settings.off:.0%}", holds, why)


def _sentence(table: Table, settings: Settings) -> str:
    told = []
    for form in FORMS:
        mean, error = (float(value) for value in interval(exponents(table, settings, form), [0]))
        told.append(f"{form} {mean:+.2f} ± {error:.2f}")
    found = angles(table, settings, "sgdw").mean(axis=1)
    return (
        f"Angle of an update ~ lr**e with e = {', '.join(told)} (0: decoupled); that of SGDW is {found.min():.4f} to "
        f"{found.max():.4f} radians, predicted {predicted(settings):.4f}."
    )


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, right = sheet.panels(1, 2)
    for index, form in enumerate(FORMS):
        own, lrs = table.where(form=form), grid(settings, form)
        mean, error = interval(angles(table, settings, form), [1])
        sheet.dots(left, lrs, mean, form, index, error=error)
        lengths = own["length"].reshape(settings.side, settings.seeds).mean(axis=1)
        sheet.dots(right, lrs, lengths, form, index)
    ends = grid(settings, "sgdw")[[0, -1]]
    sheet.guide(left, ends, np.full(2, predicted(settings)), "sqrt(2 λ (1 - β1)/(1 + β1))")
    sheet.label(left, "How far an update turns the weights", "step size", "angle, radians", logx=True, logy=True)
    sheet.label(right, "Length of the weights", "step size", "norm", logx=True, logy=True)
    sheet.legend(left, fontsize=7)
