"""With the same number eps > 0, every step of Adam with eps-hat is shorter than that of Adam.

Words   On every history, where m_t is not 0, the square of the step of `adam_eps_hat` is less than that of `adam`, for
        lr > 0, eps > 0, 0 <= beta1 < 1 and 0 < beta2 < 1: eps-hat acts as the larger eps_hat/sqrt(1 - beta2^t).
Source  Derived for this project; from the texts of both rules.
Note    n steps are done, so the sentence is about step t = n + 1. So the two part in the first step for all such
        parameters (`forms_adam_adam_eps_hat_refuted` has one choice of them).
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import inv, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.framework_forms import beta2, eps, lr, n, step_of, t, unchanged
from adamtheory.proofs.lemmas_forms import Walk, rewritten, root_of_quotient

NEEDS = ("lr_positive", "beta1_nonnegative", "beta1_below_one", "beta2_positive", "beta2_below_one", "eps_positive")
forms = unchanged("adam", "adam_eps_hat", NEEDS)
first, second = forms.first, forms.second
moving = 0 < first.value("m", n) ** 2


def statement() -> Statement:
    step, hat = (reading.value(step_of(reading.rule), n) for reading in (first, second))
    return Statement(forms.setting, hat**2 < step**2, [0 <= n, moving], NEEDS)


def witness() -> Witness:
    half, one = ([], 1 / lift(2)), ([], 1)
    return Witness({"g": ([t], 1), "lr": one, "eps": one, "beta2": half}, values={n: 0})


def prove() -> Theorem:
    walk = Walk(forms)
    p, slots = walk.p, walk.alike("m", "v", "p1", "p2")
    v, fixed = walk.second_moment(second), walk.correction(second)
    step = rewritten(p, first.value(step_of(first.rule), n), *slots, root_of_quotient(p, v, fixed))
    rate = p.inv_positive(walk.correction(second, "p1", "beta1"))
    m = p.certify(0 < second.value("m", n) ** 2, p.assume(moving), rewritten(p, first.value("m", n), slots[0]))
    factors = [p.certify(0 < fact.claim.right**2, fact) for fact in (p.given("lr_positive"), rate)]
    moment = lr * rate.claim.right * second.value("m", n)
    nonzero = p.certify(0 < moment**2, m, *factors, degree=3)
    room = p.sqrt_positive(fixed)
    below = p.squares_strict(
        p.certify(sqrt(fixed.claim.right) ** 2 < lift(1) ** 2, *small(walk)), p.certify(0 <= lift(1))
    )
    k, s, R, e = variables = apart(p, "k s R e")
    values = moment, room.claim.right, sqrt(v.claim.right), eps
    facts = nonzero, room, below, p.sqrt_nonneg(v.claim.right), p.given("eps_positive")
    shorter = put(p, smaller_quotient(p, k, s, R, e), variables, values, *facts)
    return p.certify(statement().claim, shorter, step)


def small(walk: Walk) -> tuple[Theorem, Theorem]:
    """0 <= n |- sqrt(1 - p2)^2 = 1 - p2, and 0 < p2, for the new p2."""
    p, fixed = walk.p, walk.correction(second)
    powers = p.using(p.power_positive(p.given("beta2_positive"), n + 1), p.certify(0 <= n + 1, walk.begun))
    return p.sqrt_square(fixed), p.chain(0 < second.slot("p2", n) * beta2, walk.held(second, "p2", beta2), powers)


def smaller_quotient(p: Prover, k: Any, s: Any, R: Any, e: Any) -> Theorem:
    """0 < k^2, 0 < s, s < 1, 0 <= R, 0 < e |- (k s/(R + e))^2 < (k/(R/s + e))^2."""
    nonzero, room, below, root, positive = p.assume(0 < k**2, 0 < s, s < 1, 0 <= R, 0 < e)
    over = p.inv_positive(room)
    A, B = p.certify(0 < R + e, root, positive), p.certify(0 < R / s + e, root, over, positive)
    less = p.certify(s * B.claim.right < A.claim.right, p.inverse(room), p.certify(0 < e * (1 - s), below, positive))
    a, b = inv(A.claim.right), inv(B.claim.right)
    smaller = p.certify(s * a < b, less, p.inverse(A), p.inverse(B), weights=[[A, B]], degree=1)
    both = p.certify(0 < s * a + b, p.inv_positive(B), p.certify(0 < s * a, room, p.inv_positive(A)))
    x, y, c = apart(p, "x y c")
    squares = p.certify(c * x**2 < c * y**2, *p.assume(0 < c, x < y, 0 < x + y), degree=3)
    found = put(p, squares, (c, x, y), (k**2, s * a, b), nonzero, smaller, both)
    return p.restate((k * s * a) ** 2 < (k * b) ** 2, found)
