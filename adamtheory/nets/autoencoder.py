"""The variational auto-encoder as layers: a Gaussian sample in the middle, a Bernoulli likelihood at the end.

net = vae(784, hidden=500, latent=50)      # of Kingma & Ba 2015, figure 4
training = Training(net, (images, None), adam(lr=1e-3))

The loss of a row is an upper bound of its -log-likelihood in nats, -ELBO = KL(q(z|x) || N(0, 1)) - log p(x|z) with one
z drawn from q(z|x). Source: Kingma & Welling 2014, section 3 and appendices B and C.
"""

from __future__ import annotations

from dataclasses import dataclass

from adamtheory.engine import philox
from adamtheory.errors import ParameterError
from adamtheory.nets.heads import Head
from adamtheory.nets.layers import Layer, dense_layers
from adamtheory.nets.network import Network

# Box and Muller's pair from the four words of a block. Counter = (update, row, block of two places, layer), key =
# (seed, purpose). The first uniform number is in (0, 1], so that its logarithm is finite.
NORMALS = f"""\
def normals(round_, seed, layer, r, out):
    n = len(out)
    for block in range((n + 1) // 2):
        e, f, g, h = philox4x32(U(round_) & M32, U(r), U(block), U(layer), seed, U({philox.NOISE}))
        first = (np.float64((e << S32 | f) >> U(11)) + 1.0) * {2.0**-53!r}
        angle = np.float64((g << S32 | h) >> U(11)) * {2.0**-53!r} * (2.0 * math.pi)
        radius = math.sqrt(-2.0 * math.log(first))
        out[2 * block] = F(radius * math.cos(angle))
        if 2 * block + 1 < n:
            out[2 * block + 1] = F(radius * math.sin(angle))
"""


@dataclass(frozen=True)
class GaussianSample(Layer):
    """z = mu + exp(v/2) e, e standard normal: the inputs of a row are mu, then the logarithms v of the variances.

    Its KL divergence from the standard normal, sum (mu^2 + e^v - 1 - v)/2, is part of the loss. The draws e are those
    of the Philox stream of (seed, purpose NOISE), by update, layer and place in the batch; in evaluation of the one
    stream (0, NOISE), round 0, by number of the row in the data, so that all lanes are measured with the same draws.
    """

    def __post_init__(self) -> None:
        if self.inputs != 2 * self.outputs:
            raise ParameterError(f"{self.outputs} normal numbers need {2 * self.outputs} inputs, not {self.inputs}")

    def scratch(self) -> dict[str, int]:
        return {"e": self.outputs}

    def helpers(self) -> tuple[str, ...]:
        return (NORMALS,)

    def forward(self, i: int, *, training: bool) -> str:
        noise = f"e{i}" if training else f"a{i + 1}"
        stream = f"round_, seed, {i}, first + r" if training else f"0, U(0), {i}, rows[r]"
        return f"""
    for r in range(b):
        normals({stream}, {noise}[r])
        for k in range({self.outputs}):
            scale = F(math.exp(0.5 * np.float64(a{i}[r, {self.outputs} + k])))
            a{i + 1}[r, k] = a{i}[r, k] + scale * {noise}[r, k]
"""

    def penalty(self, i: int) -> str:
        return f"""
    for r in range(b):
        for k in range({self.outputs}):
            mean, v = np.float64(a{i}[r, k]), np.float64(a{i}[r, {self.outputs} + k])
            extra += 0.5 * (mean * mean + math.exp(v) - 1.0 - v)
"""

    def backward(self, i: int, *, wanted: bool) -> str:
        if not wanted:
            return ""
        return f"""
    for r in range(b):
        for k in range({self.outputs}):
            half = math.exp(0.5 * np.float64(a{i}[r, {self.outputs} + k]))
            slope = F(0.5 * half) * e{i}[r, k]
            d{i}[r, k] = d{i + 1}[r, k] + share * a{i}[r, k]
            d{i}[r, {self.outputs} + k] = d{i + 1}[r, k] * slope + share * F(0.5 * (half * half - 1.0))
"""


@dataclass(frozen=True)
class BernoulliLoss(Head):
    """-log p(x) of independent Bernoulli numbers with logits a: sum_k log(1 + e^a_k) - x_k a_k, x in [0, 1]; in nats.

    The targets are the inputs of the network, whose first layer must not work in place. The share of right rows is
    nan, since there are no classes.
    """

    def training(self, i: int, dtype: str) -> str:
        del dtype
        return f"""
    loss = 0.0
    share = F(1.0) / F(total)
    for r in range(b):
        for k in range({self.inputs}):
            s, x_ = np.float64(a{i}[r, k]), np.float64(a0[r, k])
            small = math.exp(-abs(s))
            loss += max(s, 0.0) - s * x_ + math.log1p(small)
            d{i}[r, k] = share * F((1.0 if s > 0.0 else small) / (1.0 + small) - x_)
    loss /= total
"""

    def evaluation(self, i: int) -> str:
        return f"""
    for r in range(b):
        for k in range({self.inputs}):
            s, x_ = np.float64(a{i}[r, k]), np.float64(a0[r, k])
            result[0] += max(s, 0.0) - s * x_ + math.log1p(math.exp(-abs(s)))
    result[1] = np.nan
"""


def vae(inputs: int, *, hidden: int = 100, latent: int = 10) -> Network:
    """A variational auto-encoder with one hidden layer of softplus units on each side.

    inputs  numbers a row, all in [0, 1]; they are the targets too, and labels are not looked at
    hidden  units of the encoder's hidden layer, and of the decoder's
    latent  normal numbers between them
    Raises `ParameterError` for sizes below 1.
    Source: Kingma & Ba 2015, section 6.4: hidden=500, latent=50 on MNIST.
    """
    encoder = dense_layers([inputs, hidden, 2 * latent], "softplus", 0.0)
    decoder = dense_layers([latent, hidden, inputs], "softplus", 0.0)
    layers = (*encoder, GaussianSample(2 * latent, latent), *decoder)
    return Network(f"vae[{inputs}-{hidden}-{latent}]", layers, BernoulliLoss(inputs))
