"""When the j-th of the cosine restarts comes, in closed form.

Words   Let L(j) = T0 q^j and S(j) = L(0) + ... + L(j-1): then (q - 1) S(j) = T0 (q^j - 1).
Source  Loshchilov & Hutter 2017 (SGDR), section 3 (*unverified* against the paper itself).
Note    For q = 1 both sides are 0, and S(j) = j T0. With T0 = 100, q = 2 the restarts are at 100, 300, 700, 1500.
        That the schedule restarts there is `cosine_restart_times`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_restarts import Restarts, j

schedule = Restarts()
T0, q, L, S = schedule.T0, schedule.q, schedule.L, schedule.S


def claim(j):
    return eq((q - 1) * S(j), T0 * (power(q, j) - 1))


def statement() -> Statement:
    return Statement(schedule.setting, claim(j), [0 <= j], ["first_length", "next_length", "next_start", "start"])


def witness() -> Witness:
    return schedule.witness()


def prove() -> Theorem:
    p = Prover(schedule.setting)
    following = p.power_next(q, p.assume(0 <= j))
    base = p.certify(eq(L(0), T0 * power(q, lift(0))), p.given("first_length"))
    step = p.certify(
        eq(L(j + 1), T0 * power(q, j + 1)), p.assume(eq(L(j), T0 * power(q, j))), p.given("next_length", j), following
    )
    length = p.induction(j, 0, eq(L(j), T0 * power(q, j)), base, step)
    more = p.certify(claim(j + 1), p.assume(claim(j)), length, p.given("next_start", j), following)
    return p.induction(j, 0, claim(j), p.certify(claim(lift(0)), p.given("start")), more)
