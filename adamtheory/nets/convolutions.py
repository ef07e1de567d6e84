"""Convolutional layers as kernel text: convolution as a product of matrices, and the maximum over windows.

net = cnn((3, 32, 32), 10)                # c16-c16-c32-128 on CIFAR-10, as it stands in its files

A row of the batch is an image of (channels, height, width), one channel after the other. Images go through a layer one
by one, so that the matrix of patches stays in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod, sqrt

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.nets.heads import SoftmaxLoss
from adamtheory.nets.layers import Activation, Dropout, Layer, Parameter, dense_layers, widths
from adamtheory.nets.network import Network

Shape = tuple[int, int, int]

# The layers are functions of the sizes: written out layer by layer, the same text would be compiled many times.
# Their calls have `np.int64(5)` where 5 would do, because numba compiles a function anew for every literal.

# Row (c, u, v) of `cols` holds, for every place of the filter, the number under its entry (c, u, v); 0 is outside.
# Slices are taken first: numba would look for negative indices in every turn of the inner loop.
PATCHES = """\
def patches(image, channels, height, width, kernel, pad, cols):
    tall, wide = height + 2 * pad - kernel + 1, width + 2 * pad - kernel + 1
    for line in range(channels * kernel * kernel):
        c, u, v = line // (kernel * kernel), line // kernel % kernel, line % kernel
        left = min(wide, max(0, pad - v))
        right = max(left, min(wide, width + pad - v))
        for p in range(tall):
            row = cols[line, p * wide:(p + 1) * wide]
            y = p + u - pad
            for q in range(wide):
                row[q] = F(0.0)
            if 0 <= y and y < height:
                start = (c * height + y) * width + v - pad
                here, there = row[left:right], image[start + left:start + right]
                for q in range(right - left):
                    here[q] = there[q]
"""

# The transpose of `patches`: every number of `cols` is added where it was read.
GATHER = """\
def gather(cols, channels, height, width, kernel, pad, image):
    tall, wide = height + 2 * pad - kernel + 1, width + 2 * pad - kernel + 1
    image[:] = F(0.0)
    for line in range(channels * kernel * kernel):
        c, u, v = line // (kernel * kernel), line // kernel % kernel, line % kernel
        left = min(wide, max(0, pad - v))
        right = max(left, min(wide, width + pad - v))
        for p in range(max(0, pad - u), min(tall, height + pad - u)):
            start = (c * height + p + u - pad) * width + v - pad
            here, there = image[start + left:start + right], cols[line, p * wide + left:p * wide + right]
            for q in range(right - left):
                here[q] += there[q]
"""

CONVOLVE = """\
def convolve(a, channels, height, width, kernel, pad, w, c, cols, out):
    for r in range(len(a)):
        patches(a[r], channels, height, width, kernel, pad, cols)
        maps = out[r].reshape((len(w), cols.shape[1]))
        np.dot(w, cols, maps)
        for k in range(len(w)):
            row, bias = maps[k], c[k]
            for p in range(len(row)):
                row[p] += bias
"""

CONVOLVE_BACK = """\
def convolve_back(a, channels, height, width, kernel, pad, w, cols, dout, dcols, part, gw, gc, wanted, da):
    gw[:] = F(0.0)
    gc[:] = F(0.0)
    for r in range(len(a)):
        patches(a[r], channels, height, width, kernel, pad, cols)
        maps = dout[r].reshape((len(w), cols.shape[1]))
        np.dot(maps, cols.T, part)
        for k in range(len(w)):
            here, there = gw[k], part[k]
            for j in range(len(here)):
                here[j] += there[j]
            total = 0.0
            for p in range(cols.shape[1]):
                total += np.float64(maps[k, p])
            gc[k] += F(total)
        if wanted:
            np.dot(w.T, maps, dcols)
            gather(dcols, channels, height, width, kernel, pad, da[r])
