"""LIBSVM and CSV text, plain or gzip, into arrays; every fault is a `DataError` with file, line, reason and remedy.

Each format is read twice over, on purpose. The *careful* reader takes one line at a time, is the definition of the
format, and finds the line of a fault. The *fast* reader takes some megabytes at once with NumPy; where anything at all
is unusual it returns None and the careful reader takes that stretch of the file. The tests hold the two equal.
"""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from adamtheory.errors import DataError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CHUNK = 4 * 2**20  # bytes of text taken at once; the fast readers need about twenty times as much for a moment
LONGEST_LINE = 256 * 2**20  # bytes; so that a damaged file without line ends cannot fill the memory
LARGEST_DENSE = 2 * 2**30  # bytes of the dense feature matrix
LARGEST_SPARSE = 2 * 2**30  # bytes of labels, starts of rows, indices and values together
LARGEST_INDEX = 2**31 - 1  # what int32 holds

_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NOT_FINITE = re.compile(rb"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_MISSING = (b"", b"?", b"na", b"n/a", b"nan", b"null", b"none")
MOST_NAMES = 1000  # spellings of labels that are kept; two classes need two


def fault(path: Path, line: int | None, reason: str, remedy: str, *, byte: int | None = None) -> NoReturn:
    """Raise the `DataError` of a place in a file: a line of a text, or a byte of the unpacked data."""
    where = f"{path}, byte {byte}" if byte is not None else str(path) if line is None else f"{path}, line {line}"
    raise DataError(f"{where}: {reason}; {remedy}") from None


def shown(token: bytes) -> str:
    """A token as it may stand in a message: at most 40 characters, on one line."""
    text = token.decode("utf-8", "backslashreplace")
    return repr(text if len(text) <= 40 else text[:37] + "...")


def whole_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Stretches of whole lines with the number of their first line; carriage returns are blanks."""
    line, pending = 1, b""
    try:
        with open(path, "rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"  # the name may say otherwise
            raw.seek(0)
            with gzip.open(raw, "rb") if zipped else raw as stream:
                while block := stream.read(CHUNK):
                    head, newline, tail = (pending + block).replace(b"\r", b" ").rpartition(b"\n")
                    pending = tail
                    if len(pending) > LONGEST_LINE:
                        fault(path, line, f"the line is longer than {LONGEST_LINE} bytes", "give one row a line")
                    if newline:
                        yield line, _without_mark(head, line) + newline
                        line += head.count(b"\n") + 1
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        fault(path, line, f"the gzip stream breaks off or is damaged ({error})", "fetch the file again")
    except OSError as error:
        fault(path, None, f"the file cannot be read ({error.strerror or error})", "check its name and permissions")
    if pending.strip():
        yield line, _without_mark(pending, line) + b"\n"


def _without_mark(text: bytes, line: int) -> bytes:
    return text.removeprefix(b"\xef\xbb\xbf") if line == 1 else text


def _number(path: Path, line: int, token: bytes, what: str) -> float:
    """The finite number that a token spells."""
    if _NUMBER.fullmatch(token):
        value = float(token)
        if abs(value) != float("inf"):
            return value
    if _NUMBER.fullmatch(token) or _NOT_FINITE.fullmatch(token):
        fault(path, line, f"{what} {shown(token)} is not finite", "remove the row or mend the value")
    if token.lower() in _MISSING:
        fault(path, line, f"{what} is missing ({shown(token)})", "remove the row or fill in a number")
    fault(path, line, f"{what} {shown(token)} is not a number", "write decimal numbers such as -1.5e-3")


def _all_numbers(text: bytes, separator: str, count: int) -> Floats | None:
    """The numbers of a text that has `count` tokens, or None if some token is not one finite number.

    Every token gives at least one number or ends the reading with a warning, so that an equal count means one each.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            values = np.fromstring(text.decode("ascii"), dtype=np.float64, sep=separator)
        except (ValueError, Warning):
            return None
    return values if values.size == count and bool(np.isfinite(values).all()) else None


def check_size(path: Path, rows: int, columns: int) -> None:
    """Refuse a table whose dense float64 matrix would not fit into `LARGEST_DENSE` bytes."""
    if 8 * rows * columns > LARGEST_DENSE:
        size, most = 8 * rows * columns / 2**30, LARGEST_DENSE / 2**30
        fault(path, None, f"{rows} rows x {columns} features need {size:.3g} GiB as a dense matrix, over the limit of "
              f"{most:.3g} GiB", "keep fewer rows or only the most frequent features")  # fmt: skip


# --- LIBSVM: label index:value index:value ... # comment ---------------------------------------------------------

Rows = tuple[Floats, Integers, Integers, Floats]  # labels, entries of each row, indices, values


def _libsvm_careful(path: Path, first: int, text: bytes) -> Rows:
    labels, sizes, indices, values = [], [], [], []
    for line, content in enumerate(text.split(b"\n"), first):
        tokens = content.partition(b"#")[0].split()
        if not tokens:
            continue
        labels.append(_number(path, line, tokens[0], "the label"))
        sizes.append(len(tokens) - 1)
        last = -1
        for token in tokens[1:]:
            name, colon, number = token.partition(b":")
            if not colon or not name.isdigit() or len(name) > 15:
                fault(path, line, f"{shown(token)} is not index:value", "write e.g. 3:0.5, the index a whole number")
            index = int(name)
            if index <= last:
                fault(path, line, f"index {index} comes after index {last}", "sort the indices of a row, each once")
            last = index
            indices.append(index)
            values.append(_number(path, line, number, f"the value of feature {index}"))
    return (np.array(labels, np.float64), np.array(sizes, np.int64), np.array(indices, np.int64),
            np.array(values, np.float64))  # fmt: skip


def _libsvm_fast(text: bytes) -> Rows | None:
    if b"#" in text:
        text = re.sub(rb"#[^\n]*", b"", text)
    codes = np.frombuffer(text, np.uint8)
    inside = codes > 32  # space and control characters separate, as in bytes.split
    if not bool(((codes > 32) | (codes == 32) | (codes == 9) | (codes == 10)).all()):
        return None
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    colons = np.flatnonzero(codes == ord(":"))
    newlines = np.flatnonzero(codes == ord("\n"))
    line_of = np.searchsorted(newlines, starts)
    is_label = np.diff(line_of, prepend=-1) != 0
    entry_starts, entry_ends = starts[~is_label], ends[~is_label]
    if colons.size != entry_starts.size or not bool(((entry_starts < colons) & (colons < entry_ends - 1)).all()):
        return None  # with as many colons as entries, each strictly inside its own entry
    odd = np.concatenate(([0], np.cumsum((codes < 48) | (codes > 57), dtype=np.int32)))
    if bool((odd[colons] != odd[entry_starts]).any()) or bool((colons - entry_starts > 15).any()):
        return None  # an index has digits only
    numbers = _all_numbers(text.replace(b":", b" "), " ", starts.size + colons.size)
    if numbers is None:
        return None
    width = np.where(is_label, 1, 2)
    where = np.cumsum(width) - width
    indices = numbers[where[~is_label]].astype(np.int64)
    rows = np.cumsum(is_label)[~is_label] - 1
    if bool(((np.diff(indices) <= 0) & (np.diff(rows) == 0)).any()):
        return None
    sizes = np.bincount(rows, minlength=int(is_label.sum())).astype(np.int64)
    return numbers[where[is_label]], sizes, indices, numbers[where[~is_label] + 1]


def _libsvm_blocks(path: Path) -> Iterator[tuple[int, Rows]]:
    """Stretches of rows with the number of their first line; raises `DataError` at the end if there was no feature."""
    rows = entries = 0
    for line, text in whole_lines(path):
        block = _libsvm_fast(text) or _libsvm_careful(path, line, text)
        rows, entries = rows + block[0].size, entries + block[2].size
        yield line, block
    if not rows:
        fault(path, None, "the file has no rows", "give lines such as +1 3:0.5 7:1")
    if not entries:
        fault(path, None, "no row has a feature", "give lines such as +1 3:0.5 7:1")


def read_libsvm(path: Path) -> tuple[Floats, Floats]:
    """Dense features (n, d) and labels (n,) of LIBSVM text; d is the largest index (one more if index 0 occurs)."""
    blocks: list[Rows] = []
    rows, largest, lowest = 0, -1, 1
    for _, block in _libsvm_blocks(path):
        rows += block[0].size
        if block[2].size:
            largest, lowest = max(largest, int(block[2].max())), min(lowest, int(block[2].min()))
        # Indices increase within a row, so the entries kept so far are at most rows x columns: this bounds the memory.
        check_size(path, rows, largest + 1 - lowest)
        blocks.append(block)
    labels, sizes, indices, values = (np.concatenate(part) for part in zip(*blocks, strict=True))
    features = np.zeros((rows, largest + 1 - lowest))
    features[np.repeat(np.arange(rows), sizes), indices - lowest] = values
    return features, labels


SparseRows = tuple[Floats, Integers, npt.NDArray[np.int32], npt.NDArray[np.float32]]


def read_libsvm_rows(path: Path, *, below: int = LARGEST_INDEX + 1) -> SparseRows:
    """Labels (n,), where each row starts (n + 1,), and the indices and values of all entries, as the file has them.

    below: entries with this index or a larger one are left out, stretch by stretch, so that they cost no memory.
    """
    blocks: list[SparseRows] = []
    size = 0
    for line, (labels, sizes, indices, values) in _libsvm_blocks(path):
        if indices.size and int(indices.max()) > LARGEST_INDEX:
            fault(path, line, f"from here on is index {int(indices.max())}, over {LARGEST_INDEX}", "number them anew")
        kept = indices < below
        with np.errstate(over="ignore"):
            singles = values[kept].astype(np.float32)
        if not bool(np.isfinite(singles).all()):
            fault(path, line, "from here on is a value beyond the range of float32", "scale that feature down")
        totals = np.concatenate(([0], np.cumsum(kept)))[np.cumsum(sizes)]  # entries kept up to the end of each row
        blocks.append((labels, np.diff(totals, prepend=0), indices[kept].astype(np.int32), singles))
        size += 16 * labels.size + 8 * singles.size
        if size > LARGEST_SPARSE:
            fault(path, line, f"the rows so far need {size / 2**30:.3g} GiB, over the limit of "
                  f"{LARGEST_SPARSE / 2**30:.3g} GiB", "keep fewer rows or features")  # fmt: skip
    labels, sizes, kept_indices, kept_values = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return labels, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), kept_indices, kept_values


