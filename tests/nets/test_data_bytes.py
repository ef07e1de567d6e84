"""IDX and CIFAR-10 files: what is whole is read back byte for byte, what is damaged is one `DataError`."""

from __future__ import annotations

import gzip
import lzma
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamtheory.errors import DataError
from adamtheory.nets import data_bytes
from adamtheory.nets.data_bytes import PIECE, read_cifar, read_idx

from .idx_files import idx

GENERATOR = np.random.default_rng(1)
IMAGES = GENERATOR.integers(0, 256, (5, 4, 3), np.uint8)
ROWS = GENERATOR.integers(0, 10, (3, 3073), np.uint8)
PACK = {
    "plain": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "xz": lambda data: lzma.compress(data, preset=0),
}


def cifar(path: Path, rows: int) -> np.ndarray:
    """The file's rows put together again."""
    pixels, labels = np.empty((rows, 3072), np.uint8), np.empty(rows, np.int64)
    read_cifar(path, rows, pixels, labels)
    return np.column_stack((labels.astype(np.uint8), pixels))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes") / "file"


@pytest.mark.parametrize("pack", PACK)
def test_whole_files_are_read_back(path: Path, pack: str) -> None:
    path.write_bytes(PACK[pack](idx(IMAGES)))
    assert np.array_equal(read_idx(path, 3), IMAGES)
    path.write_bytes(PACK[pack](ROWS.tobytes()))
    assert np.array_equal(cifar(path, 3), ROWS)


