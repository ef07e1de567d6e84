"""For every schedule and every beta1, PyTorch's Nadam takes a shorter first step than optax's.

Words   For the first gradient g > 0, lr > 0, 0 < beta1 < 1, beta2 < 1, eps >= 0 and 0 < r < 1, `nadam_torch` is
        after one step less far down than `nadam_optax`, with equal parameters: m runs with beta1, but is corrected by
        mu_1 mu_2 < beta1^2 and multiplied by mu_2 < beta1.
Source  Derived for this project; from the texts of both rules.
Note    The power 0.96^(t psi) is read as r^t with r = 0.96^psi, so that psi = momentum_decay is any positive number.
        `forms_nadam_torch_nadam_optax_refuted` has the size of the difference for the defaults.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.framework_forms import beta1, beta2, g, lr, r, step_of, t, unchanged
from adamtheory.proofs.lemmas_forms import rewritten

NEEDS = ("lr_positive", "beta1_positive", "beta1_below_one", "beta2_below_one", "eps_nonnegative")
NEEDS += ("r_positive", "r_below_one")
forms = unchanged("nadam_torch", "nadam_optax", NEEDS)
first, second = forms.first, forms.second
rising = 0 < g(1)


def statement() -> Statement:
    return Statement(forms.setting, second.slot("x", 1) < first.slot("x", 1), [rising], NEEDS)


def witness() -> Witness:
    half, one = ([], 1 / lift(2)), ([], 1)
    return Witness({"g": ([t], 1), "lr": one, "beta1": half, "r": half})


def prove() -> Theorem:
    p = Prover(forms.setting)
    starts = [p.start(family) for reading in (first, second) for family in reading.families.values()]
    (N, D), (M, E) = (
        [rewritten(p, reading.value(part, lift(0)), *starts) for part in step_of(reading.rule).args]
        for reading in (first, second)
    )
    less = smaller_numerator(p, N, M)
    over = p.inv_positive(denominator(p, E))
    gap = p.certify(0 < (M.claim.left - N.claim.left) * over.claim.right, less, over)
    same = rewritten(p, N.claim.left / D.claim.left, p.chain(eq(D.claim.left, E.claim.left), D, E))
    zero, iterates = p.certify(0 <= lift(0)), [reading.families["x"] for reading in (first, second)]
    updates = [p.cut(p.next(iterate, 0), zero) for iterate in iterates]
    return p.certify(statement().claim, gap, same, *updates, *map(p.start, iterates))


def mu(t: int) -> Any:
    """mu_t of the schedule."""
    return beta1 * (1 - r**t / 2)


def smaller_numerator(p: Prover, N: Theorem, M: Theorem) -> Theorem:
    """The numerator of PyTorch's first step is less than that of optax's."""
    low, high, top = p.given("beta1_positive"), p.given("r_positive"), p.given("r_below_one")
    powers = (high, top), (p.certify(0 < r**2, high), p.certify(r**2 < 1, high, top))
    bounds = [p.certify(goal, low, *powers[t - 1]) for t in (1, 2) for goal in (0 < mu(t), mu(t) < beta1)]
    a, c, b, x = variables = apart(p, "a c b x")
    values = mu(1), mu(2), beta1, g(1)
    less = put(
        p, smaller_weight(p, a, c, b, x), variables, values, *bounds, p.given("beta1_below_one"), p.assume(rising)
    )
    scaled = p.certify(0 < lr * (less.claim.right - less.claim.left), less, p.given("lr_positive"))
    return p.certify(N.claim.left < M.claim.left, N, M, scaled)


def smaller_weight(p: Prover, a: Any, c: Any, b: Any, x: Any) -> Theorem:
    """0 < a < b, 0 < c < b, b < 1, 0 < x |- c (1-b) x/(1-ac) + (1-a) x/(1-a) < b (1-b) x/(1-b^2) + (1-b) x/(1-b).

    c (1-b^2) < b (1-ac), since the difference is b - c + b c (b - a).
    """
    a_low, a_high, c_low, c_high, top, positive = p.assume(0 < a, a < b, 0 < c, c < b, b < 1, 0 < x)
    b_low = p.certify(0 < b, a_low, a_high, degree=1)
    product, square = p.certify(a * c < b * b, a_low, a_high, c_low, c_high), p.certify(b * b < 1, b_low, top)
    rooms = [p.certify(0 < 1 - a * c, product, square), p.certify(0 < 1 - b * b, square)]
    rest = p.certify(0 < b * c * (b - a), b_low, c_low, a_high, degree=3)
    crossed = p.certify(c * (1 - b * b) < b * (1 - a * c), c_high, rest)
    inverses, goal = map(p.inverse, rooms), c * inv(1 - a * c) < b * inv(1 - b * b)
    ratio = p.certify(goal, crossed, *inverses, weights=[rooms], degree=1)
    scaled = p.certify(0 < (1 - b) * x * (ratio.claim.right - ratio.claim.left), ratio, positive, top, degree=3)
    ones = [p.inverse(p.certify(0 < 1 - q, *facts)) for q, facts in ((a, (a_high, top)), (b, (top,)))]
    left = c * (1 - b) * x * inv(1 - a * c) + (1 - a) * x * inv(1 - a)
    return p.certify(left < b * (1 - b) * x * inv(1 - b * b) + (1 - b) * x * inv(1 - b), scaled, *ones)


def denominator(p: Prover, E: Theorem) -> Theorem:
    """0 < the denominator of optax in the first step."""
    room, square = p.certify(0 < 1 - beta2, p.given("beta2_below_one")), p.certify(0 < g(1) ** 2, p.assume(rising))
    radicand = p.certify(0 < (1 - beta2) * g(1) ** 2 / (1 - beta2), p.inverse(room), square)
    return p.certify(0 < E.claim.left, p.sqrt_positive(radicand), E, p.given("eps_nonnegative"), degree=1)
