"""Lemmas for the regret on the periodic sequence: block j costs at least 2 (C-N+1) - C (1 - x(N j))."""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integer, lift, total
from adamtheory.logic.projections import clip_range
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import Cycle, in_block, j, slopes
from adamtheory.proofs.lemmas_cycle_drift import n
from adamtheory.proofs.lemmas_cycle_end import block_sum, ends, inside, longest, offset
from adamtheory.proofs.lemmas_drift import drift, k

t = integer("t")


def cost(cycle: Cycle, t: Any) -> Any:
    """f_t(x_t) - f_t(-1)."""
    here = cycle.losses.value("result", t - 1, x=cycle.method.slot("x", t - 1))
    return here - cycle.losses.value("result", t - 1, x=-1)


def regret(cycle: Cycle, T: Any) -> Any:
    """The sum of the costs of rounds 1, ..., T: the regret against -1."""
    return total(t, 1, T, cost(cycle, t))


def least_cost(p: Prover, cycle: Cycle) -> Theorem:
    """-2 <= cost(n + 1) for 1 <= n, under 1 <= C and -1 <= start: the iterate is in [-1, 1]."""
    x, room = cycle.method.slot("x", n), 1 - cycle.phase(n)
    begun, before, place = p.assume(1 <= n), n - 1, cycle.method.value("x", n - 1)
    high = clip_range(p, cycle.project, place, lift(-1), lift(1))[1]
    following = p.using(p.inst(p.next("iterate", n), {n: before}), p.certify(0 <= before, begun))
    most = p.chain(x <= 1, following, p.using(high, p.certify(lift(-1) <= 1)))
    least = p.using(inside(p, cycle), p.certify(0 <= n, begun))
    on, off = p.indicator_on(p.assume(0 < room)), p.indicator_off(p.assume(room <= 0))
    goal, large = -2 <= cost(cycle, n + 1), p.assume(1 <= cycle.C)
    value = p.certify(eq(cost(cycle, n + 1), cycle.C * (x + 1)), on)
    spike = p.chain(goal, p.certify(-2 <= cycle.C * (x + 1), least, large), value)
    return p.cases(p.certify(goal, off, most), spike, room, 0)


def block_cost(p: Prover, cycle: Cycle) -> Theorem:
    """2 (C-N+1) - C (1 - x(N j)) <= regret(N (j+1)) - regret(N j), under 1 <= C, 1 <= N, 0 <= j and -1 <= start."""
    C, N, block = cycle.C, cycle.N, cycle.N * j
    spike, body = slopes(p, cycle)[0], cost(cycle, t)
    first = p.certify(eq(cost(cycle, block + 1), C * (2 - offset(cycle, block))), spike)
    start = p.certify(0 <= block, *p.assume(*cycle.block[:2]))
    begun = p.sum_step(t, 1, block, body, p.certify(1 <= block + 1, start))
    reached = in_block(p, cycle, block + 1 + k)
    later = p.certify(1 <= block + 1 + k, start, p.assume(0 <= k))
    least = p.using(p.inst(least_cost(p, cycle), {n: block + 1 + k}), later)

    def claim(k: Any) -> Rel:
        return regret(cycle, block + 1) - 2 * k <= regret(cycle, block + 1 + k)

    last = p.sum_step(t, 1, block + 1 + k, body, p.certify(1 <= block + 2 + k, reached))
    step = p.chain(claim(k + 1), p.assume(claim(k)), last, least)
    found = p.induction(k, 0, claim(k), p.certify(claim(lift(0))), step)
    found = p.using(p.inst(found, {k: N - 1}), p.certify(0 <= N - 1, p.assume(1 <= N)))
    goal = 2 * (C - N + 1) - C * offset(cycle, block) <= regret(cycle, N * (j + 1)) - regret(cycle, block)
    return p.certify(goal, found, begun, first, degree=1)


def linear(p: Prover, cycle: Cycle, J: Any, L: Any, small: Theorem, far: Theorem, short: Theorem) -> Theorem:
    """(C-N+1) (j-L) <= regret(N j) - regret(N L) under L <= j, J <= L, and the hypotheses of `ends` but J <= j.

    far     2 - alpha drift/2 (L - J) <= N s;  short   C N s <= C - N + 1
    """
    C, N = cycle.C, cycle.N
    a, b = (cycle.method.scalars[name] for name in ("beta1", "beta2"))
    h = cycle.alpha(1) * drift(C, a, b, N) / 2
    large, begun, after, later = p.assume(1 <= C, 0 <= J, J <= L, L <= j)
    reached = (p.certify(J <= j, after, later), p.certify(0 <= j, begun, after, later))
    near = p.using(ends(p, cycle, J, small), *reached)
    positive = p.using(block_sum(p, cycle, J, small)[1], *reached)
    farther = p.chain(
        2 - h * (j - J) <= N * longest(cycle), p.certify(h * (L - J) <= h * (j - J), positive, later), far
    )
    close = p.chain(
        offset(cycle, N * j) <= N * longest(cycle),
        near,
        p.max_least(farther, p.certify(N * longest(cycle) <= N * longest(cycle))),
    )
    paid = p.certify(C * offset(cycle, N * j) <= C - N + 1, close, short, large)

    def claim(j: Any) -> Rel:
        return (C - N + 1) * (j - L) <= regret(cycle, N * j) - regret(cycle, N * L)

    block = p.using(block_cost(p, cycle), *reached)
    step = p.certify(claim(j + 1), p.assume(claim(j)), block, paid, degree=1)
    return p.induction(j, L, claim(j), p.certify(claim(L)), step)
