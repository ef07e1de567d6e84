"""Linear losses f_t(x) = <c_t, x>: the periodic sequence on which Adam fails, signs at random or of an adversary."""

from adamtheory.language import (
    at_least_two,
    loss,
    maximum,
    minimum,
    positive,
    real,
    row,
    total,
    uniform,
    unit,
    where,
)


@loss(family="reddi", start=1, radius=1, period="N")
def reddi(x, phase=0, *, C: real = 3, N: at_least_two = 3, scale: positive = 1):
    """The periodic sequence on which Adam fails: slope C once in N rounds, -1 otherwise.

    f_t(x) = scale*C*x if t = 1 mod N, else -scale*x.  On [-1, 1] with C > N - 1 the best fixed point is -1 for every T.

    C      slope of the spike, in units of scale (the paper's first example: 3; the experiment: 101)
    N      the period, an integer >= 2 (3 in the first example, 101 in the experiment)
    scale  multiplies every loss (10 in the experiment); Adam with eps = 0 does not notice it

    Source: Reddi, Kale & Kumar 2018, Theorem 1 (C > 2, N = 3) and section 5.1 (1010x once in 101 rounds, else -10x).
    """
    g = scale * where(phase < 1, C, -1)
    following = phase + 1
    return total(g * x), g, where(following < N, following, 0)


@loss(
    family="reddi", start=1, period="N", comparator="where(C < N - 1, 0/0, -1)",
    minimiser="where(phase < 1, where(C < 0, 1/0, -1), 1)",
)  # fmt: skip
def reddi_unbounded(x, phase=0, *, C: real = 3, N: at_least_two = 3):
    """The projection-free version of the periodic sequence: convex, bounded slopes, no feasible set needed.

    f_t(x) = C*max(x, -1) if t = 1 mod N, else -min(x, 1).  The best fixed point is -1 for every T, which
    needs C >= N - 1 (for a smaller C the comparator is undefined and no regret is given).
    The subgradient is C where x > -1, respectively -1 where x < 1, and 0 otherwise.

    C, N   as in `reddi`

    Source: built on Reddi, Kale & Kumar 2018, Theorem 1; it refutes Kingma & Ba 2015, Theorem 4.1, whose algorithm
    does not project.
    """
    spike_loss = C * maximum(x, -1)
    spike_slope = where(-1 < x, C, 0)
    other_loss = -minimum(x, 1)
    other_slope = where(x < 1, -1, 0)
    following = phase + 1
    f = total(where(phase < 1, spike_loss, other_loss))
    return f, where(phase < 1, spike_slope, other_slope), where(following < N, following, 0)


@loss(family="reddi", start=0, radius=1)
def reddi_stochastic(x, u: uniform, *, C: real = 101, p: unit = 0.01, scale: positive = 10):
    """The stochastic version: slope C with probability p, else -1, independently in every round.

    f_t(x) = scale*C*x with probability p, else -scale*x.  The mean slope is scale*(p*C - (1 - p)); the paper's Theorem
    3 takes p = (1 + delta)/(C + 1), whose mean slope is scale*delta.

    C      slope of the spike, in units of scale
    p      its probability
    scale  multiplies every loss

    Source: Reddi, Kale & Kumar 2018, Theorem 3 and section 5.1 (1010x with probability 0.01, else -10x).
    """
    g = scale * where(u < p, C, -1)
    return total(g * x), g


@loss(family="random signs", start=0, radius=1)
def random_signs(x, u: uniform, *, scale: positive = 1):
    """Random signs: f_t(x) = scale*sum_i e_i x_i with e_i = +1 or -1, independent and fair.

    On [-1, 1] the expected regret of *every* algorithm is E|e_1 + ... + e_T| ~ sqrt(2T/pi) per coordinate, so these
    losses cannot separate algorithms; they test the laboratory.

    scale  multiplies every loss

    Source: the lower bound of online convex programming, e.g. Hazan 2016, Theorem 3.2.
    """
    g = scale * where(u < 1 / 2, -1, 1)
    return total(g * x), g


@loss(family="random signs", start=0, radius=1)
def sparse_signs(x, u: uniform, *, p: unit = 0.1, scale: positive = 1):
    """Sparse random signs: f_t(x) = scale*sum_i e_i x_i, e_i = -1 or +1 with probability p/2 each, else 0, independent.

    The sparse case for which AdaGrad was made; with p = 1 draw by draw the losses of `random_signs`. On [-1, 1] the
    expected regret of every algorithm is scale*E|e_1 + ... + e_T| per coordinate, about scale*sqrt(2pT/pi).

    p      probability that a coordinate is active in a round
    scale  multiplies every loss

    Source: the sparse gradients of Duchi, Hazan & Singer 2011, section 1.3; the walk of Hazan 2016, Theorem 3.2.
    """
    g = scale * where(u < p / 2, -1, where(u < p, 1, 0))
    return total(g * x), g


@loss(family="adversary", start=0, radius=1, frozen="g")
def adversary(x, *, scale: positive = 1):
    """The adversary that sees the iterate: slope +1 where x_t >= 0, else -1, so that no round ever gains.

    f_t(u) = scale*sum_i g_i u_i with g_i = -1 if x_{t,i} < 0, else 1.  The slope is chosen when x_t is known and stays
    as it is when f_t is taken at another point: f_t(x_t) = scale*sum_i |x_{t,i}| >= 0, and the best fixed point gains
    scale*sum_i |g_{1,i} + ... + g_{T,i}| on [-1, 1].  A deterministic algorithm cannot hide from it.

    scale  multiplies every loss

    Source: an adaptive adversary of online convex programming, e.g. Cesa-Bianchi & Lugosi 2006, section 4.1.
    """
    g = scale * where(x < 0, -1, 1)
    return total(g * x), g


@loss(family="doubling blocks", start=0, radius=1)
def doubling_blocks(x, edge=2, side=1, *, scale: positive = 1, t):
    """Slopes +1 and -1 by turns in blocks of 1, 2, 4, 8, ... rounds: regret so negative that R_T/T has no limit.

    f_t(x) = scale*x for 4^j <= t < 2*4^j, -scale*x for 2*4^j <= t < 4^(j+1), j = 0, 1, ...  Online gradient descent on
    [-1, 1] follows every block, so R_T/T has upper limit -2/3 (at the ends of blocks) and lower limit -1, in units of
    scale: an upper bound on R_T never makes R_T/T go to 0.

    edge   the round at which the next block begins;  side  the sign of this one
    scale  multiplies every loss

    Source: derived for this project; it refutes the limit of Kingma & Ba 2015, Corollary 4.2.
    """
    g = scale * side
    following = t + 1
    return total(g * x), g, where(following < edge, edge, 2 * edge), where(following < edge, side, -side)


@loss(family="gradients", start=0, radius=1)
def gradients(x, a: row):
    """Linear losses with the user's own slopes: f_t(x) = <a_t, x>, a_t the t-th row of an array, over and over.

    Source: Zinkevich 2003; linear losses are the worst case of online convex programming.
    """
    return total(a * x), a
