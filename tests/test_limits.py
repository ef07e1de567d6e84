"""What is too large or cannot be written is told in one line; many lanes are told and drawn in good time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from adamtheory.cli import main
from adamtheory.engine import cpu
from adamtheory.errors import ParameterError
from adamtheory.hindsight.regret import regret
from adamtheory.losses import least_squares, reddi
from adamtheory.report.curves import MOST_DRAWN, left_out, regret_curves, thinned
from adamtheory.report.figures import best_points
from adamtheory.rules import adam, sgd
from adamtheory.runs.plan import Plan, prepare_all, run_one
from adamtheory.sets import box
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate


def test_a_huge_grid_is_counted_before_it_is_laid_out():

    with pytest.raises(ParameterError, match=r"10000 x 10000 = 1e\+08 lanes are too many; give at most 16777216"):
        simulate(adam(lr=np.ones((10000, 1)), beta1=np.zeros(10000)), reddi, 10)


@pytest.mark.parametrize("command", ["regret", "sweep", "train"])
def test_commands_refuse_a_huge_grid(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    spec = "adam[lr=linspace(0,1,3000), beta1=linspace(0,0.9,3000), beta2=linspace(0,0.9,1000)]"
    assert main([command, "-o", spec, *([] if command == "train" else ["-T", "10"])]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert ("e+09 lanes" in line or "e+10 lanes" in line) and "at most" in line
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ADAMTHEORY_CACHE", str(tmp_path / "file"))
    cpu.spare_folder.cache_clear()
    texts = ["def run():\n    return 1\n", "def run():\n    return 2\n"]
    assert [cpu.load(text).run() for text in texts] == [1, 2]
    (line,) = capsys.readouterr().err.splitlines()
    assert f"the kernel cache {tmp_path / 'file' / 'kernels'} cannot be written (Not a directory)" in line
    cpu.spare_folder.cache_clear()


def test_the_gap_is_that_of_the_comparator_alone():
    """The comparator's losses, exactly, and no point around it has less by more than the gap."""
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(40, 2)), rng.normal(size=40)
    losses = sequence(least_squares, data=(x, y))
    found = regret(simulate(sgd(lr=0.1), losses, 80, feasible=box(low=-10, high=10), checkpoints=[80]))
    played = simulate(sgd(lr=0.1), losses, 80, feasible=box(low=-10, high=10), checkpoints=[80]).losses[-1]
    u = [Fraction(float(v)) for v in found.comparator[-1]]

    def total(u):
        residuals = (sum(Fraction(float(a)) * b for a, b in zip(r, u, strict=True)) - Fraction(float(t))
                     for r, t in zip(x, y, strict=True))  # fmt: skip
        return sum(r * r for r in residuals)  # two passes of halves

    # normal equations, exactly
    a, b, c = (sum(Fraction(float(p)) * Fraction(float(q)) for p, q in zip(*pair, strict=True))
               for pair in ((x[:, 0], x[:, 0]), (x[:, 0], x[:, 1]), (x[:, 1], x[:, 1])))  # fmt: skip
    d, e = (sum(Fraction(float(p)) * Fraction(float(q)) for p, q in zip(x[:, i], y, strict=True)) for i in (0, 1))
    best = [(d * c - b * e) / (a * c - b * b), (a * e - b * d) / (a * c - b * b)]
    value = Fraction(float(played)) - Fraction(float(found.regret[-1]))
    rounding = Fraction(float(abs(found.regret[-1]))) / 2**52  # of the one difference
    assert total(best) <= total(u)
    assert value - total(best) <= Fraction(float(found.gap[-1])) + rounding


def result(optimizer: str, loss: str, rounds: int):
    plan = Plan((optimizer,), loss, rounds)
    return run_one(prepare_all(plan)[0], plan, None)


def test_each_lane_has_its_own_best_point():
    found = result("sgd", "reddi[C=[1,2.5,3],N=3]", 300)
    assert sorted(best_points(found)[:, -1].tolist()) == [-1, 1]


def test_many_curves_are_thinned():
    assert thinned(5) == [0, 1, 2, 3, 4] and thinned(1000, 1) == [0] and thinned(10, 4) == [0, 3, 6, 9]
    few, many = result("sgd", "reddi[C=3]", 10), result("sgd[lr=linspace(0.1,1,1000)]", "reddi[C=3]", 10)
    assert left_out([few]) == ""
    assert left_out([many]) == f"the figure has {MOST_DRAWN} of 1000 curves, spread evenly over the lanes"
    curves = regret_curves([many], "regret")
    assert len(curves) == MOST_DRAWN
    assert (curves[-1].values == many.regret.regret[-1]).all()


def test_a_wrong_declared_comparator_is_seen(tmp_path, capsys):
    """The mean of squares is least at the mean, which 0 is not; a right declaration passes."""
    text = (
        '@loss(radius=1, comparator="{}")\ndef own(x, z: uniform):\n    return total((x-z)*(x-z)/2), x-z\n'
        '@loss(radius=1, comparator="{}", period="3")\ndef turns(x, k=0):\n    a = where(k < 1, 3, -1)\n'
        "    k = where(k < 2, k + 1, 0)\n    return total(a*x), a, k\n"
    )
    for own, turns, status in (("0", "1", 2), ("0.5", "-1", 0)):
        file = tmp_path / "mine.py"
        file.write_text(text.format(own, turns))
        words = ["-o", "sgd", "-T", "30", "--no-figure", "--out", str(tmp_path / f"out{status}")]
        assert main(["regret", "-l", f"{file}:turns", *words]) == status
        if status == 2:
            assert "declares 1 as the best fixed point, but after 3 rounds" in capsys.readouterr().err
            assert main(["regret", "-l", f"{file}:own", *words]) == 2
            assert "own declares 0 as the best fixed point" in capsys.readouterr().err
