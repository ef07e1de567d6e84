"""The data sets as networks get them: real files against their published facts, scikit-learn and a second reading."""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory.cli import main
from adamtheory.data import textfiles
from adamtheory.errors import DataError, NoDataError, ParameterError, SpecError
from adamtheory.nets import data
from adamtheory.nets.data import NAMES, Sparse, load
from adamtheory.nets.data_bytes import read_cifar
from adamtheory.nets.data_places import BATCHES, IDX, SOURCES, Form, Found, locate
from adamtheory.nets.data_tables import cut

from .idx_files import idx

M64 = 2**64 - 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data that ADAMTHEORY_DATA names, and an empty cache."""
    monkeypatch.setenv("ADAMTHEORY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ADAMTHEORY_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def philox(counter: int) -> list[int]:
    """Four words of Philox4x64-10 with key 0, after Salmon, Moraes, Dror, Shaw 2011, figure 2 and section 3.3."""
    a, b, c, d = counter, 0, 0, 0
    for k in range(10):
        p, q = 0xD2E7470EE14C6C93 * a, 0xCA5A826395121157 * c
        keys = k * 0x9E3779B97F4A7C15 & M64, k * 0xBB67AE8584CAA73B & M64
        a, b, c, d = q >> 64 ^ b ^ keys[0], q & M64, p >> 64 ^ d ^ keys[1], p & M64
    return [a, b, c, d]


@pytest.mark.parametrize("rows", [2, 5, 6, 1797])
def test_the_cut_is_that_of_a_philox_written_again(rows: int) -> None:
    words = [word for counter in range(1, rows // 4 + 2) for word in philox(counter)][:rows]
    order = sorted(range(rows), key=words.__getitem__)
    train, test = cut(rows)
    assert [*train, *test] == order
    assert len(test) == -(-rows // 5)


def test_digits_are_those_of_scikit_learn(monkeypatch) -> None:
    sklearn = pytest.importorskip("sklearn.datasets")
    x, y = sklearn.load_digits(return_X_y=True)
    found = load("digits")
    order = np.concatenate(cut(1797))
    assert np.array_equal(np.concatenate((found.train.x, found.test.x)), x[order] / 16)
    assert np.array_equal(np.concatenate((found.train.y, found.test.y)), y[order])
    assert (len(found.train.y), len(found.test.y), found.classes, found.shape) == (1437, 360, 10, (8, 8))
    assert found.train.x.dtype == np.float32 and found.train.y.dtype == np.int64
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(NoDataError, match=r"digits needs scikit-learn: pip install 'adamtheory\[nets\]'"):
        load("digits")


# training labels of each class, mean pixel and deviation as everyone who normalises the images writes them
PUBLISHED = {
    "mnist": ([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], 0.1307, 0.3081),
    "fashion_mnist": ([6000] * 10, 0.2860, 0.3530),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_images_have_their_published_facts(data_dir: Path, name: str) -> None:
    counts, mean, deviation = PUBLISHED[name]
    found = load(name, data_dir)
    assert (found.train.x.shape, found.test.x.shape) == ((60000, 784), (10000, 784))
    assert np.bincount(found.train.y).tolist() == counts
    levels = sum(np.bincount(part.ravel(), minlength=256) for part in np.split(found.train.x, 10))
    values = np.arange(256) / 255
    average = levels @ values / levels.sum()
    assert round(average, 4) == mean
    assert round(np.sqrt(levels @ (values - average) ** 2 / levels.sum()), 4) == deviation
    assert found.origin == {remote.name: remote.sha256 for remote in SOURCES[name].remotes}
    assert (found.classes, found.shape, found.train.x.dtype) == (10, (28, 28), np.uint8)
    assert found.train.x.flags.c_contiguous


def test_cifar_put_together_again_has_the_published_digest(data_dir: Path) -> None:
    pixels, labels = np.empty((10000, 3072), np.uint8), np.empty(10000, np.int64)
    read_cifar(data_dir / "cifar10" / "cifar10_test_10000.bin.xz", 10000, pixels, labels)
    again = np.column_stack((labels.astype(np.uint8), pixels)).tobytes()
    assert hashlib.sha256(again).hexdigest() == "a1a6452109f7ce681c3605809b6b1212fec9c775f8a1a25bd18aa6e5738c83e9"
    assert np.bincount(labels).tolist() == [1000] * 10


def test_batches_follow_one_another(tmp_path: Path) -> None:
    rows = np.random.default_rng(3).integers(0, 10, (12, 3073), np.uint8)
    for k, name in enumerate(BATCHES):
        (tmp_path / name).write_bytes(rows[2 * k : 2 * k + 2].tobytes())
    form = Form((), tuple((name,) for name in BATCHES), 10, 2)
    found = data._cifar(Found(form, tmp_path, tuple(tmp_path / name for name in BATCHES)))
    for part, expected in ((found.train, rows[:10]), (found.test, rows[10:])):
        assert np.array_equal(np.column_stack((part.y, part.x)), expected)
    assert [*found.origin] == [*BATCHES]
    assert found.origin["test_batch.bin"] == hashlib.sha256(rows[10:].tobytes()).hexdigest()
    assert (found.classes, found.shape) == (10, (3, 32, 32))


def test_words_agree_with_scikit_learn(data_dir: Path, folder: Path) -> None:
    sklearn = pytest.importorskip("sklearn.datasets")
    (folder / "imdb").mkdir()
    with gzip.open(data_dir / "imdb_bow" / "test_labeledBow.feat.gz") as packed:
        rows = packed.readlines(2_000_000)
    for file, part in {"train": rows, "test": rows[::-1]}.items():
        (folder / "imdb" / f"{file}_labeledBow.feat").write_bytes(b"".join(part))
    found = load("imdb")
    theirs, stars = sklearn.load_svmlight_file(
        str(folder / "imdb" / "train_labeledBow.feat"), n_features=89527, zero_based=True
    )
    theirs = theirs[:, :10000]
    assert (found.shape, found.classes, found.train.x.width) == ((10000,), 2, 10000)
    assert np.array_equal(found.train.x.indptr, theirs.indptr) and found.train.x.indptr.dtype == np.int64
    assert np.array_equal(found.train.x.indices, theirs.indices) and found.train.x.indices.dtype == np.int32
    assert np.array_equal(found.train.x.values, theirs.data) and found.train.x.values.dtype == np.float32
    assert np.array_equal(found.train.y, stars > 5)
    (folder / "imdb" / "train_labeledBow.feat").write_bytes(b"9 1:1\n-1 1:1\n")
    with pytest.raises(DataError, match="row 1 has the label -1, which is no rating of 1 to 10 stars"):
        load("imdb")
    (folder / "imdb" / "train_labeledBow.feat").write_bytes(b"".join(rows))
    some = load("imdb[train=10, words=300, test=4]")
    spread = [k * len(rows) // 10 for k in range(10)]
    assert np.array_equal(some.train.x.dense(), theirs[spread, :300].toarray())
    assert some.name == "imdb[train=10, words=300, test=4]" and len(some.test.y) == 4
    assert np.array_equal(found.test.x.dense(slice(0, 5)), theirs[-1:-6:-1].toarray())


def test_the_whole_of_the_words(data_dir: Path) -> None:
    """Entries and rows of each sign as the data's description counts them."""
    from adamtheory.data.textfiles import read_libsvm_rows

    stars, starts, indices, _ = read_libsvm_rows(data_dir / "imdb_bow" / "test_labeledBow.feat.gz")
    assert (len(stars), starts[-1], indices.max() + 1 <= 89527) == (25000, 3340144, True)
    assert (stars[:12500] >= 7).all() and (stars[12500:] <= 4).all()


