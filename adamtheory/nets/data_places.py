"""Which files hold which data set, where they may lie, and whether they are there; no file is read here."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adamtheory.data import VARIABLE
from adamtheory.errors import DataError, NoDataError


@dataclass(frozen=True)
class Form:
    """One set of files that hold a data set, in the order in which they are read.

    folders  where they may lie, below a folder of data
    files    for each its names; the first that is there is taken
    train, test  how many rows they have
    """

    folders: tuple[str, ...]
    files: tuple[tuple[str, ...], ...]
    train: int
    test: int


@dataclass(frozen=True)
class Remote:
    """A file to download.

    urls     the authors' address, or customary mirrors, in the order in which they are tried
    sha256   digest that it must have
    size     its length in bytes
    members  for an archive: what is taken from it -> the name that it gets
    """

    urls: tuple[str, ...]
    sha256: str
    size: int
    members: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.urls[0].rpartition("/")[2]


@dataclass(frozen=True)
class Source:
    """A data set with a name: the forms that it may have, better ones first, and where it comes from."""

    classes: int
    forms: tuple[Form, ...]
    remotes: tuple[Remote, ...]


def _zipped(*names: str) -> tuple[tuple[str, ...], ...]:
    return tuple((f"{name}.gz", name) for name in names)


IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
BATCHES = (*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin")
_MNIST = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
_FASHION = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)


def _idx(mirrors: tuple[str, ...], facts: tuple[tuple[str, int], ...]) -> tuple[Remote, ...]:
    return tuple(
        Remote(tuple(f"{mirror}{name}.gz" for mirror in mirrors), sha256, size)
        for name, (sha256, size) in zip(IDX, facts, strict=True)
    )


SOURCES = {
    "mnist": Source(
        10,
        (Form(("mnist", "MNIST/raw"), _zipped(*IDX), 60000, 10000),),
        _idx(_MNIST, (("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422),
                      ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881),
                      ("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877),
                      ("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542))),
    ),
    "fashion_mnist": Source(
        10,
        (Form(("fashion_mnist", "fashion-mnist", "FashionMNIST/raw"), _zipped(*IDX), 60000, 10000),),
        _idx(_FASHION, (("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880),
                        ("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515),
                        ("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102),
                        ("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148))),
    ),
    "cifar10": Source(
        10,
        (
            Form(("cifar10", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"),
                 tuple((name,) for name in BATCHES), 50000, 10000),
            Form(("cifar10",), (("cifar10_train_10000.bin.xz", "cifar10_train_10000.bin"),
                                ("cifar10_test_10000.bin.xz", "cifar10_test_10000.bin")), 10000, 10000),
        ),
        (Remote(("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170052171,
                tuple((f"cifar-10-batches-bin/{name}", name) for name in BATCHES)),),
    ),
    "imdb": Source(
        2,
        (
            Form(("imdb_bow", "imdb"), _zipped("train_labeledBow.feat", "test_labeledBow.feat"), 25000, 25000),
            Form(("aclImdb", "imdb/aclImdb"), _zipped("train/labeledBow.feat", "test/labeledBow.feat"), 25000, 25000),
        ),
        (Remote(("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",),
                "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe", 84125825,
                (("aclImdb/train/labeledBow.feat", "train_labeledBow.feat"),
                 ("aclImdb/test/labeledBow.feat", "test_labeledBow.feat"))),),
    ),
}  # fmt: skip

DIGITS = (1437, 360)  # rows for training and for test
NAMES = ("digits", *SOURCES)


def cache_folder() -> Path:
    """Where downloaded files go: a folder `data` in `ADAMTHEORY_CACHE`, else in the user's cache folder."""
    given = os.environ.get("ADAMTHEORY_CACHE")
    if given:
        return Path(given).expanduser() / "data"
    import platformdirs

    return Path(platformdirs.user_cache_dir("adamtheory")) / "data"


def folders(data_dir: str | os.PathLike[str] | None) -> list[Path]:
    """The folders of data, in the order in which they are searched: the given one, ADAMTHEORY_DATA, the cache."""
    found = []
    if data_dir is not None:
        found.append(Path(data_dir).expanduser())
        if not found[0].is_dir():
            raise DataError(f"the folder of data {found[0]} does not exist; give one that does, or none")
    if os.environ.get(VARIABLE):
        found.append(Path(os.environ[VARIABLE]).expanduser())
    return [*found, cache_folder()]


@dataclass(frozen=True)
class Found:
    """The files of a data set where they lie."""

    form: Form
    folder: Path
    files: tuple[Path, ...]


def _present(form: Form, folder: Path) -> list[Path | None]:
    return [next((folder / name for name in names if (folder / name).is_file()), None) for names in form.files]


def locate(name: str, data_dir: str | os.PathLike[str] | None = None) -> Found | None:
    """Where a data set lies, or None.

    What lies in a folder that was given is taken, whatever its form; of the other places the one with the best form.
    """
    places = folders(data_dir)
    groups = [places] if data_dir is None else [places[:1], places[1:]]
    for group in groups:
        for form in SOURCES[name].forms:
            for folder in (place / part for place in group for part in form.folders):
                files = _present(form, folder)
                if all(files):
                    return Found(form, folder, tuple(file for file in files if file))
    return None


def _lacking(name: str, data_dir: str | os.PathLike[str] | None) -> Iterator[str]:
    """A clause for each folder that has some files of a data set, not all."""
    for place in folders(data_dir):
        for form in SOURCES[name].forms:
            for part in form.folders:
                files = _present(form, place / part)
                if any(files):
                    absent = [names[0] for names, file in zip(form.files, files, strict=True) if file is None]
                    yield f"{place / part} lacks {', '.join(absent)}"


def absent(name: str, data_dir: str | os.PathLike[str] | None) -> NoDataError:
    """The error of a data set that is nowhere."""
    lacking = list(_lacking(name, data_dir))
    looked = ", ".join(str(place) for place in folders(data_dir))
    why = "; ".join(lacking) if lacking else f"looked in {looked}"
    return NoDataError(
        f"the files of {name} are not here ({why}); name the folder of data by --data-dir or {VARIABLE}, "
        f"or fetch them: adamtheory list datasets --download {name}"
    )


def survey(data_dir: str | os.PathLike[str] | None = None) -> list[dict[str, object]]:
    """What `adamtheory list datasets` says of the data sets with a name.

    state is found, cached (downloaded), downloadable (it is nowhere), installed (with scikit-learn) or not installed.
    """
    there = importlib.util.find_spec("sklearn") is not None
    entries: list[dict[str, object]] = [
        {"name": "digits", "state": "installed" if there else "not installed", "train": DIGITS[0], "test": DIGITS[1],
         "classes": 10, "bytes": None, "file": "scikit-learn"}
    ]  # fmt: skip
    for name, source in SOURCES.items():
        found = locate(name, data_dir)
        form = found.form if found else source.forms[0]
        where = "cached" if found and found.folder == cache_folder() / name else "found"
        entries.append({
            "name": name,
            "state": where if found else "downloadable",
            "train": form.train,
            "test": form.test,
            "classes": source.classes,
            "bytes": sum(f.stat().st_size for f in found.files) if found else sum(r.size for r in source.remotes),
            "file": str(found.folder) if found else source.remotes[0].urls[0].rpartition("/")[0] + "/",
        })  # fmt: skip
    return entries
