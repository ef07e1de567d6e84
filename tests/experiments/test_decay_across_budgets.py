"""Decay across budgets: the verdict, made tables whose exponents are known, and the faults that turn it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome

from .judging import blurred, experiment, judged

pytest.importorskip("sklearn.datasets")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("decay_across_budgets")


def made(exponents: dict[str, float], noise: float = 0.005) -> Table:
    """A table of the quick grid whose losses are least at a decay that goes with N by these exponents."""
    module, settings = experiment("decay_across_budgets").module, experiment("decay_across_budgets").settings("quick")
    random, blocks, decays = np.random.default_rng(0), [], module.grid(settings)
    for form in module.FORMS:
        for epochs in module.lengths(settings):
            best = np.log10(decays).mean() + exponents[form] * np.log10(epochs / (settings.epochs * settings.ratio))
            off = np.repeat(np.log10(decays), settings.seeds) - best
            loss = np.exp(off**2 / 2 + noise * random.standard_normal(off.shape))
            seeds = np.tile(np.arange(settings.seeds), settings.decays)
            names = ("held_loss", "held_error", "test_loss", "test_error")
            columns = {"decay": np.repeat(decays, settings.seeds), "seed": seeds, **dict.fromkeys(names, loss)}
            blocks.append({"form": form, "updates": 10 * epochs, **columns})
    return Table.of(blocks)


def verdict(table: Table) -> Any:
    found = experiment("decay_across_budgets")
    return found.module.verdict(table, found.settings("quick"))


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 2 * 3 * 8 * 4
    assert np.unique(outcome.table["updates"]).tolist() == [200, 600, 1800]
    assert blurred(outcome, "held_loss", np.nan) == "undecided"


def test_the_normalised_decay_of_the_paper_and_the_constant_shrink_are_seen() -> None:
    assert verdict(made({"adamw": 0, "sgdw": 0})).word == "holds"
    assert verdict(made({"adamw": -0.5, "sgdw": 0})).word == "refuted"
    assert verdict(made({"adamw": 0, "sgdw": -0.5})).word == "refuted"
    assert verdict(made({"adamw": -1, "sgdw": -1})).word == "refuted"
    assert verdict(made({"adamw": -0.25, "sgdw": 0}, noise=0.02)).word == "undecided"


def test_exponents_of_made_tables() -> None:
    module, settings = experiment("decay_across_budgets").module, experiment("decay_across_budgets").settings("quick")
    table = made({"adamw": -0.5, "sgdw": 0.25}, noise=1e-6)
    assert module.exponents(table, settings, "adamw") == pytest.approx([-0.5] * 4, abs=0.02)
    assert module.exponents(table, settings, "sgdw") == pytest.approx([0.25] * 4, abs=0.02)
    # normalised decay is the one to carry over where the exponent is -1/2, and costs nothing there
    assert module.carried(table, settings, "adamw", True) == pytest.approx(0, abs=1e-4)
    assert module.carried(table, settings, "adamw", False) > 0.05


def test_shrink_of_a_constant_total() -> None:
    """Half of the updates count, as the mean of a cosine is 1/2: (1 - lambda)**(N/2) for small lambda."""
    module, settings = experiment("decay_across_budgets").module, experiment("decay_across_budgets").settings("quick")
    table = made({"adamw": 0, "sgdw": 0}, noise=1e-9)
    decay = 10 ** np.log10(module.grid(settings)).mean()
    expected = np.exp(-decay * np.array([200, 600, 1800]) / 2)
    assert module.shrinks(table, settings, "adamw") == pytest.approx(expected, rel=0.01)


def test_best_decays_that_move_are_seen(outcome: Outcome) -> None:
    """Every budget has the losses of a decay sqrt(3) times that of the one before: best decays go with 1/sqrt(N)."""
    module, settings = outcome.experiment.module, outcome.settings
    column = outcome.table["held_loss"].copy()
    for form in module.FORMS:
        cube = module.losses(outcome.table, settings, form)
        moved = np.concatenate([np.full_like(cube, 9.0)[:, :4], cube, np.full_like(cube, 9.0)[:, :4]], axis=1)
        moved = np.stack([budget[3 + i : 11 + i] for i, budget in enumerate(moved)])
        column[outcome.table["form"] == form] = moved.ravel()
    table = Table({**outcome.table.columns, "held_loss": column})
    assert module.verdict(table, settings).word == "refuted"
    assert module.exponents(table, settings, "sgdw").mean() == pytest.approx(-0.55, abs=0.15)


def test_settings_that_tell_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="budgets=1 and ratio=3 must be at least 2"):
        experiment("decay_across_budgets").module.Settings(budgets=1)
