"""Losses whose best point jumps: no fixed point is good for long, and an optimizer has to follow."""

from adamtheory.language import at_least_one, loss, positive, total, uniform, unit, where


@loss(family="shifting", start=0, radius=1, period="2*N", moving="z")
def shifting(x, phase=0, side=1, *, N: at_least_one = 100, size: positive = 1):
    """Quadratics whose target jumps between two points: f_t(x) = sum_i (x_i - z_t)^2/2, z_t = +size or -size.

    z_t = size in rounds 1..N, -size in the next N, and so on.  The comparator that moves with the target has loss 0 and
    path length 2*size*sqrt(d) every N rounds; the best fixed point of whole periods is 0 and loses d*size^2/2 a round.

    N      rounds between two jumps, an integer
    size   distance of both targets from 0

    Source: the tracking setting of Herbster & Warmuth 1998; dynamic regret: Zinkevich 2003, section 2.2.
    """
    z = size * side
    following = phase + 1
    return total((x - z) ** 2) / 2, x - z, where(following < N, following, 0), where(following < N, side, -side)


@loss(family="shifting", start=0, radius=1, period="2*N", moving="side")
def shifting_signs(x, u: uniform, phase=0, side=1, *, N: at_least_one = 100, p: unit = 0.75, scale: positive = 1):
    """Noisy linear losses whose best point jumps between the ends of [-1, 1] every N rounds.

    f_t(x) = scale*sum_i g_i x_i, g_i = -side with probability p, else +side, independent; side = +1 in rounds 1..N, -1
    in the next N, and so on.  For p > 1/2 the point `side` is best on [-1, 1] for the mean loss of a round; the best
    point of one round follows the noise as well, so the two comparators differ.

    N      rounds between two jumps, an integer
    p      probability that a slope favours the present side
    scale  multiplies every loss

    Source: the tracking setting of Herbster & Warmuth 1998; dynamic regret: Zinkevich 2003, section 2.2.
    """
    g = scale * where(u < p, -side, side)
    following = phase + 1
    return total(g * x), g, where(following < N, following, 0), where(following < N, side, -side)
