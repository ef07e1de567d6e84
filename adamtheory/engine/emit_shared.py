"""The `shared` shape: what all lanes of a run have in common, played once, on the CPU.

A GPU that runs a lane in every thread would compute the step size, the bias corrections and, where hyper-parameters
are equal, gradients and draws anew in each of them. Here one loop over the rounds writes them into a table that the
lanes read, and moves the states and sums that all lanes share. The bits are the CPU's, of powers and cosines too.
"""

from __future__ import annotations

from dataclasses import dataclass

from adamtheory.engine.emit import COMPLETE, LENGTH, POLICY, Emitter, Kernel, pad
from adamtheory.engine.program import COUPLED, LEAVES, REDUCED, Accumulator, Atom, Level, Program
from adamtheory.language.tree import Number

SIGNATURE = '"void(i8, i8, {f}[::1], {f}[::1], f8[::1], u8[:,::1], {f}[::1], {f}[:,::1])", '


def common(program: Program) -> set[str]:
    """The values that are equal in all lanes and need no coordinate: of hyper-parameters, rounds, and such states.

    A hyper-parameter is taken as equal in all lanes unless the program says that it differs (`Parts.lane_params`).
    """
    values, following = program.values, {s.name: s.next for s in program.states}
    found = {n for n, v in values.items() if not v.lane and v.level < Level.COORD and v.op not in (*REDUCED, *COUPLED)}

    def read(name: str) -> tuple[Atom, ...]:
        value = values[name]
        if value.op == "state":
            return (following[name],)
        return () if value.op in LEAVES else value.args

    while True:
        left = {n for n in found if all(isinstance(a, Number) or a in found for a in read(n))}
        if left == found:
            return found
        found = left


def gathered(sum_: Accumulator, found: set[str]) -> bool:
    """Whether a sum adds up what is equal in all lanes."""
    return isinstance(sum_.value, Number) or sum_.value in found


@dataclass(frozen=True)
class SharedKernel(Kernel):
    """`constants`: what is written once, of the hyper-parameters; `columns`: what is written for every round."""

    constants: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def needed(self) -> bool:
        """Whether lanes have anything in common."""
        return bool(self.constants or self.columns or self.step_states or self.step_sums)


class Shared(Emitter):
    """Writes `run(steps, t0, ps, st, accs, keys, constants, table)`.

    Arrays: ps parameters, st states, accs (3A,) sums with compensation and the open block's part, keys (2, .) seed and
    stream of the first lane, constants and table (steps, columns): results.
    """

    shape = "shared"

    def __init__(self, program: Program, dtype: str, constants: list[str], columns: list[str]) -> None:
        super().__init__(program, dtype)
        found = common(program)
        self.constants, self.columns = constants, columns
        self.states = self.step_states = [s for s in self.states if s.name in found]
        self.step_sums = [a for a in self.step_sums if gathered(a, found)]
        self.coord_states, self.coord_sums, self.coupled = [], [], []
        roots: list[Atom] = [*constants, *columns, *(s.next for s in self.states), *(a.value for a in self.step_sums)]
        self.alive = self.printer.needed(roots)
        self.roots = roots

    def inner(self, level: Level, lane: bool) -> bool:
        del lane
        return level == Level.COORD and self.program.size > 1

    def emit(self) -> SharedKernel:
        params = [n for n, lane in self.program.params.items() if not lane and n in self.alive]
        constant, moving = self.order(Level.CONST), self.order(Level.TIME, Level.STEP)
        self.drawn = [n for n in moving if self.program.values[n].op == "uniform"]
        lines = [*self.one(), *(f"{n} = ps[{i}]" for i, n in enumerate(params))]
        lines += self.printer.lines(constant, [*self.readers(set(constant)), *self.roots])
        lines += [f"constants[{i}] = {n}" for i, n in enumerate(self.constants)]
        lines += [f"{s.name} = st[{i}]" for i, s in enumerate(self.states)]
        lines += [f"a_{a.name} = accs[{3 * i + 2 * (a.kind == 'sum')}]" for i, a in enumerate(self.step_sums)]
        lines += ["seed = keys[0, 0]", "stream = keys[1, 0]"] if self.drawn else []
        lines += ["done = 0", "while done < steps:", f"    n = {LENGTH}", "    for j in range(n):"]
        text = f"@{POLICY.format(signature=SIGNATURE.format(f='f8' if self.dtype == 'float64' else 'f4'))}\n"
        text += "def run(steps, t0, ps, st, accs, keys, constants, table):\n" + pad(lines, 1)
        text += pad(self.round(moving), 3) + pad(["done += n"], 2) + self.flush()
        text += pad([f"st[{i}] = {s.name}" for i, s in enumerate(self.states)], 1)
        text += pad([f"accs[{3 * i + 2 * (a.kind == 'sum')}] = a_{a.name}" for i, a in enumerate(self.step_sums)], 1)
        kernel = self.kernel(self.file(text), params, params)
        return SharedKernel(**vars(kernel), constants=tuple(self.constants), columns=tuple(self.columns))

    def round(self, moving: list[str]) -> list[str]:
        lines = [*self.clock(), *(self.draw(n, "") for n in self.drawn), *self.printer.lines(moving, self.roots)]
        lines += [f"table[done + j, {i}] = {n}" for i, n in enumerate(self.columns)]
        lines += [self.gather(a, f"a_{a.name}") for a in self.step_sums]
        moved = [s for s in self.states if self.printer.atom(s.next) != s.name]
        left, right = ", ".join(s.name for s in moved), ", ".join(self.printer.atom(s.next) for s in moved)
        return lines + ([f"{left} = {right}"] if moved else [])

    def flush(self) -> str:
        """Add the part of a block that is complete to the compensated sums."""
        lines = []
        for i, a in enumerate(self.step_sums):
            if a.kind == "sum":
                s, c = f"accs[{3 * i}]", f"accs[{3 * i + 1}]"
                lines += [f"{s}, {c} = add({s}, {c}, a_{a.name})", f"a_{a.name} = 0.0"]
        return pad([f"if {COMPLETE}:"], 2) + pad(lines, 3) if lines else ""


def emit_shared(program: Program, dtype: str, constants: list[str], columns: list[str]) -> SharedKernel:
    """The kernel of what all lanes share."""
    return Shared(program, dtype, constants, columns).emit()
