"""`adamtheory list KIND`: what there is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json, print_table
from adamtheory.cli.registry import REGISTRIES, parameters, registry, summary
from adamtheory.errors import ParameterError, UnknownNameError

KINDS = (*REGISTRIES, "networks", "datasets", "proofs", "experiments", "forms")
DATA_SUFFIXES = {".gz", ".csv", ".libsvm", ".svm", ".txt"}


def command(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")],
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where to look for data sets first.")] = None,
    download: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Fetch a data set into the cache; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List optimizers, losses, proofs, experiments and more.

    Sets are feasible sets. Networks are the kinds that `adamtheory train` trains. Datasets are those that they learn,
    with where they are or could be fetched from, and the LIBSVM and CSV files of the folders of data: --data-dir, the
    variable ADAMTHEORY_DATA, the cache. Proofs are what `adamtheory prove` checks, experiments what `adamtheory run`
    runs. Forms are those of Adam, AMSGrad and Nadam in papers and frameworks, in pairs: under which change they are
    proved equal, and the shortest gradients that tell them apart.

    \b
    Examples:
      adamtheory list optimizers
      adamtheory list losses --json
      adamtheory list proofs
      adamtheory list experiments
      adamtheory list forms
      adamtheory list networks
      ADAMTHEORY_DATA=~/data adamtheory list datasets
      adamtheory list datasets --download mnist
    """
    if kind not in KINDS:
        raise UnknownNameError("kind", kind, KINDS)
    if kind == "datasets":
        return _datasets(data_dir, download or [], as_json)
    if data_dir or download:
        raise ParameterError(f"--data-dir and --download belong to `adamtheory list datasets`, not to {kind}")
    special = {"networks": _networks, "proofs": _proofs, "experiments": _experiments, "forms": _forms}
    entries = special[kind]() if kind in special else _rules(kind)
    if as_json:
        print_json(entries)
    elif kind == "proofs":
        print_table(("name", "kind", "what it says"), [(e["name"], e["kind"], e["title"]) for e in entries])
    elif kind == "networks":
        rows = [(e["name"], _defaults(e["parameters"]), e["summary"]) for e in entries]
        print_table(("name", "parameters", "what it is"), rows)
    elif kind == "experiments":
        print_table(("name", "what it is about"), [(e["name"], e["title"].removesuffix(".")) for e in entries])
        if sys.stdout.isatty():
            typer.echo("claim, what would refute it, budget, settings: adamtheory show NAME")
    elif kind == "forms":
        heads = ("form", "other form", "equal under", "apart by", "difference", "theorems")
        print_table(heads, [_pair(e) for e in entries])
    else:
        print_table(
            ("name", "family", "parameters", "what it is"),
            [(e["name"], e["family"] or "", _defaults(e["parameters"]), e["summary"]) for e in entries],
        )


def _rules(kind: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "family": rule.facts.get("family"),
            "parameters": parameters(rule),
            "summary": summary(rule),
            "digest": rule.digest,
        }
        for name, rule in registry(kind).items()
    ]


def _networks() -> list[dict[str, Any]]:
    from adamtheory.nets.specs import NETWORKS, facts

    return [facts(name) for name in NETWORKS]


def _proofs() -> list[dict[str, Any]]:
    from adamtheory import catalogue

    return [
        {"name": file.name, "kind": "refutation" if file.refutes else "theorem", "title": file.title}
        for file in catalogue.proofs().values()
    ]


def _experiments() -> list[dict[str, Any]]:
    from adamtheory import catalogue
    from adamtheory.laboratory.running import load
    from adamtheory.laboratory.settings import as_texts

    found = []
    for name, file in catalogue.experiments().items():
        told = {key.lower().replace(" ", "_"): text for key, text in file.fields.items()}
        settings = " ".join(f"{k}={v}" for k, v in as_texts(load(name).settings("quick")).items())
        found.append({"name": name, "title": file.title, **told, "settings": settings})
    return found


def _forms() -> list[dict[str, Any]]:
    import importlib
    from dataclasses import asdict

    rows = importlib.import_module("adamtheory.proofs.framework_forms").table()
    return [{**asdict(row), "gradients": [str(g) for g in row.gradients], "eps": str(row.eps)} for row in rows]


def _pair(row: dict[str, Any]) -> tuple[str, ...]:
    """One pair in a line; where there is no change that makes the two alike, that is a theorem too."""
    names = [row["proof"], row["refutation"], row["rates"], *row["further"]]
    apart = f"g = {', '.join(row['gradients'])}" + (f", eps = {row['eps']}" if row["eps"] != "0" else "")
    theorems = ", ".join(name for name in names if name)
    return row["first"], row["second"], row["change"] or "nothing known", apart, row["difference"], theorems


def _defaults(declared: dict[str, dict[str, Any]]) -> str:
    """`lr=0.001 beta1=0.9`; a parameter without default stands alone."""
    return " ".join(name if p["default"] is None else f"{name}={p['default']}" for name, p in declared.items())


def _datasets(data_dir: Path | None, wanted: list[str], as_json: bool) -> None:
    from adamtheory.nets.data_download import download
    from adamtheory.nets.data_places import survey

    for name in wanted:
        download(name, lambda line: typer.echo(line, err=True))
    entries = [*survey(data_dir), *_files(data_dir)]
    if as_json:
        print_json(entries)
        return
    heads = ("name", "state", "train", "test", "classes", "bytes", "file or source")
    keys = ("name", "state", "train", "test", "classes", "bytes", "file")
    rows = [["-" if e[key] is None else str(e[key]) for key in keys] for e in entries]
    if sys.stdout.isatty():  # long addresses would leave no room for the rest
        print_table(heads[:-1], [row[:-1] for row in rows])
        typer.echo("where each one lies or comes from: adamtheory list datasets --json")
    else:
        print_table(heads, rows)


def _files(data_dir: Path | None) -> list[dict[str, Any]]:
    """LIBSVM and CSV files of the folders of data; what they hold is known when they are read."""
    from adamtheory.data import SUBFOLDERS
    from adamtheory.nets.data_places import folders

    places = [folder / part for folder in folders(data_dir) for part in SUBFOLDERS]
    files = [file for place in places if place.is_dir() for file in sorted(place.iterdir())]
    unknown = {"state": "found", "train": None, "test": None, "classes": None}
    return [
        {"name": f.name, **unknown, "bytes": f.stat().st_size, "file": str(f)}
        for f in dict.fromkeys(files)
        if f.is_file() and f.suffix in DATA_SUFFIXES
    ]
