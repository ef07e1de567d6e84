"""Neural networks, trained by the same rules that the theorems are about.

What to use when: `mlp` (softmax regression with `hidden=()`), `cnn` and `vae` are networks, `load` reads examples,
`train` trains lanes of networks and returns what happened, `Training` does it epoch by epoch, with a state that can be
kept and taken up again.

    digits = load("digits")
    history = train(mlp(64, 10, hidden=(32,)), digits, adam(lr=[1e-3, 1e-2]), epochs=10, seed=range(5))
    history.test_accuracy[..., -1]
"""

from adamtheory.nets.autoencoder import vae as vae
from adamtheory.nets.convolutions import cnn as cnn
from adamtheory.nets.data import load as load
from adamtheory.nets.history import History as History
from adamtheory.nets.history import train as train
from adamtheory.nets.network import Network as Network
from adamtheory.nets.network import mlp as mlp
from adamtheory.nets.training import Training as Training
