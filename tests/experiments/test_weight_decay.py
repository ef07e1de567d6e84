"""Decay against step size: the verdict, exponents of tables whose exponents are known, and the faults that turn it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Table
from adamtheory.laboratory.running import Outcome
from adamtheory.rules import get

from .judging import blurred, experiment, judged, word

pytest.importorskip("sklearn.datasets")

SMALL: dict[str, Any] = {"side": 3, "across": 4, "seeds": 2, "rows": 150, "held": 600, "epochs": 20}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return judged("weight_decay")


def made(exponents: dict[str, float], noise: float = 0.02) -> Table:
    """A table of the quick grid whose losses are least at a decay that goes with the step size by these exponents."""
    module, settings = experiment("weight_decay").module, experiment("weight_decay").settings("quick")
    random, blocks = np.random.default_rng(0), []
    for form in module.FORMS:
        lrs, decays = (np.log10(values) for values in module.grid(settings, form))
        for lr in lrs:
            best = decays.mean() + exponents[form] * (lr - lrs.mean())
            off = np.repeat(decays, settings.seeds) - best
            loss = np.exp(off**2 / 2 + noise * random.standard_normal(off.shape))
            columns = {"decay": np.repeat(10**decays, settings.seeds), "seed": np.tile(np.arange(settings.seeds), 6)}
            names = ("held_loss", "held_error", "test_loss", "test_error")
            blocks.append({"form": form, "lr": 10**lr, **columns, **dict.fromkeys(names, loss)})
    return Table.of(blocks)


def verdict(table: Table) -> Any:
    found = experiment("weight_decay")
    return found.module.verdict(table, found.settings("quick"))


def test_holds(outcome: Outcome) -> None:
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert len(outcome.table) == 4 * 5 * 6 * 6
    assert (outcome.table["test_error"] < 0.5).any() and (outcome.table["seed"] < 6).all()
    assert blurred(outcome, "held_loss", np.nan) == "undecided"


def test_exponents_of_made_tables() -> None:
    module, settings = experiment("weight_decay").module, experiment("weight_decay").settings("quick")
    given = {"sgd_l2": -1.0, "sgdw": 0.0, "adam_l2": 0.5, "adamw": 0.8}
    table = made(given, noise=1e-6)
    for form, exponent in given.items():
        assert module.exponents(table, settings, form) == pytest.approx([exponent] * 6, abs=0.05)


def test_a_best_decay_at_the_edge_is_none() -> None:
    module, settings = experiment("weight_decay").module, experiment("weight_decay").settings("quick")
    steep = made({"sgd_l2": 20.0, "sgdw": 0, "adam_l2": 0, "adamw": 0})
    assert len(module.found_decays(steep, settings, "sgd_l2")[0]) == 1
    assert np.isnan(module.exponents(steep, settings, "sgd_l2")).all()
    found = {check.what: check.holds for check in verdict(steep).checks}
    assert found["exponent of sgdw less that of sgd_l2"] is None


def test_the_decoupling_of_the_paper_is_seen() -> None:
    """Were decay decoupled and the product all that matters for the penalty, the claim would be refuted."""
    assert verdict(made({"sgd_l2": -1, "sgdw": 0, "adam_l2": -1, "adamw": 0})).word == "refuted"
    assert verdict(made({"sgd_l2": 0, "sgdw": 1, "adam_l2": 0, "adamw": 1})).word == "holds"
    assert verdict(made({"sgd_l2": 1, "sgdw": 1, "adam_l2": 0, "adamw": 1})).word in ("refuted", "undecided")
    assert verdict(made({"sgd_l2": 0, "sgdw": 1, "adam_l2": 1.5, "adamw": 1})).word == "refuted"


def test_forms_swapped_are_seen(outcome: Outcome) -> None:
    """What SGDW found stands as SGD with L2, and the other way round; likewise for Adam."""
    for one, two in (("sgd_l2", "sgdw"), ("adam_l2", "adamw")):
        form = outcome.table["form"].copy()
        form[outcome.table["form"] == one], form[outcome.table["form"] == two] = two, one
        assert verdict(Table({**outcome.table.columns, "form": form})).word == "refuted"


def test_a_form_that_generalises_better_is_seen(outcome: Outcome) -> None:
    better = outcome.table["test_loss"] * np.where(outcome.table["form"] == "adamw", 0.7, 1)
    assert verdict(Table({**outcome.table.columns, "test_loss": better})).word == "refuted"


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """SGDW decays nothing: then its map has no best decay, and nothing is claimed to be seen."""
    rule = {"sgdw": lambda lr, weight_decay: get("sgdw")(lr=lr, weight_decay=0 * weight_decay)}
    monkeypatch.setattr(experiment("weight_decay").module, "get", lambda name: rule.get(name, get(name)))
    assert word("weight_decay", **SMALL) == "undecided"


def test_settings_reach_the_grid() -> None:
    module = experiment("weight_decay").module
    settings = experiment("weight_decay").settings("full")
    lrs, decays = module.grid(settings, "adamw")
    assert len(lrs) == len(decays) == 12 and lrs[0] == pytest.approx(10**-3.5)


def test_grids_have_two_ends() -> None:
    for ends in ((-3.0,), (-3.0, -2.0, -1.0)):
        with pytest.raises(ParameterError, match="log_w must be the two ends of a grid"):
            experiment("weight_decay").module.Settings(log_w=ends)
