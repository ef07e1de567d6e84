"""The cyclic sequence on which the convergence of Adam depends on beta2, for a problem that is fixed beforehand."""

from adamtheory.language import at_least_two, loss, positive, total, where


@loss(family="cyclic", start=0, period="n", comparator="-2", minimiser="-2", concave="s")
def zhang_cyclic(x, phase=0, *, n: at_least_two = 20, c: positive = 1):
    """Slope 1 + (n - 1)c once in n rounds, -c otherwise, as far as x >= -1; the sum over n rounds has slope 1 there.

    f_t(x) = s_t*sum_i h(x_i), s_t = 1 + (n - 1)*c if t = 1 mod n, else -c;  h(x) = x if x >= -1, else
    (x + 2)^2/2 - 3/2.  Every prefix sum is a positive multiple of h, so the best fixed point is -2 for every T; but the
    rounds of slope -c are *not convex* left of -1.  No feasible set: Adam with a small beta2 goes to +infinity.  On
    x >= -1 this is c times `reddi_unbounded`'s slopes with N = n, C = n - 1 + 1/c.

    n      the period, an integer >= 2
    c      slope of the other rounds; 1 in the paper, (n - 1)^(-2) where its thresholds are compared with exact ones

    Source: Zhang, Chen, Shi, Sun & Luo 2022, section 3 (the divergence example, from memory, *unverified*).
    """
    s = where(phase < 1, 1 + (n - 1) * c, -c)
    h = where(x < -1, (x + 2) ** 2 / 2 - 3 / 2, x)
    slope = where(x < -1, x + 2, 1)
    following = phase + 1
    return s * total(h), s * slope, where(following < n, following, 0)
