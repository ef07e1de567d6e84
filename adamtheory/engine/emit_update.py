"""Kernel text of one update of parameter arrays in place.

A *group* is a range of coordinates that share the step state and over which `total(...)` sums. Functions:

    advance        moves the step state and puts out what the coordinates read of it; no totals
    apply          the coordinate part, with the step's values as arguments; threads call it on disjoint ranges
    update         a whole step of one group: `advance` and `apply`; with totals, a loop for each stage of them, then
                   the loop that writes. Values of an earlier loop are computed again from the old x and slots
    update_groups  `update` of many groups

Totals are summed in float64 from left to right, whatever the dtype, and rounded once: in float64 the bits of `simulate`
and of the plain reading; in float32 a sum without the error that grows with the number of coordinates.
Indices are unsigned: a signed one might count from the end, and that test would keep the loop from vectorising.
"""

from __future__ import annotations

from dataclasses import dataclass

from adamtheory.engine.emit import INNER, POLICY, Emitter, pad
from adamtheory.engine.program import (
    Atom,
    Builder,
    Level,
    Parts,
    Program,
    State,
    parameter_names,
    schedule_part,
)  # fmt: skip
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Name


@dataclass(frozen=True)
class UpdateKernel:
    """Texts of an update, and what its arrays keep.

    text       the file of `advance(round_, par, st, out)` and `apply(lo, hi, par, out, x_array, g_array, *slots)`;
               with totals, `grouped`
    grouped    the file with `update(lo, hi, round_, par, st, out, x_array, g_array, *slots)` too, and
               `update_groups(first, last, edges, round_, par, st, out, x_array, g_array, *slots)`, where row k of st
               (groups, S) is the state of the group edges[k], ..., edges[k + 1] - 1
    functions  `update` and what it calls, to stand in another file: without header, signature and cache
    literals   the constants that `functions` reads; they need `F`, the functions also `math`, `np` and `njit`
    totals     whether the rule sums over coordinates; `advance` and `apply` are missing then

    par has the order of `params`, st of `step_states`, out the length of `outputs` (its values are scratch between
    calls), the slots the order of `coord_states` without x.
    """

    text: str
    grouped: str
    functions: str
    literals: str
    totals: bool
    params: tuple[str, ...]
    step_states: tuple[State, ...]
    coord_states: tuple[State, ...]
    outputs: tuple[str, ...]


def build_update(optimizer: Rule, schedule: Rule) -> Program:
    """The program of schedule and update rule with the gradient as input; slots find their levels as in a run."""
    parts = Parts(optimizer, optimizer, schedule, optimizer)
    slots = [("s_", s) for s in schedule.slots] + [("o_", s) for s in optimizer.slots]
    levels = {p + s.name: (Level.STEP, False) for p, s in slots}
    while True:
        names = [n for n in parameter_names(parts) if n[:2] in ("o_", "s_")]
        program = Program(0, dict.fromkeys(names, False))
        builder = Builder(program, levels)
        for index, name in enumerate(program.params):
            builder.leaf(name, "param", Level.CONST, False, index)
        builder.leaf("t", "time", Level.TIME, False)
        builder.leaf("x", "state", Level.COORD, True)
        builder.leaf("g", "row", Level.COORD, True)
        step_size, multiplier = schedule_part(builder, parts)
        env = {Name(p.name): "o_" + p.name for p in optimizer.parameters}
        env |= {Name("x"): "x", Name("g"): "g", Name("t"): "t"}
        bound = env | ({Name("lr"): step_size} if multiplier is None else {Name("eta"): multiplier})
        (x_next,), _ = builder.part(optimizer, "o_", bound)
        program.states.append(State("x", None, x_next, Level.COORD, True))
        risen = {s.name: (max(levels[s.name][0], program.level(s.next)), False)
                 for s in program.states if s.name in levels}  # fmt: skip
        if risen == levels:
            return program
        levels = risen


@dataclass(frozen=True)
class _Function:
    """A function's text and the types of its arguments."""

    types: str
    text: str

    def compiled_first(self) -> str:
        policy = POLICY.format(signature=f'"void({self.types})", ')
        return f"@{policy}\n{self.text}"

    def inner(self) -> str:
        return f"@{INNER}\n{self.text}"


