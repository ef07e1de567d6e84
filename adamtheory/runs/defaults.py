"""What `adamtheory regret` runs where little is said: the choices, and for each the reason that the header prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adamtheory.runs.plan import Plan
from adamtheory.runs.specs import Spec, parse_spec, rule_file, to_loss, to_rule

if TYPE_CHECKING:
    from adamtheory.simulation.sequences import LossSequence

LOSS = "reddi[C=3]"
OPTIMIZERS = ("adam", "amsgrad", "adagrad", "sgd")
HORIZON = 10**6
EPOCHS = 10  # of a data set, at most HORIZON rounds
COORDINATES = 10**7  # coordinate steps of a default run, so that many dimensions do not make it long
FEWEST_ROUNDS = 1000
LR, REDDI_LR = Fraction(1, 10), Fraction(1, 2)  # step sizes where none is given
SEEDS = 8  # of random losses: enough for an interval of confidence


@dataclass(frozen=True)
class Choice:
    """A plan, its loss sequence as read, and why what was not given is as it is."""

    plan: Plan
    losses: LossSequence
    reasons: tuple[str, ...]


def choose(optimizers: Sequence[str], loss: str | None, horizon: int | None, seeds: int | None, **rest: Any) -> Choice:
    """Fill in what is not given; paths become absolute, so that the plan can be repeated from another folder.

    rest  further fields of `Plan`. Raises `AdamTheoryError` for a loss that cannot be read.
    """
    spec = parse_spec(loss or LOSS)
    losses = to_loss(spec)
    reasons: list[str] = []
    texts = [_anchored(parse_spec(text)) for text in optimizers]
    if texts:
        lr = REDDI_LR if losses.rule.facts.get("family") == "reddi" else LR
        paced = [_paced(text, lr) for text in texts]
        if paced != texts:
            reasons.append(f"lr = {float(lr):g} where none is given: the sources' defaults are for neural networks")
        texts = paced
    else:
        texts, why = _optimizers(losses)
        reasons.append(why)
    if horizon is None:
        horizon, more = _horizon(losses)
        reasons += more
    if seeds is None:
        seeds = SEEDS if losses.random else 1
    elif seeds > 1 and not losses.random:
        reasons.append("the losses are not random: every seed gives the same numbers")
    for name in ("schedule", "feasible"):
        if rest.get(name):
            rest[name] = str(_anchored(parse_spec(rest[name])))
    plan = Plan(
        tuple(str(text) for text in texts), str(_with_data(_anchored(spec), losses)), horizon, seeds=seeds, **rest
    )
    return Choice(plan, losses, tuple(reasons))


def _paced(spec: Spec, lr: Fraction) -> Spec:
    """The spec with a step size that reaches a best fixed point within the run, where it names none.

    Rules without lr, and those whose own default is as large (AdaDelta's 1 is a factor), keep theirs.
    """
    own = to_rule(spec.name, "rule").scalar("lr")
    if "lr" in spec.params or own is None or (own.default is not None and own.default >= LR):
        return spec
    return Spec(spec.name, {"lr": lr, **spec.params})


def _optimizers(losses: LossSequence) -> tuple[list[Spec], str]:
    """The default optimizers: on the 3-periodic family with the parameters of its theorem, else the sources'."""
    C = losses.bound.values.get("C")
    if losses.rule.facts.get("family") == "reddi" and losses.period == 3 and isinstance(C, Fraction | int) and C > 2:
        beta2 = 1 / Fraction(1 + C * C)
        common: dict[str, Fraction] = {"lr": REDDI_LR}
        moments = {**common, "beta1": Fraction(0), "beta2": beta2}
        specs = [Spec(name, moments if name in ("adam", "amsgrad") else common) for name in OPTIMIZERS]
        why = (
            f"beta1 = 0 and beta2 = 1/(1 + C^2) = {beta2}, with which Reddi, Kale & Kumar (2018, Theorem 1) show that "
            "Adam fails; lr = 0.5 for all"
        )
        return specs, why
    return [Spec(name, {"lr": LR}) for name in OPTIMIZERS], "lr = 0.1 for all, else the sources' defaults"


def _horizon(losses: LossSequence) -> tuple[int, list[str]]:
    if losses.features is not None:
        rows = len(losses.features)
        horizon = min(EPOCHS * rows, HORIZON)
        return horizon, [f"T = {horizon}: {min(EPOCHS, horizon / rows):.3g} passes over the {rows} rows"]
    horizon = min(HORIZON, max(FEWEST_ROUNDS, COORDINATES // losses.dimension))
    return horizon, []


def _anchored(spec: Spec) -> Spec:
    """The spec with the absolute path of its rule file, if it has one."""
    found = rule_file(spec.name)
    params = {k: _anchored(v) if isinstance(v, Spec) else v for k, v in spec.params.items()}
    if found is None:
        return Spec(spec.name, params)
    path, name = found
    return Spec(f"{path.absolute()}{':' + name if name else ''}", params)


def _with_data(spec: Spec, losses: LossSequence) -> Spec:
    """The spec with the absolute path of the data that were read."""
    path = dict(losses.origin).get("data")
    if path is None or not isinstance(spec.params.get("data"), str):
        return spec
    return Spec(spec.name, {**spec.params, "data": str(Path(path).absolute())})
