"""Data sets that networks learn: find the files, read them, and say exactly what was read.

    mnist = load("mnist")                        # mnist.train.x: uint8 (60000, 784), read by networks as k/255
    few = load("mnist[train=5000, test=1000]")   # the first rows of each part
    words = load("imdb[words=5000]")             # words.train.x: `Sparse`, counts of the 5,000 most frequent words
    adult = load("a9a.gz")                       # any LIBSVM or CSV file, by path or by name

`NAMES` are the data sets with a name. `digits` comes with scikit-learn and needs no file; the others lie below
`data_dir`, the folder that the variable ADAMTHEORY_DATA names, or the cache folder, where `download=True` puts them.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from adamtheory.data import file_digest, find
from adamtheory.data.textfiles import fault, read_libsvm_rows
from adamtheory.errors import NoDataError, ParameterError
from adamtheory.nets import data_download
from adamtheory.nets.data_arrays import Examples as Examples
from adamtheory.nets.data_arrays import Sparse as Sparse
from adamtheory.nets.data_arrays import Split as Split
from adamtheory.nets.data_bytes import CIFAR_CLASSES, PIXELS, check_labels, read_cifar, read_idx
from adamtheory.nets.data_places import NAMES as NAMES
from adamtheory.nets.data_places import SOURCES, Found, absent, folders, locate
from adamtheory.nets.data_places import survey as survey
from adamtheory.nets.data_tables import cut, read_table
from adamtheory.runs.spec_text import Spec, parse_spec

WORDS = 10_000
MOST_WORDS = 89_527  # the authors' vocabulary
STARS = range(1, 11)
POSITIVE = 7  # stars; the set has no review with five or six


def load(
    spec: str | Spec,
    data_dir: str | os.PathLike[str] | None = None,
    *,
    download: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Examples:
    """Read a data set for classification.

    spec      one of `NAMES`, or the path or name of a LIBSVM or CSV file; in brackets `train=N`, `test=N` for the first
              N rows of a part, and for imdb `words=N` for the N most frequent words, 1 to 89527
    data_dir  folder that is searched before the others
    download  fetch a data set with a name that is nowhere; `tell` is given a line for each file
    The training rows of imdb lie by class, so there `train=N` takes N rows evenly spaced; likewise `test=N`.
    Files without a test part are cut 80 to 20, rounded up, in an order fixed for all time (`data_tables.cut`).
    Raises `DataError` (file, line or byte, reason, remedy) for files that are absent or malformed, `ParameterError` for
    a parameter that is unknown or out of its range.
    Sources: LeCun, Bottou, Bengio, Haffner 1998 (mnist); Xiao, Rasul, Vollgraf 2017 (fashion_mnist); Krizhevsky 2009
    (cifar10); Maas et al. 2011 (imdb); Alpaydin, Kaynak 1998 (digits).
    """
    asked = parse_spec(spec) if isinstance(spec, str) else spec
    name, known = asked.name, ("train", "test", *(("words",) if asked.name == "imdb" else ()))
    for key in asked.params:
        if key not in known:
            raise ParameterError(f"the data set {name} has no parameter '{key}'; it has {', '.join(known)}")
    if download and name in SOURCES and locate(name, data_dir) is None:
        data_download.download(name, tell)
    found = _read(asked, data_dir)
    parts = {}
    for which, part in (("train", found.train), ("test", found.test)):
        rows = len(part.y)
        wanted = _whole(asked, which, rows, rows)
        spread = np.arange(wanted) * rows // wanted if name == "imdb" else np.arange(wanted)
        parts[which] = part if wanted == rows else part.take(spread)
    return Examples(str(asked), parts["train"], parts["test"], found.classes, found.shape, found.origin)


def _whole(asked: Spec, key: str, default: int, most: int) -> int:
    """A parameter that is a whole number from 1 to `most`."""
    value = asked.params.get(key, Fraction(default))
    if not isinstance(value, Fraction) or value.denominator != 1 or not 1 <= value <= most:
        raise ParameterError(f"{asked}: {key} must be a whole number from 1 to {most}")
    return int(value)


def _read(asked: Spec, data_dir: str | os.PathLike[str] | None) -> Examples:
    name = asked.name
    if name == "digits":
        return _digits()
    if name not in NAMES:
        return read_table(_file(name, data_dir))
    words = _whole(asked, "words", WORDS, MOST_WORDS) if name == "imdb" else WORDS
    found = locate(name, data_dir)
    if found is None:
        raise absent(name, data_dir)
    if name == "cifar10":
        return _cifar(found)
    return _imdb(found, words) if name == "imdb" else _idx(found, name)


def _file(name: str, data_dir: str | os.PathLike[str] | None) -> Path:
    try:
        return find(name, folders(data_dir))
    except NoDataError as error:
        near = difflib.get_close_matches(name, NAMES, n=2, cutoff=0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else f"data sets with a name: {', '.join(NAMES)}"
        raise NoDataError(f"{error}; {hint}") from None


def _origin(found: Found) -> dict[str, str]:
    return {str(file.relative_to(found.folder)): file_digest(file) for file in found.files}


def _digits() -> Examples:
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise NoDataError("the data set digits needs scikit-learn: pip install 'adamtheory[nets]'") from None
    found: Any = load_digits()
    pixels, labels = found.data.astype(np.uint8), found.target.astype(np.int64)
    whole = Split(pixels.astype(np.float32) / 16, labels)
    train, test = cut(len(labels))
    digest = hashlib.sha256(pixels.tobytes() + labels.astype(np.uint8).tobytes()).hexdigest()
    origin = {"sklearn.datasets.load_digits (pixels, then labels, one byte each)": digest}
    return Examples("digits", whole.take(train), whole.take(test), 10, (8, 8), origin)


def _idx(found: Found, name: str) -> Examples:
    splits = []
    for images, labels in (found.files[:2], found.files[2:]):
        y, x = read_idx(labels, 1), read_idx(images, 3)
        check_labels(labels, y, 10, 8, 1)
        if x.shape[1:] != (28, 28):
            fault(images, None, f"the images have {x.shape[1]} x {x.shape[2]} pixels, not 28 x 28",
                  "give the file of that name from the data set's authors", byte=8)  # fmt: skip
        if len(x) != len(y):
            fault(images, None, f"{len(x)} images, but {labels.name} has {len(y)} labels",
                  "give files that belong together", byte=4)  # fmt: skip
        splits.append(Split(x.reshape(len(x), -1), y.astype(np.int64)))
    return Examples(name, splits[0], splits[1], 10, (28, 28), _origin(found))


def _cifar(found: Found) -> Examples:
    splits = []
    for rows, files in ((found.form.train, found.files[:-1]), (found.form.test, found.files[-1:])):
        pixels, labels = np.empty((rows, PIXELS), np.uint8), np.empty(rows, np.int64)
        each = rows // len(files)
        for start, file in zip(range(0, rows, each), files, strict=True):
            read_cifar(file, each, pixels[start : start + each], labels[start : start + each])
        splits.append(Split(pixels, labels))
    return Examples("cifar10", splits[0], splits[1], CIFAR_CLASSES, (3, 32, 32), _origin(found))


def _imdb(found: Found, words: int) -> Examples:
    splits = []
    for file in found.files:
        stars, starts, indices, counts = read_libsvm_rows(file, below=words)
        wrong = np.flatnonzero(~np.isin(stars, STARS))
        if wrong.size:
            fault(file, None, f"row {wrong[0]} has the label {stars[wrong[0]]:g}, which is no rating of 1 to 10 stars",
                  "give the authors' labeledBow.feat, or load the file by its path")  # fmt: skip
        splits.append(Split(Sparse(starts, indices, counts, words), (stars >= POSITIVE).astype(np.int64)))
    return Examples("imdb", splits[0], splits[1], 2, (words,), _origin(found))
