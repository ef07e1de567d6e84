"""Feasible sets with their projections: the box, the Euclidean ball, the simplex, the ball of the 1-norm, all of R^d.

The text of a set is its projection in one coordinate, where every set is an interval. In several coordinates the box
clips each, whatever the weights. The others name a `vector` algorithm of `engine.projections`, which couples the
coordinates: methods that divide by D project in the norm sum_i D_i z_i^2 (regret bounds fail with the Euclidean one).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adamtheory.language import feasible_set, positive, real, where
from adamtheory.language.rule import Rule


@feasible_set(family="box")
def box(y, *, low: real = -1, high: real = 1):
    """The box [low, high]^d: the projection clips every coordinate (a NaN stays a NaN).

    low, high  ends of the interval, the same in every coordinate; low <= high

    Source: Zinkevich 2003; for weighted norms Duchi, Hazan & Singer 2011, section 1.1.
    """
    return where(y < low, low, where(high < y, high, y))


@feasible_set(family="ball", vector="ball")
def ball(y, *, radius: positive = 1):
    """The Euclidean ball |x|_2 <= radius around 0; in one coordinate the interval [-radius, radius].

    Several coordinates: the projection with weights w of a point outside is z_i = w_i y_i/(w_i + lam), lam > 0 the root
    of |z|_2 = radius.

    radius  of the ball, positive

    Source: Zinkevich 2003; for weighted norms Duchi, Hazan & Singer 2011, section 1.1.
    """
    return where(y < -radius, -radius, where(radius < y, radius, y))


@feasible_set(family="simplex", vector="simplex")
def simplex(y, *, scale: positive = 1):
    """The simplex x_i >= 0, x_1 + ... + x_d = scale; in one coordinate the point scale.

    Several coordinates: the projection with weights w is z_i = max(y_i - tau/w_i, 0), tau such that the sum is scale.

    scale  the sum of the coordinates, positive

    Source: Michelot 1986 for equal weights; with weights the same conditions of Karush, Kuhn and Tucker.
    """
    return where(y < scale, scale, where(scale < y, scale, y))


@feasible_set(family="ball", vector="l1_ball")
def l1_ball(y, *, radius: positive = 1):
    """The ball of the 1-norm |x_1| + ... + |x_d| <= radius; in one coordinate the interval [-radius, radius].

    Several coordinates: the projection with weights w of a point outside shrinks the sizes,
    |z_i| = max(|y_i| - tau/w_i, 0), tau > 0 such that they add up to radius.

    radius  of the ball, positive

    Source: Duchi, Shalev-Shwartz, Singer & Chandra 2008, for equal weights.
    """
    return where(y < -radius, -radius, where(radius < y, radius, y))


@feasible_set(family="unbounded")
def everything(y):
    """All of R^d: nothing is projected.

    Source: the setting of Kingma & Ba 2015, Algorithm 1.
    """
    return y


SETS: Mapping[str, Rule] = MappingProxyType({s.name: s for s in (box, ball, simplex, l1_ball, everything)})
