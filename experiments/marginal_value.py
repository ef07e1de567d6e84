"""Adaptive methods on the data of Wilson et al.: the ray, and why full batches are needed.

Claim       With full batches AdaGrad, RMSprop and Adam stay on the ray sign(X'y) and misclassify every new point of the
            rarer class, while gradient descent and momentum reach the solution of least norm and misclassify none;
            all fit the training data. With batches of one example all five classify new points rightly.
Refuted if  a full-batch adaptive run leaves the ray or has another test error than 1 - p, a run of gradient descent or
            momentum misses the least norm or misclassifies, or a run with batches of one has a test error.
Source      Wilson, Roelofs, Stern, Srebro & Recht 2017, section 3: the data and the ray, proved in the files wilson_*.
            That full batches are needed was observed for this project.
Budget      quick: n = 60, 4000 steps, 6 seeds, 5 batch sizes, 4 s. full: n = 100, 20000 steps, 20 seeds, 2 minutes.
Note        Least squares: f(w) = |Xw - y|^2/2. The test error is exact: own features of a new point are new. With
            eps = 1e-12, for eps draws runs off the ray as gradients become small. The ray is looked at until the loss
            falls below 1e-12: what RMSprop does afterwards is rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adamtheory import ArrayOptimizer
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked
from adamtheory.laboratory.settings import check_distinct
from adamtheory.rules import get
from adamtheory.schedules import constant, inverse_sqrt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ADAPTIVE = ("adagrad", "rmsprop", "adam")
DESCENT = ("sgd", "momentum")
OWN = 5  # slots for features that only one example has
EXACT = 1e-12  # of a loss: from then on gradients are rounding, and RMSprop makes whole steps of it
SHARED = 3  # features that all have


@dataclass(frozen=True)
class Settings:
    """examples, p: size and P(y = 1); fit: loss of trained runs; ray, norm: how far off, relatively."""

    examples: int = 60
    p: float = 0.75
    steps: int = 4000
    seeds: int = 6
    batches: tuple[int, ...] = (1, 5, 15, 30, 60)
    methods: tuple[str, ...] = (*DESCENT, *ADAPTIVE)
    lr_sgd: float = 0.2
    lr_momentum: float = 0.02
    lr_adagrad: float = 0.05
    lr_rmsprop: float = 0.02
    lr_adam: float = 0.02
    eps: float = 1e-12
    fit: float = 0.01
    ray: float = 1e-6
    norm: float = 0.02

    def __post_init__(self) -> None:
        check_distinct(self, "batches", "methods")
        if unknown := set(self.methods) - {*DESCENT, *ADAPTIVE}:
            raise ParameterError(f"{unknown.pop()} has no step size here; use {', '.join((*DESCENT, *ADAPTIVE))}")
        if not 0.5 < self.p < 1:
            raise ParameterError(f"p={self.p:g} must be above 1/2 and below 1")
        if self.examples < 2 or self.seeds < 1 or self.steps < 1:
            raise ParameterError("examples must be at least 2, seeds and steps at least 1")
        if any(not 1 <= batch <= self.examples for batch in self.batches):
            raise ParameterError(f"batches must be from 1 to examples={self.examples}")


QUICK = Settings()
FULL = Settings(examples=100, steps=20_000, seeds=20, batches=(1, 2, 5, 10, 25, 50, 100))


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    import numpy as np

    labels = np.stack([draw_labels(settings, seed) for seed in range(settings.seeds)])
    data = np.stack([wilson(own) for own in labels])
    for done, batch in enumerate(settings.batches):
        tell(done, len(settings.batches), f"batches of {batch}")
        yield from trained(settings, data, labels, batch)


# --- the data ---------------------------------------------------------------------------------------------------------


def draw_labels(settings: Settings, seed: int) -> Array:
    """Labels with both classes and a majority of +1."""
    import numpy as np

    random = np.random.default_rng([seed, 1])
    while True:
        labels = np.where(random.random(settings.examples) < settings.p, 1, -1)
        if 0 < labels.sum() < settings.examples:
            return labels


def wilson(labels: Array) -> Array:
    """Rows (y, 1, 1, own features): one of its own for an example with y = 1, five for one with y = -1."""
    import numpy as np

    rows = np.zeros((len(labels), SHARED + OWN * len(labels)))
    rows[:, 0], rows[:, 1:SHARED] = labels, 1
    for i, y in enumerate(labels):
        rows[i, SHARED + OWN * i :][: 3 - 2 * y] = 1
    return rows


def least_norm(labels: Array) -> tuple[float, float]:
    """Coefficients a of the interpolating solution X'a of least norm, of examples with y = 1 and with y = -1."""
    plus, minus = int((labels == 1).sum()), int((labels == -1).sum())
    determinant = 8 * plus * minus + 15 * plus + 3 * minus + 5
    return (4 * minus + 5) / determinant, -(4 * plus + 1) / determinant


