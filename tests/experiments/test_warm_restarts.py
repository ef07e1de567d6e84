"""Warm restarts on digits: the verdict, made tables, and the faults that must turn it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Table
from adamtheory.language import arithmetic, reading
from adamtheory.language.rule import Bound
from adamtheory.schedules import cosine

from .judging import blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {
    "runs": 3, "seeds": 5, "tuning": 2, "log_lr_adamw": (-2.5, -2.0, -1.5), "log_lr_sgdw": (-1.5, -1.0, -0.5),
}  # fmt: skip


def made(early: float, late: float, noise: float = 0.01) -> Table:
    """A table in which the losses with restarts are those of one annealing times e**early, and e**late at the end."""
    found = experiment("warm_restarts")
    settings, random, blocks = found.settings("quick"), np.random.default_rng(0), []
    last = found.module.ends(settings)[-1]
    seed, epoch = np.repeat(np.arange(settings.seeds), last), np.tile(np.arange(1, last + 1), settings.seeds)
    for form in found.module.FORMS:
        for plan in found.module.PLANS:
            off = np.where(epoch == last, late, early) * (plan == found.module.RESTARTS)
            loss = np.exp(off + noise * random.standard_normal(len(epoch))) / epoch
            columns = {"seed": seed, "epoch": epoch, "test_loss": loss, "test_error": loss / 10}
            blocks.append({"optimizer": form, "plan": plan, "lr": 0.1, "inside": True, **columns})
    return Table.of(blocks)


def verdict(table: Table) -> str:
    found = experiment("warm_restarts")
    result: str = found.module.verdict(table, found.settings("quick")).word
    return result


def test_runs() -> None:
    outcome = judged("warm_restarts", **SMALL)
    assert outcome.verdict is not None and outcome.verdict.word in ("holds", "undecided")
    assert False not in [check.holds for check in outcome.verdict.checks]
    assert len(outcome.table) == 4 * 5 * 21 and outcome.table["epoch"].max() == 21
    assert blurred(outcome, "test_loss", np.nan) == "undecided"


def test_made_tables_are_judged() -> None:
    assert verdict(made(-0.2, 0.0)) == "holds"
    assert verdict(made(-0.2, 0.1)) == "holds"
    assert verdict(made(0.2, 0.0)) == "refuted"
    assert verdict(made(-0.2, 0.3)) == "refuted"
    assert verdict(made(0.0, 0.0, noise=0.3)) == "undecided"


def test_ends_and_schedule_are_those_of_the_paper() -> None:
    """The rate rises right after the ends of the first runs and nowhere else; one annealing falls throughout."""
    found = experiment("warm_restarts")
    settings = replace(found.settings("quick"), first=2, runs=3)
    assert found.module.ends(settings) == [2, 6, 14]
    restarts, once = (rates(found.module.schedule(settings, plan, 10), 140) for plan in ("restarts", "once"))
    assert [t for t in range(1, 140) if restarts[t] > restarts[t - 1]] == [20, 60]
    assert restarts[0] == restarts[20] == restarts[60] == 1
    assert once[0] == 1 and all(b < a for a, b in zip(once, once[1:], strict=False))


def rates(bound: Bound, length: int) -> list[float]:
    """The step sizes of a schedule."""
    numbers = arithmetic("float64")
    step, values = reading(bound.rule, numbers), {k: numbers.number(v) for k, v in bound.exact_values().items()}
    slots, found = {s.name: [numbers.number(s.initial)] for s in bound.rule.slots}, []
    for t in range(1, length + 1):
        (rate,), slots = step({"t": [numbers.number(Fraction(t))], **slots}, values)
        found.append(rate[0])
    return found


def test_a_rate_that_never_falls_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly constant rates of 30 times the tuned one in place of restarts."""
    module = experiment("warm_restarts").module
    monkeypatch.setattr(module, "cosine_restarts", lambda lr, T0, multiplier: cosine(lr=1, steps=10**6))
    right = module.played

    def played(settings: Any, net: Any, data: Any, form: str, plan: str, lr: Any, seeds: Any) -> Any:
        return right(settings, net, data, form, plan, 30 * lr if plan == module.RESTARTS else lr, seeds)

    monkeypatch.setattr(module, "played", played)
    assert word("warm_restarts", **SMALL) == "refuted"


def test_settings_that_tell_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="runs=1 must be at least 2"):
        experiment("warm_restarts").module.Settings(runs=1)
