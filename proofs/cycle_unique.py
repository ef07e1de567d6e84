"""The limit cycle of a moving average of a periodic signal is its only periodic course.

Words   Let 0 <= a < 1, N >= 1, and let u_0, ..., u_{N-1} return to itself under the average of a signal that is s once
        in N rounds, else o: u_0 = a u_{N-1} + (1-a) s and u_{k+1} = a u_k + (1-a) o. Then u_k = o + (s-o) p_k with
        p_k = (1-a) a^k/(1 - a^N).
Source  Derived for this project.
Note    s = C, o = -1 for the first moment of Adam on the periodic sequence, s = C^2, o = 1 for the second. That both
        approach this cycle is `cycle_limit` and `cycle_limit_squares`.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import bounded_induction, full_share, k, limit_cycle

setting = Setting()
u = setting.family("u", "Z")
N = setting.constant("N", "Z")
a, s, o = setting.constants("a s o")
setting.assume("spike", eq(u(0), a * u(N - 1) + (1 - a) * s))
setting.assume("others", eq(u(k + 1), a * u(k) + (1 - a) * o), [0 <= k, k + 1 < N])


def statement() -> Statement:
    claim = eq(u(k), limit_cycle(s, o, a, k, N))
    return Statement(setting, claim, [0 <= a, a < 1, 1 <= N, 0 <= k, k < N], ["spike", "others"])


def witness() -> Witness:
    half = Fraction(1, 2)  # u = s p with a = 1/2, N = 2, s = 3
    return Witness({"u": ([k], 2 - k), "N": ([], 2), "a": ([], half), "s": ([], 3)}, {k: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The guards leave k = 0 only."""
    if not guards:
        return p.certify(goal)
    begun, inside = guards
    below = p.integers(p.restate(k + 1 < 2, inside))
    zero = p.antisym(p.restate(k <= 0, below), begun)
    return p.certify(goal, zero)


def prove() -> Theorem:
    p = Prover(setting)
    one = p.assume(1 <= N)

    def claim(k):
        return eq(u(k) - o, power(a, k) * (u(0) - o))

    power_next = p.power_next(a, p.assume(0 <= k))
    step = p.certify(claim(k + 1), p.given("others", k), p.assume(claim(k)), power_next)
    decays = bounded_induction(p, k, N, claim, p.certify(claim(lift(0))), step)
    before = p.certify(0 <= N - 1, one)
    ended = p.using(p.inst(decays, {k: N - 1}), before, p.certify(N - 1 < N))
    whole = full_share(p, a, N)
    # (1 - a^N) (u_0 - o) = (1-a) (s-o)
    around = p.certify(
        eq((1 - power(a, N)) * (u(0) - o), (1 - a) * (s - o)), p.given("spike"), ended, p.power_next(a, before)
    )
    first = p.certify(eq(u(0) - o, (1 - a) * (s - o) / (1 - power(a, N))), around, whole)
    return p.certify(statement().claim, decays, first)
