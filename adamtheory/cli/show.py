"""`adamtheory show NAME`: everything that is known about one rule."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import adamtheory
from adamtheory import catalogue
from adamtheory.cli.options import AsJson
from adamtheory.cli.output import aligned, print_json
from adamtheory.cli.registry import ONE, REGISTRIES, find, forms, number, parameters, registry, section, summary
from adamtheory.errors import ParameterError
from adamtheory.language.formula import latex, plain, plain_expression
from adamtheory.language.rule import SUPPLIED
from adamtheory.language.split import split
from adamtheory.language.tree import Number

if TYPE_CHECKING:
    from adamtheory.language.rule import Obligation, Rule

IS = {"nonzero": "!= 0", "nonnegative": ">= 0", "positive": "> 0"}


def command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An optimizer, loss, schedule, set, network, experiment or theorem.")
    ],
    only_latex: Annotated[bool, typer.Option("--latex", help="Print only the formula, in LaTeX.")] = False,
    kernel: Annotated[
        bool, typer.Option("--kernel", help="Print only an optimizer's kernel text for the CPU.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one rule, network, experiment or theorem.

    Of a rule its formula, source, parameters and their ranges, the other forms of the method, what must hold for every
    line to make sense (obligations), and where implementations disagree. Of an experiment its claim, what would refute
    it, its budget, and the settings that `adamtheory run NAME --set` changes. Of a theorem its words and its source;
    `adamtheory prove NAME` has its sentence and all steps.

    \b
    Examples:
      adamtheory show amsgrad
      adamtheory show nadam --latex
      adamtheory show adam --kernel
      adamtheory show reddi --json
      adamtheory show phase_diagram
      adamtheory show mlp
      adamtheory show adam_step_bound
    """
    experiment = _experiment(name) if name in catalogue.experiments() else None
    is_rule = any(name in registry(kind) for kind in REGISTRIES)
    if experiment is None and not is_rule and _is_network(name):
        _network(name, only_latex or kernel, as_json)
        return
    if experiment is None and not is_rule and catalogue.is_proof(name):
        _theorem(name, only_latex or kernel, as_json)
        return
    if experiment is not None and not is_rule:
        if only_latex or kernel:
            raise ParameterError(f"{name} is an experiment; --latex and --kernel are for rules")
        if as_json:
            print_json(experiment)
        else:
            typer.echo("\n".join(_experiment_page(experiment)))
        return
    kind, rule = find(name)
    if as_json:
        print_json(_facts(kind, rule) | ({} if experiment is None else {"experiment": experiment}))
    elif only_latex:
        typer.echo(latex(rule))
    elif kernel:
        typer.echo(_kernel(rule))
    else:
        typer.echo("\n".join(_page(_facts(kind, rule))))
        if experiment is not None:  # a loss and an experiment may share their name
            typer.echo("\n".join(["", *_experiment_page(experiment)]))


def _is_network(name: str) -> bool:
    from adamtheory.nets.specs import NETWORKS

    return name in NETWORKS


def _network(name: str, other: bool, as_json: bool) -> None:
    """What there is to say about a kind of network."""
    from adamtheory.nets.specs import facts

    told = facts(name)
    if other:
        raise ParameterError(f"{name} is a network; --latex and --kernel are for rules")
    if as_json:
        print_json(told)
        return
    lines = [f"{name} (network)", *_wrapped(told["summary"])]
    parameters = [(f"{key} = {p['default']}", p["range"], p["meaning"]) for key, p in told["parameters"].items()]
    lines += _block("parameters", aligned(parameters)) + _block("source", _wrapped(told["source"]))
    typer.echo("\n".join([*lines, *_block("train it", [f"adamtheory train -m {name}"])]))


def _theorem(name: str, other: bool, as_json: bool) -> None:
    """What a proof file says of itself; it is not checked here."""
    if other:
        raise ParameterError(f"{name} is a theorem; --latex and --kernel are for rules, prove --latex for theorems")
    file = catalogue.find(name)
    kind = "refutation" if file.refutes else "theorem"
    fields = {key.lower(): text for key, text in catalogue.fields(file).items()}
    if as_json:
        print_json({"name": name, "kind": kind, "title": file.title, **fields})
        return
    lines = [f"{name} ({kind})", *_wrapped(file.title)]
    lines += [line for key, text in fields.items() for line in _block(key, _wrapped(text))]
    typer.echo("\n".join([*lines, *_block("check it, with all steps", [f"adamtheory prove {name}"])]))


def _facts(kind: str, rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "kind": ONE[kind],
        "family": rule.facts.get("family"),
        "summary": summary(rule),
        "plain": plain(rule),
        "several_coordinates": section(rule, "Several coordinates"),
        "latex": latex(rule),
        "start": {slot.name: number(slot.initial) for slot in rule.slots},
        "shared_slots": list(split(rule).shared),
        "stages": split(rule).stages,
        "parameters": parameters(rule),
        "supplied": [s.name for s in rule.scalars if s.name in SUPPLIED],
        "notes": {key: plain_expression(rule, expr) for key, expr in rule.notes.items()},
        "facts": {key: value for key, value in rule.facts.items() if key != "family"},
        "forms": {other.name: summary(other) for other in forms(kind, rule)},
        "obligations": [_obligation(rule, owed) for owed in rule.obligations],
        "source": section(rule, "Source"),
        "disagreement": section(rule, "Disagreement"),
        "digest": rule.digest,
        "file": _file(rule),
    }


