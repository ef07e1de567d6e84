"""`adamtheory regret`: numbers, verdicts, the run folder, repeating a run, wrong input, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest
from damage import damaged

from adamtheory.cli import main
from adamtheory.runs.folder import differences, read_folder

ROOT = Path(__file__).parent.parent
LIBSVM = "".join(f"{1 if (i * i) % 7 < 3 else -1} 1:{i % 5 - 2} 2:{(i * 3) % 7 / 7:.4f} 3:1\n" for i in range(60))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def regret(*words: str) -> int:
    return main(["regret", *words])


def table(folder: Path) -> dict[str, np.ndarray]:
    return read_folder(folder).columns


def adam_regret(rounds: int) -> list[float]:
    """R_T of Adam with beta1=0, beta2=1/10, alpha=1/2 on the sequence 3, -1, -1, written out by hand."""
    x, v, p, loss, slopes, found = 1.0, 0.0, 1.0, 0.0, 0.0, []
    for t in range(1, rounds + 1):
        c = 3.0 if t % 3 == 1 else -1.0
        loss, slopes = loss + c * x, slopes + c
        v, p = 0.1 * v + 0.9 * c * c, p * 0.1
        x = min(1.0, max(-1.0, x - 0.5 / sqrt(t) * c / (sqrt(v / (1 - p)) + 1e-8)))
        found.append(loss - min(slopes, -slopes))
    return found


def test_the_default_run_tells_adam_from_amsgrad(here, capsys):
    assert regret("-T", "30000", "--out", "run") == 0
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line for line in out.splitlines() if line.endswith(("linear regret", "sublinear"))}
    assert {name: row.rsplit("  ", 1)[1] for name, row in rows.items()} == {
        "adam": "linear regret", "amsgrad": "sublinear", "adagrad": "sublinear", "sgd": "sublinear",
    }  # fmt: skip
    assert "0.6667 T + 0.444 sqrt(T)" in rows["adam"]
    assert "< 0 at t = 2" in rows["adam"]
    assert "sqrt(T)" in rows["sgd"]
    assert "beta2 = 1/(1 + C^2) = 1/10" in out
    assert "gap of R_T" not in out  # the best fixed point is exact
    sentence = " ".join(out.split())
    # 2/3, and between 3000 and 30000 rounds 0.444 (sqrt(30000) - sqrt(3000))/27000 more
    assert "the regret of adam grows linearly: over rounds T/10 to T it lost on average about 0.669 a round" in sentence
    assert "The regret of amsgrad, adagrad and sgd grows like sqrt(T)" in sentence
    assert "adam: 30000 rounds in" in err
    assert sorted(p.name for p in (here / "run").iterdir()) == [
        "regret.png", "regret.svg", "results.parquet", "run.json",
    ]  # fmt: skip
    assert os.listdir(here) == ["run"]


def test_the_numbers_are_those_of_adam_written_out_by_hand(here):
    assert regret("-T", "1000", "--out", "run", "--no-figure") == 0
    found = table(here / "run")
    adam = found["optimizer"] == "adam"
    wanted = np.array(adam_regret(1000))[found["rounds"][adam] - 1]
    np.testing.assert_allclose(found["regret"][adam], wanted, rtol=1e-12)
    assert not (here / "run" / "regret.png").exists()


def test_the_file_holds_the_library_s_numbers_bit_for_bit(here):
    from adamtheory.hindsight.regret import regret as measure
    from adamtheory.losses import random_signs
    from adamtheory.rules import adam
    from adamtheory.simulation.sequences import sequence
    from adamtheory.simulation.simulate import simulate

    words = ["-o", "adam[lr=[0.1, 0.3]]", "-l", "random_signs[dimension=2]", "-T", "500", "--seeds", "3", "--seed", "5"]
    assert regret(*words, "--out", "run", "--no-figure") == 0
    lr = [[Fraction(1, 10)], [Fraction(3, 10)]]
    trajectory = simulate(
        adam(lr=lr), sequence(random_signs, dimension=2), 500, seed=[5, 6, 7], checkpoints=12, monitors=True
    )
    found, wanted = table(here / "run"), measure(trajectory)
    assert found["regret"].tobytes() == wanted.regret.tobytes()
    assert found["x"].tobytes() == trajectory.iterates.tobytes()
    assert found["seed"].tolist() == np.repeat([5, 6, 7] * 2, len(wanted.checkpoints)).tolist()
    assert np.unique(found["parameter.lr"]).tolist() == [0.1, 0.3]


def test_lists_multiply_out_and_long_tables_are_cut(here, capsys):
    words = ["-o", "adam[lr=linspace(0.1, 1, 6), beta2=logspace(-2, -0.1, 8)]", "-T", "60", "--no-figure"]
    assert regret(*words, "--out", "run") == 0
    out = capsys.readouterr().out
    assert "... and 8 more rows, whose numbers are in results.parquet" in out
    assert sum(line.startswith("adam lr=") for line in out.splitlines()) == 40
    assert len(np.unique(table(here / "run")["lane"])) == 48


def test_random_losses_get_seeds_and_intervals(here, capsys):
    assert regret("-o", "sgd[lr=0.1]", "-l", "random_signs", "-T", "2000", "--json", "--out", "run") == 0
    found = json.loads(capsys.readouterr().out)
    (row,) = found["rows"]
    assert found["parameters"]["seeds"] == 8
    last = table(here / "run")
    last = last["regret"][last["rounds"] == 2000]
    assert row["regret"] == pytest.approx(last.mean())
    assert row["regret_error"] == pytest.approx(
        2.364624 * last.std(ddof=1) / sqrt(8), rel=1e-5
    )  # Student's t, 7 d.o.f.
    assert found["folder"] == "run"


def test_two_runs_agree_in_every_file_but_the_date(here):
    for name in ("a", "b"):
        assert regret("-T", "300", "--out", name) == 0
    assert differences(table(here / "a"), table(here / "b")) == []
    for file in ("regret.svg", "regret.png", "results.parquet"):
        assert (here / "a" / file).read_bytes() == (here / "b" / file).read_bytes()


def test_the_record_holds_what_determines_the_run(here):
    assert regret("-o", "adam[lr=1/3]", "-T", "1e3", "--out", "run", "--no-figure") == 0
    record = json.loads((here / "run" / "run.json").read_text())
    assert record["parameters"]["optimizers"] == ["adam[lr=1/3]"]
    assert record["parameters"]["horizon"] == 1000
    (entry,) = record["optimizers"]
    assert entry["optimizer"] == "adam[lr=1/3, beta1=0.9, beta2=0.999, eps=1e-08]"
    assert entry["set"] == "box[low=-1, high=1]"
    from adamtheory.rules import adam

    assert entry["digests"]["optimizer"] == adam.digest
    assert {"adamtheory", "python", "numpy", "numba", "llvmlite"} <= record["versions"].keys()


def test_a_run_is_repeated_bit_for_bit(here, capsys):
    assert regret("-T", "3000", "--out", "run", "--no-figure", "--dtype", "float32") == 0
    assert regret("--from", "run") == 0
    assert "identical: all" in capsys.readouterr().out
    assert os.listdir(here) == ["run"]
    assert regret("--from", "run", "--out", "again") == 0
    assert (here / "again" / "regret.png").exists()
    assert differences(table(here / "run"), table(here / "again")) == []


def test_a_tampered_number_is_noticed(here, capsys):
    assert regret("-T", "300", "--out", "run", "--no-figure") == 0
    file = here / "run" / "results.parquet"
    columns = parquet.read_table(file)
    values = columns["regret"].to_numpy().copy()
    values[3] = np.nextafter(values[3], np.inf)
    import pyarrow as pa

    at = columns.column_names.index("regret")
    parquet.write_table(columns.set_column(at, "regret", pa.array(values)), file)
    capsys.readouterr()
    assert regret("--from", "run") == 1
    assert "regret: 1 of " in capsys.readouterr().out
    assert regret("--from", "run", "--json") == 1
    assert json.loads(capsys.readouterr().out)["identical"] is False


def test_changed_versions_and_rules_are_told(here, capsys):
    assert regret("-o", "sgd", "-T", "30", "--out", "run", "--no-figure") == 0
    file = here / "run" / "run.json"
    record = json.loads(file.read_text())
    record["versions"]["numba"] = "0.1"
    record["optimizers"][0]["digests"]["schedule"] = "0"
    file.write_text(json.dumps(record))
    capsys.readouterr()
    assert regret("--from", "run") == 0
    err = capsys.readouterr().err
    assert "warning: numba was 0.1 and is" in err
    assert "warning: the schedule of sgd has changed since" in err


def test_data_are_found_again_and_their_change_is_told(here, capsys, monkeypatch):
    (here / "some.svm").write_text(LIBSVM)
    words = ["-o", "adam[lr=0.1]", "-o", "sgd[lr=0.1]", "--no-figure", "--out", "run"]
    assert regret("-l", "logistic[data=some.svm, order=shuffled]", *words, "--seeds", "2") == 0
    out = capsys.readouterr().out
    assert "10 passes over the 60 rows" in out
    assert "gap of R_T" in out
    record = json.loads((here / "run" / "run.json").read_text())
    assert record["data"]["data"].endswith("some.svm")
    assert len(record["data"]["sha256"]) == 64
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert regret("--from", "../run") == 0
    (here / "some.svm").write_text(LIBSVM.replace("1:2 ", "1:2.5 "))
    assert regret("--from", "../run") == 1
    assert "warning: the data have changed since" in capsys.readouterr().err


def test_a_ball_of_many_coordinates(here, capsys, monkeypatch):
    """The default projection is weighted, and is told; the record repeats it, and one without it means weighted."""
    monkeypatch.setenv("ADAMTHEORY_DATA", str(here))
    (here / "some.svm").write_text(LIBSVM)
    words = ["-l", "logistic[data=some.svm]", "--set", "ball[radius=0.1]", "-o", "adam[lr=0.1]", "--no-figure"]
    for kind in ("weighted", "euclidean"):
        assert regret(*words, "--projection", kind, "--out", kind) == 0
    out = capsys.readouterr().out
    assert "set         ball[radius=0.1]\nprojection  weighted by D\n" in out
    assert "projection  Euclidean\n" in out
    assert "gap of R_T" in out
    weighted, euclidean = table(here / "weighted"), table(here / "euclidean")
    assert 0 < weighted["gap"].max() < 1e-7
    assert np.linalg.norm(weighted["x"], axis=1).max() <= 0.1 * (1 + 1e-15)
    assert (weighted["regret"][-1] != euclidean["regret"][-1]) and weighted["best_fixed_point"].shape[1] == 3
    assert regret("--from", "euclidean") == 0
    file = here / "weighted" / "run.json"
    record = json.loads(file.read_text())
    assert record["parameters"].pop("projection") == "weighted"
    file.write_text(json.dumps(record))
    assert regret("--from", "weighted") == 0


def test_rules_of_a_file_of_one_s_own(here, capsys):
    (here / "mine.py").write_text(
        '@rule(moment="g", denominator="1")\ndef mine(x, g, *, lr: nonnegative = 0.5):\n    return x - lr*g\n'
    )
    assert regret("-o", "mine.py:mine", "-o", "sgd[lr=0.5]", "-T", "300", "--out", "run") == 0
    found = table(here / "run")
    mine, sgd = (found["regret"][found["optimizer"] == name] for name in ("mine", "sgd"))
    assert mine.tobytes() == sgd.tobytes()
    assert "mine.py:mine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "adm"], "unknown optimizer 'adm'; did you mean adam"),
        (["-l", "redi"], "unknown loss 'redi'; did you mean reddi"),
        (["-o", "adam[beta3=1]"], "unknown parameter of adam 'beta3'"),
        (["-o", "adam[beta2=1]"], "beta2=1 is out of range for adam"),
        (["-o", "adam[lr=much]"], "lr='much' of adam is not a number"),
        (["-o", "adam[lr=0.1"], "']' is missing at character 12"),
        (["-o", "adam[schedule=fast]"], "unknown schedule 'fast'"),
        (["--schedule", "constant[lr=1]"], "lr of the schedule constant is the optimizer's"),
        (["--set", "box[low=2, high=1]"], "low must not exceed high"),
        (["--set", "none"], "falls without end"),
        (["--set", "bal[radius=1]"], "unknown set 'bal'; did you mean ball"),
        (["--set", "ball[radius=-1]"], "radius=-1 is out of range for ball: it must lie in (0, inf)"),
        (["--set", "simplex[radius=1]"], "unknown parameter of simplex 'radius'"),
        (["--projection", "weigted"], "projection='weigted' is unknown; use weighted or euclidean"),
        (["-l", "random_signs[dimension=3]", "--set", "simplex", "--start", "1"], "start=1 lies outside the feasible"),
        (["--start", "there"], "start=there is not a number"),
        (["--start", "[0, 0]", "-l", "random_signs[dimension=3]"], "a number or 3 numbers are needed"),
        (["-l", "logistic[data=absent.gz]"], "no data file absent.gz"),
        (["-l", "logistic[data=bad.svm]"], "bad.svm, line 2: "),
        (["-T", "0"], "--horizon 0 must be a whole number of at least 1"),
        (["-T", "many"], "--horizon many must be a whole number of at least 1"),
        (["--seeds", "0"], "--seeds 0 must be a whole number of at least 1"),
        (["--seed", "5000000000"], "seed=5000000000 must be an integer"),
        (["--workers", "0"], "--workers 0 must be a whole number of at least 1"),
        (["--dtype", "float16"], "dtype='float16' is unknown"),
        (["--out", "there"], "there exists already"),
        (["--out", "bad.svm/x"], "cannot be made"),
        (["--from", "there"], "there holds no readable regret run"),
        (["--from", "there", "-o", "adam"], "leave out -o"),
        (["--nothing"], "No such option"),
    ],
)
def test_wrong_input_is_one_line_and_writes_nothing(here, capsys, words, says):
    (here / "there").mkdir()
    (here / "bad.svm").write_text("+1 1:2\n-1 1:x\n")
    before = sorted(here.rglob("*"))
    assert regret(*words) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
    assert sorted(here.rglob("*")) == before


def test_a_record_that_is_none_is_refused(here, capsys):
    assert regret("-o", "sgd", "-T", "30", "--out", "run", "--no-figure") == 0
    file = here / "run" / "run.json"
    record = json.loads(file.read_text())
    for change in ({"kind": "other"}, {"parameters": []}, {"parameters": {"horizon": 3}}):
        file.write_text(json.dumps({**record, **change}))
        capsys.readouterr()
        assert regret("--from", "run") == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_record_that_was_changed_by_hand_is_one_line(here, capsys):
    """Or it is played: as another run, or as the same where what was changed says nothing of the numbers."""
    assert regret("-o", "sgd[lr=[0.1, 1]]", "-o", "adam", "-T", "30", "--out", "run", "--no-figure") == 0
    file, refused = here / "run" / "run.json", 0
    for what, record in damaged(json.loads(file.read_text()), 120):
        file.write_text(json.dumps(record))
        capsys.readouterr()
        status = regret("--from", "run", "--no-figure")
        err = [line for line in capsys.readouterr().err.splitlines() if line.startswith("adamtheory:")]
        assert status in (0, 1) or (status == 2 and len(err) == 1), what
        refused += status == 2
    assert refused > 60


def test_nothing_is_left_where_writing_fails(here, monkeypatch, capsys):
    import adamtheory.runs.folder as run_folder

    def full(path, results):
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_results", full)
    assert regret("-o", "sgd", "-T", "30", "--out", "some/run", "--no-figure") == 2
    assert "some/run cannot be written: No space left on device" in capsys.readouterr().err
    assert os.listdir(here) == []


def command(*words: str, cwd: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-m", "adamtheory", "regret", *words]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=environment
    )


def test_the_command_runs_in_a_process_of_its_own(tmp_path):
    process = command("-T", "300", cwd=tmp_path)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, len(err.splitlines())) == (0, 4)
    (folder,) = (tmp_path / "runs").iterdir()
    assert f"results in {folder.relative_to(tmp_path)}" in out
    assert "undecided" in out or "linear regret" in out


def test_ctrl_c_keeps_what_has_finished(tmp_path):
    process = command(
        "-o", "sgd[lr=0.1]", "-o", "adam[lr=linspace(0.1, 1, 12)]", "-T", "2e8", "--out", "run", cwd=tmp_path
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("sgd: 200000000 rounds")
    time.sleep(0.2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    took = time.monotonic() - began
    assert process.returncode == 130
    assert "the results of sgd are in run; unfinished: adam" in err
    past = read_folder(tmp_path / "run")
    assert set(past.columns["optimizer"]) == {"sgd"}
    assert past.record["unfinished"] == ["adam"]
    assert took < 3  # half a second on an idle machine


def test_ctrl_c_before_anything_has_finished_writes_nothing(tmp_path):
    process = command("-T", "1e10", cwd=tmp_path)
    assert process.stdout is not None
    while process.stdout.readline().strip():
        pass  # the header ends with an empty line
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing was written" in err
    assert list(tmp_path.iterdir()) == []
