"""Quadratics f_t(x) = |x - z_t|^2/2 with independent, identically distributed targets z_t."""

from adamtheory.language import cospi, log, loss, positive, real, sqrt, total, uniform, unit, where


@loss(family="quadratic", start=0, radius=10)
def quadratic_gaussian(x, u1: uniform, u2: uniform, *, mean: real = 0, sigma: positive = 1):
    """Quadratics with Gaussian targets: f_t(x) = sum_i (x_i - z_i)^2/2, z_i ~ N(mean, sigma^2), independent.

    z = mean + sigma*sqrt(-2 log(1 - u1)) cos(2 pi u2)  (Box & Muller 1958; 1 - u1 lies in (0, 1]).

    mean   mean of every target coordinate
    sigma  standard deviation of every target coordinate

    Source: the strongly convex case of Hazan, Agarwal & Kale 2007 with curvature 1.
    """
    z = mean + sigma * sqrt(-2 * log(1 - u1)) * cospi(2 * u2)
    return total((x - z) ** 2) / 2, x - z


@loss(family="quadratic", start=0, radius=10)
def quadratic_exponential(x, u: uniform, *, mean: positive = 1):
    """Quadratics with exponential targets: f_t(x) = sum_i (x_i - z_i)^2/2, z_i exponential, independent: skewed noise.

    z = -mean*log(1 - u).  Third central moment 2 mean^3, variance mean^2: Adam settles at a biased point and its
    regret is linear although the problem is strongly convex.

    mean   mean of every target coordinate (also its standard deviation)

    Source: derived for this project; the mechanism is that of Reddi, Kale & Kumar 2018, Theorem 3.
    """
    z = -mean * log(1 - u)
    return total((x - z) ** 2) / 2, x - z


@loss(family="quadratic", start=0, radius=10)
def quadratic_two_point(x, u: uniform, *, spike: real = 1, p: unit = 0.1):
    """Quadratics with two-point targets: f_t(x) = sum_i (x_i - z_i)^2/2, z_i = spike with probability p, else 0.

    Mean p*spike, variance p(1 - p) spike^2, third central moment p(1 - p)(1 - 2p) spike^3: to first order in 1 - beta2
    Adam settles at the mean plus -(1 - 2p) spike (1 - beta1)(1 - beta2)/(2(1 - beta1 beta2)); for p = 1/2 at the mean.

    spike  the rare target
    p      its probability

    Source: derived for this project; the mechanism is that of Reddi, Kale & Kumar 2018, Theorem 3.
    """
    z = where(u < p, spike, 0)
    return total((x - z) ** 2) / 2, x - z