# --- the runs ---------------------------------------------------------------------------------------------------------


def optimizers(settings: Settings, shape: tuple[int, ...]) -> dict[str, ArrayOptimizer]:
    """A fresh optimizer a method; each updates the weights of all seeds at once."""
    import numpy as np

    found = {}
    for name in settings.methods:
        own = {p.name for p in get(name).parameters}
        eps = {"eps": settings.eps} if "eps" in own else {}
        plan = inverse_sqrt if name in ("rmsprop", "adam") else constant
        rule = get(name)(lr=getattr(settings, f"lr_{name}"), **eps)
        found[name] = ArrayOptimizer(rule, np.zeros(shape), schedule=plan, workers=1)
    return found


def trained(settings: Settings, data: Array, labels: Array, batch: int) -> Iterator[Block]:
    """Train all methods on the same batches, drawn without replacement in each step; rows at log-spaced steps."""
    import numpy as np

    seeds, size, width = data.shape
    players = optimizers(settings, (seeds, width))
    least = {name: np.full(seeds, np.inf) for name in players}  # loss of a batch so far
    random, which = np.random.default_rng([batch, 2]), np.arange(seeds)[:, None]
    kept = {*np.unique(np.geomspace(1, settings.steps, 25).astype(int)).tolist()}
    for step in range(1, settings.steps + 1):
        rows, targets = data, labels
        if batch < size:
            taken = np.argpartition(random.random((seeds, size)), batch - 1, axis=1)[:, :batch]
            rows, targets = data[which, taken], labels[which, taken]
        for name, player in players.items():
            residual = np.matmul(rows, player.parameters[:, :, None])[:, :, 0] - targets
            least[name] = np.minimum(least[name], (residual * residual).mean(axis=1) / 2)
            player.step(np.matmul(residual[:, None, :], rows)[:, 0] / batch)
        if step in kept:
            for name, player in players.items():
                found = judged(player.parameters, data, labels)
                yield {"method": name, "batch": batch, "step": step, "least": least[name], **found}


def judged(weights: Array, data: Array, labels: Array) -> Block:
    """Scores of new points, distances from the ray and the least norm, and the training loss, seed by seed."""
    import numpy as np

    signs = np.sign(np.matmul(labels[:, None, :], data)[:, 0])
    along = (weights * signs).sum(axis=1) / (signs * signs).sum(axis=1)
    length = np.maximum(np.linalg.norm(weights, axis=1), 1e-300)
    shortest = np.stack([np.where(own == 1, *least_norm(own)) @ rows for own, rows in zip(labels, data, strict=True)])
    fitted = np.matmul(data, weights[:, :, None])[:, :, 0]
    shared = weights[:, 1] + weights[:, 2]
    return {
        "seed": np.arange(len(labels)), "minus": (labels == -1).mean(axis=1),
        "score_plus": weights[:, 0] + shared, "score_minus": shared - weights[:, 0],
        "off_ray": np.linalg.norm(weights - along[:, None] * signs, axis=1) / length,
        "off_norm": np.linalg.norm(weights - shortest, axis=1) / np.linalg.norm(shortest, axis=1),
        "loss": ((fitted - labels) ** 2).mean(axis=1) / 2,
    }  # fmt: skip


