"""A proof as a reader sees it: theory, sentence, every step with its reason, the certificate beneath it.

The lines come from the theorem that the kernel made; `form` is text, latex or mathml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic import printing
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import Term, rel, term


def page(
    statement: Statement, theorems: Sequence[Theorem], form: str, witness: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Everything that is printed about one proof, in one form; the steps are numbered as they are stored, from 1."""
    writer = Writer(form, theorems, statement)
    return {
        "form": form,
        "claim": writer.show(statement.claim),
        "hyps": [writer.show(h) for h in statement.hyps],
        "theory": [list(line) for line in printing.describe(statement.theory, form)],  # type: ignore[arg-type]
        "steps": writer.steps(),
        "witness": "" if witness is None else writer.witness(witness),
    }


def witness_told(statement: Statement, witness: Mapping[str, Any]) -> str:
    """The witness in one line of text."""
    return Writer("text", (), statement).witness(witness)


class Writer:
    """Numbers the theorems of a proof and says how each was made."""

    def __init__(self, form: str, theorems: Sequence[Theorem], statement: Statement) -> None:
        self.form = form
        self.theorems = theorems
        self.numbers = {theorem: k for k, theorem in enumerate(theorems, 1)}
        self.theory = theory = statement.theory  # its families keep their letters on every line
        printers: dict[str, Callable[[Any], str]] = {
            "text": lambda x: printing.text(x, theory),
            "latex": lambda x: f"${printing.latex(x, theory)}$",
            "mathml": lambda x: printing.mathml(x, theory),
        }
        self.show = printers[form]

    def steps(self) -> list[dict[str, Any]]:
        """One entry a theorem."""
        return [
            {
                "number": self.numbers[theorem],
                "claim": self.show(theorem.claim),
                "hyps": [self.show(h) for h in theorem.hyps],
                "rule": theorem.rule,
                "reason": self.reason(theorem),
                "certificate": self.certificate(theorem) if theorem.rule == "certificate" else "",
            }
            for theorem in self.theorems
        ]

    def witness(self, of: Mapping[str, Any]) -> str:
        """What is put for families and variables: what is not 0 first, then the names of the rest."""
        known = {name: signature[0] for name, signature in self.theory.names if signature is not None}
        given = [(term("app", name, known[name], *vs), value) for name, vs, value in of["interpretation"]]
        given += of["values"]
        shown = [self.show(rel("eq", left, value)) for left, value in given if value is not lift(0)]
        zeros = [self.show(left) for left, value in given if value is lift(0)]
        return ", ".join([*shown, *([f"0 for {', '.join(zeros)}"] if zeros else [])])

    def cite(self, *theorems: Theorem) -> str:
        """(3), (7) and (12)."""
        marks = [f"({self.numbers[t]})" for t in theorems]
        return " and ".join([", ".join(marks[:-1]), marks[-1]]) if len(marks) > 1 else "".join(marks)

    def put(self, pairs: Sequence[tuple[Term, Term]]) -> str:
        """What was put for the variables."""
        return ", ".join(f"{self.show(new)} for {self.show(variable)}" for variable, new in pairs)

    def reason(self, theorem: Theorem) -> str:
        """How the theorem was made, in words."""
        args = theorem.args
        simple: dict[str, Callable[..., str]] = {
            "assume": lambda claim: "hypothesis",
            "cut": lambda main, others: f"{self.cite(main)}, by {self.cite(*others)}" if others else self.cite(main),
            "inst": lambda main, pairs: f"{self.cite(main)} with {self.put(pairs)}",
            "given": lambda name, values: f"assumption {name}",
            "cases": lambda low, high, a, b: self._cases(low, high, a, b),
            "antisym": lambda below, above: f"from both sides, {self.cite(below, above)}",
            "rewrite": lambda main, hole, template: (
                f"{self.cite(main)} put for {self.show(hole)} in {self.show(template)}"
            ),
            "certificate": lambda goal, facts, *_: f"from {self.cite(*facts)}" if facts else "an identity or a square",
            "induction": lambda base, step, n, start, _: (
                f"induction on {self.show(n)} from {self.show(start)}: {self.cite(base)}, then {self.cite(step)}"
            ),
            "sum_of": lambda each, v, low, high: f"{self.cite(each)} summed over {self.show(v)}",
            "mean_of": lambda each, w: f"expectation of {self.cite(each)}",
            "unfold": lambda name, *_: f"definition of {name}",
            "fact": lambda name: f"fact {name}",
            "sum_last": lambda *_: "last term of a sum",
            "sum_empty": lambda *_: "an empty sum",
            "lim_const": lambda *_: "limit of a constant",
            "lim_recip": lambda *_: "limit of 1/n",
            "lim_base": lambda *_: "limit of a power",
            "lim_op": lambda op, limits: f"limits {self.cite(*limits)}, continuity of {op}",
            "lim_inv": lambda main, nonzero: f"limit {self.cite(main)}, not zero by {self.cite(nonzero)}",
            "lim_squeeze": lambda low, high, start, above, below: (
                f"between {self.cite(low, high)}, {self.cite(above, below)}"
            ),
            "lim_bound": lambda main, bound, start: f"limit {self.cite(main)} bounded by {self.cite(bound)}",
        }
        return simple[theorem.rule](*args)

    def _cases(self, low: Theorem, high: Theorem, a: Term, b: Term) -> str:
        both = f"{self.show(rel('le', a, b))} in {self.cite(low)}, {self.show(rel('lt', b, a))} in {self.cite(high)}"
        return f"two cases: {both}"

    def certificate(self, theorem: Theorem) -> str:
        """weight * (r - l) = sum of products and multiples, with the numbers of the facts."""
        _, facts, products, multipliers, weight = theorem.args
        parts = [self._product(c, [facts[k] for k in positions], square) for c, positions, square in products]
        parts += [f"({self.numbers[facts[k]]}) [{self.show(m)}]" for k, m in multipliers]
        scale = " + ".join(self._product(c, [facts[k] for k in positions], None) for c, positions in weight)
        left = "right - left" if scale == "1" else f"({scale}) (right - left)"
        return f"{left} = {' + '.join(parts) or '0'}"

    def _product(self, coefficient: Fraction, facts: Sequence[Theorem], square: Term | None) -> str:
        factors = [str(coefficient)] if coefficient != 1 or not (facts or square) else []
        factors += [f"({self.numbers[f]})" for f in facts]
        factors += [f"[{self.show(square)}]^2"] if square is not None else []
        return " ".join(factors)
