"""LIBSVM and CSV files for classification with any number of classes, with a test part of their own or one cut off."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adamtheory.data import file_digest, is_csv, label_places
from adamtheory.data.textfiles import Floats, Integers, SparseRows, fault, read_csv, read_libsvm_rows
from adamtheory.nets.data_arrays import Examples, Sparse, Split

MOST_CLASSES = 1000
FEW_CLASSES = 10  # so many may be in a file of a few rows


def cut(rows: int) -> tuple[Integers, Integers]:
    """Four fifths of the rows for training and the rest, rounded up, for test, the same on every machine.

    The rows stand in the rising order of the first raw 64-bit words of Philox4x64-10 with key 0: word i belongs to
    row i. Source of the generator: Salmon, Moraes, Dror, Shaw 2011; NumPy keeps its raw words for all time.
    """
    order = np.argsort(np.random.Philox(key=0).random_raw(rows), kind="stable").astype(np.int64)
    first = rows - -(-rows // 5)
    return order[:first], order[first:]


def own_test(file: Path) -> Path | None:
    """The test part that lies beside a LIBSVM file: a9a.t for a9a, packed or not."""
    name = file.name.removesuffix(".gz")
    others = (file.with_name(f"{name}.t.gz"), file.with_name(f"{name}.t"))
    return next((other for other in others if other.is_file()), None)


def read_table(file: Path) -> Examples:
    """A LIBSVM or CSV file, known by its suffix or its first line; LIBSVM gives sparse rows, CSV float64 ones.

    Labels are numbers, in CSV also names; classes are their places in rising order.
    A LIBSVM file with NAME.t beside it is the training part; of every other file `cut` keeps a fifth for test.
    Raises `DataError` (file, line, reason, remedy).
    """
    if is_csv(file):
        table, targets, spellings = read_csv(file, names=True)
        order, labels = label_places(spellings)
        whole = Split(table, order[targets.astype(np.int64)])
        train, test = _cut(file, whole, len(labels))
        return Examples(file.name, train, test, len(labels), (table.shape[1],), {file.name: file_digest(file)})
    other = own_test(file)
    files = [file] if other is None else [file, other]
    parts = [read_libsvm_rows(part) for part in files]
    least = min(int(part[2].min()) for part in parts)
    base = 0 if least == 0 else 1
    width = max(int(part[2].max()) for part in parts) + 1 - base
    values = np.unique(parts[0][0])
    splits = [_classes(path, part, values, base, width) for path, part in zip(files, parts, strict=True)]
    _plausible(file, len(splits[0].y), len(values))
    train, test = _cut(file, splits[0], len(values)) if other is None else splits
    return Examples(file.name, train, test, len(values), (width,), {path.name: file_digest(path) for path in files})


def _classes(path: Path, part: SparseRows, values: Floats, base: int, width: int) -> Split:
    """Rows with the places of their labels among those of training."""
    labels, starts, indices, entries = part
    places = np.minimum(np.searchsorted(values, labels), len(values) - 1)
    unknown = np.flatnonzero(values[places] != labels)
    if unknown.size:
        fault(path, None, f"the label {labels[unknown[0]]:g} does not occur in the training file",
              "give the test file that belongs to it, or take it away")  # fmt: skip
    return Split(Sparse(starts, indices - np.int32(base), entries, width), places.astype(np.int64))


def _plausible(file: Path, rows: int, classes: int) -> None:
    """Refuse labels that are no classes: one only, or so many that most have but one row."""
    if classes == 1:
        fault(file, None, "all rows have the same label", "classification needs at least two")
    if classes > MOST_CLASSES or (classes > FEW_CLASSES and 2 * classes > rows):
        fault(file, None, f"the labels take {classes} values in {rows} rows", "give classes, not a measured target")


def _cut(file: Path, whole: Split, classes: int) -> tuple[Split, Split]:
    rows = len(whole.y)
    _plausible(file, rows, classes)
    train, test = cut(rows)
    if not len(train):
        fault(file, None, f"{rows} rows cannot be split into training and test", "give at least two")
    return whole.take(train), whole.take(test)