def _experiment(name: str) -> dict[str, Any]:
    """What an experiment says of itself, with the settings of both budgets."""
    from adamtheory.laboratory.running import BUDGETS, load
    from adamtheory.laboratory.settings import as_texts

    experiment = load(name)
    fields = {key.lower().replace(" ", "_"): text for key, text in experiment.file.fields.items()}
    settings = {budget: as_texts(experiment.settings(budget)) for budget in BUDGETS}
    return {"name": name, "kind": "experiment", "title": experiment.file.title, **fields, "settings": settings}


def _experiment_page(told: dict[str, Any]) -> list[str]:
    """The same as text; of the full budget only what differs."""
    quick, full = told["settings"]["quick"], told["settings"]["full"]
    lines = [f"{told['name']} (experiment)", *_wrapped(told["title"])]
    for field in ("claim", "refuted_if", "source", "budget", "note"):
        lines += _block(field.replace("_", " "), _wrapped(told.get(field, "")))
    lines += _block("settings, quick", [line for pair in quick.items() for line in _wrapped("{} = {}".format(*pair))])
    other = [pair for pair in full.items() if quick[pair[0]] != pair[1]]
    lines += _block("otherwise in full", [line for pair in other for line in _wrapped("{} = {}".format(*pair))])
    return [*lines, *_block("run it", [f"adamtheory run {told['name']}"])]


def _kernel(rule: Rule) -> str:
    """The step part and the coordinate part as numba gets them; with totals, the whole step of a group."""
    from adamtheory.engine.emit_update import build_update, emit_update
    from adamtheory.schedules import constant

    if rule.kind != "rule":
        raise ParameterError(
            f"{rule.name} is a {rule.kind.replace('_', ' ')}; --kernel prints the text of an optimizer"
        )
    return emit_update(build_update(rule, constant), "float64").text


def _file(rule: Rule) -> str:
    """File and line of the rule's text, the file as seen from the folder that holds the package."""
    root = Path(adamtheory.__file__).parent.parent
    file = Path(rule.filename)
    return f"{file.relative_to(root).as_posix() if file.is_relative_to(root) else file}:{rule.line}"


def _plain_fact(owed: Obligation) -> bool:
    """Whether it speaks of a number only, such as 250 != 0, and is true."""
    if not isinstance(owed.expr, Number):
        return False
    value = owed.expr.value
    return {"nonzero": value != 0, "nonnegative": value >= 0, "positive": value > 0}[owed.kind]


def _obligation(rule: Rule, owed: Obligation) -> dict[str, Any]:
    """`1 - p1[t] != 0`, and the comparisons under which the line is reached."""
    signs = {("<", True): "<", ("<=", True): "<=", ("<", False): ">=", ("<=", False): ">"}
    guards = [
        f"{plain_expression(rule, left)} {signs[op, truth]} {plain_expression(rule, right)}"
        for op, left, right, truth in owed.guards
    ]
    return {
        "plain_fact": _plain_fact(owed),
        "claim": f"{plain_expression(rule, owed.expr)} {IS[owed.kind]}",
        "where": guards,
        "line": owed.line,
    }


def _page(facts: dict[str, Any]) -> list[str]:
    family = f", family {facts['family']}" if facts["family"] else ""
    lines = [f"{facts['name']} ({facts['kind']}{family})", *_wrapped(facts["summary"])]
    lines += _block("formula", facts["plain"].splitlines())
    lines += _block("in several coordinates", _wrapped(facts["several_coordinates"]))
    lines += _block("start", [", ".join(f"{name}[0] = {value}" for name, value in facts["start"].items())])
    lines += _block("kept once for all coordinates", [", ".join(facts["shared_slots"])])
    lines += _block("LaTeX", facts["latex"].splitlines())
    lines += _block("parameters", aligned([_parameter(name, p) for name, p in facts["parameters"].items()]))
    lines += _block("supplied at every step", [", ".join(facts["supplied"])])
    lines += _block("notes", [f"{key} = {value}" for key, value in {**facts["notes"], **facts["facts"]}.items()])
    lines += _block("other forms", aligned(list(facts["forms"].items())))
    lines += _block("obligations", [_owed(owed) for owed in facts["obligations"] if not owed["plain_fact"]])
    lines += _block("source", _wrapped(facts["source"]))
    lines += _block("where implementations disagree", _wrapped(facts["disagreement"]))
    return [*lines, *_block("text", [f"{facts['file']}, digest {facts['digest'][:12]}"])]


def _block(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)] if any(lines) else []


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text.replace("*unverified*", "unverified"), width=100, break_long_words=False, break_on_hyphens=False
    )


def _parameter(name: str, declared: dict[str, Any]) -> tuple[str, str, str]:
    default = declared["default"]
    shown = name if default is None else f"{name} = {default}"
    return shown, f"in {declared['range']}", declared["meaning"]


def _owed(owed: dict[str, Any]) -> str:
    guard = f"  where {' and '.join(owed['where'])}" if owed["where"] else ""
    return f"line {owed['line']}: {owed['claim']}{guard}"
