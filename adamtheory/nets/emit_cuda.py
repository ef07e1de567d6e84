"""The text of a small network for one block of threads of a GPU, its parameters in shared memory.

A batch is a row of *phases*, each a plain function of the thread's number `tid` and the number of threads `nt`. Between
two phases there is a barrier, within one no thread reads what another one writes. So a phase may be played thread after
thread in any order, and with any number of threads, with the same bits; that is how it is tested without a GPU.

    load        the rows of the batch, with dropout; the step state of the rules
    forward k   dense layer k, its activation and dropout, and the factor of the derivative, where that will stand
    softmax     the loss of each row, and the derivatives by the outputs
    backward k  the derivatives by the inputs of dense layer k
    update      the parameters; beside it the last thread adds up the losses

A thread of `forward` and `backward` computes four neighbouring numbers of one row: one number of the row is read for
four products, and four numbers are what one block of the Philox stream decides on in dropout. Neighbouring threads
have neighbouring rows, so that a weight that they read is one and the same. An index in an inner loop has no sign: one
with a sign might count from the end, and is looked at each time.
The text leaves open what depends on the backend, as in `engine.emit_cuda`.
"""

from __future__ import annotations

import re
from textwrap import dedent, indent

from adamtheory.engine import philox
from adamtheory.engine.emit import pad
from adamtheory.nets.block import Block
from adamtheory.nets.heads import EXPONENTIAL
from adamtheory.nets.layers import keep_words

FOUR = 4  # numbers of a thread, and of a block of the stream

# What `layers.ACTIVATIONS` says, in the dtype of the run: value at s, derivative from the value v. A NaN is carried on.
ACTIVATIONS = {
    "": ("s", "F(1.0)"),
    "relu": ("F(0.0) if s <= F(0.0) else s", "F(0.0) if v <= F(0.0) else F(1.0)"),
    "tanh": ("F(math.tanh(s))", "F(1.0) - v * v"),
    "sigmoid": ("F(1.0) / (F(1.0) + F(math.exp(-s)))", "v * (F(1.0) - v)"),
    "softplus": (
        "(s if s > F(0.0) else F(0.0)) + F(math.log1p(F(math.exp(-abs(s)))))",
        "-F(math.expm1(-v))",
    ),
}


def quotient(number: str, divisor: int) -> str:
    """A whole quotient; one without sign by a constant is a product and a shift."""
    return f"np.int64(np.uint32({number}) // np.uint32({divisor}))"


