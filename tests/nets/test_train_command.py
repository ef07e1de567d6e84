"""`adamtheory train` as a user meets it: numbers, folder, figure, wrong input; a kill at any moment changes no bit."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from damage import damaged
from scipy import stats

from adamtheory.cli import main
from adamtheory.cli.train_output import curves, figure_title, table
from adamtheory.cli.train_progress import measured
from adamtheory.nets.checkpoints import Checkpoints
from adamtheory.nets.data import load
from adamtheory.nets.folder import locked
from adamtheory.nets.history import Record, train
from adamtheory.nets.network import mlp
from adamtheory.nets.plan import TrainPlan, prepare
from adamtheory.nets.summary import summarise
from adamtheory.report.training_figure import training_figure
from adamtheory.rules import adam, sgd

EPOCHS = 12
COMMAND = [
    "train", "-m", "mlp[hidden=[8]]", "-o", "adam[lr=[0.002,0.02]]", "-o", "sgd[lr=0.1]", "--epochs", str(EPOCHS),
    "--seeds", "2", "--seed", "3",
]  # fmt: skip
KILLS = 20 if os.environ.get("ADAMTHEORY_FULL") else 5

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def peace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an undisturbed run with its figure."""
    folder = tmp_path_factory.mktemp("train") / "peace"
    assert main([*COMMAND, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def forks(peace: Path) -> Iterator[Run]:
    """Run a command line in a fork of a process that has loaded everything."""
    warm = json.dumps([*COMMAND, "--no-figure", "--out", str(peace.parent / "warm")])
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "forks.py"), warm], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout
    process.stdout.readline()

    def run(*words: str, **request: Any) -> dict[str, Any]:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps({"argv": words, **request}) + "\n")
        process.stdin.flush()
        found: dict[str, Any] = json.loads(process.stdout.readline())
        return found

    with process:
        yield run
        process.stdin.close()
    assert process.returncode == 0


def content(folder: Path) -> dict[str, bytes]:
    """Every file whose bytes the settings determine."""
    files = [folder / "results.parquet", *folder.glob("checkpoints/*/*")]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def done(folder: Path) -> int:
    """Epochs that are stored, over all optimizers."""
    kept = [Checkpoints(path).files() for path in folder.glob("checkpoints/*")]
    return sum(files[0][0] for files in kept if files)


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_the_results_are_those_of_train(peace: Path) -> None:
    table = parquet.read_table(peace / "results.parquet").to_pydict()
    digits = load("digits")
    networks = mlp(64, 10, hidden=(8,))
    for name, rule in (("adam", adam(lr=[[0.002], [0.02]])), ("sgd", sgd(lr=0.1))):
        history = train(networks, digits, rule, epochs=EPOCHS, batch=32, seed=[3, 4])
        rows = [i for i, optimizer in enumerate(table["optimizer"]) if optimizer == name]
        for column, values in (("test_loss", history.test_loss), ("test_accuracy", history.test_accuracy)):
            assert np.array_equal([table[column][i] for i in rows], values.reshape(-1))
        later = [i for i in rows if table["epoch"][i]]
        assert np.array_equal([table["train_loss"][i] for i in later], history.train_loss.reshape(-1))
        seeds = [seed for seed in [3, 4] * len(history.axes) for _ in range(EPOCHS + 1)]
        assert [table["seed"][i] for i in rows] == seeds
    assert set(table["parameter.lr"]) == {0.002, 0.02, 0.1}
    assert all(np.isnan(loss) for loss, epoch in zip(table["train_loss"], table["epoch"], strict=True) if epoch == 0)


def test_a_folder_from_before_there_was_a_choice_of_device_goes_on(peace: Path, tmp_path: Path) -> None:
    shutil.copytree(peace, tmp_path / "old")
    record = json.loads((tmp_path / "old/run.json").read_text())
    assert record["parameters"].pop("device") == record.pop("device") == "cpu"
    (tmp_path / "old/run.json").write_text(json.dumps(record))
    assert main([*COMMAND, "--out", str(tmp_path / "old"), "--no-figure"]) == 0
    assert content(tmp_path / "old") == content(peace)