class Update(Emitter):
    """Writes the functions; `suffix` ends their names and those of the literals."""

    shape = "update"

    def __init__(self, program: Program, dtype: str, suffix: str = "") -> None:
        super().__init__(program, dtype)
        self.suffix = self.printer.suffix = suffix
        self.slots = [s.name for s in self.coord_states if s.name != "x"]
        self.vector = "f8[::1]" if dtype == "float64" else "f4[::1]"
        self.step = [n for n in self.order(Level.TIME, Level.STEP) if program.values[n].op not in ("time", "state")]
        self.coordinate = self.order(Level.COORD)
        self.totals = any(program.values[n].op == "total" for n in self.step)
        self.outputs = [] if self.totals else self.read_of_step()
        self.arrays = ", ".join(["par", "st", "out", "x_array", "g_array", *(n + "_array" for n in self.slots)])

    def inner(self, level: Level, lane: bool) -> bool:
        del lane
        return level == Level.COORD

    def read_of_step(self) -> list[str]:
        """The step's values that the coordinates read."""
        read = [a for n in self.coordinate for a in self.program.values[n].args if isinstance(a, str)]
        read += [s.next for s in self.coord_states if isinstance(s.next, str)]
        outer = {*self.step, "t", *(s.name for s in self.step_states)}
        return list(dict.fromkeys(a for a in read if a in outer))

    def emit(self) -> UpdateKernel:
        whole = [self.staged()] if self.totals else [self.advance(), self.apply(), self.both()]
        grouped = self.file("\n\n".join(f.compiled_first() for f in [*whole, self.groups()]))
        text = grouped if self.totals else self.file("\n\n".join(f.compiled_first() for f in whole[:2]))
        functions = "\n\n".join(f.inner() for f in whole)
        return UpdateKernel(text, grouped, functions, self.literals(), self.totals, tuple(self.program.params),
                            tuple(self.step_states), tuple(self.coord_states), tuple(self.outputs))  # fmt: skip

    def types(self, *first: str, matrix: bool = False) -> str:
        st = self.vector.replace("[", "[:,") if matrix else self.vector
        return ", ".join([*first, self.vector, st, *[self.vector] * (3 + len(self.slots))])

    def constants(self, positive: str) -> list[str]:
        const = self.order(Level.CONST)
        lines = self.one(positive) + [f"{n} = par[{i}]" for i, n in enumerate(self.program.params) if n in self.alive]
        return lines + self.printer.lines(const, self.readers(set(const)))

    def load(self) -> list[str]:
        """All that a step begins with."""
        lines = [*self.constants("round_"), "t = F(round_)"]
        return lines + [f"{s.name} = st[{i}]" for i, s in enumerate(self.step_states)]

    def store(self) -> list[str]:
        return [f"st[{i}] = {self.printer.atom(s.next)}" for i, s in enumerate(self.step_states)]

    def advance(self) -> _Function:
        ends = [*self.readers(set(self.step)), *self.outputs]
        lines = self.load() + self.printer.lines(self.step, ends)
        lines += [f"out[{i}] = {n}" for i, n in enumerate(self.outputs)] + self.store()
        types = ", ".join(["i8", *[self.vector] * 3])
        return _Function(types, f"def advance{self.suffix}(round_, par, st, out):\n" + pad(lines, 1))

    def apply(self) -> _Function:
        arguments = self.arrays.replace("st, ", "")
        lines = self.constants("np.int64(hi)") + [f"{n} = out[{i}]" for i, n in enumerate(self.outputs)]
        text = f"def apply{self.suffix}(lo, hi, {arguments}):\n" + pad(lines, 1) + self.last_loop()
        return _Function(", ".join(["u8", "u8", *[self.vector] * (4 + len(self.slots))]), text)

    def both(self) -> _Function:
        """`update` of a rule without totals."""
        arguments = self.arrays.replace("st, ", "")
        lines = [f"advance{self.suffix}(round_, par, st, out)", f"apply{self.suffix}(lo, hi, {arguments})"]
        return self.update(pad(lines, 1))

    def staged(self) -> _Function:
        """`update` of a rule with totals: for every stage the step values, then the loop that sums."""
        values, text = self.program.values, pad(self.load(), 1)
        for stage in range(1 + max(values[n].stage for n in self.step)):
            now = [n for n in self.step if values[n].stage == stage and values[n].op != "total"]
            text += pad(self.printer.lines(now, self.readers(set(now))), 1)
            totals = [n for n in self.step if values[n].op == "total" and values[n].stage == stage + 1]
            text += self.sum_up(totals) if totals else ""
        return self.update(text + self.last_loop() + pad(self.store(), 1))

    def sum_up(self, totals: list[str]) -> str:
        """The loop of one stage's totals."""
        bodies = [self.program.values[n].args[0] for n in totals]
        sums = [f"sum_{n} = sum_{n} + np.float64({self.printer.atom(b)})" for n, b in zip(totals, bodies, strict=True)]
        text = pad([*(f"sum_{n} = 0.0" for n in totals), self.loop()], 1) + pad(self.coordinates(bodies) + sums, 2)
        return text + pad([f"{n} = F(sum_{n})" for n in totals], 1)

    def last_loop(self) -> str:
        lines = self.coordinates([s.next for s in self.coord_states])
        lines += [f"{s.name}_array[i] = {self.printer.atom(s.next)}" for s in self.coord_states]
        return pad([self.loop()], 1) + pad(lines, 2)

    @staticmethod
    def loop() -> str:
        return "for i in range(np.uint64(lo), np.uint64(hi)):"

    def coordinates(self, roots: list[Atom]) -> list[str]:
        """Load and compute what the roots need at coordinate i."""
        needed = self.printer.needed(roots, Level.COORD)
        lines = [f"{n} = {n}_array[i]" for n in ["g", *(s.name for s in self.coord_states)] if n in needed]
        return lines + self.printer.lines([n for n in self.coordinate if n in needed], roots)

    def update(self, body: str) -> _Function:
        text = f"def update{self.suffix}(lo, hi, round_, {self.arrays}):\n{body}"
        return _Function(self.types("u8", "u8", "i8"), text)

    def groups(self) -> _Function:
        one = self.arrays.replace("st,", "st[k],")
        text = f"def update_groups{self.suffix}(first, last, edges, round_, {self.arrays}):\n"
        lines = ["for k in range(first, last):", f"    update{self.suffix}(edges[k], edges[k + 1], round_, {one})"]
        return _Function(self.types("u8", "u8", "u8[::1]", "i8", matrix=True), text + pad(lines, 1))


def emit_update(program: Program, dtype: str, suffix: str = "") -> UpdateKernel:
    """The texts of one in-place update; `suffix` ends the names of its functions (`update_0`) and literals."""
    return Update(program, dtype, suffix).emit()
