"""The update of a network's parameters as phases of one block of a GPU: the rules' own text, its loops cut for threads.

A rule without totals has functions for one group of coordinates:

    advance   moves the step state, one thread a group, and leaves in `work` what the coordinates read of it
    update    the coordinates of one array, four by four; their derivatives are computed where they are needed

One with totals has more, each for all of its groups, first..first+count-1; its derivatives lie in `grads`:

    sums_<s>  the partial sums of the totals that end stage s
    update    the coordinates
    settle    moves the step state

A total of a group is the sum of `pieces` partial sums, each of every `pieces`-th coordinate, in float64. Its shape
depends on the network alone, so that no number of threads changes a bit. Every thread computes the step's values again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adamtheory.engine.emit import pad
from adamtheory.engine.emit_update import Update
from adamtheory.engine.program import Atom, Level, Program
from adamtheory.nets.block import Tile
from adamtheory.nets.emit_cuda import FOUR, guarded, quotient

GROUP = ("par = pars[first + group]", "st = states[first + group]")


def over(tile: Tile, work: Sequence[str], source: str) -> list[str]:
    """The lines that do the work for the coordinates i of a tile and their derivatives g, four rows of it at a time."""
    many = range(min(FOUR, tile.slow))
    lines = [f"for item in range(tid, {-(-tile.slow // FOUR) * tile.fast}, nt):"]
    lines += [f"    block = {quotient('item', tile.fast)}", f"    f = item - block * {tile.fast}"]
    names = ", ".join(f"g_{q}" for q in many)
    lines += [f"    {names} = gradient_{tile.name}(block, f, b, {source}work)"]
    for q in many:
        own = [f"i = {tile.start} + ({FOUR} * block + {q}) * {tile.fast} + f", f"g = g_{q}", *work]
        lines += guarded("\n".join(own) + "\n", q, tile.slow, 1).splitlines()
    return lines


def keep_text(tile: Tile, source: str) -> str:
    """A function that keeps the derivatives for a rule that goes over them more than once."""
    return f"def keep_{tile.name}(tid, nt, b, {source}work, grads):\n" + pad(over(tile, ["grads[i] = g"], source), 1)


class BlockUpdate(Update):
    """Writes the functions of one rule; `count` groups follow it, with totals in `pieces` pieces each."""

    shape = "block"

    def __init__(self, program: Program, dtype: str, suffix: str, count: int, pieces: int) -> None:
        super().__init__(program, dtype, suffix)
        self.count, self.pieces = count, pieces
        self.wanted = [n for n in self.step if program.values[n].op == "total"]
        self.last_stage = max((program.values[n].stage for n in self.step), default=0)

    def one(self, positive: str = "t0") -> list[str]:
        super().one(positive)  # two-argument min does not compile on every backend
        powers = any(self.program.values[n].op == "pow" for n in self.alive)
        return [f"one = np.float64(1 if {positive} > 0 else 0)"] if powers else []

    def functions(self, tiles: Mapping[Tile, str]) -> list[str]:
        """The texts, each of one function, for a rule that moves these arrays.

        tiles  with the arguments of those functions that read their derivatives' inputs elsewhere than in `work`
        """
        if not self.totals:
            return [self.advance_text(), *(self.update_text(*item) for item in tiles.items())]
        stages = [self.sums_text(stage) for stage in range(self.last_stage)]
        return [*(keep_text(*item) for item in tiles.items()), *stages, self.staged_text(), self.settle_text()]

    def advance_text(self) -> str:
        ends: list[Atom] = [*self.readers(set(self.step)), *self.outputs]
        lines = self.load() + self.printer.lines(self.step, ends)
        lines += [f"work[at + {i}] = {n}" for i, n in enumerate(self.outputs)] + self.store()
        return f"def advance{self.suffix}(round_, par, st, work, at):\n" + pad(lines or ["pass"], 1)

    def update_text(self, tile: Tile, source: str) -> str:
        text = f"def update{self.suffix}_{tile.name}(tid, nt, b, {source}par, work, at, slots):\n"
        text += pad(self.constants("b") + [f"{n} = work[at + {i}]" for i, n in enumerate(self.outputs)], 1)
        return text + pad(over(tile, self.moves("g"), source), 1)

    def moves(self, derivative: str) -> list[str]:
        """One coordinate's new parameter and slots."""
        lines = self.at_coordinate([s.next for s in self.coord_states], derivative)
        places = self.item_texts()
        return lines + [f"{places[s.name]} = {self.printer.atom(s.next)}" for s in self.coord_states]

    def item_texts(self) -> dict[str, str]:
        """Where coordinate i keeps what."""
        return {"x": "work[i]"} | {n: f"slots[{k}, i]" for k, n in enumerate(self.slots)}

    def at_coordinate(self, roots: Sequence[Atom], derivative: str) -> list[str]:
        """Load and compute what the roots need at coordinate i."""
        needed = self.printer.needed(roots, Level.COORD)
        places = {"g": derivative} | self.item_texts()
        read = [n for n in ["g", *(s.name for s in self.coord_states)] if n in needed and places[n] != n]
        lines = [f"{n} = {places[n]}" for n in read]
        return lines + self.printer.lines([n for n in self.coordinate if n in needed], roots)

    # -- with totals -------------------------------------------------------------------------------------------------

    def head(self, name: str, items: int) -> str:
        """A function over `items` for every group, and what its step begins with."""
        arguments = "tid, nt, first, round_, edges, pars, states, work, grads, slots, sums"
        text = f"def {name}{self.suffix}({arguments}):\n"
        text += pad([f"for item in range(tid, {self.count * items}, nt):"], 1)
        cut = [f"group = np.int64(np.uint32(item) // np.uint32({items}))", f"piece = item - group * {items}"]
        return text + pad((cut if items > 1 else ["group = item", "piece = 0"]) + list(GROUP) + self.load(), 2)

    def values_until(self, stage: int) -> str:
        """The step's values up to that stage, from the totals of the stages before."""
        values, text = self.program.values, ""
        for s in range(stage + 1):
            now = [n for n in self.step if values[n].stage == s and values[n].op != "total"]
            text += pad(self.printer.lines(now, self.readers(set(now))), 2)
            for n in self.ended(s) if s < stage else ():
                lines = [f"sum_{n} = 0.0", f"for q in range({self.pieces}):", f"    sum_{n} += {self.part(n, 'q')}"]
                text += pad([*lines, f"{n} = F(sum_{n})"], 2)
        return text

    def ended(self, stage: int) -> list[str]:
        """The totals that end a stage."""
        return [n for n in self.wanted if self.program.values[n].stage == stage + 1]

    def part(self, name: str, piece: str) -> str:
        """Where a partial sum lies."""
        return f"sums[({self.wanted.index(name) * self.count} + group) * {self.pieces} + {piece}]"

    def piece_loop(self, lines: list[str]) -> str:
        loop = f"for i in range(edges[first + group] + piece, edges[first + group + 1], {self.pieces}):"
        return pad([loop], 2) + pad(lines, 3)

    def sums_text(self, stage: int) -> str:
        ended = self.ended(stage)
        bodies = [self.program.values[n].args[0] for n in ended]
        text = self.head(f"sums_{stage}", self.pieces) + self.values_until(stage)
        lines = self.at_coordinate(bodies, "grads[i]")
        lines += [f"sum_{n} = sum_{n} + np.float64({self.printer.atom(b)})" for n, b in zip(ended, bodies, strict=True)]
        text += pad([f"sum_{n} = 0.0" for n in ended], 2) + self.piece_loop(lines)
        return text + pad([f"{self.part(n, 'piece')} = sum_{n}" for n in ended], 2)

    def staged_text(self) -> str:
        text = self.head("update", self.pieces) + self.values_until(self.last_stage)
        return text + self.piece_loop(self.moves("grads[i]"))

    def settle_text(self) -> str:
        return self.head("settle", 1) + self.values_until(self.last_stage) + pad(self.store() or ["pass"], 2)