def test_json_has_means_and_intervals_over_the_seeds(peace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMAND, "--out", str(peace), "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"{name}: all {EPOCHS} epochs were done already" for name in ("adam", "sgd")]
    told = json.loads(printed.out)
    table = parquet.read_table(peace / "results.parquet").to_pydict()
    assert [row["name"] for row in told["rows"]] == ["adam lr=0.002", "adam lr=0.02", "sgd"]
    for row, lr in zip(told["rows"], (0.002, 0.02, 0.1), strict=True):
        last = [i for i, e in enumerate(table["epoch"]) if e == EPOCHS and table["parameter.lr"][i] == lr]
        for name, column in (("accuracy", "test_accuracy"), ("test_loss", "test_loss"), ("train_loss", "train_loss")):
            values = np.array([table[column][i] for i in last])
            assert row[name] == pytest.approx(values.mean(), rel=1e-12)
            assert row[f"{name}_error"] == pytest.approx(stats.t.ppf(0.975, 1) * stats.sem(values), rel=1e-9)
    assert told["rows"][1]["accuracy"] > 0.9


def test_the_folder_says_what_was_run(peace: Path) -> None:
    facts = json.loads((peace / "run.json").read_text())
    assert facts["finished"] is True
    assert facts["parameters"]["model"] == "mlp[hidden=[8]]" and facts["parameters"]["first_seed"] == 3
    assert facts["optimizers"][0]["digests"]["optimizer"] == adam.digest
    assert facts["network"] == {"name": "mlp[64-8-10]", "parameters": 610, "weights": 592}
    assert all(len(digest) == 64 for digest in facts["data"]["sha256"].values())
    assert {"numpy", "numba", "adamtheory"} <= facts["versions"].keys()
    lines = [json.loads(line) for line in (peace / "seconds.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [*range(1, EPOCHS + 1)] * 2
    assert (peace / "train.png").read_bytes()[:4] == b"\x89PNG"
    svg = (peace / "train.svg").read_text()
    assert all(text in svg for text in ("Test loss", "Test accuracy", "Training loss", "adam lr=0.02", "sgd"))
    assert [len(list(path.iterdir())) for path in peace.glob("checkpoints/*")] == [2, 2]


def test_divergence_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "-m", "mlp[hidden=[8]]", "-o", "sgd[lr=[0.1,1e30]]", "--epochs", "2", "--seeds", "2"]
    assert main([*words, "--out", str(tmp_path / "a")]) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = [line for line in lines if line.startswith("sgd lr=1e+30")]
    assert "not finite" in row and "from update" in row and row.endswith("2 of 2")
    assert (tmp_path / "a" / "train.svg").exists()
    assert main([*words, "--out", str(tmp_path / "a"), "--json"]) == 0
    assert [row["diverged"] for row in json.loads(capsys.readouterr().out)["rows"]] == [0, 2]


def test_a_network_without_classes_has_no_accuracy(tmp_path: Path) -> None:
    plan = TrainPlan(("sgd",), "vae[hidden=4, latent=1]", "digits", epochs=2, seeds=2)
    _, entries = prepare(plan, load("digits"))
    losses, none = np.array([[40.0, 30.0, 20.0], [42.0, 31.0, 22.0]]), np.full((2, 3), np.nan)
    record = Record(losses[:, 1:], losses, none, np.zeros(2, np.int64))
    heads, cells = table(summarise(entries, [record]))
    assert heads == ["optimizer", "training loss", "test loss"]
    assert cells == [["sgd", "21 ± 13", "21 ± 13"]]  # t(0.975, 1) = 12.706
    assert measured(entries[0], record) == "loss 21, test loss 21"
    training_figure(curves(entries, [record]), "title", tmp_path)
    svg = (tmp_path / "train.svg").read_text()
    assert "Test loss" in svg and "accuracy" not in svg


@pytest.mark.parametrize("settings", [6, 7], ids=["few curves", "many curves"])
def test_curves_are_told_apart_and_bands_promised_where_they_are(settings: int) -> None:
    rates = ",".join(str(k) for k in range(1, settings + 1))
    plan = TrainPlan((f"sgd[lr=[{rates}]]", f"adam[lr=[{rates}]]"), "softmax", "digits", epochs=2, seeds=2)
    network, entries = prepare(plan, load("digits"))
    losses = np.random.default_rng(0).random((2 * settings, 3))
    drawn = curves(entries, [Record(losses[:, 1:], losses, losses, np.zeros(2 * settings, np.int64))] * 2)["test_loss"]
    bands = [c.low is not None for c in drawn]
    assert all(bands) if settings == 6 else not any(bands)
    assert ("bands" in figure_title(plan, network, load("digits"), bands[0])) == bands[0]
    names = [c.label for c in drawn if c.label]
    if settings == 7:
        assert names == [f"{name}: 7 settings, pale lr=1 to dark lr=7" for name in ("sgd", "adam")]
    else:
        assert names == [f"{name} lr={k}" for name in ("sgd", "adam") for k in range(1, 7)]
    assert len({c.colour for c in drawn[:settings]}) == settings


# --- interruptions ----------------------------------------------------------------------------------------------------


def test_a_kill_at_any_moment_changes_no_bit(peace: Path, forks: Run, tmp_path: Path) -> None:
    folder, moments, epochs = tmp_path / "killed", random.Random(0), [0]
    words = [*COMMAND, "--no-figure", "--out", str(folder)]
    for _ in range(KILLS):
        moment = {"lines": moments.randrange(2 * EPOCHS * 2 // KILLS), "after": 0.03 * moments.random()}
        ended = forks(*words, **moment, file=str(folder / "seconds.jsonl"), signal=signal.SIGKILL)
        assert ended["status"] in (-signal.SIGKILL, 0)
        epochs.append(done(folder))
    assert epochs == sorted(epochs) and any(0 < epoch < 2 * EPOCHS for epoch in epochs)
    assert forks(*words)["status"] == 0
    assert content(folder) == content(peace)


@pytest.mark.parametrize(
    ("place", "count"), [("fsync", 5), ("replace", 4), ("renamed", 4), ("fsync", 48), ("renamed", 25)]
)
def test_a_kill_while_a_checkpoint_is_written_changes_no_bit(
    peace: Path, forks: Run, tmp_path: Path, place: str, count: int
) -> None:
    words = [*COMMAND, "--no-figure", "--out", str(tmp_path / "killed")]
    assert forks(*words, die=place, count=count)["status"] == -signal.SIGKILL
    stored = done(tmp_path / "killed")
    assert 0 < stored <= 2 * EPOCHS
    ended = forks(*words)
    assert ended["status"] == 0 and ("resuming after epoch" in ended["err"]) == (stored % EPOCHS > 0)
    assert content(tmp_path / "killed") == content(peace)


def test_ctrl_c_keeps_the_finished_epochs(peace: Path, forks: Run, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    words = [*COMMAND, "--no-figure", "--out", str(folder)]
    long = [word if word != str(EPOCHS) else "100000" for word in words]
    moment = {"lines": 2, "file": str(folder / "seconds.jsonl"), "signal": signal.SIGINT}
    ended = forks(*long, **moment)
    assert ended["status"] == 130
    told = f"adamtheory: the finished epochs are in {folder}; the same command goes on from there"
    assert ended["err"].splitlines()[-2:] == [told, "adamtheory: interrupted"]
    stored = done(folder)
    again = forks(*long, **moment)
    assert f"adam: resuming after epoch {stored} of 100000" in again["err"]
    assert done(folder) > stored > 0


def test_without_a_name_the_interrupted_folder_goes_on(
    peace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    begun, other = tmp_path / "runs" / "train-20260102-030405", tmp_path / "runs" / "train-20260203-040506"
    for folder in (begun, other):
        shutil.copytree(peace, folder)
        facts = json.loads((folder / "run.json").read_text()) | {"finished": False}
        if folder == other:
            facts["parameters"]["first_seed"] = 5
        (folder / "run.json").write_text(json.dumps(facts))
    (begun / "results.parquet").unlink()
    Checkpoints(begun / "checkpoints" / "2-sgd").files()[0][2].unlink()
    with locked(begun):
        assert main([*COMMAND, "--no-figure", "--out", str(begun)]) == 2
        assert "another process is training in" in capsys.readouterr().err
    assert main([*COMMAND, "--no-figure"]) == 0
    assert f"sgd: resuming after epoch {EPOCHS - 1} of {EPOCHS}" in capsys.readouterr().err
    assert content(begun) == content(peace)
    assert main([*COMMAND, "--no-figure", "--epochs", "1"]) == 0  # begins anew
    assert len(list((tmp_path / "runs").iterdir())) == 3


# --- damage -----------------------------------------------------------------------------------------------------------


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def flip(file: Path) -> None:
    garbled = bytearray(file.read_bytes())
    garbled[len(garbled) // 2] ^= 1
    file.write_bytes(garbled)


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, flip, empty])
def test_a_damaged_checkpoint_is_told_and_the_one_before_is_used(
    peace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(peace, folder)
    (folder / "results.parquet").unlink()
    _, _, last = Checkpoints(folder / "checkpoints" / "1-adam").files()[0]
    damage(last)
    assert main([*COMMAND, "--no-figure", "--out", str(folder)]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"{last} is damaged (its digest is not the one in its name); it is left out"
    assert told[1] == f"adam: resuming after epoch {EPOCHS - 1} of {EPOCHS}"
    assert content(folder) == content(peace)


def test_without_any_whole_checkpoint_it_begins_anew(
    peace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(peace, folder)
    for file in (folder / "checkpoints" / "2-sgd").iterdir():
        truncate(file)
    assert main([*COMMAND, "--no-figure", "--out", str(folder)]) == 0
    assert capsys.readouterr().err.count("is damaged") == 2
    assert content(folder) == content(peace)


# --- wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "needle"),
    [
        (["-m", "softmx"], "unknown network 'softmx'; did you mean softmax?"),
        (["-m", "mlp[hiden=[3]]"], "has no parameter 'hiden'; it has hidden, activation"),
        (["-m", "mlp[hidden=[3,0]]"], "hidden=[3, 0] of mlp must be a list of whole numbers from 1"),
        (["-m", "mlp[hidden=[1.5]]"], "hidden=[1.5] of mlp must be a list"),
        (["-m", "mlp[hidden=few]"], "hidden=few of mlp must be a list"),
        (["-m", "mlp[activation=relo]"], "unknown activation 'relo'; did you mean relu?"),
        (["-m", "mlp[dropout=1]"], "dropout=1 of mlp must be a number in [0, 1)"),
        (["-m", "mlp[hidden=[3"], "cannot read 'mlp[hidden=[3'"),
        (["-d", "digit"], "digits"),
        (["-o", "adma"], "unknown optimizer 'adma'; did you mean adam"),
        (["-o", "adam[lr=-1]"], "lr=-1 is out of range"),
        (["--schedule", "inverse_sqr"], "did you mean inverse_sqrt"),
        (["--epochs", "0"], "--epochs 0 must be a whole number of at least 1"),
        (["--batch", "0"], "--batch 0 must be a whole number of at least 1"),
        (["--seeds", "x"], "--seeds x must be a whole number of at least 1"),
        (["--seed", "4294967295"], "must be below 2^32"),
        (["--dtype", "float16"], "dtype must be float32 or float64, not 'float16'"),
        (["--workers", "0"], "--workers 0 must be a whole number of at least 1"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    words: list[str], needle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--out", str(tmp_path / "a"), *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    assert printed.err.startswith("adamtheory: ") and needle in printed.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "needle"),
    [
        (["--epochs", "11"], f"epochs was {EPOCHS}, now 11"),
        (["-o", "adam[lr=[0.002,0.03]]"], "optimizers was adam[lr=[0.002,0.02]], sgd[lr=0.1], now"),
        (["-m", "softmax"], "model was mlp[hidden=[8]], now softmax"),
        (["--seed", "4"], "first_seed was 3, now 4"),
    ],
)
def test_a_folder_of_other_settings_is_refused(
    peace: Path, words: list[str], needle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(peace)
    assert main([*COMMAND, "--out", str(peace), *words]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    assert f"{peace} holds a training with other settings ({needle}" in printed.err
    assert content(peace) == before


def test_a_finished_training_goes_on_to_more_epochs(peace: Path, tmp_path: Path) -> None:
    """To the same bits as one that was begun with them."""
    folder = tmp_path / "run"
    for epochs in (2, 5, EPOCHS):
        assert main([*COMMAND, "--epochs", str(epochs), "--out", str(folder)]) == 0
        record = json.loads((folder / "run.json").read_text())
        assert record["finished"] and record["parameters"]["epochs"] == epochs
    assert content(folder) == content(peace)


def test_a_record_that_was_changed_by_hand_is_one_line(
    peace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or the training is finished again, where what was changed is not looked at."""
    shutil.copytree(peace, tmp_path / "run")
    record, refused = json.loads((peace / "run.json").read_text()), 0
    for what, found in damaged(record, 60):
        (tmp_path / "run" / "run.json").write_text(json.dumps(found))
        capsys.readouterr()
        status = main([*COMMAND, "--out", str(tmp_path / "run"), "--no-figure"])
        err = capsys.readouterr().err.splitlines()
        assert status == 0 or (status == 2 and len(err) == 1), what
        refused += status == 2
    assert refused > 30


def test_a_folder_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert main([*COMMAND, "--out", str(tmp_path)]) == 2
    assert f"{tmp_path} exists already and holds no training" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
