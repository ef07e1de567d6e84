"""`adamtheory prove`: check theorems with two checkers, print a table, or one proof with all its steps."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adamtheory import catalogue
from adamtheory.cli.options import AsJson
from adamtheory.cli.output import print_json, print_table
from adamtheory.cli.progress import counting
from adamtheory.errors import OutputError, SpecError

WIDE = 140  # columns

if TYPE_CHECKING:
    from adamtheory.catalogue import ProofFile
    from adamtheory.proving.verdicts import Outcome


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Proofs, or FILE.py; all if none.")
    ] = None,
    search: Annotated[bool, typer.Option("--search", help="Find the certificates anew instead of replaying.")] = False,
    store: Annotated[bool, typer.Option("--store", help="Keep what --search finds, and pin the sentences.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the proof as HTML.")] = None,
    latex: Annotated[Path | None, typer.Option("--latex", metavar="FILE", help="Write the proof as LaTeX.")] = None,
    export: Annotated[Path | None, typer.Option("--export", metavar="FILE", help="Write the proof as JSON.")] = None,
    as_json: AsJson = False,
) -> int:
    """Check theorems with the kernel and a second checker.

    Every step is made by the kernel, then made again by a checker that shares no code with it, in a process of its own.
    PROVED is printed for nothing else. REFUTED is a printed claim that an exact counterexample shows to be false; NOT
    ENTAILED is a step with a model in which the cited facts hold and the step fails; UNDECIDED is a step for which
    nothing was found. Without names all theorems are checked and a table is printed; one name prints its proof.

    \b
    Examples:
      adamtheory prove
      adamtheory prove ema_unrolled
      adamtheory prove ema_unrolled --html proof.html --export proof.json
      adamtheory prove my_lemma.py
      adamtheory prove --search
    """
    files = [catalogue.find(name) for name in names] if names else list(catalogue.proofs().values())
    _check_options(files, names, html, latex, export, store, search)
    form = "mathml" if html else "latex" if latex else "text" if names and len(files) == 1 and not as_json else None
    outcomes: list[Outcome] = []
    try:
        _run(files, outcomes, search, store, form)
    finally:  # Ctrl-C leaves what is finished on the screen
        outcomes.sort(key=lambda outcome: outcome.name)
        _print(outcomes, as_json, files[0] if form == "text" else None)
    for path, kind in ((html, "html"), (latex, "latex"), (export, "export")):
        if path is not None and (kind != "export" or "proof" in outcomes[0].facts):
            _write(path, kind, files[0], outcomes[0], search)
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def _check_options(
    files: list[ProofFile],
    names: list[str] | None,
    html: Path | None,
    latex: Path | None,
    export: Path | None,
    store: bool,
    search: bool,
) -> None:
    if store and not search:
        raise SpecError("--store keeps what --search finds; give both")
    if store and any(file.own for file in files):
        raise SpecError("--store is for the theorems that ship; --export FILE keeps a proof of your own")
    paths = [path for path in (html, latex, export) if path is not None]
    if paths and (not names or len(files) != 1):
        raise SpecError("--html, --latex and --export write one proof; name one")
    for path in paths:
        if not path.parent.is_dir():
            raise OutputError(f"{path}: the folder {path.parent} does not exist")


def _run(files: list[ProofFile], outcomes: list[Outcome], search: bool, store: bool, form: str | None) -> None:
    from adamtheory.proving.verdicts import check

    with counting(len(files), "proofs") as finished:
        for outcome in check(files, search, store, form):
            outcomes.append(outcome)
            finished(outcome.name)


# --- what is printed --------------------------------------------------------------------------------------------------


def _print(outcomes: list[Outcome], as_json: bool, whole: ProofFile | None) -> None:
    if as_json:
        print_json([_facts(outcome) for outcome in outcomes])
    elif whole and outcomes:
        from adamtheory.proving.render import words

        typer.echo("\n".join(_page(outcomes[0], words(whole).splitlines())))
    elif outcomes:
        heads = ("theorem", "status", "axioms", "certificates", "s", "what it says")
        # What a theorem says would wrap into a column of single words on a narrow terminal; `list proofs` has it.
        shown = len(heads) - (sys.stdout.isatty() and shutil.get_terminal_size().columns < WIDE)
        print_table(heads[:shown], [_row(outcome)[:shown] for outcome in outcomes])
        for outcome in outcomes:
            if not outcome.holds:
                typer.echo("\n".join(["", f"{outcome.name}: {outcome.word}", *_trouble(outcome)]))
        typer.echo(f"\n{_summary(outcomes)}")


def _row(outcome: Outcome) -> tuple[str, ...]:
    facts = outcome.facts
    axioms, certificates = ", ".join(facts.get("axioms", [])) or "-", str(facts.get("certificates", ""))
    return outcome.name, outcome.word, axioms, certificates, f"{facts['seconds']:.2f}", outcome.title


def _rests_on(facts: dict[str, Any]) -> str:
    named = [*facts.get("assumes", []), *(f"{name} (axiom)" for name in facts.get("axioms", []))]
    return ", ".join(named) or "-"


def _summary(outcomes: list[Outcome]) -> str:
    words = [outcome.word for outcome in outcomes]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    seconds = sum(outcome.facts["seconds"] for outcome in outcomes)
    return f"{len(outcomes)} file{'s' * (len(outcomes) != 1)}: {counts}; {seconds:.1f} s in the first checker"


def _facts(outcome: Outcome) -> dict[str, Any]:
    facts = {k: v for k, v in outcome.facts.items() if k not in ("outcome", "name", "page", "proof", "reason")}
    return {
        "name": outcome.name,
        "title": outcome.title,
        "status": outcome.word,
        "holds": outcome.holds,
        "reason": outcome.reason,
        **facts,
    }


def _page(outcome: Outcome, words: list[str]) -> list[str]:
    facts, page = outcome.facts, outcome.facts.get("page")
    lines = [f"{outcome.title}", f"{outcome.word}: {outcome.name}", "", *([*words, ""] if words else [])]
    if "claim" in facts:
        lines += [f"  {name:24} {line}" for name, line in facts["theory"]]
        lines += ["", *(f"  if    {h}" for h in facts["hyps"]), f"  then  {facts['claim']}", ""]
        lines.append(f"rests on: {_rests_on(facts)}")
        if "witness" in facts:
            lines.append(f"witness: {facts['witness']}: there the assumptions and hypotheses hold together")
        lines += [f"read from the text of {rule['name']} ({rule['digest'][:12]})" for rule in facts["rules"]]
    if not outcome.holds or "model" in facts:
        lines += ["", *_trouble(outcome)]
    if page:
        lines += ["", "Proof"]
        for step in page["steps"]:
            under = f"   [if {', '.join(step['hyps'])}]" if step["hyps"] and step["rule"] != "assume" else ""
            lines.append(f"({step['number']}) {step['claim']}{under}   -- {step['reason']}")
    if outcome.holds and "recheck" in facts:
        second = facts["recheck"]
        lines += ["", f"{facts['steps']} steps, {facts['certificates']} certificates, {facts['seconds']:.2f} s;"]
        lines[-1] += f" derived again by the second checker in {second['seconds']:.2f} s; sentence {facts['hash'][:16]}"
        lines += [f"defined: {line}" for line in second.get("definedness", [])]
    return lines


def _trouble(outcome: Outcome) -> list[str]:
    """What went wrong: the step, what was cited, and the model."""
    facts = outcome.facts
    lines = [outcome.reason] if outcome.reason and "goal" not in facts else []
    if "line" in facts:
        lines.append(f"line {facts['line']}: {facts['code']}")
    if "goal" in facts:
        lines += [
            f"  this step:  {facts['goal']}",
            *(f"  cited:      {fact}" for fact in facts["cited"] or ["nothing"]),
        ]
    if "hint" in facts and "model" not in facts:
        lines.append(f"  nothing found with {facts['hint']}")
    if "model" in facts:
        lines += [f"  {line}" for line in str(facts["model"]).splitlines()]
    return lines


def _write(path: Path, kind: str, file: ProofFile, outcome: Outcome, search: bool) -> None:
    from adamtheory.proving import render
    from adamtheory.proving.verdicts import check

    if kind == "export":
        text = outcome.facts["proof"]
    else:
        wanted = "mathml" if kind == "html" else "latex"
        if (outcome.facts.get("page") or {}).get("form", wanted) != wanted:  # both files were asked for
            outcome = next(iter(check([file], search, form=wanted)))
        text = render.html(file, outcome) if kind == "html" else render.latex(file, outcome)
    try:
        path.write_text(text)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from None
    typer.echo(f"{kind} in {path}")
