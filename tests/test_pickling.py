"""Rules, runs and results go through pickle, deepcopy and other processes, and come back the same to the bit."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from adamtheory import parse, regret, sequence, simulate
from adamtheory.errors import AdamTheoryError, GrammarError, ParameterError, UnknownNameError
from adamtheory.language.equality import same
from adamtheory.language.rule import Rule
from adamtheory.losses import LOSSES, gradients
from adamtheory.nets.history import History
from adamtheory.rules import RULES, adam, amsgrad
from adamtheory.schedules import SCHEDULES
from adamtheory.sets import SETS
from adamtheory.simulation.sequences import LossSequence


def again(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("rule", [*RULES.values(), *LOSSES.values(), *SCHEDULES.values(), *SETS.values()],
                         ids=lambda rule: rule.name)  # fmt: skip
def test_every_rule_comes_back_the_same(rule: Rule) -> None:
    copied = again(rule)
    assert copied is not rule and copied == rule
    # what == of data classes might leave out: everything that is read off the tree
    assert (copied.digest, copied.text, copied.obligations) == (rule.digest, rule.text, rule.obligations)
    assert copy.deepcopy(rule) is rule
    with pytest.raises(TypeError):
        copied.facts["family"] = "other"


def test_a_rule_of_ones_own_and_its_parameters() -> None:
    own = parse("@rule\ndef mine(x, g, m=1/3, *, lr: nonnegative = 0.1):\n    m = m/2 + g\n    return x - lr*m, m\n")[
        "mine"
    ]
    bound = own(lr=np.array([0.1, 0.2]))
    copied = again(bound)
    assert copied == bound and copied.rule.slots[0].initial * 3 == 1
    assert copied != own(lr=np.array([0.1, 0.3])) and copied != own(lr=[0.1, 0.2])
    assert copy.deepcopy(bound).values["lr"] is not bound.values["lr"]


def test_a_pickle_that_means_something_else_is_told() -> None:
    make, (values, digest) = adam.__reduce__()
    with pytest.raises(ParameterError, match="pickled rule adam .* another version"):
        make({**values, "results": amsgrad.results}, digest)
    with pytest.raises(ParameterError, match="pickled rule adam .* another version"):
        make({**values, "colour": "red"}, digest)


@pytest.fixture(scope="module")
def losses() -> LossSequence:
    rows = np.random.default_rng(1).normal(size=(30, 3))
    return sequence(gradients, data=rows, order="shuffled")


def test_a_run_and_its_regret_come_back_to_the_bit(losses: LossSequence) -> None:
    run = simulate(adam(lr=[0.1, 0.2]), losses, 60, monitors=True, seed=[[0], [1]])
    measured = regret(run.sel(seed=1))
    assert np.isnan(measured.growth.slope_error).all()
    for copied in (again(run), copy.deepcopy(run)):
        assert copied == run and copied.sel(seed=1) == run.sel(seed=1)
        for field in fields(run):  # by NumPy's own comparison
            if isinstance(value := getattr(run, field.name), np.ndarray):
                np.testing.assert_array_equal(getattr(copied, field.name), value, strict=True)
        changed = copied.iterates.copy()
        changed[0, 0, 0, 0] = np.nextafter(changed[0, 0, 0, 0], 9)
        assert replace(copied, iterates=changed) != run
    assert again(measured) == measured == copy.deepcopy(measured) == regret(again(run).sel(seed=1))
    assert measured != regret(run.sel(seed=0))


def test_a_history_comes_back() -> None:
    history = History(("lr",), {"lr": np.array([0.1])}, *(np.array([[np.nan, k]]) for k in range(3)), np.array([2]))
    assert again(history) == history == copy.deepcopy(history)
    assert again(history) != replace(history, nonfinite=np.array([3]))


def test_a_pool_plays_what_one_process_plays(losses: LossSequence) -> None:
    play = partial(simulate, loss=losses, horizon=60, monitors=True)
    optimizers = [adam(lr=0.1), adam(lr=[0.2, 0.5])]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(play, optimizers) == [play(optimizer) for optimizer in optimizers]
        with pytest.raises(ParameterError, match="horizon=0 must be"):
            pool.apply(play, (adam,), {"horizon": 0})


@pytest.mark.parametrize("error", [UnknownNameError("rule", "adm", ["adam"]), GrammarError("a.py", 3, "why", "what"),
                                   ParameterError("x=1 is no")], ids=lambda e: type(e).__name__)  # fmt: skip
def test_errors_come_back_with_their_message(error: AdamTheoryError) -> None:
    copied = again(error)
    assert (type(copied), str(copied), copied.__dict__) == (type(error), str(error), error.__dict__)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (np.array([0.0]), np.array([-0.0]), False), (np.array([np.nan]), np.array([np.nan]), True),
        (np.array([1.0]), np.array([1]), False), (np.array([1.0]), np.array([[1.0]]), False),
        (np.array([1.0]), [1.0], False), (float("nan"), float("nan"), True), ({"a": [1]}, {"a": [1]}, True),
        ({"a": 1}, {"b": 1}, False), ((1, 2), (1, 2, 3), False), ((1,), [1], False),
        (np.array([{1}], object), np.array([{1}], object), True), (np.float64(2), 2, True),
    ],
)  # fmt: skip
def test_what_is_the_same(a: Any, b: Any, equal: bool) -> None:
    assert same(a, b) is same(b, a) is equal
