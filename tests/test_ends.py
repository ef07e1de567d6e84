"""How a command ends where its reader has gone, or where it is told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys

from adamtheory.runs.folder import read_folder


def start(*words, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "adamtheory", "regret", "--no-figure", "--out", "run", *words],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_reader_that_goes_takes_no_results_along(tmp_path):
    process = start("-o", "sgd", "-T", "1000", cwd=tmp_path)
    process.stdout.readline()
    process.stdout.close()
    assert len(process.stderr.read().splitlines()) == 1  # how long it took, and no complaint
    process.stderr.close()
    assert process.wait(60) == 0
    assert set(read_folder(tmp_path / "run").columns["optimizer"]) == {"sgd"}


def test_sigterm_keeps_what_has_finished(tmp_path):
    process = start("-o", "sgd", "-o", "adam[lr=linspace(0.1,1,12)]", "-T", "1e8", cwd=tmp_path)
    assert process.stderr.readline().startswith("sgd: 100000000 rounds")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the results of sgd are in run; unfinished: adam" in err