class Phases:
    """The functions of a network's phases."""

    def __init__(self, block: Block, bytes_: bool, *, training: bool = True) -> None:
        self.block, self.training = block, training
        self.scale = " * F(1.0 / 255.0)" if bytes_ else ""

    def source(self, k: int) -> str:
        """Arguments of functions that read the inputs of dense layer k, where these are not in `work`."""
        return "" if k or self.block.copied else f"data, {'picked' if self.training else 'first'}, "

    def place(self, k: int) -> str:
        """Where a row's inputs of dense layer k begin: in `work`, or the number of the row in the data."""
        if self.source(k):
            return "picked[r]" if self.training else "first + r"
        return f"{self.block.a(k)} + r * {self.block.row(k)}"

    def input(self, k: int, j: str) -> str:
        """Input number j of dense layer k of the row whose inputs begin at `at`."""
        return f"(F(data[at, {j}]){self.scale})" if self.source(k) else f"work[U(at + {j})]"

    def pick(self) -> str:
        """Note the rows first..first+b-1, in their order."""
        return """\
def pick(tid, nt, b, first, group, order, picked):
    for r in range(tid, b, nt):
        picked[r] = order[group, first + r]
"""

    def load(self) -> str:
        """Copy the rows first..first+b-1, in their order, into a0."""
        block, n = self.block, self.block.stages[0].inputs
        row = "order[group, first + r]" if self.training else "first + r"
        text = f"def load(tid, nt, b, first, {'group, order, round_, seed, ' if self.training else ''}data, work):\n"
        if not self.training or block.dropout is None:
            return (
                text
                + f"""\
    for item in range(tid, b * {n}, nt):
        r = {quotient("item", n)}
        k = item - r * {n}
        work[{block.a(0)} + r * {block.row(0)} + k] = F(data[{row}, k]){self.scale}
"""
            )
        fours = -(-n // FOUR)
        text += f"""\
    for item in range(tid, b * {fours}, nt):
        r = {quotient("item", fours)}
        block = item - r * {fours}
        row = {row}
        at = {block.a(0)} + r * {block.row(0)} + {FOUR} * block
{indent(self.words(block.dropout), " " * 8)}"""
        for q in range(min(FOUR, n)):
            line = f"work[at + {q}] = F(data[row, {FOUR} * block + {q}]){self.scale} * {self.mask(block.dropout, q)}\n"
            text += guarded(line, q, n, 2)
        return text

    @staticmethod
    def words(dropout: tuple[int, float]) -> str:
        """Four words for the places 4 block, ..., 4 block + 3 of row r."""
        counter = f"U(round_) & M32, U(r), U(block), U({dropout[0]})"
        return f"words = philox4x32({counter}, seed, U({philox.DROPOUT}))\n"

    @staticmethod
    def mask(dropout: tuple[int, float], q: int) -> str:
        rate = dropout[1]
        return f"(F({1 / (1 - rate)!r}) if words[{q}] < U({keep_words(rate)}) else F(0.0))"

    def products(
        self, name: str, arguments: str, count: int, other: int, start: str, item: str, number: str = "work[U(at + j)]"
    ) -> str:
        """A function whose items are four of `count` numbers of a row: their products with `other` numbers of it.

        start  of the row's numbers, and number j of them;  item  the weight of number k_q and number j
        """
        batch, many = self.block.batch, range(min(FOUR, count))
        text = f"def {name}(tid, nt, b, {arguments}work):\n"
        lines = [f"for item in range(tid, {-(-count // FOUR) * batch}, nt):", f"    block = {quotient('item', batch)}"]
        lines += [f"    r = item - block * {batch}", "    if r < b:"]
        text += pad(lines, 1)
        inner = numbered("k", count)
        inner += [f"s_{q} = F(0.0)" for q in many] + [
            f"at = {start}",
            f"for j in range({other}):",
            f"    v = {number}",
        ]
        inner += [f"    s_{q} += v * work[U({item.format(k=f'k_{q}')})]" for q in many]
        return text + pad(inner, 3)

    def forward(self, k: int) -> str:
        """Dense layer k, and what follows it."""
        block, stage = self.block, self.block.stages[k]
        tile, bias = block.tile("w", k), block.tile("c", k).start
        unit, input_ = tile.strides
        units, out = stage.units, block.row(k + 1)
        weight = f"{tile.start} + {{k}} * {unit} + j * {input_}"
        dropout = stage.dropout if self.training else None
        arguments = f"round_, seed, {self.source(k)}"
        inputs = self.place(k), weight, self.input(k, "j")
        text = self.products(f"forward_{k}", arguments, units, stage.inputs, *inputs)
        text += indent(self.words(dropout), " " * 12) if dropout else ""
        value, derivative = ACTIVATIONS[stage.activation]
        for q in range(min(FOUR, units)):
            lines = [f"s = s_{q} + work[{bias} + k_{q}]", f"v = {value}"]
            factor = derivative
            if dropout:
                lines.append(f"mask = {self.mask(dropout, q)}")
                factor = f"mask * ({derivative})"
            if self.training and k + 1 < len(block.stages):
                lines.append(f"work[{block.d(k + 1)} + r * {out} + k_{q}] = {factor}")
            lines.append(f"work[{block.a(k + 1)} + r * {out} + k_{q}] = v{' * mask' if dropout else ''}")
            text += guarded("\n".join(lines) + "\n", q, units, 3)
        return text

    def backward(self, k: int) -> str:
        """The derivatives by the inputs of dense layer k, times the factors that stand in their place."""
        block, stage = self.block, self.block.stages[k]
        tile = block.tile("w", k)
        unit, input_ = tile.strides
        weight = f"{tile.start} + j * {unit} + {{k}} * {input_}"
        row = f"{block.d(k + 1)} + r * {block.row(k + 1)}"
        text = self.products(f"backward_{k}", "", stage.inputs, stage.units, row, weight)
        for q in range(min(FOUR, stage.inputs)):
            place = f"work[{block.d(k)} + r * {block.row(k)} + k_{q}]"
            text += guarded(f"{place} = s_{q} * {place}\n", q, stage.inputs, 3)
        return text

    def softmax(self) -> str:
        """As `heads.SoftmaxLoss.training`; a row's loss comes to stand behind its derivatives."""
        m = self.block.stages[-1].units
        return f"""\
def softmax(tid, nt, b, first, group, order, y, work):
    share = F(1.0) / F(b)
    for r in range(tid, b, nt):
        z = {self.outputs()}
        right = y[order[group, first + r]]
        top = work[z]
        for k in range(1, {m}):
            top = max(work[z + k], top)
        for k in range({m}):
            work[z + k] = work[z + k] - top
        chosen = work[z + right]
        whole = F(0.0)
        for k in range({m}):
            exponentiate(work, z + k)
            whole += work[z + k]
        factor = share / whole
        for k in range({m}):
            work[z + k] = work[z + k] * factor
        work[z + right] = work[z + right] - share
        work[z + {m}] = F(math.log(whole)) - chosen
"""

    def outputs(self) -> str:
        block, last = self.block, len(self.block.stages)
        return f"{block.a(last)} + r * {block.row(last)}"

    def exponentiate(self) -> str:
        """The softmax's own exponential, without functions of a library in float32, so with the bits of the CPU."""
        text = dedent(EXPONENTIAL[self.block.dtype]).replace("np.floor(", "floor(")  # NumPy's is not to be had there
        text = re.sub(r"(np\.int32\(.*\))\.view\(np\.float32\)", r"as_float32(\1)", text)
        return "def exponentiate(flat, k):\n" + indent(text, "    ")

    @staticmethod
    def floor() -> str:
        """What `exponentiate` calls."""
        return "def floor(number):\n    return F(math.floor(number))\n"

    def judge(self) -> str:
        """The loss of a row, and whether its largest output is that of its class, in the place of its outputs."""
        m = self.block.stages[-1].units
        return f"""\
def judge(tid, nt, b, first, y, work):
    for r in range(tid, b, nt):
        z = {self.outputs()}
        right = y[first + r]
        top, best = work[z], 0
        for k in range(1, {m}):
            if work[z + k] > top:
                top, best = work[z + k], k
        chosen = work[z + right] - top
        whole = F(0.0)
        for k in range({m}):
            work[z + k] = work[z + k] - top
            exponentiate(work, z + k)
            whole += work[z + k]
        work[z] = F(1.0) if best == right else F(0.0)
        work[z + {m}] = F(math.log(whole)) - chosen
"""

    def loss(self) -> str:
        """The sum of the rows' losses, which stand behind their derivatives."""
        return self.total("loss", self.block.stages[-1].units)

    def judged(self) -> tuple[str, str]:
        """The sums of the rows' losses and of the right ones."""
        return self.total("losses", self.block.stages[-1].units), self.total("hits", 0)

    def total(self, name: str, column: int) -> str:
        """A function that adds up a column beside the outputs, row after row, in float64."""
        return f"""\
def {name}(b, work):
    total = 0.0
    for r in range(b):
        total += np.float64(work[{self.outputs()} + {column}])
    return total
"""

    def gradient(self, name: str, k: int) -> str:
        """The derivatives by four coordinates of a tile of layer k, those of numbers f and 4 block, 4 block + 1, ..."""
        block, tile = self.block, self.block.tile(name, k)
        many = range(min(FOUR, tile.slow))
        rows = [] if name == "c" else [f"at = {self.place(k)}"]
        outputs = f"work[U({block.d(k + 1)} + {{}} + r * {block.row(k + 1)})]"
        inputs = self.input(k, "{}")
        fast, slow = (outputs, inputs) if tile.units else (inputs, outputs)
        rows += [f"v = {fast.format('f')}"]
        rows += [f"g_{q} += v * {slow.format(f's_{q}')}" if name == "w" else "g_0 += v" for q in many]
        lines = numbered("s", tile.slow) if name == "w" else []
        lines += [f"g_{q} = F(0.0)" for q in many]
        lines += ["for r in range(b):", *(f"    {row}" for row in rows)]
        lines += [f"return {', '.join(f'g_{q}' for q in many)}"]
        return f"def gradient_{tile.name}(block, f, b, {self.source(k) if name == 'w' else ''}work):\n" + pad(lines, 1)


def numbered(name: str, count: int) -> list[str]:
    """Numbers 4 block, ..., 4 block + 3; in the place of those from `count` on the last one, which is not written."""
    lines = [f"{name}_{q} = {FOUR} * block + {q}" for q in range(min(FOUR, count))]
    if count % FOUR:
        last = count - 1
        lines[1:] = [f"{line} if {FOUR} * block + {q} < {count} else {last}" for q, line in enumerate(lines) if q]
    return lines


def guarded(text: str, q: int, count: int, depth: int) -> str:
    """Statements on number q of four, where there may be less than four."""
    if q and count % FOUR and count > q:
        text = f"if {FOUR} * block + {q} < {count}:\n" + indent(text, "    ")
    return indent(text, "    " * depth)
