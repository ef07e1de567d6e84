"""Readers of data files: against scikit-learn, against published counts, and line by line on every fault."""

from __future__ import annotations

import gzip
import hashlib
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamtheory.data import find, load, textfiles
from adamtheory.errors import DataError, UnknownNameError

# Rows, features, entries, labels +1 (the larger) and -1, as published with the files.
LIBSVM = {
    "a9a.gz": (32561, 123, 451592, 7841, 24720),
    "a9a.t.gz": (16281, 122, None, 3846, 12435),
    "w8a.gz": (49749, 300, 579586, 1479, 48270),
    "mushrooms.gz": (8124, 112, None, 4208, 3916),
    "phishing.gz": (11055, 68, None, 6157, 4898),
    "splice_train+test.gz": (3175, 60, None, 1648, 1527),
    "svmguide1.gz": (3089, 4, None, 2000, 1089),
    "german.numer_scale.gz": (1000, 24, None, 300, 700),
    "australian_scale.gz": (690, 14, None, 307, 383),
}
REGRESSION = {
    "winequality-red.csv": (1599, 11),
    "winequality-white.csv": (4898, 11),
    "airfoil.csv.gz": (1503, 5),
    "autompg.csv.gz": (392, 7),
    "bike.csv.gz": (17379, 17),
    "concrete.csv.gz": (1030, 8),
    "energy.csv.gz": (768, 8),
    "parkinsons.csv.gz": (5875, 20),
    "protein.csv.gz": (45730, 9),
    "skillcraft.csv.gz": (3338, 19),
    "wine.csv.gz": (1599, 11),
    "yacht.csv.gz": (308, 6),
}
CLASSES = {"ionosphere.csv": (351, 34), "sonar.csv": (208, 60), "banknote_authentication.csv": (1372, 4)}


