"""Drivers and workers are killed at random and at every chosen moment; the same command always ends with equal bytes.

Twenty-four kills at random moments: fifteen of drivers on threads, three of worker processes, five of Dask workers, one
of a driver on Dask; and one at each step of the writing of a block.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from adamtheory.sweeping.store import Store

from .drivers import Driver, Nursery, results

pytestmark = pytest.mark.xdist_group("kills")

# 3840 lanes in 30 blocks, at two numbers of rounds
GRID = ["-o", "adam[lr=0.5, beta1=0, beta2=0..0.99/64]", "-l", "reddi[C=3..8/60]", "-T", "2e3,2e4", "--block", "128"]
LANES = 3840
LONG = [*GRID[:5], "2e3,1e5", *GRID[6:]]  # for workers that take a while to begin


def peaceful(nursery: Nursery, folder: Path, grid: list[str]) -> dict[str, bytes]:
    """The bytes of a run that nobody disturbs."""
    status, text = nursery.run(*grid, "--store", str(folder / "store"), "--export", str(folder / "table.parquet"))
    assert status == 0, text
    found = results(folder / "store")
    assert len(found) == 30
    return found | {"table": (folder / "table.parquet").read_bytes()}


@pytest.fixture(scope="module")
def undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return peaceful(nursery, tmp_path_factory.mktemp("undisturbed"), GRID)


@pytest.fixture(scope="module")
def long_undisturbed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return peaceful(nursery, tmp_path_factory.mktemp("long"), LONG)


def claimed(folder: Path) -> set[tuple[int, int]]:
    """The blocks that the index claims; each must be whole."""
    if not (folder / "index.sqlite").exists():
        return set()
    with Store(folder) as store:
        (known,) = store.known() or [None]
        if known is None:
            return set()
        before = store.blocks(known.key)
        assert store.damaged(known.key) == []
        return {(block.lo, block.hi) for block in before}


def finish(nursery: Nursery, folder: Path, undisturbed: dict[str, bytes], grid: list[str] = GRID) -> int:
    """Let the same command end in peace; how many lanes it had still to compute."""
    table = folder.parent / f"{folder.name}.parquet"
    status, text = nursery.run(*grid, "--store", str(folder), "--export", str(table), "--json")
    assert status == 0, text
    assert results(folder) | {"table": table.read_bytes()} == undisturbed
    (one,) = json.loads(text[text.index("{") : text.rindex("}") + 1])["grids"]
    assert one["kept"] + one["computed"] == LANES
    return int(one["computed"])


def test_a_driver_killed_at_random_moments_loses_only_blocks_in_flight(nursery, undisturbed, tmp_path):
    chance, kills, round_ = random.Random(1), 0, 0
    while kills < 15:
        folder, had = tmp_path / f"store-{round_}", set()
        round_ += 1
        while kills < 15:
            driver = nursery.start(*GRID, "--store", str(folder))
            time.sleep(chance.uniform(0, 0.25))
            driver.kill()
            if driver.wait() != -signal.SIGKILL:
                had = claimed(folder)
                break  # it had ended before
            kills += 1
            now = claimed(folder)
            assert had <= now  # nothing that was done is lost
            had = now
        assert finish(nursery, folder, undisturbed) == LANES - sum(hi - lo for lo, hi in had)


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("place", ["fsync", "replace", "renamed", "INSERT OR REPLACE INTO blocks", "COMMIT"])
def test_a_kill_at_every_step_of_writing_a_block_is_mended(nursery, undisturbed, tmp_path, place, count):
    status, _ = nursery.run(*GRID, "--store", str(tmp_path / "store"), die=place, count=count)
    assert status == -signal.SIGKILL
    done = claimed(tmp_path / "store")
    assert len(done) < 7
    assert finish(nursery, tmp_path / "store", undisturbed) == LANES - 128 * len(done)


def kill_workers(workers: Callable[[], list[psutil.Process]], driver: Driver, times: int, chance: random.Random) -> int:
    """Kill a worker now and then while the driver runs; how many were."""
    killed = 0
    while killed < times and psutil.pid_exists(driver.pid):
        if alive := workers():
            time.sleep(chance.uniform(0, 0.2))
            with contextlib.suppress(psutil.NoSuchProcess):
                chance.choice(alive).kill()
                killed += 1
        time.sleep(0.1)
    return killed


def loky_workers(driver: Driver) -> list[psutil.Process]:
    """The worker processes of a driver that have begun to compute."""
    try:
        children = psutil.Process(driver.pid).children()
        return [c for c in children if "popen_loky" in " ".join(c.cmdline()) and c.num_threads() > 1]
    except psutil.NoSuchProcess:
        return []


def test_worker_processes_may_be_killed(nursery, long_undisturbed, tmp_path):
    chance, kills, folder = random.Random(2), 0, tmp_path / "store"
    while kills < 3:
        folder = tmp_path / f"store-{kills}"
        driver = nursery.start(*LONG, "--store", str(folder), "--executor", "processes", "--workers", "2")
        kills += kill_workers(lambda driver=driver: loky_workers(driver), driver, 3 - kills, chance)
        assert driver.wait() == 0, driver.text()
        assert finish(nursery, folder, long_undisturbed, LONG) == 0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Dask scheduler with two workers that a nanny starts again, and its address."""
    folder = tmp_path_factory.mktemp("cluster")
    at = folder / "scheduler.json"
    here = [sys.executable, "-m", "distributed.cli"]
    module = ["dask_scheduler", "dask_worker"]
    common = ["--scheduler-file", str(at), "--dashboard-address", "127.0.0.1:0"]
    log = (folder / "log").open("wb")
    quiet = {"stdout": log, "stderr": log, "cwd": folder}
    first = [f"{here[-1]}.{name}" for name in module]
    scheduler = subprocess.Popen([*here[:-1], first[0], "--host", "127.0.0.1", "--port", "0", *common], **quiet)
    workers = subprocess.Popen([*here[:-1], first[1], "--nworkers", "2", "--nthreads", "1", *common], **quiet)
    try:
        while not at.exists() or not at.read_text().endswith("}"):
            assert scheduler.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)
        yield json.loads(at.read_text())["address"], workers
    finally:
        for process in (workers, scheduler):
            for member in [*psutil.Process(process.pid).children(recursive=True), process]:
                member.kill()
            process.wait()
        log.close()


def test_a_dask_cluster_whose_workers_and_driver_are_killed(nursery, long_undisturbed, tmp_path, cluster):
    address, nannies = cluster
    dask = ["--executor", "dask", "--scheduler", address]
    chance = random.Random(3)

    def workers() -> list[psutil.Process]:
        return [c for c in psutil.Process(nannies.pid).children() if c.num_threads() > 4]

    kills = drivers = 0
    while kills < 5 or not drivers:
        folder = tmp_path / f"store-{kills}-{drivers}"
        driver = nursery.start(*LONG, "--store", str(folder), *dask)
        kills += kill_workers(workers, driver, 2, chance)
        if not drivers:
            driver.kill()
            drivers += driver.wait() == -signal.SIGKILL
            claimed(folder)
            driver = nursery.start(*LONG, "--store", str(folder), *dask)
            kills += kill_workers(workers, driver, 1, chance)
        assert driver.wait() == 0, driver.text()
        assert finish(nursery, folder, long_undisturbed, LONG) == 0
