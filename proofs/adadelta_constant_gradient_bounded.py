"""AdaDelta's steps under a constant gradient grow no faster than sqrt(n): (1 - rho) F_n <= eps_n n.

Words   For g_t = c > 0 in every round, eps_d = 0, eps_n >= 0, 0 <= rho < 1 and every n >= 0. The scale of step n + 1 is
        sqrt(F_n + eps_n). With `adadelta_constant_gradient_grows` F_n lies between (1 - rho) eps_n n and
        eps_n n/(1 - rho).
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The exact increments: `adadelta_constant_gradient`.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_adadelta import CONSTANT, constant_run, constant_step, late_power, n

setting, run = constant_run()
rho, eps_n = run.scalar("rho"), run.scalar("eps_n")


def claim(n):
    return (1 - rho) * run.F(n) <= eps_n * n


def statement() -> Statement:
    return Statement(setting, claim(n), [0 <= n], CONSTANT)


def witness() -> Witness:
    return Witness({"c": ([], 2), "eps_n": ([], 1)}, {n: 1})


def letters(p: Prover) -> tuple[Any, Theorem]:
    """The step for F, eps_n, D = delta^2, rho and N = n + 1, where N (1-rho) (D - F - eps_n) <= rho (F + eps_n)."""
    F, e, D, r, N = names = apart(p, "F1 e1 D1 r1 N1")
    late, old, positive = p.assume(N * (1 - r) * (D - F - e) <= r * (F + e), (1 - r) * F <= e * (N - 1), 0 < N)
    nonneg_e, low, high = p.assume(0 <= e, 0 <= r, r < 1)
    kept = p.certify(0 <= 1 - r, high)
    scaled = p.certify((1 - r) * (N * (1 - r) * (D - F - e)) <= (1 - r) * (r * (F + e)), late, kept)
    small = p.certify(
        r * ((1 - r) * (F + e)) <= r * (e * N), p.certify((1 - r) * (F + e) <= e * N, old, nonneg_e, low), low
    )
    saved = p.certify(
        0 <= N * e * (r * (1 - r)), p.certify(0 <= N * e, positive, nonneg_e), p.certify(0 <= r * (1 - r), low, kept)
    )
    moved = p.certify(N * ((1 - r) * F) <= N * (e * (N - 1)), old, positive)
    goal = (1 - r) * (r * F + (1 - r) * D) <= e * N
    return names, p.certify(goal, scaled, small, saved, moved, weights=[[positive]], degree=1)


def prove() -> Theorem:
    p = Prover(setting)
    begun, old = p.assume(0 <= n), p.assume(claim(n))
    square, _ = constant_step(p, run)
    D, P = run.delta(n) ** 2, power(rho, n + 1)
    grown = p.certify(0 <= D * (rho * (1 - P) - (n + 1) * (1 - rho) * P), late_power(p, run), squares=[run.delta(n)])
    late = p.certify((n + 1) * (1 - rho) * (D - run.F(n) - eps_n) <= rho * (run.F(n) + eps_n), grown, square)
    names, step = letters(p)
    facts = late, old, p.certify(0 < n + 1, begun), *(p.given(name) for name in CONSTANT[:3])
    found = put(p, step, names, (run.F(n), eps_n, D, rho, n + 1), *facts)
    following = p.rewrite(p.using(p.next("F", n), begun), lambda z: (1 - rho) * z)
    start = p.certify(claim(lift(0)), p.start("F"))
    return p.induction(n, 0, claim(n), start, p.chain(claim(n + 1), found, following))