# --- CSV: number,number,...,target -------------------------------------------------------------------------------


def is_number(token: bytes) -> bool:
    """Whether a token spells a number, finite or not."""
    return bool(_NUMBER.fullmatch(token) or _NOT_FINITE.fullmatch(token))


def _is_header(line: bytes) -> bool:
    """Whether a first line holds names: none of its cells is a number."""
    return not any(is_number(cell.strip()) for cell in line.split(b","))


def _csv_careful(path: Path, first: int, text: bytes, columns: int, names: bool) -> tuple[Floats, list[bytes]]:
    table, last = [], []
    for line, content in enumerate(text.split(b"\n"), first):
        if not content.strip():
            continue
        cells = [cell.strip() for cell in content.split(b",")]
        if len(cells) != columns:
            fault(path, line, f"{len(cells)} columns where the rows before have {columns}",
                  "give every row the same columns, separated by commas, without commas inside a cell")  # fmt: skip
        for column, cell in enumerate(cells[:-1], 1):
            if not is_number(cell) and cell.lower() not in _MISSING:
                fault(path, line, f"column {column} holds {shown(cell)}, which is not a number",
                      "replace a column of categories by one 0/1 column for each category, or drop it")  # fmt: skip
        table.append([_number(path, line, cell, f"column {column}") for column, cell in enumerate(cells[:-1], 1)])
        if cells[-1].lower() in _MISSING:
            fault(path, line, f"the target (last column) is missing ({shown(cells[-1])})", "remove the row")
        if not names and not is_number(cells[-1]):
            fault(path, line, f"the target (last column) {shown(cells[-1])} is not a number",
                  "give numbers, or read the file for classification")  # fmt: skip
        if not names:
            _number(path, line, cells[-1], "the target (last column)")
        last.append(cells[-1])
    return np.array(table, np.float64).reshape(len(table), columns - 1), last


