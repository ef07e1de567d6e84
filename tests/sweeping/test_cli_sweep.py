"""`adamtheory sweep`: the store, its status, the table, and everything that can go wrong with a disk."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from adamtheory.cli import main
from adamtheory.hindsight.regret import regret
from adamtheory.losses import reddi
from adamtheory.rules import adam
from adamtheory.simulation.simulate import simulate
from adamtheory.sweeping.asking import Asked
from adamtheory.sweeping.compute import compute
from adamtheory.sweeping.grid import stamp
from adamtheory.sweeping.store import Store

from .drivers import Nursery, results

GRID = ["-o", "adam[lr=0.5, beta1=0, beta2=0..0.9/8]", "-l", "reddi[C=[3, 4]]", "-T", "30,200", "--block", "5"]
LONG = ["-o", "adam[lr=0.5, beta1=0, beta2=0..0.99/64]", "-l", "reddi[C=3..8/60]", "-T", "2e3,5e4", "--block", "128"]
RULE = "@rule\ndef mine(x, g, *, lr: positive = 1):\n    return x - {} * g\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sweep(capsys, *words: str) -> tuple[int, str, str]:
    status = main(["sweep", *words])
    return (status, *capsys.readouterr())


def test_the_table_holds_the_numbers_of_single_runs(here, capsys):
    status, out, err = sweep(capsys, *GRID, "--export", "t.parquet")
    assert status == 0
    assert "16 lanes (loss.C 2 x beta2 8), 3.2e+03 lane-steps" in out
    assert "table of 32 rows in t.parquet" in out
    assert re.search(r"adam: 16 of 16 lanes \(100%\), \S+ lane-steps/s, 0 s left", err)
    table = parquet.read_table(here / "t.parquet", use_threads=False)
    assert table.column_names == [
        "optimizer", "lane", "seed", "parameter.loss.C", "parameter.loss.N", "parameter.loss.scale", "parameter.beta1",
        "parameter.beta2", "parameter.eps", "parameter.lr", "parameter.set.high", "parameter.set.low",
        "parameter.start", "rounds", "loss", "regret", "gap", "x", "best_fixed_point", "nonfinite",
    ]  # fmt: skip
    for row in table.to_pylist():
        alone = regret(simulate(adam(lr=0.5, beta1=0, beta2=row["parameter.beta2"]), reddi(C=row["parameter.loss.C"]),
                                row["rounds"], checkpoints=[row["rounds"]]))  # fmt: skip
        assert row["regret"] == alone.regret[-1]
    lanes = [(row["parameter.loss.C"], row["parameter.beta2"], row["rounds"]) for row in table.to_pylist()]
    assert lanes == sorted(lanes)


def test_csv_reads_back_to_the_last_bit_and_optimizers_have_rows_of_their_own(here, capsys):
    words = ["-l", "random_signs[dimension=2]", "-T", "40", "--seeds", "3"]
    assert sweep(capsys, "-o", "sgd[lr=[0.1, 1/3]]", "-o", "adam[lr=0.1]", *words, "--export", "t.csv")[0] == 0
    assert sweep(capsys, "-o", "adam[lr=0.1]", "-o", "sgd[lr=[1/3, 0.1]]", *words, "--export", "t.parquet")[0] == 0
    assert sweep(capsys, "-o", "adam[lr=0.1]", "-o", "sgd[lr=[1/3, 0.1]]", *words, "--export", "u.csv")[0] == 0
    assert (here / "t.csv").read_bytes() == (here / "u.csv").read_bytes()
    rows = list(csv.DictReader((here / "t.csv").read_text().splitlines()))
    table = parquet.read_table(here / "t.parquet", use_threads=False).to_pylist()
    assert [row["optimizer"] for row in rows] == ["adam"] * 3 + ["sgd"] * 6
    assert [row["parameter.beta1"] for row in rows] == ["0.9"] * 3 + [""] * 6
    assert [float(row["regret"]) for row in rows] == [row["regret"] for row in table]
    assert [[float(row["x.0"]), float(row["x.1"])] for row in rows] == [row["x"] for row in table]
    assert [int(row["seed"]) for row in rows] == [0, 1, 2] * 3
    assert float(rows[-1]["parameter.lr"]) == 1 / 3


def test_what_is_there_is_not_computed_again_and_every_executor_gives_the_same_bytes(here, capsys):
    found = {}
    for name in ("local", "processes", "dask"):
        words = [*GRID, "--store", name, "--executor", name, "--workers", "2", "--json"]
        first = json.loads(sweep(capsys, *words)[1])["grids"][0]
        again = json.loads(sweep(capsys, *words[:-1], "--json")[1])["grids"][0] if name == "local" else None
        assert (first["kept"], first["computed"]) == (0, 16)
        assert again is None or (again["kept"], again["computed"]) == (16, 0)
        found[name] = results(here / name)
    assert len(found["local"]) == 4
    assert found["local"] == found["processes"] == found["dask"]


def test_another_block_size_goes_on_and_ends_with_the_same_table(here, capsys):
    assert sweep(capsys, *GRID, "--store", "a", "--export", "a.parquet")[0] == 0
    assert sweep(capsys, *GRID, "--store", "b")[0] == 0
    key = next((here / "b").glob("*/")).name
    for block in list((here / "b" / key).iterdir())[:2]:
        block.unlink()
    status, out, err = sweep(capsys, *GRID[:-1], "3", "--store", "b", "--export", "b.parquet", "--json")
    assert status == 0
    assert err.count("is missing: the lanes") == 2
    assert 0 < json.loads(out)["grids"][0]["computed"] < 16
    assert (here / "a.parquet").read_bytes() == (here / "b.parquet").read_bytes()


def test_blocks_that_overlap_are_read_once(here, capsys):
    """As two drivers leave them that cut the lanes differently."""
    assert sweep(capsys, *GRID, "--export", "a.parquet")[0] == 0
    (grid,) = Asked((GRID[1],), GRID[3], (30, 200)).grids()
    with Store(here / "overlapping") as store:
        store.register(grid)
        for lo, hi in ((0, 10), (0, 4), (3, 7), (6, 12), (12, 15), (11, 16)):
            store.add(grid.key, lo, hi, compute(grid, lo, hi, stamp()))
        assert store.done(grid.key) == 16
    assert sweep(capsys, *GRID, "--store", "overlapping", "--export", "b.parquet", "--json")[0] == 0
    assert (here / "a.parquet").read_bytes() == (here / "b.parquet").read_bytes()


@pytest.mark.parametrize("harm", ["truncated", "changed", "missing"])
def test_a_harmed_block_is_noticed_said_and_mended(here, capsys, harm):
    assert sweep(capsys, *GRID)[0] == 0
    before = results(here / "runs" / "sweeps")
    name = sorted(before)[1]
    path, content = here / "runs" / "sweeps" / name, before[name]
    if harm == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    else:
        path.unlink()
    status, out, err = sweep(capsys, *GRID, "--json")
    assert status == 0
    reason = {"truncated": f"has {len(content) // 2} of {len(content)} bytes", "changed": "has other bytes",
              "missing": "is missing"}[harm]  # fmt: skip
    assert f"{name} {reason}: the lanes 5 to 9 of adam are computed again" in err
    assert json.loads(out)["grids"][0]["computed"] == 5
    assert results(here / "runs" / "sweeps") == before


def test_a_changed_rule_is_said_and_its_old_results_are_not_used(here, capsys):
    words = ["-o", "mine.py:mine[lr=[0.1, 0.2, 0.3]]", "-T", "50"]
    (here / "mine.py").write_text(RULE.format("lr"))
    assert sweep(capsys, *words)[0] == 0
    (here / "mine.py").write_text(RULE.format("lr / 2"))
    status, out, _ = sweep(capsys, "--status", *words)
    assert status == 1
    note = "runs/sweeps holds 3 of 3 older lanes of mine that are not used: the optimizer mine has changed since"
    assert note in out
    assert "0 (0%)" in out
    status, out, err = sweep(capsys, *words, "--json")
    assert note in err
    assert json.loads(out)["grids"][0]["computed"] == 3
    assert len(results(here / "runs" / "sweeps")) == 2
    assert sweep(capsys, "--status", *words)[0] == 0


def test_an_older_version_and_an_older_text_of_a_rule_that_ships_are_said(here, capsys, monkeypatch):
    from adamtheory.sweeping import grid

    with monkeypatch.context() as patch:
        patch.setattr(grid, "__version__", "0.0.9")
        with Store(here / "runs" / "sweeps") as store:
            (old,) = Asked(("adam[lr=[0.1, 0.2]]",), "reddi", (20,)).grids()
            store.register(old)
            store.add(old.key, 0, 2, b"numbers")
    with Store(here / "runs" / "sweeps") as store:
        text = json.dumps(old.configuration()).replace(adam.digest, "0" * 64)
        store._base.execute("UPDATE grids SET configuration = ?", (text.replace('"0.1.0"', '"0.0.9"'),))
    status, out, _ = sweep(capsys, "--status")
    assert status == 0
    assert "of adamtheory 0.0.9; of an older text of adam" in out
    _, _, err = sweep(capsys, "-o", "adam[lr=[0.1, 0.2]]", "-l", "reddi", "-T", "20")
    assert "2 of 2 older lanes of adam that are not used: the optimizer adam has changed since and they are of" in err


def test_numbers_of_another_numba_are_said_and_not_used(here, capsys, monkeypatch):
    from adamtheory.sweeping import grid

    words = ("-o", "sgd[lr=[0.1, 0.2]]", "-l", "reddi", "-T", "20")
    others = {**grid.versions(), "numba": "0.0.1"}
    with monkeypatch.context() as patch:
        patch.setattr(grid, "versions", lambda: others)
        assert sweep(capsys, *words)[0] == 0
    status, out, _ = sweep(capsys, "--status")
    assert status == 0 and "of numba 0.0.1" in out
    status, out, err = sweep(capsys, *words, "--json")
    assert "holds 2 of 2 older lanes of sgd that are not used: they are of numba 0.0.1" in err
    assert json.loads(out)["grids"][0]["computed"] == 2


def test_projection_is_asked_for_by_name(here, capsys):
    words = ("-o", "adam[lr=[0.5, 1]]", "-l", "sparse_signs[dimension=2]", "--set", "ball[radius=0.1]", "-T", "50")
    found = {}
    for kind in ("weighted", "euclidean"):
        assert sweep(capsys, *words, "--projection", kind, "--export", f"{kind}.csv")[0] == 0
        found[kind] = (here / f"{kind}.csv").read_text()
    assert found["weighted"] != found["euclidean"]
    assert sweep(capsys, *words, "--export", "default.csv")[0] == 0
    assert (here / "default.csv").read_text() == found["weighted"]
    status, _, err = sweep(capsys, *words, "--projection", "sideways")
    assert status == 2 and "projection='sideways' is unknown; use weighted or euclidean" in err


def test_status_tells_what_is_done(here, capsys):
    assert sweep(capsys, *GRID)[0] == 0
    key = next((here / "runs" / "sweeps").glob("*/")).name
    with Store(here / "runs" / "sweeps") as store:
        store._base.execute("DELETE FROM blocks WHERE lo = 0")
    status, out, _ = sweep(capsys, "--status")
    assert status == 1
    assert re.search(rf"adam +reddi +30,200 +16 +11 \(69%\) +{key[:12]} +-", out)
    status, out, _ = sweep(capsys, "--status", "--json")
    (grid,) = json.loads(out)["grids"]
    assert (grid["key"], grid["done"], grid["lanes"]) == (key, 11, 16)
    assert grid["configuration"]["axes"][0] == {"names": ["loss.C"], "count": 2, "values": [[3.0], [4.0]]}


def test_two_drivers_on_one_store_share_the_work_and_corrupt_nothing(nursery, second_nursery, tmp_path):
    peace, shared = tmp_path / "peace", tmp_path / "shared"
    assert nursery.run(*LONG, "--store", str(peace))[0] == 0
    first = nursery.start(*LONG, "--store", str(shared), "--json")
    second = second_nursery.start(*LONG[:-1], "100", "--store", str(shared), "--json")
    assert (first.wait(), second.wait()) == (0, 0), first.text() + second.text()
    with Store(shared) as store:
        (known,) = store.known()
        assert store.damaged(known.key) == []
        assert known.done == known.lanes
        assert store._base.execute("SELECT count(*) FROM claims").fetchone() == (0,)
    both = [json.loads(d.text()[d.text().index("{") : d.text().rindex("}") + 1])["grids"][0] for d in (first, second)]
    assert sum(one["computed"] for one in both) < 2 * known.lanes  # neither did all of it
    # where both cut alike, the blocks are the same bytes
    blocks = results(peace)
    assert all(content == blocks[name] for name, content in results(shared).items() if name in blocks)
    assert nursery.run(*LONG, "--store", str(shared), "--export", str(tmp_path / "a.parquet"))[0] == 0
    assert nursery.run(*LONG, "--store", str(peace), "--export", str(tmp_path / "b.parquet"))[0] == 0
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_full_disk_is_one_line_and_leaves_the_store_whole(nursery: Nursery, tmp_path: Path):
    store, table = tmp_path / "store", tmp_path / "table.parquet"
    small = [*LONG, "--store", str(store)]
    large = [*LONG[:-1], "3840", "-T", "3", "--store", str(store)]
    assert nursery.run(*small)[0] == 0
    before = results(store)
    status, text = nursery.run(*large, limit=100_000)
    assert status == 1
    assert text.splitlines()[-1] == (
        f"adamtheory: {store} cannot take another block: File too large; the blocks that are done are kept; make room "
        "and run the same command again"
    )
    assert results(store) == before
    assert not list(store.rglob("*.part"))
    status, text = nursery.run(*small, "--export", str(table), limit=100_000)
    assert status == 2
    assert f"adamtheory: {table} cannot be written" in text
    assert not table.exists()
    assert nursery.run(*large)[0] == 0
    assert len(results(store)) == len(before) + 1


def test_a_full_index_is_one_line(nursery: Nursery, tmp_path: Path):
    status, text = nursery.run(*LONG, "--store", str(tmp_path / "store"), limit=5000)
    assert status == 1
    assert text.splitlines()[-1].startswith(f"adamtheory: {tmp_path / 'store' / 'index.sqlite'} cannot be")
    assert nursery.run(*LONG, "--store", str(tmp_path / "store"))[0] == 0


@pytest.mark.parametrize("name", ["local", "processes"])
def test_ctrl_c_keeps_what_is_finished(nursery: Nursery, tmp_path: Path, name: str):
    store = tmp_path / "store"
    slow = [*LONG[:-3], "1e6", *LONG[-2:], "--executor", name, "--workers", "2", "--store", str(store)]
    driver = nursery.start(*slow)
    until = time.monotonic() + 60
    while len(list(store.glob("*/*.parquet"))) < 2 and time.monotonic() < until:  # the first is claimed by then
        time.sleep(0.05)
    driver.kill(signal.SIGINT)
    assert driver.wait() == 130
    assert f"the finished blocks are in {store}; the same command goes on from there" in driver.text()
    assert driver.text().splitlines()[-1] == "adamtheory: interrupted"
    with Store(store) as opened:
        (known,) = opened.known()
        assert 0 < known.done < known.lanes
        assert opened.damaged(known.key) == []


def test_a_half_written_file_of_a_killed_driver_is_removed_once_it_is_old(here, capsys):
    assert sweep(capsys, *GRID)[0] == 0
    folder = next((here / "runs" / "sweeps").glob("*/"))
    old, new = folder / ".lanes-x.part", folder / ".lanes-y.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert sweep(capsys, *GRID)[0] == 0
    assert not old.exists()
    assert new.exists()


@pytest.mark.parametrize(
    ("words", "needle"),
    [
        ([], "no optimizer is given"),
        (["-o", "adm"], "did you mean adam"),
        (["-o", "adam[beta2=linspace(0, 1, 5)]"], "beta2=1 is out of range"),
        (["-o", "adam", "-T", "1e3,x"], "--horizon x must be a whole number"),
        (["-o", "adam", "--executor", "dusk"], "did you mean dask"),
        (["-o", "adam", "--workers", "0"], "--workers 0 must be a whole number of at least 1"),
        (["-o", "adam", "--block", "0"], "--block 0 must be a whole number of at least 1"),
        (["-o", "adam", "--scheduler", "tcp://x:1"], "is for --executor dask"),
        (["-o", "adam", "--export", "t.txt"], "has no known ending; name a file .parquet or .csv"),
        (["-o", "adam", "--export", "."], "has no known ending"),
        (["--status"], "holds no sweep"),
        (["-o", "sgd", "--set", "none"], "falls without end"),
        (["-o", "sgd[lr=1..2]"], "does not say how many points"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(here, capsys, words, needle):
    status, out, err = sweep(capsys, *words)
    assert status == 2
    assert out == ""
    assert needle in err
    assert err.count("\n") == 1
    assert not list(here.iterdir())


def test_a_store_that_is_none_is_said(here, capsys):
    (here / "file").write_text("")
    status, _, err = sweep(capsys, *GRID, "--store", "file")
    assert (status, err.count("\n")) == (2, 1)
    assert "--store file is a file; name a folder" in err
    (here / "other").mkdir()
    (here / "other" / "index.sqlite").write_text("this is no index at all, but a text of some length")
    status, _, err = sweep(capsys, *GRID, "--store", "other")
    assert status == 1
    assert "file is not a database" in err


def test_a_scheduler_that_does_not_answer_is_said(here, capsys, monkeypatch):
    from adamtheory.sweeping import cluster

    monkeypatch.setattr(cluster, "REACH", 0.5)
    status, _, err = sweep(capsys, *GRID, "--executor", "dask", "--scheduler", "tcp://127.0.0.1:9")
    assert status == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in err


def test_the_ends_of_the_grid_are_told(here, capsys):
    _, out, _ = sweep(capsys, *GRID, "--json", "--export", "t.parquet")
    (grid,) = json.loads(out)["grids"]
    table = parquet.read_table(here / "t.parquet", use_threads=False)
    last = np.array(table["regret"])[np.array(table["rounds"]) == 200] / 200
    assert grid["largest"]["average"] == last.max()
    assert grid["least"]["average"] == last.min()
    assert grid["least"]["lane"] == int(last.argmin())
    assert grid["not_finite"] == 0
