"""The step of Adam does not see the scale of its gradients: what `adam_l2` makes of a loss times a constant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_framework import second_moment_nonneg
from adamtheory.proofs.lemmas_twins import n, run, sequence, start, step, together
from adamtheory.rules.adam import adam_l2


@dataclass(frozen=True)
class Scaled:
    """`adam_l2` with eps = 0 on a loss with the penalty lambda (A), and on c times both (B)."""

    setting: Setting
    A: Reading
    B: Reading
    penalty: Any
    c: Any
    first: Any
    g: Any

    def x(self, n: Any) -> tuple[Any, Any]:
        """The iterates of the two after n steps."""
        return self.A.slot("x", n), self.B.slot("x", n)


def scaled(gradients: bool = True) -> Scaled:
    """The setting, with 0 < c and 0 <= beta2 < 1; without gradients the loss is 0."""
    setting = Setting()
    penalty, c, first = setting.constants("penalty c x0")
    g: Any = setting.family("g", "Z") if gradients else (lambda t: lift(0))
    A = run(adam_l2, setting, "A", lambda t, x: g(t), start=first, eps=0, weight_decay=penalty)
    B = run(adam_l2, setting, "B", lambda t, x: c * g(t), start=first, eps=0, weight_decay=c * penalty)
    setting.assume("scale_positive", 0 < c)
    decaying(setting, A.scalars["beta2"], "beta2")
    return Scaled(setting, A, B, penalty, c, first, g)


ASSUMED = ("scale_positive", "beta2_nonnegative", "beta2_below_one")


def root_of_scaled(p: Prover, V: Any, c: Any, nonneg: Theorem, positive: Theorem) -> Theorem:
    """c inv(sqrt(c^2 V)) = inv(sqrt(V)) from 0 <= V and 0 < c; where V = 0 both are 0."""
    v, b = variables = apart(p, "v b")
    low, above = p.assume(0 <= v, 0 < b)
    square = p.certify(0 <= b**2, squares=[b])
    size = p.certify(0 <= b, above)
    root = p.squares_equal(p.restate(eq(sqrt(b**2) ** 2, b**2), p.sqrt_square(square)), p.sqrt_nonneg(b**2), size)
    product = p.chain(
        eq(sqrt(b**2 * v), b * sqrt(v)), p.sqrt_product(square, low), p.rewrite(root, lambda z: z * sqrt(v))
    )
    goal = eq(b * inv(sqrt(b**2 * v)), inv(sqrt(v)))
    whole = p.rewrite(product, inv)
    none, some = p.assume(sqrt(v) <= 0, 0 < sqrt(v))
    zero = p.antisym(none, p.sqrt_nonneg(v))
    at_zero = p.rewrite(zero, lambda z: b * inv(b * z)), p.rewrite(zero, inv)
    still = p.chain(goal, p.certify(eq(b * inv(sqrt(b**2 * v)), b * inv(b * sqrt(v))), whole), *at_zero)
    both = p.inverse(p.certify(0 < b * sqrt(v), above, some))
    moving = p.certify(goal, whole, both, p.inverse(some), p.inverse(above))
    return put(p, p.cases(still, moving, sqrt(v), 0), variables, (V, c), nonneg, positive)


def powers_agree(p: Prover, s: Scaled) -> tuple[Theorem, Theorem]:
    """0 <= n |- the slots p1 of the two are equal, and p2."""
    found = []
    for slot in ("p1", "p2"):
        a, b = sequence(s.A, slot), sequence(s.B, slot)
        base = p.certify(eq(a(0), b(0)), *(start(p, r, slot) for r in (s.A, s.B)))
        steps = [step(p, r, slot) for r in (s.A, s.B)]
        goal = eq(a(n + 1), b(n + 1))
        found += together(p, [(a, b)], [base], lambda e, goal=goal, steps=steps: [p.certify(goal, *e, *steps)])
    return found[0], found[1]


def moment_nonneg(p: Prover, s: Scaled) -> Theorem:
    """0 <= n |- 0 <= v_hat of A in step n + 1."""
    gradient = s.g(n + 1) + s.penalty * s.A.slot("x", n)
    return second_moment_nonneg(p, s.A, gradient, p.given("beta2_nonnegative"), p.given("beta2_below_one"))


def same_iterates(p: Prover, s: Scaled) -> Theorem:
    """0 <= n |- x_A(n) = x_B(n); with it go m_B = c m_A and v_B = c^2 v_A."""
    p1, p2 = powers_agree(p, s)
    nonneg, positive = moment_nonneg(p, s), p.given("scale_positive")
    c, (m, v, x) = s.c, ("m", "v", "x")
    pairs = [
        (sequence(s.A, x), sequence(s.B, x)),
        (lambda n: c * s.A.slot(m, n), sequence(s.B, m)),
        (lambda n: c**2 * s.A.slot(v, n), sequence(s.B, v)),
    ]
    starts = {slot: [start(p, r, slot) for r in (s.A, s.B)] for slot in (x, m, v)}
    base = [p.certify(eq(a(0), b(0)), *starts[slot]) for (a, b), slot in zip(pairs, (x, m, v), strict=True)]

    def following(equal: Any) -> list[Theorem]:
        point, first, second = equal
        texts = {slot: [step(p, r, slot) for r in (s.A, s.B)] for slot in (x, m, v)}
        moments = [
            p.certify(eq(c * s.A.value(m, n), s.B.value(m, n)), first, point),
            p.certify(eq(c**2 * s.A.value(v, n), s.B.value(v, n)), second, point),
        ]
        b1, b2 = s.A.scalars["beta1"], s.A.scalars["beta2"]
        ratios = [p.rewrite(e, lambda q, b=b: inv(1 - q * b)) for e, b in ((p1, b1), (p2, b2))]
        m_hat = p.certify(eq(c * s.A.value("m_hat", n), s.B.value("m_hat", n)), moments[0], ratios[0])
        v_hat = p.certify(eq(c**2 * s.A.value("v_hat", n), s.B.value("v_hat", n)), moments[1], ratios[1])
        root = root_of_scaled(p, s.A.value("v_hat", n), c, nonneg, positive)
        scaled_root = p.rewrite(v_hat, lambda z: inv(sqrt(z)))
        A, B = (r.value("m_hat", n) / sqrt(r.value("v_hat", n)) for r in (s.A, s.B))
        direction = p.certify(eq(A, B), m_hat, root, scaled_root)
        moved = p.certify(eq(s.A.value(x, n), s.B.value(x, n)), point, direction)
        return [
            p.chain(eq(pairs[0][0](n + 1), pairs[0][1](n + 1)), moved, *texts[x]),
            p.certify(eq(pairs[1][0](n + 1), pairs[1][1](n + 1)), moments[0], *texts[m]),
            p.certify(eq(pairs[2][0](n + 1), pairs[2][1](n + 1)), moments[1], *texts[v]),
        ]

    return together(p, pairs, base, following)[0]
