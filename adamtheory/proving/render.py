"""A proof's page as a self-contained HTML file (MathML, no script) or as a LaTeX document."""

from __future__ import annotations

import ast
import re
from typing import Any

from adamtheory.catalogue import ProofFile
from adamtheory.proving.verdicts import Outcome

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip


def html(file: ProofFile, outcome: Outcome) -> str:
    """The page in HTML; `outcome` comes from `check` with the form mathml."""
    return _render("proof.html.j2", file, outcome)


def latex(file: ProofFile, outcome: Outcome) -> str:
    """The page as a LaTeX document; `outcome` comes from `check` with the form latex."""
    return _render("proof.tex.j2", file, outcome)


def environment(template: str, package: str) -> Any:
    """Jinja for a template of the package: HTML is escaped; in LaTeX the marks are ((* *)) and ((( )))."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    marks: dict[str, Any] = {}
    if template.endswith(".tex.j2"):  # braces and percent signs are LaTeX's own
        marks = {
            "block_start_string": "((*", "block_end_string": "*))", "variable_start_string": "(((",
            "variable_end_string": ")))", "comment_start_string": "((=", "comment_end_string": "=))",
        }  # fmt: skip
    loader = PackageLoader(package, "templates")
    escape = select_autoescape(enabled_extensions=("html.j2",))
    found = Environment(loader=loader, autoescape=escape, undefined=StrictUndefined, trim_blocks=False, **marks)
    found.filters |= {"tex": _tex, "reason_tex": _reason_tex, "breakable": _breakable}
    return found


def _render(template: str, file: ProofFile, outcome: Outcome) -> str:
    facts = {"model": "", "recheck": None, "rules": [], "assumes": [], "axioms": [], **outcome.facts}
    page = facts.get("page") or {"claim": "", "hyps": [], "theory": [], "steps": [], "witness": ""}
    found = environment(template, "adamtheory.proving").get_template(template)
    return str(found.render(outcome=outcome, facts=facts, page=page, doc=words(file)))


def words(file: ProofFile) -> str:
    """What the file says below its title: the theorem in words, its source, notes."""
    doc = ast.get_docstring(ast.parse(file.path.read_text())) or ""
    return "\n".join(doc.splitlines()[1:]).strip()


def _tex(text: str) -> str:
    return "".join(SPECIAL.get(c, c) for c in str(text))


def _breakable(tex: str) -> str:
    """Long names and formulas in plain letters may be broken behind their underscores, brackets and signs."""
    return re.sub(r"(\\_|[)=*/,])", r"\1\\allowbreak{}", tex)


def _reason_tex(reason: str) -> str:
    """Names outside formulas are escaped, formulas between dollars are left."""
    parts = re.split(r"(\$[^$]*\$)", reason)
    return "".join(part if part.startswith("$") else _tex(part) for part in parts)
