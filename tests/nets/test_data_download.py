"""Downloads, from a server on this machine: what is whole and known is kept, everything else leaves nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from adamtheory.cli import main
from adamtheory.errors import DataError, NoDataError, UnknownNameError
from adamtheory.nets import data_places
from adamtheory.nets.data import load
from adamtheory.nets.data_download import download
from adamtheory.nets.data_places import IDX, SOURCES, Remote, Source, cache_folder

from .idx_files import idx

GENERATOR = np.random.default_rng(2)
IMAGES = GENERATOR.integers(0, 256, (30, 28, 28), np.uint8)
LABELS = np.arange(30, dtype=np.uint8) % 10
FILES = {f"{name}.gz": gzip.compress(idx(IMAGES if "images" in name else LABELS), mtime=0) for name in IDX}


class Server:
    """Answers with the bytes of `files`; what is in `cut` breaks off in the middle."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/")
                outer.asked.append(name)
                if name not in outer.files:
                    self.send_error(404)
                    return
                data = outer.files[name]
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) // 2] if name in outer.cut else data)

            def log_message(self, *words: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def remote(self, name: str, data: bytes, **more: object) -> Remote:
        """The description of a file that the server has, with its digest."""
        self.files.setdefault(name, data)
        return Remote((self.url + name,), hashlib.sha256(data).hexdigest(), len(data), **more)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    pytest.importorskip("pooch")
    monkeypatch.setenv("ADAMTHEORY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("ADAMTHEORY_DATA", raising=False)
    found = Server()
    thread = threading.Thread(target=found.http.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.http.shutdown()
    thread.join()
    found.http.server_close()


def offer(server: Server, monkeypatch: pytest.MonkeyPatch, **changed: bytes) -> None:
    """Let mnist be the four small files of that server, some of them sent otherwise than they are known."""
    remotes = tuple(server.remote(name, data) for name, data in FILES.items())
    server.files |= changed
    monkeypatch.setitem(SOURCES, "mnist", Source(10, SOURCES["mnist"].forms, remotes))


def nothing_kept() -> bool:
    return not any(cache_folder().rglob("*"))


def test_a_download_is_kept_and_read(server: Server, monkeypatch, capsys) -> None:
    offer(server, monkeypatch)
    with pytest.raises(NoDataError, match="adamtheory list datasets --download mnist"):
        load("mnist")
    lines: list[str] = []
    found = load("mnist", download=True, tell=lines.append)
    assert [line.split()[1] for line in lines] == [server.url + name for name in FILES]
    assert np.array_equal(found.train.x, IMAGES.reshape(30, -1)) and np.array_equal(found.test.y, LABELS)
    assert found.origin == {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    assert {p.name: p.read_bytes() for p in (cache_folder() / "mnist").iterdir()} == FILES
    assert [p.name for p in cache_folder().iterdir()] == ["mnist"]
    assert load("mnist", download=True).origin == found.origin
    (cache_folder() / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(NoDataError, match=r"mnist lacks t10k-labels-idx1-ubyte\.gz\); name the folder"):
        load("mnist")
    assert main(["list", "datasets", "--download", "mnist", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)[1]
    assert (entry["name"], entry["state"], entry["bytes"]) == ("mnist", "cached", sum(map(len, FILES.values())))
    assert server.asked == [*FILES, "t10k-labels-idx1-ubyte.gz"]


NAME = "t10k-images-idx3-ubyte.gz"
OTHERS = {
    "another file": (
        bytes([FILES[NAME][0]]) + b"x" + FILES[NAME][2:],
        "has sent another file than the known one (its SHA-256 is not",
    ),
    "a shorter file": (FILES[NAME][:-9], "has sent another file"),
    "a longer file": (FILES[NAME] + b"x", f"sends more than the {len(FILES[NAME])} bytes of the known file"),
    "no file": (None, "cannot be fetched (404 Client Error"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_file_leaves_nothing(server: Server, monkeypatch, capsys, what: str) -> None:
    data, reason = OTHERS[what]
    offer(server, monkeypatch, **({NAME: data} if data else {}))
    if data is None:
        del server.files[NAME]
    assert main(["list", "datasets", "--download", "mnist"]) == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("adamtheory: mnist cannot be downloaded, and nothing of it is kept: ") and reason in line
    assert nothing_kept()


def test_a_transfer_that_breaks_off_leaves_nothing(server: Server, monkeypatch) -> None:
    offer(server, monkeypatch)
    server.cut.add(NAME)
    with pytest.raises(DataError, match=f"{NAME} cannot be fetched"):
        download("mnist")
    assert nothing_kept()


def test_an_interrupt_leaves_nothing(server: Server, monkeypatch) -> None:
    offer(server, monkeypatch)

    def tell(line: str) -> None:
        if NAME in line:
            assert [p.name[:7] for p in cache_folder().iterdir()] == [".mnist-"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download("mnist", tell)
    assert nothing_kept()


def test_the_next_mirror_is_asked(server: Server, monkeypatch) -> None:
    data = FILES[NAME]
    server.files |= {"good": data, "bad": data[:-1] + b"?"}
    urls = tuple(server.url + name for name in ("absent", "bad", "good"))
    remote = Remote(urls, hashlib.sha256(data).hexdigest(), len(data))
    monkeypatch.setitem(SOURCES, "mnist", Source(10, (), (remote,)))
    assert (download("mnist") / "absent").read_bytes() == data  # it has the name that the first address gives it
    assert server.asked == ["absent", "bad", "good"]


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as packed:
        for name, data in members.items():
            told = tarfile.TarInfo(name)
            told.size = len(data)
            packed.addfile(told, io.BytesIO(data))
    return stream.getvalue()


def test_of_an_archive_the_named_members_are_kept(server: Server, monkeypatch) -> None:
    members = (("aclImdb/train/labeledBow.feat", "train_labeledBow.feat"),
               ("aclImdb/test/labeledBow.feat", "test_labeledBow.feat"))  # fmt: skip
    texts = {"aclImdb/README": b"x", members[0][0]: b"9 0:2 12:1\n1 3:4\n", members[1][0]: b"7 0:1\n4 9:9 10:1\n"}
    remote = server.remote("a.tar.gz", archive(**texts), members=members)
    monkeypatch.setitem(SOURCES, "imdb", Source(2, SOURCES["imdb"].forms, (remote,)))
    assert {p.name for p in download("imdb").iterdir()} == {target for _, target in members}
    found = load("imdb[words=10]")
    assert found.train.x.dense().tolist() == [[2, *[0] * 9], [0, 0, 0, 4, *[0] * 6]]
    assert (found.train.y.tolist(), found.test.y.tolist()) == ([1, 0], [1, 0])
    (cache_folder() / "imdb" / members[1][1]).unlink()
    remote = server.remote("b.tar.gz", archive(**{members[0][0]: b"9 0:1\n"}), members=members)
    monkeypatch.setitem(SOURCES, "imdb", Source(2, SOURCES["imdb"].forms, (remote,)))
    with pytest.raises(DataError, match=r"b\.tar\.gz lacks aclImdb/test/labeledBow\.feat; nothing of it is kept"):
        download("imdb")
    assert [p.name for p in (cache_folder() / "imdb").iterdir()] == [members[0][1]]
    assert (cache_folder() / "imdb" / members[0][1]).read_bytes() == texts[members[0][0]]


def test_what_cannot_be_done_is_said(server: Server, monkeypatch) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown data set to download 'mnst'; did you mean"):
        download("mnst")
    offer(server, monkeypatch)
    server.http.server_close()
    with pytest.raises(DataError, match=r"cannot be fetched \(no connection\)"):
        download("mnist")
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DataError, match=r"downloads need pooch: pip install 'adamtheory\[nets\]'"):
        download("mnist")
    cache_folder().rmdir()
    cache_folder().write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        download("mnist")


def test_the_cache_is_that_of_the_user(monkeypatch) -> None:
    monkeypatch.delenv("ADAMTHEORY_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere")
    assert cache_folder().name == "data" and "adamtheory" in cache_folder().parts
    digests = [remote.sha256 for source in data_places.SOURCES.values() for remote in source.remotes]
    assert len({*digests}) == len(digests) == 10 and all(len(bytes.fromhex(digest)) == 32 for digest in digests)