@pytest.fixture
def write(tmp_path: Path):
    def writer(text: str | bytes, name: str = "data.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return writer


@pytest.mark.parametrize("name", LIBSVM)
def test_libsvm_files_agree_with_scikit_learn_and_published_counts(data_dir: Path, name: str) -> None:
    sklearn = pytest.importorskip("sklearn.datasets")
    path = data_dir / "libsvm" / name
    rows, columns, entries, positive, negative = LIBSVM[name]
    ours = load(path, task="classification")
    features, labels = sklearn.load_svmlight_file(str(path))
    assert ours.features.shape == (rows, columns)
    assert np.array_equal(ours.features, features.toarray())
    assert entries is None or np.count_nonzero(ours.features) == entries
    assert np.array_equal(ours.targets, np.where(labels == labels.max(), 1.0, -1.0))
    assert ((ours.targets == 1).sum(), (ours.targets == -1).sum()) == (positive, negative)
    assert np.array_equal(load(path, task="regression").targets, labels)
    assert ours.features.flags.c_contiguous
    assert ours.features.dtype == ours.targets.dtype == np.float64
    assert ours.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert ours.name == name.removesuffix(".gz")


@pytest.mark.parametrize("name", REGRESSION)
def test_csv_regression_files_agree_with_numpy_loadtxt(data_dir: Path, name: str) -> None:
    path = data_dir / "uci" / name
    ours = load(path, task="regression")
    table = np.loadtxt(path, delimiter=",")
    assert ours.features.shape == REGRESSION[name]
    assert np.array_equal(ours.features, table[:, :-1])
    assert np.array_equal(ours.targets, table[:, -1])
    assert ours.name == name.removesuffix(".gz").removesuffix(".csv")


@pytest.mark.parametrize("name", CLASSES)
def test_csv_class_files(data_dir: Path, name: str) -> None:
    ours = load(data_dir / "uci" / name, task="classification")
    labels = [line.rpartition(",")[2] for line in (data_dir / "uci" / name).read_text().split()]
    assert ours.features.shape == CLASSES[name]
    assert np.array_equal(ours.targets, [1.0 if label == max(labels) else -1.0 for label in labels])


def test_a_large_file_is_read_fast_and_in_bounded_memory(data_dir: Path) -> None:
    best = min(_seconds(lambda: load(data_dir / "libsvm" / "a9a.gz", task="classification")) for _ in range(3))
    assert best < 1.0
    tracemalloc.start()
    load(data_dir / "libsvm" / "a9a.gz", task="classification")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32561 * 123 * 8 + 60 * textfiles.CHUNK


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_dense_size_is_limited_before_it_is_taken(data_dir: Path) -> None:
    tracemalloc.start()
    with pytest.raises(DataError, match=r"need [\d.]+ GiB as a dense matrix, over the limit of 2 GiB; keep fewer rows"):
        load(data_dir / "imdb_bow" / "train_labeledBow.feat.gz", task="regression")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * textfiles.CHUNK


def test_a_categorical_column_of_a_published_file_is_refused(data_dir: Path) -> None:
    with pytest.raises(DataError, match=r"abalone\.csv, line 1: column 1 holds 'M', which is not a number; replace"):
        load(data_dir / "uci" / "abalone.csv", task="regression")


def test_libsvm_details(write) -> None:
    text = "# head\n+1 1:0.5 3:-2e0 # tail 9:9\n\n-1\n1\t2:.25  3:1.\r\n-1 4:0"
    for name in ("plain", "named.csv.gz.txt"):
        data = load(write(text, name), task="classification")
        assert data.features.tolist() == [[0.5, 0, -2, 0], [0, 0, 0, 0], [0, 0.25, 1, 0], [0, 0, 0, 0]]
        assert data.targets.tolist() == [1, -1, 1, -1]
    packed = load(write(gzip.compress(text.encode()), "no_suffix"), task="classification")
    assert np.array_equal(packed.features, data.features)


def test_an_index_zero_anywhere_shifts_all_rows(write) -> None:
    assert load(write("1 1:5 2:6\n0 1:7\n"), task="regression").features.tolist() == [[5, 6], [7, 0]]
    assert load(write("1 1:5 2:6\n0 0:7\n"), task="regression").features.tolist() == [[0, 5, 6], [7, 0, 0]]


def test_an_index_zero_in_a_later_stretch_shifts_the_rows_before(write, monkeypatch) -> None:
    monkeypatch.setattr(textfiles, "CHUNK", 8)
    data = load(write("1 1:5 2:6\n" * 3 + "0 0:7\n"), task="regression")
    assert data.features.tolist() == [[0, 5, 6]] * 3 + [[7, 0, 0]]


@pytest.mark.parametrize(
    ("labels", "signs"),
    [("1 2 1", [-1, 1, -1]), ("0 1 1", [-1, 1, 1]), ("-1 +1 1.0", [-1, 1, 1]), ("10 9 9", [1, -1, -1])],
)
def test_labels_become_signs_by_size(write, labels: str, signs: list[int]) -> None:
    rows = labels.split()
    svm = load(write("\n".join(f"{label} 1:1" for label in rows)), task="classification")
    csv = load(write("\n".join(f"3,{label}" for label in rows), "a.csv"), task="classification")
    assert svm.targets.tolist() == csv.targets.tolist() == signs


def test_csv_details(write) -> None:
    for text in ("x,y,z\n1,2,3\n4,5,6", "\ufeff1, 2 ,3\r\n\r\n4,5,6\r\n", '"a:b","c","d"\n1,2,3\n\n4,5,6\n\n'):
        data = load(write(text, "t.csv"), task="regression")
        assert data.features.tolist() == [[1, 2], [4, 5]]
        assert data.targets.tolist() == [3, 6]
    assert load(write("1,2,g\n4,5,b\n", "no_suffix"), task="classification").targets.tolist() == [1, -1]
    assert load(write('u,v,class\n1,2,"no"\n4,5,"yes"\n', "q.csv"), task="classification").targets.tolist() == [-1, 1]


FAULTS = [
    ("a.txt", "", None, "no rows"),
    ("a.txt", "\n# only a comment\n", None, "no rows"),
    ("a.csv", "", None, "no rows"),
    ("a.csv", "x,y\n", None, "no rows"),
    ("a.txt", "1\n2\n", None, "no row has a feature"),
    ("a.txt", "1 1:1\n2 2:1 2:3\n", 2, "index 2 comes after index 2; sort"),
    ("a.txt", "1 1:1\n\n2 2:1 1:3\n", 3, "index 1 comes after index 2; sort"),
    ("a.txt", "1 1:1\n2 2:1 x\n", 2, "'x' is not index:value; write"),
    ("a.txt", "1 1:1\n2 -2:1\n", 2, "'-2:1' is not index:value"),
    ("a.txt", "1 1:1\n2 1.0:1\n", 2, "'1.0:1' is not index:value"),
    ("a.txt", "1 1:1\n2 2 :1\n", 2, "'2' is not index:value"),
    ("a.txt", "1 1:1\n2 2:\n", 2, "the value of feature 2 is missing"),
    ("a.txt", "1 1:1\n2 2:1:3\n", 2, "the value of feature 2 '1:3' is not a number"),
    ("a.txt", "1 1:1\n2 2:1_0\n", 2, "'1_0' is not a number"),
    ("a.txt", "1 1:1\n2 2:0x10\n", 2, "'0x10' is not a number"),
    ("a.txt", "1 1:1\n2 2:1-2\n", 2, "'1-2' is not a number"),
    ("a.txt", "1 1:1\n2 2:inf\n", 2, "'inf' is not finite"),
    ("a.txt", "1 1:1\n2 2:1e999\n", 2, "'1e999' is not finite"),
    ("a.txt", "1 1:1\nNaN 2:1\n", 2, "the label 'NaN' is not finite"),
    ("a.txt", "1 1:1\ngood 2:1\n", 2, "the label 'good' is not a number"),
    ("a.txt", "1,2 1:1\n3 1:2\n", 1, "the label '1,2' is not a number"),
    ("a.txt", "1 1:1\r2 1:1\r", 1, "'2' is not index:value"),
    ("a.txt", "1 qid:1 1:1\n", 1, "'qid:1' is not index:value"),
    ("a.txt", "1 99999999999:1\n", None, "over the limit of 2 GiB"),
    ("a.txt", "1 1:1\0\n", 1, "the file is binary"),
    ("a.csv", "1,2,3\n4,5\n", 2, "2 columns where the rows before have 3"),
    ("a.csv", "1,2,3\n4,,3\n", 2, "column 2 is missing"),
    ("a.csv", "1,2,3\n4,?,3\n", 2, "column 2 is missing"),
    ("a.csv", "1,2,3\n4,nan,3\n", 2, "column 2 'nan' is not finite"),
    ("a.csv", "1,2,3\n4,5,\n", 2, "the target (last column) is missing"),
    ("a.csv", "1,2,3\n4,5,six\n", 2, "the target (last column) 'six' is not a number; give numbers, or read"),
    ("a.csv", "x,y,z\n1,2,3\n4,red,3\n", 3, "column 2 holds 'red', which is not a number; replace"),
    ("a.csv", "1,2,3\n4,5 6,3\n", 2, "column 2 holds '5 6', which is not a number"),
    ("a.csv", "1;2;3\n", 1, "one column only ('1;2;3'); give at least two columns; separate the columns by commas"),
]


@pytest.mark.parametrize(("name", "text", "line", "message"), FAULTS)
def test_faults_name_file_line_and_remedy(write, name, text, line, message) -> None:
    path = write(text, name)
    with pytest.raises(DataError) as caught:
        load(path, task="regression")
    told = str(caught.value)
    assert told.startswith(f"{path}: " if line is None else f"{path}, line {line}: ")
    assert message in told
    assert "; " in told
    assert "\n" not in told


@pytest.mark.parametrize("fault", [item for item in FAULTS if item[2] and item[2] > 1])
def test_faults_keep_their_line_far_into_a_file(write, monkeypatch, fault) -> None:
    name, text, line, message = fault
    monkeypatch.setattr(textfiles, "CHUNK", 16)
    first, rest = text.split("\n", 1)
    path = write((first + "\n") * 50 + rest, name) if not first.startswith("x,") else write(text, name)
    with pytest.raises(DataError) as caught:
        load(path, task="regression")
    assert f"line {line if first.startswith('x,') else line + 49}: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("1 1", "the labels are 1 only"),
        ("1 2 3", "the labels are 1, 2, 3;"),
        ("a b c", "the labels are 'a', 'b', 'c';"),
    ],
)
def test_classification_needs_two_labels(write, labels: str, message: str) -> None:
    path = write("\n".join(f"3,{label}" for label in labels.split()), "a.csv")
    with pytest.raises(DataError, match="exactly two distinct labels") as caught:
        load(path, task="classification")
    assert message in str(caught.value)


