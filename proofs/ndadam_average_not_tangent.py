"""ND-Adam's average m_2 is not tangent at w_1: w_1 . m_2 = -beta1 (1-beta1) alpha |g_1|/sqrt(1 + alpha^2).

Words   With eps = 0, |w_0| = 1, m_0 = v_0 = 0, decay rates below 1 and g_1 not 0, for every second gradient: the
        product of w_1 and m_2 is this number, which is negative for 0 < beta1 and 0 < alpha. So what is subtracted from
        w_1 in the second step is not orthogonal to it, although every projected gradient is.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import (
    first_gradient,
    first_length,
    first_move,
    first_product,
    i,
    normalised,
    resting,
    sphere,
    started,
)

run = sphere("weights", "average", eps=0)
ASSUMED = started(run)
start, moving = eq(run.norm(lift(0)), 1), 0 < first_gradient(run)
alpha, beta1, w, m = run.scalar("lr"), run.scalar("beta1"), run.w, run.m


def statement() -> Statement:
    product = -beta1 * (1 - beta1) * alpha * sqrt(first_gradient(run)) / sqrt(1 + alpha**2)
    claim = eq(run.over(w(i, 1) * m(i, 2)), product)
    return Statement(run.setting, claim, [start, moving], [*ASSUMED, "follows_weights", "follows_average"])


def witness() -> Witness:
    return resting(run, {})


def prove() -> Theorem:
    p = Prover(run.setting)
    begun, grows = p.assume(start, moving)
    now, later = p.certify(0 <= lift(0)), p.certify(0 <= lift(1))
    G, g, q, Q = first_gradient(run), run.value("g", lift(0)), 1 / sqrt(first_gradient(run)), 1 / sqrt(1 + alpha**2)
    length = first_length(p, run, begun, grows)
    positive = p.certify(0 < run.length(lift(0)), length, squares=[alpha])
    # w_1 = (w_0 - alpha g_1/|g_1|)/sqrt(1 + alpha^2), and |w_1| = 1
    scaled = p.rewrite(length, lambda z: 1 / sqrt(z))
    follows = p.using(p.given("follows_weights", i, 0), now)
    w_1 = p.certify(eq(w(i, 1), (w(i, 0) - alpha * g * q) * Q), follows, first_move(p, run), scaled)
    unit = p.using(normalised(p, run, lift(0), positive), now)
    tangent = p.certify(eq(run.over(w(i, 1) * run.value("g", lift(1))), 0), unit)
    # m_2 = beta1 (1 - beta1) g_1 + (1 - beta1) g_2
    m_1 = p.using(p.given("follows_average", i, 0), now)
    m_2 = p.certify(
        eq(m(i, 2), beta1 * (1 - beta1) * g + (1 - beta1) * run.value("g", lift(1))),
        p.using(p.given("follows_average", i, 1), later), m_1, p.given("average_starts", i),
    )  # fmt: skip
    turned = p.sum_of(p.rewrite(w_1, lambda z: z * g), i, 1, run.d)
    root = p.sqrt_positive(grows)
    size = p.certify(eq(G * q, sqrt(G)), p.inverse(root), p.sqrt_square(grows))
    crossed = p.certify(eq(turned.claim.left, -alpha * sqrt(G) * Q), turned, size, first_product(p, run, begun))
    product = p.sum_of(p.rewrite(m_2, lambda z: w(i, 1) * z), i, 1, run.d)
    return p.certify(statement().claim, product, crossed, tangent)
