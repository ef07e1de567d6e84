"""`sweep`: parameters by name in, arrays by axis out, in the order in which they were asked for."""

from __future__ import annotations

import gc
from fractions import Fraction

import numpy as np
import pytest

from adamtheory import regret, sequence, simulate, sweep
from adamtheory.errors import AdamTheoryError
from adamtheory.losses import least_squares, quadratic_gaussian, reddi, reddi_unbounded, sparse_signs
from adamtheory.rules import adam, sgd
from adamtheory.schedules import constant, polynomial
from adamtheory.sets import ball, box, everything


def test_axes_come_as_they_were_asked_for(tmp_path):
    """Values out of order and given twice, rounds, seeds: against one run of `simulate` with the same arrays."""
    beta2, C = np.array([0.9, 0.1, 0.5, 0.1]), [4, 3]
    words = {"beta2": beta2, "C": C}
    found = sweep(adam(lr=0.5, beta1=0), reddi, [100, 1000], words, seeds=[5, 2], store=tmp_path / "s")
    assert found.axes == ("beta2", "C", "seed", "rounds")
    assert found.shape == found.regret.shape == (4, 2, 2, 2)
    wide = simulate(adam(lr=0.5, beta1=0, beta2=beta2[:, None, None]), reddi(C=np.array(C)[:, None]), 1000,
                    seed=[5, 2], checkpoints=[100, 1000])  # fmt: skip
    wanted = regret(wide)
    assert found.regret.tobytes() == wanted.regret.tobytes()
    assert found.losses.tobytes() == wide.losses.tobytes()
    assert found.iterates.tobytes() == wide.iterates[..., 0].tobytes()
    assert found.best_fixed_point.tobytes() == wanted.comparator[..., 0].tobytes()
    assert not found.nonfinite.any() and not found.gap.any()
    assert found.coordinates["C"].tolist() == [4, 3]
    assert found.coordinates["seed"].tolist() == [5, 2]
    assert found.coordinates["rounds"].tolist() == [100, 1000]
    swapped = sweep(adam(beta1=0, lr=Fraction(1, 2)), "reddi", [100, 1000], dict(reversed(words.items())),
                    seeds=[2, 5], store=tmp_path / "s")  # fmt: skip
    assert swapped.grid.key == found.grid.key
    assert np.array_equal(swapped.regret, found.regret.transpose(1, 0, 2, 3)[:, :, ::-1])


def test_parameters_that_vary_together_share_an_axis():
    rows = [(Fraction(1, 5), 2), (Fraction(1, 10), 3), (Fraction(1, 17), 4)]
    found = sweep("adam[lr=0.5, beta1=0]", "reddi", 300, {("beta2", "C"): rows, "lr": [0.1, 0.2]})
    assert found.axes == ("beta2,C", "lr")
    for i, (beta2, C) in enumerate(rows):
        for j, lr in enumerate((0.1, 0.2)):
            alone = regret(simulate(adam(lr=lr, beta1=0, beta2=beta2), reddi(C=C), 300, checkpoints=[300]))
            assert found.regret[i, j] == alone.regret[-1]


def test_a_single_run_is_a_number_and_axes_of_one_value_stay_axes():
    assert sweep("sgd[lr=0.1]", "reddi", 30).regret.shape == ()
    found = sweep("sgd", "reddi", 30, {"lr": [0.1], "C": [3, 4], "start": [0]})
    assert found.axes == ("lr", "C", "start")
    assert found.regret.shape == (1, 2, 1)
    assert found.regret[0, 0, 0] == regret(simulate(sgd(lr=0.1), reddi(C=3), 30, start=0)).regret[-1]


def test_every_rule_may_vary_and_full_names_tell_them_apart():
    found = sweep(
        sgd, reddi, 50, {"lr": [0.1, 1], "schedule.power": [0.5, 1], "set.low": [-1, -2], "loss.scale": [1, 2]},
        schedule=polynomial, feasible=box,
    )  # fmt: skip
    alone = simulate(sgd(lr=1), reddi(scale=2), 50, schedule=polynomial(power=1, lr=1), feasible=box(low=-2))
    assert found.regret[1, 1, 1, 1] == regret(alone).regret[-1]


def test_vectors_have_an_axis_more():
    found = sweep("sgd", "quadratic_gaussian[dimension=4]", 60, {"lr": [0.5, 0.1]}, seeds=2)
    assert found.iterates.shape == found.best_fixed_point.shape == (2, 2, 4)
    alone = simulate(sgd(lr=0.5), sequence(quadratic_gaussian, dimension=4), 60, seed=1)
    assert found.iterates[0, 1].tobytes() == alone.iterates[-1].tobytes()


