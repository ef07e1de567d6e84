"""The `lanes` shape: size 1, `WIDTH` lanes advance together in an inner loop that the compiler vectorises.

All rows of a block of lanes stand in one buffer at literal offsets, so that the compiler sees that they do not overlap
(separate arrays would need more run-time checks than it is willing to make). The width is literal and missing lanes
are padded with copies of the last one, so there is no remainder loop.
"""

from __future__ import annotations

from adamtheory.engine.emit import BLOCK, COMPLETE, LENGTH, POLICY, WIDTH, Emitter, Kernel, pad
from adamtheory.engine.program import Atom, Level, Program

SIGNATURE = (
    '"void(i8, i8, i8, i8, {f}[::1], {f}[:,::1], {f}[::1], {f}[::1], {f}[:,::1], f8[::1], f8[::1], f8[:,::1], '
    'u8[:,::1])", '
)

PARTS = ("_s", "_c", "_p")  # sum, compensation, the open block's part


class Lanes(Emitter):
    """Writes `run(lo, hi, steps, t0, ps, pl, st, st_out, z, accs, accs_out, acc, keys)`.

    Arrays: ps shared and pl (., lanes) lane parameters, st shared state (st_out receives it, so that blocks of lanes
    may run at the same time), z (Q, lanes), accs shared and acc (3A, lanes) sums with compensation and
    the open block's part, keys (2, lanes).
    """

    shape = "lanes"

    def inner(self, level: Level, lane: bool) -> bool:
        return level == Level.COORD or lane

    def emit(self) -> Kernel:
        program = self.program
        values = program.values
        self.shared = [n for n, lane in program.params.items() if not lane]
        self.varying = [n for n, lane in program.params.items() if lane]
        const = self.order(Level.CONST)
        self.shared_const = [n for n in const if not values[n].lane]
        self.lane_const = [n for n in const if values[n].lane]
        self.tabulate(shared=True)
        self.step = [n for n in self.order(Level.STEP) if not values[n].lane]
        later = self.order(Level.TIME, Level.STEP, Level.COORD)
        self.loop = [n for n in later if self.inner(values[n].level, values[n].lane)]
        kept = self.readers(set(self.lane_const))
        self.rows = [n for n in self.varying if n in self.alive]
        self.rows += [n for n in self.lane_const if n in kept and n not in self.rows]
        self.rows += [s.name for s in self.coord_states]
        text = self.head() + self.load() + self.blocks() + self.store()
        return self.kernel(self.file(text), list(program.params), self.shared)

    def row(self, name: str) -> str:
        return f"w[i + {self.rows.index(name) * WIDTH}]"

    def head(self) -> str:
        signature = SIGNATURE.format(f="f8" if self.dtype == "float64" else "f4")
        text = f"@{POLICY.format(signature=signature)}\n"
        text += "def run(lo, hi, steps, t0, ps, pl, st, st_out, z, accs, accs_out, acc, keys):\n"
        lines = self.one() + [f"{n}_table = np.empty({BLOCK}, F)" for n in self.tabled]
        lines += [
            f"w = np.empty({len(self.rows) * WIDTH}, F)",
            f"a = np.zeros({3 * max(1, len(self.coord_sums)) * WIDTH})",
        ]
        lines += [f"q = np.empty({2 * WIDTH}, np.uint64)"] if self.program.uniforms else []
        lines += [f"{n} = ps[{i}]" for i, n in enumerate(self.shared) if n in self.alive]
        lines += self.printer.lines(self.shared_const, self.readers(set(self.shared_const)))
        lines += ["seed = keys[0, 0]", "stream = keys[1, 0]"] if self.program.uniforms else []
        return text + pad(lines, 1)

    def load(self) -> str:
        """Copy a block of lanes into the buffers; the last lane pads the block."""
        values = self.program.values
        lines = ["lane = min(base + i, hi - 1)"]
        lines += [f"{n} = pl[{j}, lane]" for j, n in enumerate(self.varying) if n in self.alive]
        lines += self.printer.lines(self.lane_const, self.readers(set(self.lane_const)))
        names = [n for n in self.rows if values[n].op != "state"]
        lines += [f"{self.row(n)} = {n}" for n in names]
        lines += [f"{self.row(s.name)} = z[{j}, lane]" for j, s in enumerate(self.coord_states)]
        for j in range(len(self.coord_sums)):
            lines += [f"a[i + {(3 * j + r) * WIDTH}] = acc[{3 * j + r}, lane]" for r in range(3)]
        if self.program.uniforms:
            lines += ["q[i] = keys[0, lane]", f"q[i + {WIDTH}] = keys[1, lane]"]
        text = pad([f"for base in range(lo, hi, {WIDTH}):", f"    for i in range({WIDTH}):"], 1) + pad(lines, 3)
        text += pad([f"{s.name} = st[{j}]" for j, s in enumerate(self.step_states)], 2)
        for j in range(len(self.step_sums)):
            text += pad([f"{self.shared_sum(j)}{part} = accs[{3 * j + r}]" for r, part in enumerate(PARTS)], 2)
        return text + pad(["done = 0", "while done < steps:", f"    n = {LENGTH}"], 2)

    def shared_sum(self, index: int) -> str:
        return f"a_{self.step_sums[index].name}"

    def blocks(self) -> str:
        text = self.time_loop() + pad(["for j in range(n):"], 3) + self.round()
        return text + pad(["done += n"], 3) + self.flush()

    def round(self) -> str:
        values = self.program.values
        text = pad([*self.clock(), *(f"{n} = {n}_table[j]" for n in self.tabled)], 4)
        ends: list[Atom] = [*self.readers(set(self.step)), *(a.value for a in self.step_sums)]
        text += pad(self.printer.lines(self.step, ends), 4)
        text += pad([self.gather(a, self.shared_sum(j) + PARTS[2 * (a.kind == "sum")])
                     for j, a in enumerate(self.step_sums)], 4)  # fmt: skip
        text += pad([f"for i in range({WIDTH}):"], 4)
        lines = [f"{n} = {self.row(n)}" for n in self.rows]
        draws = [n for n in self.loop if values[n].op == "uniform"]
        lines += ["seed = q[i]", f"stream = q[i + {WIDTH}]"] if draws else []
        lines += [self.draw(n, "") for n in draws]
        roots: list[Atom] = [s.next for s in self.coord_states] + [a.value for a in self.coord_sums]
        lines += self.printer.lines(self.loop, roots)
        lines += [f"{self.row(s.name)} = {self.printer.atom(s.next)}" for s in self.coord_states]
        for j, a in enumerate(self.coord_sums):
            lines.append(self.gather(a, f"a[i + {(3 * j + 2 * (a.kind == 'sum')) * WIDTH}]"))
        text += pad(lines, 5)
        moved = [s for s in self.step_states if self.printer.atom(s.next) != s.name]
        left, right = ", ".join(s.name for s in moved), ", ".join(self.printer.atom(s.next) for s in moved)
        return text + pad([f"{left} = {right}"] if moved else [], 4)

    def flush(self) -> str:
        """Add the part of a block that is complete to the compensated sums."""
        shared, lines = [], []
        for j, a in enumerate(self.step_sums):
            if a.kind == "sum":
                s, c, p = (self.shared_sum(j) + part for part in PARTS)
                shared += [f"{s}, {c} = add({s}, {c}, {p})", f"{p} = 0.0"]
        for j, a in enumerate(self.coord_sums):
            if a.kind == "sum":
                s, c, p = (f"a[i + {(3 * j + r) * WIDTH}]" for r in range(3))
                lines += [f"{s}, {c} = add({s}, {c}, {p})", f"{p} = 0.0"]
        text = pad(shared, 4) + (pad([f"for i in range({WIDTH}):"], 4) + pad(lines, 5) if lines else "")
        return pad([f"if {COMPLETE}:"], 3) + text if text else ""

    def store(self) -> str:
        lines = [f"z[{j}, base + i] = {self.row(s.name)}" for j, s in enumerate(self.coord_states)]
        for j in range(len(self.coord_sums)):
            lines += [f"acc[{3 * j + r}, base + i] = a[i + {(3 * j + r) * WIDTH}]" for r in range(3)]
        text = pad([f"for i in range(min({WIDTH}, hi - base)):"], 2) + pad(lines, 3)
        text += pad([f"st_out[{j}] = {s.name}" for j, s in enumerate(self.step_states)], 2)
        for j in range(len(self.step_sums)):
            text += pad([f"accs_out[{3 * j + r}] = {self.shared_sum(j)}{part}" for r, part in enumerate(PARTS)], 2)
        return text


def emit_lanes(program: Program, dtype: str) -> Kernel:
    """The kernel of many lanes of size 1."""
    return Lanes(program, dtype).emit()