# --- what follows -----------------------------------------------------------------------------------------------------


def test_error(rows: Table, p: float) -> Array:
    """P(a new point is misclassified), a score of 0 counting as half."""
    import numpy as np

    wrong = (1 - np.sign(rows["score_plus"])) / 2, (1 + np.sign(rows["score_minus"])) / 2
    return p * wrong[0] + (1 - p) * wrong[1]


def verdict(table: Table, settings: Settings) -> Verdict:
    last = table.where(step=settings.steps)
    checks = []
    for name in settings.methods:
        for batch in [batch for batch in settings.batches if batch in (1, settings.examples)]:
            own = last.where(method=name, batch=batch)
            loss = float(own["loss"].max())
            fits = loss <= settings.fit
            unless = "" if fits else f"the training of {name} is not over"
            told = f"{name}, batch {batch}: training loss"
            checks.append(checked(told, loss, f"at most {settings.fit:g}", fits, unless))
            checks += [check if fits else replace(check, holds=None) for check in _checks(table, settings, name, batch)]
    if not checks:
        nothing = f"the claim is of batches of 1 and of all {settings.examples} examples"
        checks.append(checked("batches", ", ".join(map(str, settings.batches)), "1 or all", None, nothing))
    return Verdict(_sentence(last, settings), tuple(checks))


def _checks(table: Table, settings: Settings, name: str, batch: int) -> Iterator[Check]:
    whole = table.where(method=name, batch=batch)
    own, full = whole.where(step=settings.steps), batch == settings.examples
    errors = test_error(own, settings.p)
    expected = 1 - settings.p if full and name in ADAPTIVE else 0.0
    told = f"{name}, batch {batch}: least and largest test error"
    agrees = bool(abs(errors - expected).max() < 1e-12)
    yield Check(told, f"{errors.min():.3g}, {errors.max():.3g}", f"{expected:.3g}", agrees)
    if full and name in ADAPTIVE:
        far = float(whole["off_ray"][whole["least"] > EXACT].max())
        yield Check(
            f"{name}, batch {batch}: distance from the ray", far, f"at most {settings.ray:g}", far <= settings.ray
        )
    elif full:
        far = float(own["off_norm"].max())
        told = f"{name}, batch {batch}: distance from the least norm"
        yield Check(told, far, f"at most {settings.norm:g}", far <= settings.norm)


def _sentence(last: Table, settings: Settings) -> str:
    lines = []
    for batch in settings.batches:
        own = {name: last.where(method=name, batch=batch) for name in settings.methods}
        wrong = [f"{name} {int((test_error(rows, settings.p) > 0).sum())}" for name, rows in own.items()]
        lines.append(f"batches of {batch}: {', '.join(wrong)}")
    return f"Seeds of {settings.seeds} that misclassify new points, {'; '.join(lines)}."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    last = table.where(step=settings.steps)
    for index, name in enumerate(settings.methods):
        own = [last.where(method=name, batch=batch) for batch in settings.batches]
        share = [100 * (test_error(rows, settings.p) > 0).mean() for rows in own]
        sheet.line(left, settings.batches, share, name, index, marker="o", markersize=3.5)
        rows = table.where(method=name, batch=settings.batches[-1], seed=0)
        sheet.line(middle, rows["step"], rows["score_minus"], name, index)
        sheet.line(right, rows["step"], np.maximum(rows["loss"], 1e-17), name, index)
    middle.axhline(0, color="black", linewidth=0.8)
    sheet.label(left, "Runs that misclassify new points", "batch size", "% of seeds", logx=True)
    sheet.label(
        middle, f"New point with y = -1, batch {settings.batches[-1]}", "step", "score (above 0: wrong)", logx=True
    )
    sheet.label(
        right,
        f"Training, batch {settings.batches[-1]}",
        "step",
        "mean squared error / 2, drawn from 1e-17 on",
        logx=True,
        logy=True,
    )
    for axes in (left, middle, right):
        sheet.legend(axes)