"""

POOL = """\
def pool(a, channels, height, width, window, stride, keep, marks, out):
    tall, wide = (height - window) // stride + 1, (width - window) // stride + 1
    for r in range(len(a)):
        image, at = a[r], 0
        for line in range(channels * tall):
            corner = (line // tall * height + line % tall * stride) * width
            for q in range(wide):
                where, top = corner, image[corner]
                for u in range(window):
                    for here in range(corner + u * width, corner + u * width + window):
                        value = image[here]
                        if value > top or value != value:  # a NaN is carried on
                            where, top = here, value
                out[r, at] = top
                if keep:
                    marks[r, at] = np.int32(where)
                at += 1
                corner += stride
"""

POOL_BACK = """\
def pool_back(marks, dout, da):
    da[:] = F(0.0)
    for r in range(len(da)):
        for at in range(dout.shape[1]):
            da[r, marks[r, at]] += dout[r, at]
"""


@dataclass(frozen=True)
class Convolution(Layer):
    """a'[k, p, q] = c_k + sum_{c,u,v} W[k, (c, u, v)] a[c, p + u - pad, q + v - pad], with 0 outside the image.

    shape    (channels, height, width) of the images
    filters  number of channels that come out
    kernel   height and width of a filter
    padding  same: the images keep their size (kernel odd); none: filters stay inside
    gain     weights start uniform in +-sqrt(gain/(channels*kernel^2)), as in `Dense`
    Row k of W, (filters, channels*kernel^2), holds the weights of filter k. It is not turned round: what is called
    convolution here is the correlation of image and filter, as in all programs for networks.
    Raises `ParameterError` where no filter fits.
    """

    inputs: int = field(init=False)
    outputs: int = field(init=False)
    shape: Shape
    filters: int
    kernel: int
    padding: str = "same"
    gain: float = 6.0

    def __post_init__(self) -> None:
        if self.padding not in ("same", "none"):
            raise UnknownNameError("padding", self.padding, ["same", "none"])
        if self.kernel < 1 or self.filters < 1 or min(self.shape) < 1:
            raise ParameterError(f"{self.filters} filters of {self.kernel}x{self.kernel} on images of {self.shape}")
        if self.padding == "same" and self.kernel % 2 == 0:
            raise ParameterError(f'a kernel with padding "same" must be odd, not {self.kernel}')
        if min(self.result) < 1:
            raise ParameterError(f"a filter of {self.kernel}x{self.kernel} does not fit in images of {self.shape}")
        object.__setattr__(self, "inputs", prod(self.shape))
        object.__setattr__(self, "outputs", prod(self.result))

    @property
    def pad(self) -> int:
        """Rows of zeros on each side."""
        return self.kernel // 2 if self.padding == "same" else 0

    @property
    def result(self) -> Shape:
        """(filters, height, width) of what comes out."""
        less = 2 * self.pad - self.kernel + 1
        return self.filters, self.shape[1] + less, self.shape[2] + less

    @property
    def fan(self) -> int:
        """Numbers under a filter."""
        return self.shape[0] * self.kernel**2

    @property
    def places(self) -> int:
        """Places where a filter is put."""
        return self.result[1] * self.result[2]

    @property
    def cost(self) -> int:
        return self.filters * self.fan * self.places

    def parameters(self) -> tuple[Parameter, ...]:
        bound = sqrt(self.gain / self.fan)
        return Parameter("w", (self.filters, self.fan), "weight", bound), Parameter("c", (self.filters,), "bias")

    def shared(self) -> dict[str, tuple[int, ...]]:
        matrix = (self.fan, self.places)
        return {"cols": matrix, "dcols": matrix, "part": (self.filters, self.fan)}

    def helpers(self) -> tuple[str, ...]:
        return PATCHES, GATHER, CONVOLVE, CONVOLVE_BACK

    @property
    def _images(self) -> str:
        return integers(*self.shape, self.kernel, self.pad)

    def forward(self, i: int, *, training: bool) -> str:
        del training
        return f"\n    convolve(a{i}, {self._images}, w{i}, c{i}, cols{i}, a{i + 1})\n"

    def backward(self, i: int, *, wanted: bool) -> str:
        below = f"np.bool_(True), d{i}" if wanted else f"np.bool_(False), a{i}"
        return f"""
    convolve_back(
        a{i}, {self._images}, w{i}, cols{i}, d{i + 1}, dcols{i}, part{i}, gw{i}, gc{i}, {below})
"""


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest number of every window x window square of a channel, squares `stride` apart; they may overlap.

    shape   (channels, height, width) of the images; rows and columns that no whole square reaches are left out
    window  height and width of a square
    stride  from one square to the next
    Of equal numbers the first one, row by row, takes the derivative.
    Raises `ParameterError` where no square fits.
    """

    inputs: int = field(init=False)
    outputs: int = field(init=False)
    shape: Shape
    window: int = 3
    stride: int = 2

    def __post_init__(self) -> None:
        if self.window < 1 or self.stride < 1 or min(self.shape[1:]) < self.window:
            raise ParameterError(
                f"squares of {self.window}x{self.window}, {self.stride} apart, do not fit in images of {self.shape}"
            )
        object.__setattr__(self, "inputs", prod(self.shape))
        object.__setattr__(self, "outputs", prod(self.result))

    @property
    def result(self) -> Shape:
        """(channels, height, width) of what comes out."""
        channels, height, width = self.shape
        return channels, (height - self.window) // self.stride + 1, (width - self.window) // self.stride + 1

    def indices(self) -> dict[str, int]:
        return {"m": self.outputs}

    def helpers(self) -> tuple[str, ...]:
        return POOL, POOL_BACK

    def forward(self, i: int, *, training: bool) -> str:
        sizes = integers(*self.shape, self.window, self.stride)
        marks = f"np.bool_(True), m{i}" if training else "np.bool_(False), places.reshape((1, -1))"
        return f"\n    pool(a{i}, {sizes}, {marks}, a{i + 1})\n"

    def backward(self, i: int, *, wanted: bool) -> str:
        return f"\n    pool_back(m{i}, d{i + 1}, d{i})\n" if wanted else ""


def integers(*numbers: int) -> str:
    """Numbers as arguments in kernel text."""
    return ", ".join(f"np.int64({n})" for n in numbers)


def cnn(
    shape: Shape,
    classes: int,
    *,
    channels: Sequence[int] = (16, 16, 32),
    kernel: int = 5,
    hidden: Sequence[int] = (128,),
    activation: str = "relu",
    dropout: float = 0.0,
    input_dropout: float = 0.0,
) -> Network:
    """A convolutional network: convolutions that keep the size, each with 3x3 maxima 2 apart, then dense layers.

    shape          (channels, height, width) of the images, whose rows hold one channel after the other
    classes        number of classes
    channels       filters of each convolution
    kernel         height and width of the filters, odd
    hidden         units of each dense layer before the last
    activation     relu, tanh, sigmoid or softplus
    dropout        of every dense hidden layer's output, in [0, 1)
    input_dropout  of the data, in [0, 1)
    Raises `ParameterError` for sizes below 1, images that become too small, or a rate outside [0, 1).
    Source: Kingma & Ba 2015, section 6.3, whose network is channels=(64, 64, 128), hidden=(1000,), dropout of both.
    """
    if len(shape) != 3:
        raise ParameterError(f"shape is (channels, height, width), not {shape}")
    channels, hidden = widths("channels", channels), widths("hidden", hidden)
    sizes = ["x".join(map(str, shape)), *(f"c{n}" for n in channels), *map(str, hidden), str(classes)]
    layers: list[Layer] = [Dropout(prod(shape), prod(shape), input_dropout)] if input_dropout else []
    for filters in channels:
        fan_in, fan_out = shape[0] * kernel**2, filters * kernel**2
        gain = 6.0 if activation == "relu" else 6.0 * fan_in / (fan_in + fan_out)
        convolution = Convolution(shape, filters, kernel, "same", gain)
        pool = MaxPool(convolution.result)
        layers += [convolution, Activation(convolution.outputs, convolution.outputs, activation), pool]
        shape = pool.result
    layers += dense_layers([prod(shape), *hidden, classes], activation, dropout)
    return Network(f"cnn[{'-'.join(sizes)}]", tuple(layers), SoftmaxLoss(classes))
