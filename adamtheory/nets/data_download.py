"""Downloads: checked in a folder of their own, then moved into the cache, so that it holds only whole files."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from adamtheory.errors import DataError, UnknownNameError
from adamtheory.nets.data_places import SOURCES, Remote, cache_folder

PIECE = 2**20


def download(name: str, tell: Callable[[str], None] = lambda line: None) -> Path:
    """Fetch a data set from its authors or a customary mirror into the cache folder; returns that folder.

    name: mnist, fashion_mnist, cifar10 (whole, 170 MB) or imdb (84 MB)
    tell: is given a line for each file
    What is in the cache already is kept. Each file must have the SHA-256 that is written in this package.
    Raises `DataError` where pooch is not installed, an address does not answer, or a digest is another one; then no
    file of that download is kept.
    """
    if name not in SOURCES:
        raise UnknownNameError("data set to download", name, SOURCES)
    folder = cache_folder() / name
    missing = [remote for remote in SOURCES[name].remotes if not all((folder / f).is_file() for f in _targets(remote))]
    if not missing:
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as work:
            for remote in missing:
                _fetch(name, remote, Path(work), tell)
            folder.mkdir(exist_ok=True)
            for target in (target for remote in missing for target in _targets(remote)):
                os.replace(Path(work) / target, folder / target)
    except OSError as error:
        raise DataError(f"{name}: the cache folder {folder.parent} cannot be written ({error}); nothing kept") from None
    return folder


def _targets(remote: Remote) -> tuple[str, ...]:
    """The files that it leaves in the cache."""
    return tuple(target for _, target in remote.members) or (remote.name,)


def _fetch(name: str, remote: Remote, work: Path, tell: Callable[[str], None]) -> None:
    """One file from the first of its addresses that has it; an archive is taken apart."""
    failures = []
    for url in remote.urls:
        tell(f"fetching {url} ({remote.size / 1e6:.3g} MB)")
        try:
            _retrieve(url, remote, work)
            break
        except DataError as error:
            failures.append(str(error))
    else:
        raise DataError(f"{name} cannot be downloaded, and nothing of it is kept: {'; '.join(failures)}")
    if remote.members:
        _take_apart(work / remote.name, remote, work)


class _Limited:
    """A file to write that takes no more bytes than it should have."""

    def __init__(self, file: BinaryIO, url: str, size: int) -> None:
        self.file, self.url, self.left, self.size = file, url, size, size

    def write(self, block: bytes) -> int:
        self.left -= len(block)
        if self.left < 0:
            raise DataError(f"{self.url} sends more than the {self.size} bytes of the known file")
        return self.file.write(block)

    def flush(self) -> None:
        self.file.flush()


def _retrieve(url: str, remote: Remote, work: Path) -> None:
    """One address, by pooch, which moves the file to its name only if the digest is right."""
    try:
        import pooch
    except ModuleNotFoundError:
        raise DataError("downloads need pooch: pip install 'adamtheory[nets]'") from None
    import requests

    pooch.get_logger().setLevel("WARNING")

    def bounded(address: str, output: str, manager: object) -> None:
        with open(output, "wb") as file:
            fetch = pooch.HTTPDownloader(headers={"Accept-Encoding": "identity"})
            fetch(address, _Limited(file, url, remote.size), manager)

    try:
        pooch.retrieve(url, f"sha256:{remote.sha256}", fname=remote.name, path=work, downloader=bounded)
    except requests.RequestException as error:
        raise DataError(f"{url} cannot be fetched ({_short(error)})") from None
    except ValueError as error:
        if "hash" not in str(error):
            raise
        raise DataError(
            f"{url} has sent another file than the known one (its SHA-256 is not {remote.sha256})"
        ) from None


def _short(error: Exception) -> str:
    """What a failure is; the texts of failed connections run over lines and say little more than that."""
    import requests

    if isinstance(error, requests.ConnectionError):
        return "no connection"
    text = " ".join(str(error).split())
    return text if len(text) <= 120 else text[:117] + "..."


def _take_apart(archive: Path, remote: Remote, work: Path) -> None:
    """Unpack the wanted members of an archive, whose digest has been checked, and remove it."""
    wanted = dict(remote.members)
    with tarfile.open(archive, "r|gz") as packed:
        for member in packed:
            target = wanted.pop(member.name, None)
            source = packed.extractfile(member) if target else None
            if target and source:
                with source, open(work / target, "wb") as file:
                    shutil.copyfileobj(source, file, PIECE)
            if not wanted:
                break
    if wanted:
        raise DataError(f"{remote.name} lacks {', '.join(wanted)}; nothing of it is kept")
    archive.unlink()