@pytest.mark.parametrize("name", ["a9a.gz", "svmguide1.gz", "mushrooms.gz"])
def test_libsvm_files_agree_with_scikit_learn(data_dir: Path, monkeypatch, name: str) -> None:
    sklearn = pytest.importorskip("sklearn.datasets")
    monkeypatch.delenv("ADAMTHEORY_DATA", raising=False)
    found = load(name, data_dir)
    assert isinstance(found.train.x, Sparse) and isinstance(found.test.x, Sparse)
    path, other = data_dir / "libsvm" / name, data_dir / "libsvm" / "a9a.t.gz"
    theirs, labels = sklearn.load_svmlight_file(str(path))
    if name == "a9a.gz":
        test, test_labels = sklearn.load_svmlight_file(str(other), n_features=123)
        train, train_labels = theirs, labels
    else:
        first, second = cut(len(labels))
        train, train_labels, test, test_labels = theirs[first], labels[first], theirs[second], labels[second]
    for ours, x, y in ((found.train, train, train_labels), (found.test, test, test_labels)):
        assert np.array_equal(ours.x.dense(), x.toarray().astype(np.float32))
        assert np.array_equal(np.unique(labels)[ours.y], y)
    assert [*found.origin] == ([name, "a9a.t.gz"] if name == "a9a.gz" else [name])
    assert found.shape == (theirs.shape[1],)


