"""Specs of networks: one list is one network, defaults are those of the function, sizes are those of the data."""

from __future__ import annotations

import pytest

from adamtheory.errors import AdamTheoryError, ParameterError, UnknownNameError
from adamtheory.nets.autoencoder import vae
from adamtheory.nets.convolutions import cnn
from adamtheory.nets.network import mlp
from adamtheory.nets.specs import NETWORKS, Extent, to_network

DIGITS = Extent((8, 8), 10)
WORDS = Extent((500,), 2, sparse=True)


@pytest.mark.parametrize(
    ("spec", "extent", "network"),
    [
        ("mlp", DIGITS, mlp(64, 10)),
        ("softmax", DIGITS, mlp(64, 10, hidden=())),
        ("mlp[hidden=[100,50]]", DIGITS, mlp(64, 10, hidden=(100, 50))),
        ("mlp[hidden=7]", DIGITS, mlp(64, 10, hidden=(7,))),
        (
            "mlp[hidden=[500,300], activation=tanh, dropout=0.5, input_dropout=1/5]",
            DIGITS,
            mlp(64, 10, hidden=(500, 300), activation="tanh", dropout=0.5, input_dropout=0.2),
        ),
        ("mlp[normalization=layer]", DIGITS, mlp(64, 10, normalization="layer")),
        ("softmax[input_dropout=0.5]", WORDS, mlp(500, 2, hidden=(), input_dropout=0.5, sparse=True)),
        ("cnn", Extent((3, 32, 32), 10), cnn((3, 32, 32), 10)),
        ("cnn[channels=[2], kernel=3]", DIGITS, cnn((1, 8, 8), 10, channels=(2,), kernel=3)),
        ("vae[hidden=5, latent=2]", DIGITS, vae(64, hidden=5, latent=2)),
        ("mlp[hidden=[20]]", WORDS, mlp(500, 2, hidden=(20,), sparse=True)),
    ],
)
def test_a_spec_is_the_network_of_the_function(spec: str, extent: Extent, network: object) -> None:
    assert to_network(spec, extent) == network


@pytest.mark.parametrize("name", NETWORKS)
def test_defaults_can_be_written_out(name: str) -> None:
    options = ", ".join(f"{key}={option.default}" for key, option in NETWORKS[name].options.items())
    image = Extent((1, 28, 28), 10)
    assert to_network(f"{name}[{options}]", image) == to_network(name, image)


@pytest.mark.parametrize(
    ("spec", "error", "needle"),
    [
        ("mpl", UnknownNameError, "did you mean mlp?"),
        (
            "mlp[width=3]",
            ParameterError,
            "the network mlp has no parameter 'width'; it has hidden, activation, dropout",
        ),
        ("softmax[hidden=[3]]", ParameterError, "the network softmax has no parameter 'hidden'; it has input_dropout"),
        ("mlp[hidden=[]]", AdamTheoryError, "an empty list"),
        ("mlp[hidden=[1000001]]", ParameterError, "from 1 to 1000000"),
        ("mlp[dropout=[0.1,0.2]]", ParameterError, "dropout=[0.1, 0.2] of mlp must be a number in [0, 1)"),
        ("mlp[normalization=batch]", UnknownNameError, "unknown normalization 'batch'; known: layer, none"),
        ("mlp[activation=3]", AdamTheoryError, "activation=3 is not a name; give one of relu, tanh"),
        ("mlp[activation=tan]", UnknownNameError, "did you mean tanh?"),
    ],
)
def test_wrong_specs(spec: str, error: type[Exception], needle: str) -> None:
    with pytest.raises(error) as found:
        to_network(spec, DIGITS)
    assert needle in str(found.value)


def test_images_are_not_made_of_vectors() -> None:
    for extent in (WORDS, Extent((13,), 2)):
        with pytest.raises(ParameterError, match=r"cnn reads images; .* vectors of \d+ numbers: give mlp or softmax"):
            to_network("cnn", extent)
    with pytest.raises(ParameterError, match="sparse vectors of 500 numbers"):
        to_network("vae", WORDS)
