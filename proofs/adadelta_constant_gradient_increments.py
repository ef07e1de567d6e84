"""AdaDelta under a constant gradient: the increments of F tend to (1 - rho) eps_n, so steps grow like sqrt(n).

Words   For g_t = c > 0 in every round, eps_d = 0, eps_n >= 0, 0 <= rho < 1: |F_{n+1} - F_n - (1 - rho) eps_n| tends to
        0 as n grows. So (the mean of a sequence has its limit) F_n/n tends to (1 - rho) eps_n.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The difference is at most eps_n (n+1) rho^(n+1)/(1 - rho), where (n+1) sqrt(rho)^(n+1) is bounded. That the step
        n + 1 has the square (F_n + eps_n)/(1 - rho^(n+1)) is a part of `adadelta_constant_gradient`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, lift, power, sqrt, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_adadelta import (
    CONSTANT,
    constant_bound,
    constant_run,
    constant_step,
    late_power,
    n,
    power_of_root,
)
from adamtheory.proofs.lemmas_average import power_at_most_one, vanishes

setting, run = constant_run()
rho, eps_n = run.scalar("rho"), run.scalar("eps_n")
excess = run.F(n + 1) - run.F(n) - (1 - rho) * eps_n


def statement() -> Statement:
    return Statement(setting, tends(absolute(excess), 0, n), assumes=CONSTANT)


def witness() -> Witness:
    return Witness({"c": ([], 2), "eps_n": ([], 1)})


def excess_bound(p: Prover) -> tuple[Theorem, Theorem]:
    """0 <= n |- 0 <= excess <= P (F + eps_n), P = rho^(n+1).

    With delta^2 (1 - P) = F + eps_n the excess is (1-rho) P delta^2, and (1-rho) delta^2 <= F + eps_n.
    """
    begun, low, high = p.assume(0 <= n), p.given("rho_nonnegative"), p.given("rho_below_one")
    P, D, old = power(rho, n + 1), run.delta(n) ** 2, run.F(n) + eps_n
    square, _ = constant_step(p, run)
    P_nonneg = p.using(p.power_nonneg(low, n + 1), p.certify(0 <= n + 1, begun))
    at_most = p.using(power_at_most_one(p, low, high, n), begun)
    P_small = p.certify(P <= rho, p.power_next(rho, begun), p.certify(rho * power(rho, n) <= rho, at_most, low))
    scaled = p.certify(eq((1 - rho) * (D - old), (1 - rho) * (P * D)), square)
    value = p.chain(eq(excess, (1 - rho) * (P * D)), p.using(p.next("F", n), begun), scaled)
    product = p.certify(0 <= P * D, P_nonneg, squares=[run.delta(n)])
    nonneg = p.certify(0 <= (1 - rho) * (P * D), high, product)
    D_small = p.certify((1 - rho) * D <= old, square, p.certify(0 <= D * (rho - P), P_small, squares=[run.delta(n)]))
    below = p.certify((1 - rho) * (P * D) <= P * old, D_small, P_nonneg)
    return p.chain(0 <= excess, value, nonneg), p.chain(excess <= P * old, value, below)


def fading(p: Prover, s_nonneg: Theorem, s_below: Theorem, most: Theorem) -> Theorem:
    """0 <= n |- (1-rho) (1-s) excess <= eps_n s^n for s = sqrt(rho): with S = s^(n+1) P = S^2, (n+1) (1-s) S <= 1."""
    begun, eps, high = p.assume(0 <= n), p.given("eps_n_nonnegative"), p.given("rho_below_one")
    low, s = p.given("rho_nonnegative"), sqrt(rho)
    S, later = power(s, n + 1), p.certify(0 <= n + 1, begun)
    S_nonneg, s_power = p.using(p.power_nonneg(s_nonneg, n + 1), later), p.using(p.power_nonneg(s_nonneg, n), begun)
    late = late_power(p, s_nonneg, s_below)
    late = p.certify((n + 1) * (1 - s) * S <= 1, late, s_below, p.certify(0 <= s * S, s_nonneg, S_nonneg))
    same = p.using(p.inst(power_of_root(p, low), {n: n + 1}), later)
    shrinks = p.certify(
        S <= power(s, n), p.power_next(s, begun), p.certify(0 <= (1 - s) * power(s, n), s_below, s_power)
    )
    sized = p.certify((1 - rho) * (run.F(n) + eps_n) <= eps_n * (n + 1), constant_bound(p, run), eps, low)
    x, F, e, r, q, Z, N, z = names = apart(p, "x1 F1 e1 r1 q1 Z1 N1 z1")
    facts = p.assume(
        x <= Z**2 * F, (1 - r) * F <= e * N, N * (1 - q) * Z <= 1, Z <= z, 0 <= Z, 0 <= e, 0 <= 1 - r, 0 <= 1 - q
    )  # fmt: skip
    first = p.certify(
        (1 - r) * x <= Z**2 * (e * N),
        p.certify((1 - r) * x <= (1 - r) * (Z**2 * F), facts[0], facts[6]),
        facts[1],
        squares=[Z],
    )
    second = p.certify((1 - q) * ((1 - r) * x) <= (1 - q) * (Z**2 * (e * N)), first, facts[7])
    product = p.certify(0 <= e * Z, facts[5], facts[4])
    third = p.certify(e * Z * (N * (1 - q) * Z) <= e * Z, product, facts[2])
    letters = p.certify(
        (1 - r) * (1 - q) * x <= e * z, second, third, p.certify(e * Z <= e * z, facts[3], facts[5]), degree=1
    )
    known = p.certify(
        excess <= S**2 * (run.F(n) + eps_n), most, p.rewrite(same, lambda z: z * (run.F(n) + eps_n)), degree=1
    )
    signs = p.certify(0 <= 1 - rho, high), p.certify(0 <= 1 - s, s_below)
    values = (excess, run.F(n) + eps_n, eps_n, rho, s, S, n + 1, power(s, n))
    return put(p, letters, names, values, known, sized, late, shrinks, S_nonneg, eps, *signs)


def prove() -> Theorem:
    p = Prover(setting)
    low, high = p.given("rho_nonnegative"), p.given("rho_below_one")
    s, s_nonneg, one = sqrt(rho), p.sqrt_nonneg(rho), p.certify(0 <= lift(1))
    s_below = p.squares_strict(p.certify(s**2 < lift(1) ** 2, p.sqrt_square(low), high), one)
    s_below = p.restate(s < 1, s_below)
    nonneg, most = excess_bound(p)
    scaled = fading(p, s_nonneg, s_below, most)
    kept = p.certify(0 < (1 - rho) * (1 - s), p.certify(0 < 1 - rho, high), p.certify(0 < 1 - s, s_below))
    bound = eps_n * inv(kept.claim.right)
    limit = p.lim_op("mul", p.lim_const(bound, n), p.cut(p.lim_base(s, n), s_nonneg, s_below))
    x, w, y = names = apart(p, "x1 w1 y1")
    divided = p.certify(x <= y * inv(w), p.assume(w * x <= y), p.inverse(p.assume(0 < w)), weights=[[p.assume(0 < w)]])
    above = put(p, divided, names, (excess, kept.claim.right, eps_n * power(s, n)), scaled, kept)
    above = p.restate(excess <= bound * power(s, n), above)
    size = p.certify(0 <= bound * power(s, n), above, nonneg)
    return vanishes(p, limit, above, p.certify(-excess <= bound * power(s, n), size, nonneg))
