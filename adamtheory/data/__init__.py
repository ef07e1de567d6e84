"""Data sets for the regression losses: find a file, read it, and say exactly what was read.

What to use when: `load` reads a file for a task; `find` only says which file a name means.

    a9a = load("a9a.gz", task="classification")     # LIBSVM text, labels mapped to -1 and +1
    wine = load("winequality-red.csv", task="regression")

Formats: LIBSVM text (`label index:value ...`, comments after #) and CSV (at most one header line, target in the last
column), both plain or gzip. Gzip is known by its first two bytes; CSV by the suffix or, failing that, by its commas.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from adamtheory.data.textfiles import Floats, Integers, fault, is_number, read_csv, read_libsvm, shown, whole_lines
from adamtheory.errors import DataError, NoDataError, UnknownNameError

Task = Literal["classification", "regression"]

VARIABLE = "ADAMTHEORY_DATA"
SUBFOLDERS = ("", "libsvm", "uci")

_LIBSVM_ENTRY = re.compile(rb"\S+[ \t]+\S+:\S")
_SUFFIXES = (".gz", ".csv", ".libsvm", ".svm", ".txt")


@dataclass(frozen=True)
class Dataset:
    """A data set as read from one file.

    name      file name without .gz and the suffix of its format
    features  float64 (n, d), C-contiguous; features that a LIBSVM row leaves out are 0
    targets   float64 (n,); -1 or +1 for classification
    path      the file that was read
    sha256    digest of the file as it stands on disk (for gzip: of the packed bytes), in hexadecimal
    """

    name: str
    features: Floats
    targets: Floats
    path: Path
    sha256: str


def find(path: str | os.PathLike[str], folders: Sequence[Path] | None = None) -> Path:
    """The file that a name means: the path itself, else below the folder of the variable ADAMTHEORY_DATA.

    path:    a path, or a name relative to that folder or to its subfolders libsvm/ and uci/
    folders: the folders to look in, one after another, in place of that one
    Raises `NoDataError`, a `DataError`, that lists where it looked and near names that exist there.
    """
    given = Path(path).expanduser()
    if folders is None:
        named = os.environ.get(VARIABLE)
        folders = [Path(named).expanduser()] if named else []
    places = [given]
    if not given.is_absolute():
        places += [folder / part / given for folder in folders for part in SUBFOLDERS]
    for place in places:
        if place.is_file():
            return place
    if given.is_dir():
        raise DataError(f"{given} is a folder; name a file in it")
    looked = ", ".join(str(place) for place in places)
    if not folders:
        raise NoDataError(f"no data file {given}; give its path, or set {VARIABLE} to the folder that holds it")
    there = {entry.name for place in places if place.parent.is_dir() for entry in place.parent.iterdir()}
    near = difflib.get_close_matches(given.name, sorted(there), n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"give its path, or set {VARIABLE} to its folder"
    raise NoDataError(f"no data file {given} (looked for {looked}); {hint}")


def is_csv(path: Path) -> bool:
    """By the suffix (.csv, .csv.gz), else by the first line: commas, and no `index:value` behind a label."""
    if path.name.lower().removesuffix(".gz").endswith(".csv"):
        return True
    for line, text in whole_lines(path):
        if b"\0" in text:
            fault(path, line, "the file is binary", "give LIBSVM text or CSV, plain or packed with gzip")
        rows = [row for row in text.split(b"\n", 1000) if row.strip() and not row.lstrip().startswith(b"#")]
        if rows:
            return b"," in rows[0] and not _LIBSVM_ENTRY.search(rows[0])
    return False


def label_places(labels: list[bytes]) -> tuple[Integers, list[str]]:
    """The place of each label among the distinct ones, and how those are shown.

    They stand in the order of their size if all are numbers ("1" and "1.0" are the same), else of their bytes.
    """
    numeric = all(is_number(label) for label in labels)
    keys = [(float(label) if numeric else 0.0, b"" if numeric else label.strip(b'"')) for label in labels]
    values = sorted(set(keys))
    place = {key: k for k, key in enumerate(values)}
    names = [f"{size:g}" if numeric else shown(name) for size, name in values]
    return np.array([place[key] for key in keys], np.int64), names


def _signs(path: Path, labels: list[bytes]) -> Floats:
    """Distinct labels to -1 and +1, the smaller to -1."""
    places, names = label_places(labels)
    if len(names) != 2:
        more = f", ... ({len(names)} in all)" if len(names) > 6 else ""
        one = " only" if len(names) == 1 else ""
        fault(path, None, f"the labels are {', '.join(names[:6])}{more}{one}",
              "classification needs exactly two distinct labels; use regression, or keep two classes")  # fmt: skip
    return np.where(places == 1, 1.0, -1.0)


def load(path: str | os.PathLike[str], *, task: Task) -> Dataset:
    """Read a data file into dense float64 arrays.

    path: as for `find`.
    task: "classification" maps exactly two distinct labels to -1 (the smaller) and +1; a CSV file may have names such
          as g/b as labels. "regression" takes the labels as numbers.
    LIBSVM indices start at 1, or at 0 if an index 0 occurs anywhere; they must increase strictly within a row, and a
    row may have no entries at all. scikit-learn's `load_svmlight_file` agrees, except that it lets the dimension be
    given; here it is the largest index.
    Raises `DataError` (file, line, reason, remedy) for a file that is absent, unreadable, empty, malformed, has a
    value that is not finite, or would need more than 2 GiB as a dense matrix.
    Source of the format: README of LIBSVM (Chang and Lin 2011), section "Usage".
    """
    if task not in ("classification", "regression"):
        raise UnknownNameError("task", str(task), ("classification", "regression"))
    file = find(path)
    classes = task == "classification"
    if is_csv(file):
        features, targets, spellings = read_csv(file, names=classes)
        if classes:
            targets = _signs(file, spellings)[targets.astype(np.int64)]
    else:
        features, targets = read_libsvm(file)
        if classes:
            labels, which = np.unique(targets, return_inverse=True)
            targets = _signs(file, [repr(float(label)).encode() for label in labels])[which]
    return Dataset(bare_name(file), features, targets, file, file_digest(file))


def file_digest(file: Path) -> str:
    """The SHA-256 of a file as it stands, in hexadecimal."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bare_name(file: Path) -> str:
    """The file's name without .gz and the suffix of its format."""
    name = file.name
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name
