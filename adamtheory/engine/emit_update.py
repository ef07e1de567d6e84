"""Kernel text of one update of a whole parameter array in place: `advance` the step state, then `apply` to coordinates.

`apply` is the coordinate part of the rule with the step's values as arguments; threads call it on disjoint ranges.
Its indices are unsigned: a signed one might count from the end, and that test would keep the loop from vectorising.
"""

from __future__ import annotations

from dataclasses import dataclass

from adamtheory.engine.emit import POLICY, Emitter, pad
from adamtheory.engine.program import Builder, Level, Parts, Program, State, parameter_names, schedule_part
from adamtheory.errors import ParameterError
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Name


@dataclass(frozen=True)
class UpdateKernel:
    """Text of `advance(t, par, st, out)` and `apply(lo, hi, par, out, x, g, *slots)`."""

    text: str
    params: tuple[str, ...]
    step_states: tuple[State, ...]
    coord_states: tuple[State, ...]
    outputs: tuple[str, ...]


def build_update(optimizer: Rule, schedule: Rule) -> Program:
    """The program of schedule and update rule with the gradient as input; slots find their levels as in a run."""
    if any(_has_total(optimizer)):
        raise ParameterError(f"{optimizer.name} sums over coordinates; array updates take rules without total(...)")
    parts = Parts(optimizer, optimizer, schedule, optimizer)
    slots = [("s_", s) for s in schedule.slots] + [("o_", s) for s in optimizer.slots]
    levels = {p + s.name: (Level.STEP, False) for p, s in slots}
    while True:
        names = [n for n in parameter_names(parts) if n[:2] in ("o_", "s_")]
        program = Program(1, dict.fromkeys(names, False))
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


def _has_total(rule: Rule) -> list[bool]:
    from adamtheory.language.tree import Apply, walk

    trees = [a.value for a in rule.body] + [*rule.results, *rule.next_slots]
    return [isinstance(n, Apply) and n.op == "total" for tree in trees for n in walk(tree)]


class Update(Emitter):
    """Writes the two functions."""

    shape = "update"

    def inner(self, level: Level, lane: bool) -> bool:
        del lane
        return level == Level.COORD

    def emit(self) -> UpdateKernel:
        program = self.program
        self.step = [n for n in self.order(Level.TIME, Level.STEP) if program.values[n].op not in ("time", "state")]
        coordinate = self.order(Level.COORD)
        read = [a for n in coordinate for a in program.values[n].args if isinstance(a, str)]
        read += [s.next for s in self.coord_states if isinstance(s.next, str)]
        outer = {*self.step, "t", *(s.name for s in self.step_states)}
        self.outputs = list(dict.fromkeys(a for a in read if a in outer))
        text = self.advance() + "\n\n" + self.apply(coordinate)
        return UpdateKernel(self.file(text), tuple(program.params), tuple(self.step_states),
                            tuple(self.coord_states), tuple(self.outputs))  # fmt: skip

    def constants(self, positive: str) -> list[str]:
        const = self.order(Level.CONST)
        lines = self.one(positive) + [f"{n} = par[{i}]" for i, n in enumerate(self.program.params) if n in self.alive]
        return lines + self.printer.lines(const, self.readers(set(const)))

    def advance(self) -> str:
        f = "f8" if self.dtype == "float64" else "f4"
        policy = POLICY.format(signature=f'"void(i8, {f}[::1], {f}[::1], {f}[::1])", ')
        lines = [*self.constants("round_"), "t = F(round_)"]
        lines += [f"{s.name} = st[{i}]" for i, s in enumerate(self.step_states)]
        ends = [*self.readers(set(self.step)), *self.outputs]
        lines += self.printer.lines(self.step, ends)
        lines += [f"out[{i}] = {n}" for i, n in enumerate(self.outputs)]
        lines += [f"st[{i}] = {self.printer.atom(s.next)}" for i, s in enumerate(self.step_states)]
        return f"@{policy}\ndef advance(round_, par, st, out):\n" + pad(lines, 1)

    def apply(self, coordinate: list[str]) -> str:
        f = "f8" if self.dtype == "float64" else "f4"
        slots = [s.name for s in self.coord_states]
        arrays = [n for n in slots if n != "x"]
        policy = POLICY.format(signature=f'"void(u8, u8, {", ".join([f + "[::1]"] * (4 + len(arrays)))})", ')
        text = f"@{policy}\ndef apply(lo, hi, par, out, x_array, g_array, {', '.join(n + '_array' for n in arrays)}):\n"
        lines = self.constants("np.int64(hi)") + [f"{n} = out[{i}]" for i, n in enumerate(self.outputs)]
        lines += ["for i in range(lo, hi):"]
        body = [f"{n} = {n}_array[i]" for n in ["g", *slots]]
        body += self.printer.lines(coordinate, [s.next for s in self.coord_states])
        body += [f"{s.name}_array[i] = {self.printer.atom(s.next)}" for s in self.coord_states]
        return text + pad(lines, 1) + pad(body, 2)


def emit_update(program: Program, dtype: str) -> UpdateKernel:
    """The text of one in-place update."""
    return Update(program, dtype).emit()