def test_data_are_part_of_the_key_and_their_best_fixed_point_is_certified(tmp_path):
    rows = np.array([[1.0, 0.5], [-0.5, 1], [0.25, -1]])
    targets = np.array([1.0, -1, 0.5])
    found = sweep("adam", sequence(least_squares, data=(rows, targets)), 30, {"lr": [0.1, 0.2]}, store=tmp_path)
    alone = regret(simulate(adam(lr=0.2), sequence(least_squares, data=(rows, targets)), 30, checkpoints=[30]))
    assert found.regret[1] == alone.regret[-1]
    assert found.gap[1] == abs(alone.gap[-1])
    other = sweep("adam", sequence(least_squares, data=(rows, targets + 1)), 30, {"lr": [0.1, 0.2]}, store=tmp_path)
    assert other.grid.key != found.grid.key
    assert other.regret[1] != found.regret[1]


def test_a_declared_comparator_belongs_to_its_lane():
    found = sweep("sgd[lr=0.1]", reddi_unbounded, 99, {"C": [5, 3], "N": [3, 2]})
    for i, C in enumerate((5, 3)):
        for j, N in enumerate((3, 2)):
            assert found.regret[i, j] == regret(simulate(sgd(lr=0.1), reddi_unbounded(C=C, N=N), 99)).regret[-1]


def test_lanes_that_diverge_say_from_which_round():
    free = {"schedule": "constant", "feasible": "none"}
    found = sweep("sgd", "quadratic_gaussian", [10, 500], {"lr": [0.1, 1e3, 1e200]}, seeds=6, **free)
    alone = simulate(sgd(lr=1e3), quadratic_gaussian, 500, seed=2, schedule=constant, feasible=everything)
    assert found.nonfinite[0].tolist() == [[0, 0]] * 6
    assert found.nonfinite[1, 2].tolist() == [0, int(alone.nonfinite)]
    assert 0 < found.nonfinite[2, 0, 0] <= 10


def test_a_temporary_store_lasts_as_long_as_its_results(tmp_path):
    found = sweep("sgd", "reddi", 20, {"lr": [0.1, 0.2]})
    folder = found.folder
    assert found.export(tmp_path / "t.csv") == 2
    assert folder.is_dir()
    del found
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("words", "more", "needle"),
    [
        (("adam", "reddi", 10, {"bta2": [0.1]}), {}, "unknown parameter 'bta2'; did you mean beta2"),
        (("adam", "reddi", 10, {"beta2": [0.1, 1]}), {}, "beta2=1 is out of range"),
        (("adam", "reddi", 10, {"N": [2, 2.5, 3]}), {}, "N=2.5 of reddi is a period"),
        (("adam", "reddi", 10, {"lr": [[0.1, 0.2]]}), {}, "must be lists of one length"),
        (("adam", "reddi", 10, {"lr": 0.1}), {}, "must be lists of one length"),
        (("adam", "reddi", 10, {"lr": []}), {}, "lr=\\[\\] must be a number or a rectangular array"),
        (("adam", "reddi", 10, {"lr": [float("nan")]}), {}, "not finite"),
        (("adam", "reddi", 10, {("lr", "eps"): [(1, 2), (1,)]}), {}, "must have 2 values each"),
        (("adam", "reddi", 10, {"lr": [1, 2], ("lr", "eps"): [(1, 2), (2, 3)]}), {}, "lr varies along two axes"),
        (("adam[lr=[0.1, 0.2]]", "reddi", 10), {}, "lr has several values; give them as parameters of the sweep"),
        (("adam", "reddi", [20, 10]), {}, "in ascending order"),
        (("adam", "reddi", 0), {}, "must be a whole number"),
        (("adam", "reddi", 10.5), {}, "horizon=10.5 must be a whole number"),
        (("adam", "reddi", "10"), {}, "horizon=10 must be a whole number"),
        (("adam", "reddi", 10, [0.1]), {}, "must be a mapping of names"),
        (("adam", "reddi", 10), {"seeds": 0}, "at least one seed"),
        (("adam", "reddi", 10), {"block": 0}, "block=0 must be at least 1"),
        (("adam", "reddi", 10), {"executor": "threads"}, "unknown executor 'threads'"),
        (("adam", "reddi", 10), {"workers": 0}, "workers=0 must be at least 1"),
    ],
)
def test_wrong_input_is_refused(words, more, needle):
    with pytest.raises(AdamTheoryError, match=needle):
        sweep(*words, **more)


@pytest.mark.parametrize("kind", ["weighted", "euclidean"])
def test_projection_is_that_of_simulate(kind):
    losses, lr = sequence(sparse_signs, dimension=2), [0.5, 1.0]
    found = sweep(adam, losses, 60, {"lr": lr}, feasible=ball(radius=0.1), projection=kind)
    wide = simulate(adam(lr=np.array(lr)), losses, 60, feasible=ball(radius=0.1), projection=kind, checkpoints=[60])
    assert found.iterates.tobytes() == wide.iterates.tobytes()
    other = simulate(adam(lr=np.array(lr)), losses, 60, feasible=ball(radius=0.1), checkpoints=[60])
    assert (found.iterates.tobytes() == other.iterates.tobytes()) == (kind == "weighted")
