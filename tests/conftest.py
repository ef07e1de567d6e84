"""Fixtures that several test files share."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for `oracle`, which is no test file

# The same examples on every run and every machine; compiling a kernel takes longer than any deadline.
settings.register_profile("adamtheory", derandomize=True, deadline=None, database=None)
settings.load_profile("adamtheory")

OWN_CACHE = "ADAMTHEORY_TEST_CACHE"  # names the folder that this session made and removes


def pytest_configure(config: pytest.Config) -> None:
    """One kernel cache for the session, shared by the workers, so that each kernel is compiled once."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # a shell's background jobs begin with Ctrl-C ignored, and so would the programs that are sent one here
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "ADAMTHEORY_CACHE" not in os.environ:
        os.environ["ADAMTHEORY_CACHE"] = os.environ[OWN_CACHE] = tempfile.mkdtemp(prefix="adamtheory-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that started the session removes the cache; workers have `workerinput`."""
    if OWN_CACHE in os.environ and not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(OWN_CACHE), ignore_errors=True)
        del os.environ["ADAMTHEORY_CACHE"]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of data sets: ADAMTHEORY_DATA, else shared/data beside the repository; skips where there is none."""
    named = os.environ.get("ADAMTHEORY_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[1].parent / "shared" / "data"
    if not (folder / "libsvm").is_dir():
        pytest.skip(f"no data sets in {folder}; set ADAMTHEORY_DATA to the folder that has libsvm/ and uci/")
    return folder
