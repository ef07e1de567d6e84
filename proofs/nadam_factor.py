"""The factor beta2 in the printed Nadam multiplies every step by 1/sqrt(beta2), and does nothing else.

Words   With eps = 0 and 0 < beta2 < 1: sqrt(beta2) times any step of `nadam_constant` is that step of `nadam_optax`,
        whatever the gradients.
Source  Dozat 2016, Algorithm 2 (*unverified* against the report itself), with constant mu; from the texts of
        `nadam_constant` and `nadam_optax`.
Note    The factor is 1.0005 for beta2 = .999 and 1.0541 for beta2 = .9. No program has it.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_framework import inverse_of_product, second_moment_nonneg
from adamtheory.proofs.lemmas_twins import go_together, n, run, sequence, step
from adamtheory.rules.nadam import nadam_constant, nadam_optax

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
A = run(nadam_constant, setting, "N", lambda t, x: g(t), start=first, eps=0)
B = run(nadam_optax, setting, "O", lambda t, x: g(t), start=first, eps=0)
b = A.scalars["beta2"]
setting.assume("beta2_positive", 0 < b)
setting.assume("beta2_below_one", b < 1)


def statement() -> Statement:
    moved = [r.slot("x", n + 1) - r.slot("x", n) for r in (A, B)]
    return Statement(setting, eq(sqrt(b) * moved[0], moved[1]), [0 <= n], ["beta2_positive", "beta2_below_one"])


def witness() -> Witness:
    return Witness({"beta2": ([], Fraction(1, 2))}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    positive, high = p.given("beta2_positive"), p.given("beta2_below_one")
    moments, squares, first_power, second_power = (
        go_together(p, [(sequence(A, a), sequence(B, c))], (A, B))[0]
        for a, c in (("m", "m"), ("n", "v"), ("p1", "p1"), ("p2", "p2"))
    )
    beta1 = A.scalars["beta1"]
    ratios = [p.rewrite(first_power, lambda q, f=f: inv(1 - q * f)) for f in (beta1, beta1 * beta1)]
    direction = p.certify(eq(A.value("m_bar", n), B.value("m_bar", n)), moments, *ratios)
    correction = p.rewrite(second_power, lambda q: inv(1 - q * b))
    v_hat = B.value("v_hat", n)
    scaled = p.certify(eq(A.value("n_hat", n), b * v_hat), squares, correction)
    nonneg = second_moment_nonneg(p, B, g(n + 1), p.certify(0 <= b, positive), high)
    split = p.sqrt_product(p.certify(0 <= b, positive), nonneg)
    whole = p.chain(eq(sqrt(A.value("n_hat", n)), sqrt(b) * sqrt(v_hat)), p.rewrite(scaled, sqrt), split)
    root = p.sqrt_positive(positive)
    facts = p.rewrite(whole, inv), inverse_of_product(p, root, sqrt(v_hat)), p.inverse(root)
    shorter = p.certify(eq(sqrt(b) * inv(sqrt(A.value("n_hat", n))), inv(sqrt(v_hat))), *facts)
    return p.certify(statement().claim, step(p, A), step(p, B), direction, shorter)
