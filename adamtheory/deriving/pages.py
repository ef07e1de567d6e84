"""Derivations as pages: a section on one rule and a table over many, as text, LaTeX and self-contained HTML.

All formulas come from the printers of the logic, that is from the trees that were checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adamtheory.deriving.findings import PROVED, REFUTED, TOPICS

Facts = Mapping[str, Any]

TITLES = {
    "closed form": "Closed forms",
    "expectation": "Expectations",
    "bias correction": "Bias correction",
    "drift": "Drifting gradients",
    "variance": "Variance and effective sample size",
    "scale": "Gradients in another unit",
    "step bound": "The size of a step",
    "claim": "Bounds that the docstring claims",
    "Gamma": "The sign of Gamma",
    "obligation": "What the text owes",
}
# What a finding without a sentence, a model or a theorem has in their place.
EMPTY = {
    "mathml": "",
    "mathml_hyps": [],
    "latex": "",
    "latex_hyps": [],
    "witness": [],
    "left": "",
    "right": "",
    "axioms": [],
    "defines": [],
    "latex_defines": [],
    "mathml_defines": [],
}


FOOT = (
    "n >= 0 steps are done; a value in step n + 1 is that of round t = n + 1; parameters are constant, lr as well.",
    "Every PROVED line is a theorem of the kernel that the second checker has derived again; every REFUTED one has an",
    "exact counterexample. A quotient by 0 counts as 0; where that may happen is told under what the text owes.",
)


# --- one rule ---------------------------------------------------------------------------------------------------------


def section(facts: Facts) -> list[str]:
    """The lines of one rule's page."""
    lines = [f"{facts['rule']}: {summary(facts)}"]
    findings = defined_once(facts["findings"])
    for topic in TOPICS:
        found = [f for f in findings if f["topic"] == topic]
        if found:
            lines += ["", TITLES[topic]]
            for finding in found:
                lines += entry(finding)
    lines += ["", *FOOT]
    return lines


def defined_once(findings: Sequence[Facts]) -> list[Facts]:
    """The findings with each recursion kept at the first sentence of its topic that speaks of it."""
    told, found = set[tuple[str, str, str]](), list[Facts]()
    for finding in findings:
        new: dict[str, list[str]] = {}
        for key in ("defines", "latex_defines", "mathml_defines"):
            new[key] = [words for words in finding.get(key, ()) if (finding["topic"], key, words) not in told]
            told |= {(finding["topic"], key, words) for words in new[key]}
        found.append({**finding, **new})
    return found


def entry(finding: Facts) -> list[str]:
    """The lines of one finding."""
    note = f"  ({finding['note']})" if finding["note"] else ""
    lines = [f"  {finding['status']:9} {finding['subject']}: {finding['head']}{note}"]
    if "claim" in finding:
        hyps = [h for h in finding["hyps"] if h != "0 <= n"]
        lines.append(f"            {finding['claim']}{'   if ' + ', '.join(hyps) if hyps else ''}")
    lines += [f"            where {words}" for words in finding.get("defines", ())]
    if "witness" in finding:
        fails = f"{finding['left']} against {finding['right']}"
        lines.append(f"            fails, {fails}, where {', '.join(finding['witness'])}")
    if finding.get("axioms"):
        lines.append(f"            from the axioms {', '.join(finding['axioms'])}")
    return lines


def summary(facts: Facts) -> str:
    """`25 PROVED, 4 REFUTED in 5.1 s`."""
    counts = ", ".join(f"{number} {word}" for word, number in facts["counts"].items())
    return f"{counts or 'nothing to derive'} in {facts['seconds']:.1f} s"


# --- many rules -------------------------------------------------------------------------------------------------------

HEADS = ("rule", "proved", "refuted", "open", "unbiased", "scale", "step bound", "Gamma", "defined")


def row(facts: Facts) -> tuple[str, ...]:
    """One rule in a line of the table."""
    counts = [str(facts["counts"].get(word, 0)) for word in (PROVED, REFUTED, "UNDECIDED")]
    cells = (_unbiased(facts), _scale(facts), _bound(facts), _gamma(facts), _defined(facts))
    return (str(facts["rule"]), *counts, *cells)


def _about(facts: Facts, topic: str) -> list[Facts]:
    return [f for f in facts["findings"] if f["topic"] == topic]


def _unbiased(facts: Facts) -> str:
    """`m_hat yes, v_hat yes`: the values that the step is made of."""
    words = {PROVED: "yes", REFUTED: "no"}
    asked = [f for f in _about(facts, "bias correction") if f["head"].endswith("?")]
    return ", ".join(f"{f['subject']} {words.get(f['status'], '?')}" for f in asked) or "-"


def _scale(facts: Facts) -> str:
    found = _about(facts, "scale")
    if found and found[0]["status"] == REFUTED:
        return str(found[0]["short"])
    if not found or found[0]["status"] != PROVED:
        return "?" if found else "-"
    broken = [f["short"].removeprefix("broken by ") for f in found[1:] if f["status"] == REFUTED]
    return str(found[0]["short"]) + (f" but for {', '.join(broken)}" if broken else "")


def _bound(facts: Facts) -> str:
    found = _about(facts, "step bound")
    return next((str(f["short"]) for f in found if f["short"]), "?" if found else "-")


def _gamma(facts: Facts) -> str:
    """The sign for alpha/sqrt(t), and for a constant alpha."""
    words = {PROVED: ">= 0", REFUTED: "< 0"}
    return " | ".join(words.get(f["status"], "?") for f in _about(facts, "Gamma")) or "-"


def _defined(facts: Facts) -> str:
    """How many obligations are proved, of how many; those that hold for positive parameters only count as such."""
    found = _about(facts, "obligation")
    owed = {(f["subject"], f["head"]) for f in found}
    refuted = {(f["subject"], f["head"]) for f in found if f["status"] == REFUTED}
    proved = {(f["subject"], f["head"]) for f in found if f["status"] == PROVED}
    mended = len(refuted & proved)
    return f"{len(proved)} of {len(owed)}" + (f", {mended} if eps > 0" if mended else "") if owed else "-"


LEGEND = (
    "unbiased: whether the averages that the step is made of have the mean of their signal; scale: what g -> c g makes",
    "of the step, and the parameter that breaks it; step bound: the sharp bound on |step|/lr, or that there is none;",
    "Gamma: its sign for the step sizes alpha/sqrt(t) | alpha; defined: obligations proved (denominators not 0,",
    "radicands not negative).",
)


# --- files ------------------------------------------------------------------------------------------------------------


def write(path: Path, derivations: Sequence[Facts]) -> None:
    """The page of one rule, or the table and the pages of many, as .html or .tex."""
    template = "derivations.html.j2" if path.suffix == ".html" else "derivations.tex.j2"
    path.write_text(_render(template, derivations))


def _render(template: str, derivations: Sequence[Facts]) -> str:
    from adamtheory.proving.render import environment

    page = environment(template, "adamtheory.deriving").get_template(template)
    rows, summaries = [row(facts) for facts in derivations], [summary(facts) for facts in derivations]
    shown = [{**facts, "findings": [{**EMPTY, **f} for f in defined_once(facts["findings"])]} for facts in derivations]
    return str(
        page.render(
            derivations=shown, titles=TITLES, topics=TOPICS, heads=HEADS, rows=rows, summaries=summaries,
            legend=" ".join(LEGEND),
        )
    )  # fmt: skip