@pytest.mark.parametrize("pack", PACK)
def test_files_of_several_pieces(path: Path, pack: str) -> None:
    large = GENERATOR.integers(0, 8, (3, 1000, 700), np.uint8)
    assert large.size > 2 * PIECE
    path.write_bytes(PACK[pack](idx(large)))
    assert np.array_equal(read_idx(path, 3), large)
    rows = np.tile(ROWS, (PIECE // 3073 // 3 + 2, 1))
    path.write_bytes(PACK[pack](rows.tobytes()))
    assert np.array_equal(cifar(path, len(rows)), rows)


READERS = {"idx": (lambda path: read_idx(path, 3), idx(IMAGES)), "cifar": (lambda path: cifar(path, 3), ROWS.tobytes())}


@given(st.sampled_from(sorted(READERS)), st.sampled_from(sorted(PACK)), st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_refused(path: Path, kind: str, pack: str, part: float) -> None:
    read, data = READERS[kind]
    packed = PACK[pack](data)
    path.write_bytes(packed[: int(part * len(packed))])
    with pytest.raises(DataError, match=r"file, byte \d+: .*; \w+ the file"):
        read(path)


@given(
    st.sampled_from(sorted(READERS)), st.sampled_from(sorted(PACK)), st.floats(0, 1), st.binary(max_size=4),
    st.integers(0, 4),
)  # fmt: skip
def test_damage_anywhere_is_refused_or_does_no_harm(
    path: Path, kind: str, pack: str, part: float, put: bytes, gone: int
) -> None:
    """Bytes replaced, added or taken away: an array of the promised size, or `DataError`, and never anything else."""
    read, data = READERS[kind]
    packed = PACK[pack](data)
    at = int(part * len(packed))
    path.write_bytes(packed[:at] + put + packed[at + gone :])
    tracemalloc.start()
    try:
        found = read(path)
    except DataError:
        pass
    else:
        expected = data if kind == "cifar" else data[16:]
        assert found.size == len(expected)
        assert pack == "plain" or found.tobytes() == expected  # what is packed has sums
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * PIECE


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\0\0\x08\x03"]))
def test_garbage_is_refused(path: Path, garbage: bytes, start: bytes) -> None:
    path.write_bytes(start + garbage)
    for read, _ in READERS.values():
        with pytest.raises(DataError):
            read(path)


@pytest.mark.parametrize("pack", PACK)
@pytest.mark.parametrize("sizes", [(2**31, 28, 28), (2**32 - 1,) * 3, (60000, 28, 28)])
def test_a_header_that_promises_much_takes_no_memory(path: Path, pack: str, sizes: tuple[int, ...]) -> None:
    path.write_bytes(PACK[pack](idx(IMAGES, sizes)))
    tracemalloc.start()
    with pytest.raises(DataError) as caught:
        read_idx(path, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    promised = f"{' x '.join(map(str, sizes))} = {np.prod([int(s) for s in sizes], dtype=object)} bytes, over"
    if pack != "xz" or sizes[0] > 60000:
        assert promised in str(caught.value)
        assert peak < (2**18 if pack != "xz" else 2 * PIECE)
    else:  # how far xz packs has no useful bound: the array is refused when the data end
        assert "the file ends here, short of" in str(caught.value)


@pytest.mark.parametrize("pack", PACK)
def test_what_is_wrong_is_said_with_its_byte(path: Path, pack: str) -> None:
    def refused(data: bytes, read=READERS["idx"][0]) -> str:
        path.write_bytes(PACK[pack](data))
        with pytest.raises(DataError) as caught:
            read(path)
        return str(caught.value)

    whole = idx(IMAGES)
    short = {"plain": "byte 4: the header promises 5 x 4 x 3 = 60 bytes, over the 59 that can follow"}
    assert short.get(pack, "byte 75: the file ends here, short of the 5 x 4 x 3 bytes") in refused(whole[:-1])
    assert f"byte {len(whole)}: more bytes follow the 5 x 4 x 3 bytes" in refused(whole + b"\1")
    assert "byte 0: the magic number is 2049, not 2051" in refused(idx(IMAGES[0, 0]) + b"\0" * 20)
    assert "byte 4: the header promises 0 x 4 x 3 bytes: no data" in refused(idx(IMAGES, (0, 4, 3)))
    wrong = bytearray(ROWS.tobytes())
    wrong[2 * 3073] = 10
    assert "byte 6146: row 2 has the label 10; labels are 0 to 9" in refused(bytes(wrong), READERS["cifar"][0])
    assert "byte 9219: more bytes follow the 3 rows" in refused(ROWS.tobytes() + b"\0", READERS["cifar"][0])


def test_no_array_is_over_the_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(idx(IMAGES))
    monkeypatch.setattr(data_bytes, "LARGEST", IMAGES.size - 1)
    with pytest.raises(DataError, match="= 60 bytes, over the limit of 59;"):
        read_idx(path, 3)


def test_sums_at_the_end_are_checked(path: Path) -> None:
    packed = bytearray(gzip.compress(idx(IMAGES), mtime=0))
    packed[-4] ^= 1  # the length
    path.write_bytes(packed)
    with pytest.raises(DataError, match=r"byte 76: the packed stream .* is damaged here \(Incorrect length"):
        read_idx(path, 3)
    packed[-4] ^= 1
    packed[-8] ^= 1  # the sum
    path.write_bytes(packed)
    with pytest.raises(DataError, match="CRC check failed"):
        read_idx(path, 3)


def test_xz_is_given_a_bounded_memory_and_one_stream(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = lzma.compress(ROWS.tobytes())
    for more in (b"\1", packed):
        path.write_bytes(packed + more)
        with pytest.raises(DataError, match="more bytes follow the end of the stream"):
            cifar(path, 3)
    path.write_bytes(packed)
    monkeypatch.setattr(data_bytes, "MOST_OF_XZ", 2**20)
    with pytest.raises(DataError, match="Memory usage limit"):
        cifar(path, 3)


def test_a_stream_that_unpacks_to_much_is_read_no_further(path: Path) -> None:
    """A bomb: 16 MiB of zeros behind three rows; one byte of them is looked at."""
    for pack in (lambda d: gzip.compress(d, 1), lambda d: lzma.compress(d, preset=0)):
        path.write_bytes(pack(ROWS.tobytes() + bytes(2**24)))
        tracemalloc.start()
        with pytest.raises(DataError, match="byte 9219: more bytes follow"):
            cifar(path, 3)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 * PIECE


def test_a_folder_and_an_absent_file(path: Path) -> None:
    for bad in (path.parent, path.parent / "absent"):
        with pytest.raises(DataError, match="cannot be read"):
            read_idx(bad, 3)
