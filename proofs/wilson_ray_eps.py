"""With eps > 0 AdaGrad leaves the ray of sign(X'y) in its first step, unless |X'y| is the same everywhere.

Words   For alpha > 0 and eps > 0: if two coordinates with (X'y)_i = a > 0 and (X'y)_j = b > 0, whose first gradients at
        0 are -a and -b, are at the same place after one step, then a = b. On the ray they would be at the same place.
Source  Derived for this project; from the text of `adagrad`.
Note    With eps = 0 the iterates stay on the ray: `wilson_ray_adagrad`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, reals, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_roots import root_of_positive
from adamtheory.rules.adagrad import adagrad

a, b = reals("a b")

setting = Setting()
reading = read(adagrad, setting, inputs={"g": lambda t, x: -1}, start=lift(0), names={"x": "w"})
alpha, eps = reading.scalars["lr"], reading.scalars["eps"]
setting.assume("rate_positive", 0 < alpha)
setting.assume("eps_positive", 0 < eps)
ASSUMED = ("rate_positive", "eps_positive")


def first(u):
    """Where a coordinate with (X'y)_i = u is after one step from 0."""
    return reading.value("x", lift(0), g=-u)


together = eq(first(a), first(b))


def statement() -> Statement:
    return Statement(setting, eq(a, b), [0 < a, 0 < b, together], ASSUMED)


def witness() -> Witness:
    return Witness({"lr": ([], 1), "eps": ([], 1)}, {a: 1, b: 1})


def place(p: Prover, positive: Theorem) -> Theorem:
    """first(u) = alpha u/(u + eps) from 0 < u."""
    u = positive.claim.right
    inside = p.certify(eq(reading.slot("S", 0) + (-u) * (-u), u**2), p.start("S"))
    root = p.chain(eq(sqrt(inside.claim.left), u), p.rewrite(inside, sqrt), root_of_positive(p, positive))
    scaled = p.rewrite(root, lambda z: 1 / (z + eps))
    return p.certify(eq(first(u), alpha * u / (u + eps)), scaled, p.start("w"))


def prove() -> Theorem:
    p = Prover(setting)
    a_positive, b_positive, same = p.assume(0 < a, 0 < b, together)
    rate, room = p.given("rate_positive"), p.given("eps_positive")
    inverses = [p.inverse(p.certify(0 < u + eps, positive, room)) for u, positive in ((a, a_positive), (b, b_positive))]
    equal = p.chain(eq(alpha * a / (a + eps), alpha * b / (b + eps)), place(p, a_positive), place(p, b_positive), same)
    crossed = p.certify(eq(alpha * eps * (a - b), 0), equal, *inverses)
    return p.certify(eq(a, b), crossed, p.inverse(p.certify(0 < alpha * eps, rate, room)))
