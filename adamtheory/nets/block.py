"""What one block of a GPU keeps of its network in shared memory, and where: parameters and one batch's numbers.

block = Block(mlp(64, 10, hidden=(32,)), batch=32, dtype="float32", outputs=4)
block.bytes                               # 27,832 of the 49,152 that a block may have

All numbers lie in one array, `work`: the parameters in their own order, then row by row the inputs of every dense layer
(`a`), the derivatives by them (`d`), and at last what the rules' step leaves for their coordinates. Rows have an odd
stride, so that threads which stand at the same place of 32 rows meet 32 banks of the memory. Where that is too much,
the rows of the data stay in global memory: softmax regression on MNIST has 31 KiB of parameters, and 3 KiB a row.

Slots of the rules stay in global memory. An update reads and writes each of them once, in order, by the thread that
moves the coordinate, so shared memory would save nothing but that pass; while a weight is read once for every row. For
64-32-10 in batches of 64 AdamW's slots would take 19 of the 48 KiB, and the network would no longer fit.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property

from adamtheory.errors import DeviceError
from adamtheory.nets.heads import SoftmaxLoss
from adamtheory.nets.layers import Activation, Dense, Dropout
from adamtheory.nets.network import Network, Place

MOST = 49_152  # bytes of shared memory that every GPU gives a block without being asked for more
SUMS = 128  # partial sums of a `total`: so many threads can work at it, and its shape does not depend on their number
ITEMSIZE = {"float32": 4, "float64": 8}


@dataclass(frozen=True)
class Stage:
    """A dense layer with what follows it.

    layer       its number among the network's layers
    activation  name of the activation behind it; empty if there is none
    dropout     number of the dropout layer behind that, and its rate; None if there is none
    """

    layer: int
    inputs: int
    units: int
    activation: str = ""
    dropout: tuple[int, float] | None = None


@dataclass(frozen=True)
class Tile:
    """The coordinates of one parameter array: start + fast*s + f, so that neighbouring threads are neighbours.

    name   of the array
    fast   how many numbers f there are;  slow  how many numbers s, 1 for biases
    units  whether f counts units, and s inputs; else it is the other way round
    """

    name: str
    start: int
    fast: int
    slow: int
    units: bool

    @property
    def strides(self) -> tuple[int, int]:
        """How far apart the weights of neighbouring units, and of neighbouring inputs, lie."""
        return (1, self.fast) if self.units else (self.fast, 1)


def tile(place: Place) -> Tile:
    """How an array of parameters lies in the flat ones."""
    shape = place.parameter.shape
    if place.parameter.role == "bias":
        return Tile(place.name, place.start, shape[0], 1, True)
    by_inputs = place.parameter.order == "F"  # the weights of an input are neighbours, not those of a unit
    slow, fast = reversed(shape) if by_inputs else shape
    return Tile(place.name, place.start, fast, slow, by_inputs)


def stages(network: Network) -> tuple[tuple[int, float] | None, tuple[Stage, ...]]:
    """The dropout of the data and the dense layers; raises `DeviceError` for a network of other layers."""
    refused = DeviceError(
        f"{network.name} has layers that a GPU's kernel does not know: it trains softmax and mlp without normalization "
        "on dense rows; use --device cpu"
    )
    if not isinstance(network.head, SoftmaxLoss):
        raise refused
    first: tuple[int, float] | None = None
    found: list[Stage] = []
    for i, layer in enumerate(network.layers):
        last = found[-1] if found else None
        if type(layer) is Dense:
            found.append(Stage(i, layer.inputs, layer.outputs))
        elif isinstance(layer, Dropout) and not found and first is None:
            first = (i, layer.rate)
        elif isinstance(layer, Activation) and last and not last.activation and not last.dropout:
            found[-1] = Stage(last.layer, last.inputs, last.units, layer.function)
        elif isinstance(layer, Dropout) and last and not last.dropout:
            found[-1] = Stage(last.layer, last.inputs, last.units, last.activation, (i, layer.rate))
        else:
            raise refused
    if not found or found[-1].activation or found[-1].dropout:
        raise refused
    return first, tuple(found)


@dataclass(frozen=True)
class Block:
    """Offsets into `work`.

    network  mlp or softmax on dense rows
    batch    rows of a batch, >= 1
    dtype    float32 or float64
    outputs  numbers that the rules' step leaves for their coordinates
    sums     numbers of float64, beside `work`, that partial sums of totals take
    copied   whether `a0`, the rows of the data, is there; else they are read where they are, in global memory
    """

    network: Network
    batch: int
    dtype: str
    outputs: int = 0
    sums: int = 0
    copied: bool = True

    @cached_property
    def dropout(self) -> tuple[int, float] | None:
        """The dropout of the data: number of the layer, and rate."""
        return stages(self.network)[0]

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The dense layers."""
        return stages(self.network)[1]

    def place(self, name: str, stage: Stage) -> Place:
        """Where the weights (`w`) or biases (`c`) of a dense layer lie."""
        return next(p for p in self.network.places if p.name == f"{name}{stage.layer}")

    def tile(self, name: str, k: int) -> Tile:
        """The coordinates of the weights (`w`) or biases (`c`) of dense layer k."""
        return tile(self.place(name, self.stages[k]))

    def row(self, k: int) -> int:
        """Stride of the rows of `a<k>` and `d<k>`, odd; the last one has room behind its outputs for a row's loss."""
        if k == 0 and not self.copied:
            return 0
        if k < len(self.stages):
            return self.stages[k].inputs | 1
        return (self.stages[-1].units + 1) | 1

    def a(self, k: int) -> int:
        """Where the inputs of dense layer k begin; behind the last layer, its outputs."""
        return self.network.size + self.batch * sum(self.row(i) for i in range(k))

    def d(self, k: int) -> int:
        """Where the derivatives by them begin; those by the outputs take the outputs' place. The data have none."""
        count = len(self.stages)
        if k == count:
            return self.a(k)
        return self.a(count + 1) + self.batch * sum(self.row(i) for i in range(1, k))

    @property
    def out(self) -> int:
        """Where the step's numbers begin."""
        return self.forward_size + self.batch * sum(self.row(i) for i in range(1, len(self.stages)))

    @property
    def size(self) -> int:
        """Length of `work`."""
        return self.out + self.outputs

    @property
    def bytes(self) -> int:
        """Shared memory of a block; the sums begin at a multiple of their 8 bytes."""
        work = self.size * ITEMSIZE[self.dtype]
        return work + (-work % 8 if self.sums else 0) + 8 * self.sums + self.picked

    @property
    def picked(self) -> int:
        """Bytes of the numbers of the batch's rows, where these are not copied."""
        return 0 if self.copied else 4 * self.batch

    @property
    def forward_size(self) -> int:
        """Length of `work` where nothing is trained."""
        return self.a(len(self.stages) + 1)

    @property
    def forward_bytes(self) -> int:
        """Shared memory where nothing is trained."""
        return self.forward_size * ITEMSIZE[self.dtype]

    def fitted(self) -> Block:
        """The block, or the same one without a copy of the rows of the data where it would not fit with it.

        Dropout of the data needs the copy. Raises `DeviceError` where neither fits, with the largest batch that does.
        """
        other = self if self.dropout else replace(self, copied=False)
        for block in (self, other):
            if block.bytes <= MOST:
                return block
        raise other.refused()

    def refused(self) -> DeviceError:
        """What is said of a block that does not fit."""
        fits = bisect_right(range(1, self.batch), MOST, key=lambda batch: replace(self, batch=batch).bytes)
        advice = f"give a batch of at most {fits}, or" if fits > 0 else "no batch is small enough, so"
        return DeviceError(
            f"{self.network.name} in batches of {self.batch}, {self.dtype}, needs {self.bytes:,} bytes of shared "
            f"memory; a block of a GPU has {MOST:,}; {advice} use --device cpu"
        )
