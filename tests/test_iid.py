"""Adam's mean step on independent gradients: the integral against enumeration, sampling and published values."""

from __future__ import annotations

import numpy as np
import pytest

from adamtheory import iid
from adamtheory.errors import ParameterError


def test_published_values() -> None:
    """Reference values of the derivation, to the digits that were given."""
    assert iid.drift(3, 0.3, 0, 0.5) == pytest.approx(0.148981, abs=1e-6)
    assert iid.drift(101, 0.01, 0.9, 0.99) == pytest.approx(0.059139, abs=1e-6)


@pytest.mark.parametrize(
    ("C", "delta", "beta1", "beta2"), [(3.0104, 0.1, 0, 0.9), (5.0005, 0.02, 0, 0.99), (5.3517, 0.02, 0.9, 0.99)]
)
def test_published_thresholds(C: float, delta: float, beta1: float, beta2: float) -> None:
    signs = [iid.drift(x, (1 + delta) / (x + 1), beta1, beta2) > 0 for x in (C - 6e-5, C + 6e-5)]
    assert signs == [False, True]


@pytest.mark.parametrize("beta1", [0.0, 0.9])
def test_published_threshold_of_the_experiment(beta1: float) -> None:
    """1 - beta2 = 4.000e-4 for beta1 = 0, 4.014e-4 for 0.9; half of the periodic threshold, to first order."""
    edge = 4.0e-4 if beta1 == 0 else 4.014e-4
    signs = [iid.drift(101, 0.01, beta1, 1 - edge - step) > 0 for step in (-6e-8, 6e-8)]
    assert signs == [False, True]


@pytest.mark.parametrize(
    ("C", "p", "beta1", "beta2"), [(3, 0.3, 0, 0.2), (3, 0.3, 0.3, 0.2), (10, 0.05, 0.2, 0.25), (2, 0.5, 0.1, 0.05)]
)
def test_every_history_of_sixteen_coins(C: float, p: float, beta1: float, beta2: float) -> None:
    """The mean over all 2^16 histories; what is older, less than 1e-9 of the averages, is at its mean."""
    lags = np.arange(16)
    spikes = ((np.arange(2**16)[:, None] >> lags) & 1).astype(bool)
    weight = np.where(spikes, p, 1 - p).prod(axis=1)
    g = np.where(spikes, C, -1.0)
    m = g @ ((1 - beta1) * beta1**lags) + beta1**16 * (p * C - 1 + p)
    v = (g * g) @ ((1 - beta2) * beta2**lags) + beta2**16 * (p * C * C + 1 - p)
    assert iid.drift(C, p, beta1, beta2) == pytest.approx(-float(weight @ (m / np.sqrt(v))), rel=2e-8)


def test_fair_signs_have_no_drift() -> None:
    assert abs(iid.drift(1, 0.5, 0.9, 0.99)) < 1e-14


@pytest.mark.parametrize("x", [0.4, 0.97, 1.5])
@pytest.mark.parametrize("s", [1e-7, 7e-6, 1e-3, 0.3, 4.0, 300.0])
def test_exponential_law_against_quadrature(x: float, s: float) -> None:
    from scipy.integrate import quad

    def density(z: float, power: int) -> float:
        return float((x - z) ** power * np.exp(-z - s * (x - z) ** 2))

    law = iid.shifted_exponential(x)
    phi, h = (quad(density, 0, 60, args=(k,), points=[x], limit=400)[0] for k in (0, 1))
    assert float(law.transform(np.array(s))) == pytest.approx(phi, rel=1e-9)
    assert float(law.weighted(np.array(s))) == pytest.approx(h, rel=1e-9, abs=1e-12)


def test_settling_bias() -> None:
    """Sampled roots of the frozen equation, published with an error in their last digits; -eps + 8 eps^2 near 0."""
    for eps, e in {0.003: -0.002935, 0.01: -0.009357, 0.03: -0.02547, 0.1: -0.06834}.items():
        assert iid.settling_bias(0, 1 - eps) == pytest.approx(e, rel=2e-3)
    third = (iid.settling_bias(0, 0.999) + 0.001 - 8e-6) / 1e-9
    assert -300 < third < 0  # what is left is of third order
    assert iid.settling_bias(0.9, 0.99) == pytest.approx(-iid.overlap(0.9, 0.99), rel=0.07)


def test_first_order() -> None:
    C, p, beta1, beta2 = 3.0, 0.3, 0.5, 0.999
    mean, square = p * C - 1 + p, p * C * C + 1 - p
    covariance = p * (1 - p) * (C + 1) * (C * C - 1)
    printed = iid.slow_step(mean, square, covariance, beta1, beta2)
    assert -iid.drift(C, p, beta1, beta2) == pytest.approx(printed, rel=2e-3)


def test_travel() -> None:
    """The sum of alpha/sqrt(t) until then, times the step, is the length of the box."""
    rounds = iid.travel_rounds(-0.05, 0.5)
    assert 0.05 * 0.5 * float(np.sum(np.arange(1, rounds + 1) ** -0.5)) == pytest.approx(2, rel=0.02)


def test_refusals() -> None:
    for beta1, beta2 in ((1.0, 0.9), (-0.1, 0.9), (0.9, 1.0), (0.9, 0.0)):
        with pytest.raises(ParameterError, match="must be in"):
            iid.drift(3, 0.3, beta1, beta2)
    with pytest.raises(ParameterError, match="does not end"):
        iid.mean_step(iid.shifted_exponential(1.0), 0.0, 1e-4)
