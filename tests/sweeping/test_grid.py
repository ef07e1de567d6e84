"""Grids: one canonical form whatever the order, one key, and numbers that no block size and no executor changes."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from fractions import Fraction
from importlib import metadata

import numpy as np
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamtheory
from adamtheory.errors import AdamTheoryError, ParameterError
from adamtheory.hindsight.regret import regret
from adamtheory.language import parse
from adamtheory.losses import reddi
from adamtheory.rules import adam, sgd
from adamtheory.simulation.simulate import simulate
from adamtheory.sweeping import grid as grids
from adamtheory.sweeping.asking import Asked, probe
from adamtheory.sweeping.compute import columns, compute
from adamtheory.sweeping.grid import other_versions, stamp
from adamtheory.sweeping.store import Block, missing, union


def asked(optimizer: str, loss: str = "reddi[C=3]", horizons: tuple[int, ...] = (50,), **more: object) -> grids.Grid:
    (found,) = Asked((optimizer,), loss, horizons, **more).grids()
    return found


def run(*words: object, **more: object) -> None:
    """What the command does before its first word."""
    probe(asked(*words, **more))


TEXTS = ["lr=[0.5, 0.1]", "beta1=0", "beta2=[0.9, 0.99, 0.5]", "eps=[1e-8, 0]"]


@settings(max_examples=20)
@given(st.permutations(TEXTS), st.permutations(["C=[3, 4]", "N=3"]), st.permutations([10, 20]), st.randoms())
def test_the_key_does_not_depend_on_any_order(optimizer, loss, rounds, chance):
    """Parameters, values in their lists, and numbers of rounds in any order: one key, one order of lanes."""

    def shuffled(text):
        name, _, inner = text.partition("=[")
        values = inner.rstrip("]").split(", ") if inner else []
        return f"{name}=[{', '.join(chance.sample(values, len(values)))}]" if values else text

    one = asked(f"adam[{', '.join(TEXTS)}]", "reddi[N=3, C=[4, 3]]", (10, 20))
    other = asked(
        f"adam[{', '.join(map(shuffled, optimizer))}]", f"reddi[{', '.join(map(shuffled, loss))}]", tuple(rounds)
    )
    assert other.key == one.key
    assert all(np.array_equal(a.values, b.values) for a, b in zip(one.axes, other.axes, strict=True))


def test_the_key_depends_on_everything_that_determines_the_numbers(monkeypatch):
    base = {"optimizer": "adam[lr=[0.1, 0.5]]", "loss": "random_signs", "horizons": (50,)}
    changes: list[dict[str, object]] = [
        {}, {"optimizer": "adam[lr=[0.1, 0.6]]"}, {"optimizer": "adam[lr=[0.1, 0.5], beta1=0]"},
        {"optimizer": "amsgrad[lr=[0.1, 0.5]]"}, {"loss": "reddi"}, {"loss": "random_signs[dimension=2]"},
        {"horizons": (51,)}, {"horizons": (50, 51)}, {"dtype": "float32"}, {"seeds": 2}, {"first_seed": 1},
        {"start": "1/2"}, {"start": "[0, 1/2]"}, {"schedule": "constant"}, {"feasible": "box[radius=2]"},
        {"feasible": "none"}, {"projection": "euclidean"}, {"schedule": "polynomial[power=[1/2, 1/3]]"},
    ]  # fmt: skip
    found = [asked(**(base | change)) for change in changes]
    assert len({grid.key for grid in found}) == len(changes)
    rules = [i for i, c in enumerate(changes) if "optimizer" in c or "loss" in c]
    assert len({found[i].family for i in rules}) == len(rules)
    before = found[0]
    monkeypatch.setattr(grids, "__version__", "99")
    after = asked(**base)
    assert after.key != before.key
    assert after.family == before.family


def test_versions_of_what_makes_the_numbers_are_in_the_key_and_not_in_the_family(monkeypatch):
    """And the family of the default projection is that of a configuration that names none, as older stores have it."""
    one = asked("adam[lr=[0.1, 0.5]]")
    key, then = one.key, one.configuration()
    assert {"numba", "llvmlite", "numpy"} <= set(grids.MAKERS)
    assert then["versions"] == {n: metadata.version(n) for n in grids.MAKERS}
    assert other_versions(then) == []
    for name in grids.MAKERS:
        found = {**grids.versions(), name: "0.0.1"}
        monkeypatch.setattr(grids, "versions", lambda found=found: found)
        other = asked("adam[lr=[0.1, 0.5]]")
        assert (other.key != key, other.family == one.family) == (True, True)
        assert other_versions(then) == [f"{name} {metadata.version(name)}"]
        with pytest.raises(ParameterError, match=rf"a worker has adamtheory .*{name} 0\.0\.1.* and the driver"):
            compute(one, 0, 1, f"{adamtheory.__version__} (other)")
        monkeypatch.undo()
    older = {k: v for k, v in then.items() if k not in ("versions", "projection")}
    rules = {kind: rule["name"] for kind, rule in older["rules"].items()}
    assert one.family == grids._digest({**older, "format": 0, "adamtheory": "", "rules": rules})
    assert other_versions(older) == [f"{name} of an unknown version" for name in grids.MAKERS]
    assert asked("adam[lr=[0.1, 0.5]]", projection="euclidean").family != one.family


RULE = "@rule\ndef mine(x, g, *, lr: positive):\n    return x - {} * g\n"


def test_a_changed_rule_has_another_key_and_the_same_family(tmp_path):
    (tmp_path / "a.py").write_text(RULE.format("lr"))
    one = asked(f"{tmp_path / 'a.py'}:mine[lr=[0.1, 0.2]]")
    (tmp_path / "a.py").write_text("# a comment\n" + RULE.format("lr"))
    assert asked(f"{tmp_path / 'a.py'}:mine[lr=[0.1, 0.2]]").key == one.key
    (tmp_path / "a.py").write_text(RULE.format("2 * lr"))
    other = asked(f"{tmp_path / 'a.py'}:mine[lr=[0.1, 0.2]]")
    assert other.key != one.key
    assert other.family == one.family


def test_a_list_of_one_value_and_repeated_values_are_no_axes():
    assert asked("adam[lr=[0.5]]").key == asked("adam[lr=0.5]").key
    assert asked("adam[lr=[0.5, 1/2]]").key == asked("adam[lr=0.5]").key
    assert asked("sgd[lr=[0.5, 1, 0.5]]").shape == (2,)
    radius = asked("sgd", feasible="box[radius=[1, 2]]")
    assert [axis.names for axis in radius.axes] == [("p_high", "p_low")]
    assert radius.axes[0].values.tolist() == [[1, -1], [2, -2]]
    ends = asked("sgd", feasible="box[low=[-1, -2], high=[1, 2]]")
    assert ends.shape == (2, 2)


GRIDS = {
    "periodic": ("adam[lr=0.5, beta1=[0, 0.9], beta2=linspace(0, 0.99, 7)]", "reddi[C=[3, 5], N=[2, 3]]", {}),
    "few lanes": ("adam[beta2=[0.1, 0.5, 0.9]]", "reddi", {}),
    "random": ("amsgrad[lr=geom(0.01, 1, 4)]", "quadratic_gaussian", {"seeds": 5, "start": "[0, 1/2]"}),
    "vectors": ("adam[lr=[0.1, 0.3, 1]]", "quadratic_gaussian[dimension=19]", {"seeds": 2}),
    "diverging": ("sgd[lr=[0.1, 1e200, 1e3, 0.2, 1e100]]", "quadratic_gaussian",
                  {"seeds": 4, "schedule": "constant", "feasible": "none"}),
    "float32": ("rmsprop[beta2=linspace(0.1, 0.99, 20)]", "reddi_unbounded[C=[3, 4]]", {"dtype": "float32"}),
}  # fmt: skip


@pytest.mark.parametrize("name", GRIDS)
def test_the_numbers_do_not_depend_on_the_block_size(name):
    optimizer, loss, more = GRIDS[name]
    grid = asked(optimizer, loss, (7, 1030), **more)
    whole = columns(grid, 0, grid.count)
    for size in {1, 3, 17, grid.count - 1} & set(range(1, grid.count)):
        cuts = [columns(grid, lo, min(lo + size, grid.count)) for lo in range(0, grid.count, size)][:40]
        for result, values in whole.items():
            parts = np.concatenate([cut[result] for cut in cuts])
            assert parts.tobytes() == np.ascontiguousarray(values[: len(parts)]).tobytes(), (result, size)


@pytest.mark.parametrize("name", GRIDS)
def test_every_lane_is_a_run_of_its_own(name):
    """Each lane against `simulate` and `regret` alone, at each number of rounds: nothing of the grid is shared."""
    optimizer, loss, more = GRIDS[name]
    grid = asked(optimizer, loss, (7, 1030), **more)
    found = columns(grid, 0, grid.count)
    for lane in {0, grid.count // 2, grid.count - 1}:
        values = {n: float(v[0]) for n, v in grid.parameters(lane, lane + 1).items()} | grid.constants

        def bound(b, prefix, values=values):
            return b.rule(**{n: values.get(prefix + n, v) for n, v in b.values.items()})

        job = grid.job
        for k, rounds in enumerate(grid.horizons):
            alone = simulate(
                bound(job.optimizer, "o_"), replace(job.losses, bound=bound(job.losses.bound, "f_")), rounds,
                schedule=bound(job.schedule, "s_"), feasible=bound(job.feasible, "p_"), seed=int(values["seed"]),
                start=values.get("start") if "start" in more else None, dtype=job.dtype, checkpoints=[rounds],
            )  # fmt: skip
            assert found["loss"][lane, k].tobytes() == alone.losses[-1].tobytes()
            assert found["x"][lane, k].tobytes() == alone.iterates[-1].astype(float).tobytes()
            assert found["nonfinite"][lane, k] == alone.nonfinite
            assert found["regret"][lane, k].tobytes() == regret(alone).regret[-1].tobytes()


def test_a_block_holds_its_lanes_parameters_and_numbers():
    grid = asked("adam[lr=0.5, beta1=0, beta2=[0.1, 0.5]]", "reddi[C=[3, 4, 5]]", (10, 20))
    table = parquet.read_table(io.BytesIO(compute(grid, 1, 4, stamp())), use_threads=False)
    assert table["lane"].to_pylist() == [1, 1, 2, 2, 3, 3]
    assert table["rounds"].to_pylist() == [10, 20] * 3
    assert table["parameter.loss.C"].to_pylist() == [3, 3, 4, 4, 4, 4]
    assert table["parameter.beta2"].to_pylist() == [0.5, 0.5, 0.1, 0.1, 0.5, 0.5]
    assert table.schema.metadata[b"adamtheory.key"].decode() == grid.key
    alone = regret(simulate(adam(lr=0.5, beta1=0, beta2=0.5), reddi(C=3), 20, checkpoints=[10, 20]))
    assert table["regret"].to_pylist()[:2] == alone.regret.tolist()


def test_another_version_on_a_worker_is_refused():
    with pytest.raises(ParameterError, match=r"a worker has adamtheory .* and the driver 0\.0\.0"):
        compute(asked("sgd"), 0, 1, "0.0.0")


def test_blocks_are_advised_by_the_grid_alone():
    assert asked("sgd[lr=linspace(0.1, 1, 1000)]").block_lanes() == 128
    assert asked("sgd[lr=0.1..1/1000]", "reddi[C=3..4/1000]", (10_000,)).block_lanes() == 10_112
    assert asked("sgd[lr=0.1..1/1000]", "reddi[C=3..4/1000]", (10**9,)).block_lanes() == 128
    assert asked("sgd[lr=linspace(0.1, 1, 99)]", "random_signs[dimension=5]", (10**9,)).block_lanes() == 1


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda p: Block(p[0], p[0] + p[1]))),
    st.integers(40, 50),
    st.integers(1, 12),
)
def test_missing_lanes_are_those_that_no_block_covers(blocks, count, size):
    covered = set(itertools.chain(*(range(b.lo, b.hi) for b in blocks)))
    assert set(itertools.chain(*(range(*pair) for pair in union(blocks)))) == covered
    gaps = missing(blocks, count, size)
    lanes = list(itertools.chain(*(range(*gap) for gap in gaps)))
    assert lanes == [lane for lane in range(count) if lane not in covered]
    assert all(lo < hi and lo // size == (hi - 1) // size for lo, hi in gaps)


@pytest.mark.parametrize(
    ("words", "more", "needle"),
    [
        (("adam[beta2=linspace(0, 1, 5)]",), {}, "beta2=1 is out of range for adam"),
        (("adam[bta2=[0.1, 0.2]]",), {}, "did you mean beta2"),
        (("sgd", "reddi[N=[2, 2.5]]"), {}, "N=2.5 of reddi is a period"),
        (("sgd",), {"start": "[0, 2]"}, "start=2 lies outside the feasible set"),
        (("sgd",), {"feasible": "box[low=[-1, 2], high=[1, 3]]"}, "is empty"),
        (("sgd", "reddi", (10,)), {"feasible": "none"}, "falls without end"),
        (("sgd", "reddi_unbounded[C=[1, 3]]"), {}, "names no best fixed point"),
        (("sgd", "reddi", (0,)), {}, "must be a whole number"),
        (("sgd", "reddi", (5,)), {"dtype": "float16"}, "dtype='float16' is unknown"),
        (("sgd",), {"start": "x"}, "is not a number"),
    ],
)
def test_what_is_wrong_anywhere_in_the_grid_is_said_before_anything_runs(words, more, needle):
    with pytest.raises(AdamTheoryError, match=needle):
        run(*words, **more)


def test_rules_from_python_have_keys_too():
    (rule,) = parse(RULE.format("lr")).values()
    one = adamtheory.sweep(rule, reddi, 20, {"lr": [Fraction(1, 3), 0.5]})
    wanted = regret(simulate(sgd(lr=[1 / 3, 0.5]), reddi, 20, checkpoints=[20])).regret[:, -1]
    assert one.regret.tolist() == wanted.tolist()
