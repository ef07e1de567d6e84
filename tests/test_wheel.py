"""The wheel that the tracked files make holds every module and runs from another folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built of the tracked files alone: what git does not know is not shipped."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: which files are tracked is not known")
    source = tmp_path_factory.mktemp("source")
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (found,) = target.glob("*.whl")
    return found


def test_every_module_is_in_it(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    modules = {p.relative_to(ROOT).as_posix() for p in (ROOT / "adamtheory").rglob("*.py")}
    for top in ("proofs", "experiments"):
        modules |= {f"adamtheory/{p.relative_to(ROOT).as_posix()}" for p in (ROOT / top).rglob("*.py")}
    assert modules - inside == set()
    assert "adamtheory/py.typed" in inside


def test_it_runs_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(site)
    elsewhere.mkdir()
    command = [sys.executable, "-m", "adamtheory", "regret", "-T", "1000", "--no-figure", "--out", "run"]
    done = subprocess.run(
        command, cwd=elsewhere, env=os.environ | {"PYTHONPATH": str(site)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "results in run" in done.stdout
    where = "import adamtheory, adamtheory.proofs, adamtheory.experiments; print(adamtheory.__file__)"
    told = subprocess.run(
        [sys.executable, "-c", where], cwd=elsewhere, env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert told.strip() == str(site / "adamtheory" / "__init__.py")
