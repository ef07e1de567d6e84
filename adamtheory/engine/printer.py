"""Values of a program as Python text for numba: every literal goes through the dtype, nothing is reordered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from adamtheory.engine.program import COUPLED, LEAVES, Atom, Level, Program, Value
from adamtheory.language.tree import Number

INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
COMPARE = {"where<": "<", "where<=": "<="}
# Transcendental functions run in float64 and are rounded once, so that NumPy, the C library and numba agree.
THROUGH_DOUBLE = {
    "exp": "math.exp({0})", "log": "math.log({0})", "cospi": "math.cos(math.pi * {0})", "pow": "math.pow({0}, {1})",
}  # fmt: skip


@dataclass
class Printer:
    """Prints values with the literals named `K0, K1, ...`, which the kernel file defines in the run's dtype."""

    program: Program
    literals: dict[Number, str]
    one: str = ""  # the name of a 1.0 that the compiler cannot know to be one, where the kernel has it
    suffix: str = ""  # ends the literals' names, so that the texts of several programs may stand in one file

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Number):
            return self.literals.setdefault(atom, f"K{len(self.literals)}{self.suffix}")
        return atom

    def text(self, value: Value, show: Callable[[Atom], str]) -> str:
        """One operation; `show` prints an argument (its name, or the operation itself where it is inlined)."""
        if value.op == "ipow":
            return self._power(show(value.args[0]), value.args[1])
        args = [show(a) for a in value.args]
        if value.op in INFIX:
            return f"({args[0]} {INFIX[value.op]} {args[1]})"
        if value.op == "neg":
            return f"(-{args[0]})"
        if value.op == "sqrt":
            return f"F(math.sqrt({args[0]}))"
        if value.op == "absolute":
            return f"abs({args[0]})"
        if value.op == "maximum":
            return f"({args[0]} if {args[0]} > {args[1]} else {args[1]})"
        if value.op == "minimum":
            return f"({args[0]} if {args[0]} < {args[1]} else {args[1]})"
        if value.op in COMPARE:
            return f"({args[2]} if {args[0]} {COMPARE[value.op]} {args[1]} else {args[3]})"
        wide = [f"np.float64({a})" for a in args]
        if value.op == "pow" and self.one:
            # LLVM replaces powers of which it knows a part, 2**x by exp2(x), x**2 by x*x: other last bits
            wide = [f"({w} * {self.one})" if self._known(a) else w for w, a in zip(wide, value.args, strict=True)]
        return f"F({THROUGH_DOUBLE[value.op].format(*wide)})"

    def _known(self, atom: Atom) -> bool:
        """Whether the compiler could compute the atom."""
        return self.program.level(atom) == Level.CONST and not (
            isinstance(atom, str) and self.program.values[atom].op == "param"
        )

    def _power(self, base: str, exponent: Atom) -> str:
        n = int(exponent.value) if isinstance(exponent, Number) else 0
        if n == 0:
            return "F(1.0)"
        text = base
        for _ in range(n - 1):
            text = f"({text} * {base})"
        return text

    def needed(self, roots: Iterable[Atom], lowest: Level = Level.CONST) -> set[str]:
        """Names of all values of at least the level `lowest` that the roots depend on, the roots included.

        In one coordinate nothing leads back from what has been computed of all of them.
        """
        ends = (*LEAVES, *COUPLED) if lowest == Level.COORD else LEAVES
        found: set[str] = set()
        stack = [r for r in roots if isinstance(r, str)]
        while stack:
            name = stack.pop()
            if name not in found and self.program.level(name) >= lowest:
                found.add(name)
                value = self.program.values[name]
                if value.op not in ends:
                    stack += [a for a in value.args if isinstance(a, str)]
        return found

    def lines(self, section: Iterable[str], roots: Iterable[Atom]) -> list[str]:
        """Assignments for the values of one section, in order; a value used once inside the section is inlined.

        `roots` are the atoms that later sections read; they, and arguments that the text would repeat, keep a name.
        """
        names = [n for n in section if self.program.values[n].op not in (*LEAVES, *COUPLED)]
        inside = set(names)
        uses = dict.fromkeys(names, 0)
        for name in names:
            for atom in self.program.values[name].args:
                if isinstance(atom, str) and atom in inside:
                    uses[atom] += 1 if self._plain(self.program.values[name]) else 2
        for root in roots:
            if isinstance(root, str) and root in inside:
                uses[root] += 2
        inline = {n for n, count in uses.items() if count == 1 and n.startswith("v")}

        def show(atom: Atom) -> str:
            if isinstance(atom, str) and atom in inline:
                return self.text(self.program.values[atom], show)
            return self.atom(atom)

        return [f"{n} = {self.text(self.program.values[n], show)}" for n in names if n not in inline]

    @staticmethod
    def _plain(value: Value) -> bool:
        """Whether the text mentions each argument once, in any place an expression may stand."""
        return value.op in INFIX or value.op in ("neg", "sqrt", *THROUGH_DOUBLE)
