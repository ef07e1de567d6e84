"""Euler: the gradient of a loss that does not depend on the length of w is orthogonal to w.

Words   Let f((1 + 1/n) w) = f(w) for every n >= 1, and let f be differentiable at w in the sense that the difference
        quotients along w differ from w . grad f by at most C/n. Then w . grad f = 0.
Source  Euler's theorem for homogeneous functions of degree 0; derived for this project without derivatives.
Note    ray(n) is f((1 + 1/n) w) and ray(0) is f(w); slope(i) is the i-th partial derivative.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integers, le, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import at_two

n, i = integers("n i")

setting = Setting()
d = setting.constant("d", "Z")
C = setting.constant("C")
w, slope, ray = (setting.family(name, "Z") for name in ("w", "slope", "ray"))
product = total(i, 1, d, w(i) * slope(i))
error = n * (ray(n) - ray(0)) - product
setting.assume("scale_invariant", eq(ray(n), ray(0)), [1 <= n])
setting.assume("differentiable_above", error <= C / n, [1 <= n])
setting.assume("differentiable_below", -error <= C / n, [1 <= n])


def statement() -> Statement:
    used = ["scale_invariant", "differentiable_above", "differentiable_below"]
    return Statement(setting, eq(product, 0), assumes=used)


def witness() -> Witness:
    # f = w_2/w_1 at w = (1, 1): the gradient is (-1, 1)
    return Witness({"d": ([], 2), "w": ([i], 1), "slope": ([i], 2 * i - 3), "ray": ([n], 1)}, prove=at_two)


def prove() -> Theorem:
    p = Prover(setting)
    still = p.given("scale_invariant", n)
    error_vanishes = p.lim_op("mul", p.lim_const(-C, n), p.lim_recip(n))

    def nonneg(name: str, value: Any) -> Theorem:
        """0 <= value, which is at least -C/n for every n >= 1."""
        near = p.certify(le(-C * (1 / n), value), p.given(name, n), still)
        return p.restate(0 <= value, p.lim_bound(error_vanishes, near, 1))

    below = p.restate(product <= 0, nonneg("differentiable_below", -product))
    return p.antisym(below, nonneg("differentiable_above", product))