def test_a_real_target_is_no_class(write) -> None:
    many = "\n".join(f"3,{0.5 * k}" for k in range(1500))
    with pytest.raises(DataError, match="more than 1000 values; use regression"):
        load(write(many, "a.csv"), task="classification")
    svm = "\n".join(f"{0.5 * k} 1:1" for k in range(1500))
    with pytest.raises(DataError, match=r"0, 0.5, 1, 1.5, 2, 2.5, ... \(1500 in all\); classification needs"):
        load(write(svm, "a.txt"), task="classification")


def test_damaged_gzip(write) -> None:
    whole = gzip.compress("".join(f"1 1:{k}\n" for k in range(5000)).encode())
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    for bad in (whole[: len(whole) // 2], bytes(flipped), whole[:-4], whole + b"junk"):
        with pytest.raises(DataError, match=r"gzip stream breaks off or is damaged.*; fetch the file again"):
            load(write(bad, "a.gz"), task="regression")


def test_a_line_without_end_cannot_fill_the_memory(write, monkeypatch) -> None:
    monkeypatch.setattr(textfiles, "CHUNK", 64)
    monkeypatch.setattr(textfiles, "LONGEST_LINE", 1000)
    with pytest.raises(DataError, match="line 2: the line is longer than 1000 bytes"):
        load(write("1 1:1\n" + "1" * 5000, "a.txt"), task="regression")


def test_find(write, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("ADAMTHEORY_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"no data file mushrooms\.gz; give its path, or set ADAMTHEORY_DATA"):
        find("mushrooms.gz")
    folder = tmp_path / "sets"
    (folder / "libsvm").mkdir(parents=True)
    (folder / "uci").mkdir()
    (folder / "libsvm" / "mushrooms.gz").write_text("1 1:1")
    (folder / "uci" / "sonar.csv").write_text("1,R")
    monkeypatch.setenv("ADAMTHEORY_DATA", str(folder))
    assert find("mushrooms.gz") == find("libsvm/mushrooms.gz") == folder / "libsvm" / "mushrooms.gz"
    assert find("sonar.csv") == folder / "uci" / "sonar.csv"
    with pytest.raises(DataError, match=r"looked for mushroom.gz, .*uci/mushroom.gz\); did you mean mushrooms.gz\?"):
        find("mushroom.gz")
    with pytest.raises(DataError, match="is a folder"):
        find(folder)
    write("1 1:2", "mushrooms.gz")
    assert find("mushrooms.gz") == Path("mushrooms.gz")  # the path itself comes first
    with pytest.raises(UnknownNameError, match="classification"):
        load("mushrooms.gz", task="ranking")


TOKENS = ["1", "-1", "+1.5", "2e3", ".5", "7.", "1e999", "nan", "x", "1-2", "?", "", "0x1", "1_0", "-", "1e"]
ENTRIES = ["1:2", "2:3", "3:-1e-3", "0:1", "2:", ":", "2:x", "4:1:1", "+3:1", "9999999999999999:1"]
PIECES = [*TOKENS, *ENTRIES, "#", "\0", "\x0b"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=5), max_size=6), st.sampled_from([" ", "\t", "  "]))
def test_fast_and_careful_libsvm_readers_agree(rows: list[list[str]], blank: str) -> None:
    text = ("\n".join(blank.join(row) for row in rows) + "\n").encode()
    fast = textfiles._libsvm_fast(text)
    try:
        careful = textfiles._libsvm_careful(Path("f"), 1, text)
    except DataError:
        assert fast is None
        return
    if fast is not None:
        assert all(np.array_equal(a, b) for a, b in zip(fast, careful, strict=True))


@given(st.lists(st.lists(st.sampled_from([*TOKENS, " 3", "4 5"]), min_size=3, max_size=3), max_size=5))
def test_fast_and_careful_csv_readers_agree(rows: list[list[str]]) -> None:
    text = ("\n".join(",".join(row) for row in rows) + "\n").encode()
    fast = textfiles._csv_fast(text, 3)
    try:
        careful = textfiles._csv_careful(Path("f"), 1, text, 3, True)
    except DataError:
        assert fast is None
        return
    if fast is not None:
        assert np.array_equal(fast[0], careful[0])
        assert fast[1] == careful[1]


def test_the_fast_readers_take_ordinary_text() -> None:
    assert textfiles._libsvm_fast(b"+1 1:0.5 3:-2e0 # x\n\n-1\n1\t2:.25\n") is not None
    assert textfiles._csv_fast(b"1, 2,3\n4,5,6\n", 3) is not None
