"""The `single` shape: one lane at a time, its coordinates in inner loops, one loop for each stage of totals."""

from __future__ import annotations

from adamtheory.engine.emit import BLOCK, COMPLETE, LENGTH, POLICY, Emitter, Kernel, pad
from adamtheory.engine.program import REDUCED, Atom, Level, Program

SIGNATURE = (
    '"void(i8, i8, i8, i8, {f}[:,::1], {f}[:,::1], {f}[:,::1], f8[:,::1], f8[:,::1], '
    'i8[:,::1], {f}[:,::1], {f}[::1], u8[:,::1])", '
)


class Single(Emitter):
    """Writes `run(lo, hi, steps, t0, par, st, z, acc, cacc, rows, features, targets, keys)`.

    Arrays: par (P, lanes), st (lanes, S), z (lanes, Q*size), acc (lanes, 3A), cacc (lanes, 3C*size) with sum,
    compensation and the open block's part, rows (lanes, steps), features (n, size), targets (n,), keys (2, lanes) =
    seed and stream.
    """

    shape = "single"
    # the texts of a coordinate's state and of a part of its sums, by their offset, and of the row of the data
    state_item, sum_item, row_item = "zl[k + {}]", "cl[k + {}]", "rows[lane, done + j]"

    def inner(self, level: Level, lane: bool) -> bool:
        del lane  # lanes are independent runs of the same text here
        return level == Level.COORD and self.program.size > 1

    def emit(self) -> Kernel:
        program = self.program
        self.many = program.size > 1
        one = self.one()
        self.tabulate(shared=False)
        body = self.before() + self.blocks() + self.after()
        signature = SIGNATURE.format(f="f8" if self.dtype == "float64" else "f4")
        text = f"@{POLICY.format(signature=signature)}\n"
        text += "def run(lo, hi, steps, t0, par, st, z, acc, cacc, rows, features, targets, keys):\n"
        text += pad([f"{n}_table = np.empty({BLOCK}, F)" for n in self.tabled], 1)
        text += pad(one, 1)
        buffers = ["y_all", "w_all", *(f"{n}_all" for n in self.coupled)] if program.vector else []
        text += pad([f"{name} = np.empty({program.size})" for name in buffers], 1)
        text += "    for lane in range(lo, hi):\n" + body
        return self.kernel(self.file(text), list(program.params), [])

    def before(self) -> str:
        """Load the lane: parameters, constants, state."""
        program = self.program
        lines = [f"{n} = par[{i}, lane]" for i, n in enumerate(program.params) if n in self.alive]
        lines += self.printer.lines(self.order(Level.CONST), self.readers(set(self.order(Level.CONST))))
        lines += [f"{s.name} = st[lane, {i}]" for i, s in enumerate(self.step_states)]
        if program.uniforms:
            lines += ["seed = keys[0, lane]", "stream = keys[1, lane]"]
        lines += ["zl = z[lane]", "cl = cacc[lane]"] if self.many else []
        lines += [f"a_{a.name} = acc[lane, {3 * i + 2 * (a.kind == 'sum')}]" for i, a in enumerate(self.step_sums)]
        lines += ["done = 0", "while done < steps:", f"    n = {LENGTH}"]
        return pad(lines, 2)

    def blocks(self) -> str:
        text = self.time_loop()
        return text + pad(["for j in range(n):"], 3) + self.round() + pad(["done += n"], 3) + self.flush()

    def round(self) -> str:
        """One round: for every stage the step values, then the loop that sums its totals; at last the states."""
        program = self.program
        text = pad([*self.clock(), *(f"{n} = {n}_table[j]" for n in self.tabled)], 4)
        text += pad([f"row = {self.row_item}"] if program.on_data else [], 4)
        step = self.order(Level.STEP) if self.many else self.order(Level.STEP, Level.COORD)
        text += pad([f"{n} = targets[row]" for n in step if program.values[n].op == "target"], 4)
        if not self.many:
            text += pad([f"{n} = features[row, 0]" for n in step if program.values[n].op == "row"], 4)
            ends: list[Atom] = [s.next for s in self.states] + [a.value for a in self.step_sums]
            text += pad(self.printer.lines(step, ends), 4)
        else:
            text += self.stages(step) + self.last_loop()
        text += pad([self.gather(a, f"a_{a.name}") for a in self.step_sums], 4)
        return text + pad(self.advance(), 4)

    def advance(self) -> list[str]:
        moved = [s for s in self.step_states if self.printer.atom(s.next) != s.name]
        if not moved:
            return []
        left, right = ", ".join(s.name for s in moved), ", ".join(self.printer.atom(s.next) for s in moved)
        return [f"{left} = {right}"]

    def stages(self, step: list[str]) -> str:
        values, text = self.program.values, ""
        for stage in range(1 + max((values[n].stage for n in [*step, *self.coupled]), default=0)):
            now = [n for n in step if values[n].stage == stage and values[n].op not in REDUCED]
            text += pad(self.printer.lines(now, self.readers(set(now))), 4)
            ended = [n for n in step if values[n].op in REDUCED and values[n].stage == stage + 1]
            text += self.reduced(ended) if ended else ""
            coupled = [n for n in self.coupled if values[n].stage == stage + 1]
            text += self.all_at_once(coupled) if coupled else ""
        return text

    def reduced(self, ended: list[str]) -> str:
        """One loop over the coordinates for what is summed, or largest, over them."""
        values = self.program.values
        first = {"total": "F(0.0)", "largest": "F(-np.inf)"}
        text = pad([f"{n} = {first[values[n].op]}" for n in ended] + [f"for k in range({self.program.size}):"], 4)
        text += self.coordinates([values[n].args[0] for n in ended])
        lines = []
        for n in ended:
            body = self.printer.atom(values[n].args[0])
            lines.append(f"{n} = {n} + {body}" if values[n].op == "total" else f"{n} = {body} if {body} > {n} else {n}")
        return text + pad(lines, 5)

    def all_at_once(self, coupled: list[str]) -> str:
        """Arrays of what needs all coordinates, in float64, with equal weights."""
        bodies = [self.program.values[n].args[0] for n in coupled]
        text = pad([f"for k in range({self.program.size}):"], 4) + self.coordinates(bodies)
        text += pad([f"{n}_all[k] = {self.printer.atom(b)}" for n, b in zip(coupled, bodies, strict=True)], 5)
        calls = [f"{self.function(n)}({n}_all, w_all{self.scalars()})" for n in coupled]
        return text + pad([line for call in calls for line in ("w_all[:] = 1.0", call)], 4)

    def scalars(self) -> str:
        """The parameters of the set as arguments."""
        return "".join(f", np.float64({name})" for name in self.program.vector_params)

    def coordinates(self, roots: list[Atom]) -> str:
        """Load and compute what the roots need at coordinate k; earlier loops' values are computed again."""
        values, d = self.program.values, self.program.size
        needed = self.printer.needed(roots, Level.COORD)
        names = [n for n in self.order(Level.COORD) if n in needed]
        lines = []
        for i, state in enumerate(self.coord_states):
            if state.name in needed:
                lines.append(f"{state.name} = {self.state_item.format(i * d)}")
        lines += [f"{n} = features[row, k]" for n in names if values[n].op == "row"]
        lines += [self.draw(n, "k") for n in names if values[n].op == "uniform"]
        lines += [f"{n} = F({n}_all[k])" for n in names if n in self.coupled]
        return pad(lines + self.printer.lines(names, roots), 5)

    def last_loop(self) -> str:
        d = self.program.size
        vector = self.program.values["projected"].args if self.program.vector else ()
        own = [(i * d, s.next) for i, s in enumerate(self.coord_states) if s.next != "projected"]
        roots: list[Atom] = [*vector, *(following for _, following in own), *(a.value for a in self.coord_sums)]
        text = pad([f"for k in range({d}):"], 4) + self.coordinates(roots)
        lines = [f"{name}[k] = {self.printer.atom(a)}" for name, a in zip(("y_all", "w_all"), vector, strict=False)]
        lines += [f"{self.state_item.format(offset)} = {self.printer.atom(following)}" for offset, following in own]
        for i, a in enumerate(self.coord_sums):
            lines.append(self.gather(a, self.sum_item.format((3 * i + 2 * (a.kind == "sum")) * d)))
        return text + pad(lines, 5) + self.project()

    def project(self) -> str:
        """Project all coordinates at once, in float64, and store them as x."""
        program, d = self.program, self.program.size
        if not program.vector:
            return ""
        offset = d * [s.name for s in self.coord_states].index("x")
        lines = [
            f"{program.vector}(y_all, w_all{self.scalars()})",
            f"for k in range({d}):",
            f"    {self.state_item.format(offset)} = F(y_all[k])",
        ]
        return pad(lines, 4)

    def flush(self) -> str:
        """Add the part of a block that is complete to the compensated sums."""
        lines, d = [], self.program.size
        for i, a in enumerate(self.step_sums):
            if a.kind == "sum":
                s, c = f"acc[lane, {3 * i}]", f"acc[lane, {3 * i + 1}]"
                lines += [f"{s}, {c} = add({s}, {c}, a_{a.name})", f"a_{a.name} = 0.0"]
        sums = [i for i, a in enumerate(self.coord_sums) if a.kind == "sum"]
        lines += [f"for k in range({d}):"] if sums else []
        for i in sums:
            s, c, p = (f"cl[k + {(3 * i + r) * d}]" for r in range(3))
            lines += [f"    {s}, {c} = add({s}, {c}, {p})", f"    {p} = 0.0"]
        return pad([f"if {COMPLETE}:"], 3) + pad(lines, 4) if lines else ""

    def after(self) -> str:
        lines = [f"st[lane, {i}] = {s.name}" for i, s in enumerate(self.step_states)]
        for i, a in enumerate(self.step_sums):
            lines.append(f"acc[lane, {3 * i + 2 * (a.kind == 'sum')}] = a_{a.name}")
        return pad(lines, 2)


def emit_single(program: Program, dtype: str) -> Kernel:
    """The kernel of one lane at a time, for any size."""
    return Single(program, dtype).emit()