def test_csv_files(data_dir: Path, monkeypatch) -> None:
    monkeypatch.setenv("ADAMTHEORY_DATA", str(data_dir))
    wine = load("winequality-red.csv")
    table = np.loadtxt(data_dir / "uci" / "winequality-red.csv", delimiter=",")
    first, second = cut(1599)
    assert np.array_equal(wine.train.x, table[first, :-1]) and np.array_equal(wine.test.x, table[second, :-1])
    assert np.array_equal(wine.train.y + 3, table[first, -1])  # qualities 3 to 8
    assert (wine.classes, wine.shape, wine.train.x.dtype) == (6, (11,), np.float64)
    bad_first = load("ionosphere.csv")
    letters = (data_dir / "uci" / "ionosphere.csv").read_text().split()
    assert ["bg"[k] for k in bad_first.train.y] == [letters[row][-1] for row in cut(351)[0]]
    with pytest.raises(DataError, match="take .* values"):
        load("airfoil.csv.gz")


def test_what_no_class_is(folder: Path, monkeypatch) -> None:
    def refused(text: str, test: str = "", name: str = "a.txt") -> str:
        (folder / name).write_text(text)
        (folder / f"{name}.t").unlink(missing_ok=True)
        if test:
            (folder / f"{name}.t").write_text(test)
        with pytest.raises(DataError) as caught:
            load(name)
        return str(caught.value)

    assert "a.txt.t: the label 3 does not occur in the training file" in refused("1 1:1\n2 1:1\n", "3 1:1\n")
    assert "all rows have the same label" in refused("1 1:1\n1 1:1\n")
    assert "the labels take 11 values in 12 rows" in refused("".join(f"{k % 11} 1:1\n" for k in range(12)))
    assert "line 1: from here on is index 2147483648" in refused("1 2147483648:1\n2 1:1\n")
    assert "line 1: from here on is a value beyond the range of float32" in refused("1 1:1e39\n2 1:1\n")
    assert "line 2: the value of feature 1 'x' is not a number" in refused("1 1:1\n2 1:x\n")
    monkeypatch.setattr(textfiles, "LARGEST_SPARSE", 47)
    assert "line 1: the rows so far need 4.47e-08 GiB, over the limit" in refused("1 1:1\n2 1:1\n")
    assert "all rows have the same label" in refused("1,2\n3,2\n", name="a.csv")


def test_indices_from_zero_in_either_file_count_for_both(folder: Path) -> None:
    (folder / "b").write_text("1 1:5\n2 2:6\n")
    assert load("b").shape == (2,)
    (folder / "b.t").write_text("2 0:7 3:8\n")
    found = load("b")
    assert found.train.x.dense().tolist() == [[0, 5, 0, 0], [0, 0, 6, 0]]
    assert found.test.x.dense().tolist() == [[7, 0, 0, 8]] and found.test.y.tolist() == [1]