def _csv_fast(text: bytes, columns: int) -> tuple[Floats, list[bytes]] | None:
    if b" " in text or b"\t" in text:
        text = re.sub(rb"[ \t]*([,\n])[ \t]*", rb"\1", text)
    text = text.strip(b" \t\n")
    if not text or any(blank in text for blank in (b" ", b"\t", b"\n\n", b",,", b",\n", b"\n,")):
        return None
    pairs = [line.rpartition(b",") for line in text.split(b"\n")]
    body, last = [pair[0] for pair in pairs], [pair[2] for pair in pairs]
    if any(line.count(b",") != columns - 2 for line in body) or any(cell.lower() in _MISSING for cell in last):
        return None
    values = _all_numbers(b",".join(body), ",", len(body) * (columns - 1))
    return None if values is None else (values.reshape(len(body), columns - 1), last)


def read_csv(path: Path, *, names: bool) -> tuple[Floats, Floats, list[bytes]]:
    """Dense features (n, d), targets (n,) and spellings of a CSV file.

    With `names` a target is the position of its cell in the list of the distinct spellings; else it is the number.
    """
    tables: list[Floats] = []
    targets: list[Floats] = []
    spellings: dict[bytes, int] = {}
    columns = rows = 0
    for line, text in whole_lines(path):
        if not columns:
            stripped = text.lstrip(b" \t\n")
            line, text = line + text[: len(text) - len(stripped)].count(b"\n"), stripped
            if not text:
                continue
            columns, text, line = _columns(path, line, text)
        table, last = _csv_fast(text, columns) or _csv_careful(path, line, text, columns, names)
        if names:
            numbers = np.array([spellings.setdefault(cell, len(spellings)) for cell in last], np.float64)
            if len(spellings) > MOST_NAMES:
                fault(path, None, f"the labels take more than {MOST_NAMES} values", "use regression for a real target")
        else:
            found = _all_numbers(b",".join(last), ",", len(last)) if last else np.zeros(0)
            if found is None:
                _csv_careful(path, line, text, columns, names)
                fault(path, line, "a target from here on is not a number", "write decimal numbers such as -1.5e-3")
            numbers = found
        rows += len(last)
        check_size(path, rows, columns - 1)
        tables.append(table)
        targets.append(numbers)
    if not rows:
        fault(path, None, "the file has no rows", "give rows of numbers separated by commas, the target last")
    return np.concatenate(tables), np.concatenate(targets), list(spellings)


def _columns(path: Path, line: int, text: bytes) -> tuple[int, bytes, int]:
    """The number of columns, and the text and line number behind a header line if there is one."""
    head, _, rest = text.partition(b"\n")
    columns = head.count(b",") + 1
    if columns < 2:
        hint = "separate the columns by commas, not semicolons" if b";" in head else "the last is the target"
        fault(path, line, f"one column only ({shown(head)})", f"give at least two columns; {hint}")
    return (columns, rest, line + 1) if _is_header(head) else (columns, text, line)
