"""Absolute errors f_t(x) = |x - z_t|_1: best is the median of the targets, coordinate by coordinate."""

from adamtheory.language import absolute, log, loss, positive, row, total, uniform, where


@loss(family="absolute", start=0, radius=10, minimiser="a")
def absolute_error(x, a: row):
    """Absolute distance to a row of data: f_t(x) = sum_i |x_i - a_{t,i}|.

    The subgradient is the sign of x_i - a_{t,i}, and 0 where they are equal.  The best fixed point is the median of the
    rows met so far in each coordinate, cut at the ends of the box.

    Source: prediction with the absolute loss, e.g. Cesa-Bianchi & Lugosi 2006, chapter 8.
    """
    return total(absolute(x - a)), where(x < a, -1, where(a < x, 1, 0))


@loss(family="absolute", start=0, radius=10, minimiser="z")
def absolute_exponential(x, u: uniform, *, mean: positive = 1):
    """Absolute distance to exponential targets: f_t(x) = sum_i |x_i - z_i|, z_i exponential, independent.

    z = -mean*log(1 - u).  The mean loss is least at the median mean*log(2), where its slope vanishes: signs of both
    kinds are equally frequent there, so Adam has no bias, although the targets are skewed.

    mean   mean of every target coordinate

    Source: the absolute loss of Cesa-Bianchi & Lugosi 2006, chapter 8, with the targets of `quadratic_exponential`.
    """
    z = -mean * log(1 - u)
    return total(absolute(x - z)), where(x < z, -1, where(z < x, 1, 0))