def small(folder: Path, name: str, images: np.ndarray, labels: np.ndarray) -> None:
    """The four files of MNIST in small."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for file in IDX:
        (folder / name / file).write_bytes(idx(images if "images" in file else labels))


def test_images_and_labels_that_do_not_belong_together(folder: Path) -> None:
    images, labels = np.zeros((3, 28, 28), np.uint8), np.array([0, 9, 2], np.uint8)
    small(folder, "mnist", images, labels)
    assert load("mnist[train=2]").train.y.tolist() == [0, 9]
    small(folder, "mnist", images[:2], labels)
    with pytest.raises(DataError, match="byte 4: 2 images, but train-labels-idx1-ubyte has 3 labels"):
        load("mnist")
    small(folder, "mnist", images[:, 1:], labels)
    with pytest.raises(DataError, match="byte 8: the images have 27 x 28 pixels"):
        load("mnist")
    small(folder, "mnist", images, labels + np.uint8(1))
    with pytest.raises(DataError, match="byte 9: row 1 has the label 10"):
        load("mnist")


def test_where_files_are_found(folder: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    images, labels = np.zeros((3, 28, 28), np.uint8), np.array([0, 9, 2], np.uint8)
    cache = tmp_path / "cache" / "data"
    for k, place in enumerate((cache, folder, tmp_path / "given")):
        small(place, "mnist", images + np.uint8(k), labels)
        assert load("mnist", tmp_path / "given" if k == 2 else None).train.x.max() == k
    small(tmp_path / "torch", "MNIST/raw", images + np.uint8(9), labels)
    assert load("mnist", tmp_path / "torch").train.x.max() == 9
    with pytest.raises(DataError, match="folder of data .*absent does not exist"):
        load("mnist", tmp_path / "absent")
    # the whole of CIFAR-10 goes before a part of it, but not before what was asked for
    for place, names in ((folder / "cifar10", ["cifar10_train_10000.bin.xz", "cifar10_test_10000.bin"]),
                         (cache / "cifar10", BATCHES)):  # fmt: skip
        place.mkdir(parents=True)
        for name in names:
            (place / name).touch()
    assert locate("cifar10").folder == cache / "cifar10"
    assert locate("cifar10", folder).form.train == 10000
    assert main(["list", "datasets", "--json"]) == 0
    entries = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert [*entries] == [*NAMES]
    assert [entries[name]["state"] for name in NAMES[1:]] == ["found", "downloadable", "cached", "downloadable"]
    assert entries["cifar10"]["train"] == 50000 and entries["imdb"]["bytes"] == 84125825
    with pytest.raises(DataError, match=r"data_batch_1\.bin, byte 0: the file ends here, short of the 10000 rows"):
        load("cifar10")


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("mnst", NoDataError, "did you mean mnist"),
        ("nothing.csv", NoDataError, "no data file nothing.csv .*data sets with a name: digits, mnist"),
        ("digits[words=3]", ParameterError, "digits has no parameter 'words'; it has train, test"),
        ("digits[train=0]", ParameterError, "train must be a whole number from 1 to 1437"),
        ("digits[test=361]", ParameterError, "test must be a whole number from 1 to 360"),
        ("digits[train=1.5]", ParameterError, "train must be a whole number"),
        ("imdb[words=89528]", ParameterError, "words must be a whole number from 1 to 89527"),
        ("digits[train=", SpecError, "cannot read"),
    ],
)
def test_specs_that_ask_for_what_is_not(folder: Path, spec: str, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        load(spec)


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 6), max_size=4, unique=True), min_size=1, max_size=5), st.data())
def test_rows_of_a_sparse_matrix_are_those_of_the_dense_one(rows: list[list[int]], data: st.DataObject) -> None:
    dense = np.zeros((len(rows), 7), np.float32)
    for k, row in enumerate(rows):
        dense[k, row] = np.arange(1, len(row) + 1)
    where, columns = np.nonzero(dense)
    starts = np.searchsorted(where, np.arange(len(rows) + 1)).astype(np.int64)
    sparse = Sparse(starts, columns.astype(np.int32), dense[where, columns], 7)
    chosen = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=6)), np.int64)
    assert np.array_equal(sparse.dense(), dense)
    assert np.array_equal(sparse.take(chosen).dense(), dense[chosen])
    assert np.array_equal(sparse.dense(slice(1, 3)), dense[1:3])
