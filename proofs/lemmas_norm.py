"""The least-norm solution on the data of Wilson et al.: w = X'a with two coefficients, one for each label."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, total
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, constant_sum, put
from adamtheory.logic.terms import Rel, substitute
from adamtheory.proofs.lemmas_ray import j, k
from adamtheory.proofs.lemmas_wilson import (
    AnyLabels,
    a,
    common,
    fresh,
    label_bounds,
    last_differs,
    over_features,
    shown,
    sums_of_labels,
    total_of_own,
    two_to_one,
)

setting = Setting()
data = AnyLabels(setting)
n_plus = total(k, 1, data.N, (1 + data.y(k)) / 2)
n_minus = total(k, 1, data.N, (1 - data.y(k)) / 2)
det = 8 * n_plus * n_minus + 15 * n_plus + 3 * n_minus + 5
a_plus, a_minus = setting.constants("a_plus a_minus")
setting.assume("coefficient_plus", eq(a_plus, (4 * n_minus + 5) / det))
setting.assume("coefficient_minus", eq(a_minus, -(4 * n_plus + 1) / det))
ASSUMED = (*data.assumed, "coefficient_plus", "coefficient_minus")


def coefficient(k: Any) -> Any:
    """a_plus for the label 1, a_minus for the label -1."""
    return a_plus * (1 + data.y(k)) / 2 + a_minus * (1 - data.y(k)) / 2


def weight(feature: Any) -> Any:
    """X'a at a feature."""
    return substitute(total(k, 1, data.N, data.X(k, j) * coefficient(k)), {j: lift(feature)})


def common_weight(p: Prover, number: int) -> Theorem:
    """w(1) = n_plus a_plus - n_minus a_minus, w(2) = w(3) = n_plus a_plus + n_minus a_minus."""
    size = p.given("examples")
    inside = [p.certify(1 <= lift(number)), p.certify(number <= data.d, size)]
    feature = common(p, data, number, inside)
    each = p.rewrite(feature, lambda z: z * coefficient(k))
    if number == 1:
        y = data.y(k)
        square = p.certify(eq(y * coefficient(k), a_plus * (1 + y) / 2 - a_minus * (1 - y) / 2), p.given("labels", k))
        each = p.chain(eq(each.claim.left, square.claim.right), each, square)
    sign = -1 if number == 1 else 1
    goal = eq(weight(number), n_plus * a_plus + sign * n_minus * a_minus)
    return p.restate(goal, p.sum_of(each, k, 1, data.N))


def counts(p: Prover) -> tuple[Theorem, Theorem]:
    """0 <= n_plus and 0 <= n_minus."""
    square = p.given("labels", k)
    found = []
    for sign, count in ((1, n_plus), (-1, n_minus)):
        each = p.certify(0 <= (1 + sign * data.y(k)) / 2, square, squares=[data.y(k) + sign])
        found.append(p.restate(0 <= count, p.sum_of(each, k, 1, data.N)))
    return found[0], found[1]


def abstract_equations(p: Prover) -> tuple[Any, tuple[Theorem, Theorem]]:
    """Variables P, M for n_plus, n_minus and i for 1/det; the two equations of the coefficients."""
    P, M, i = names = apart(p, "P M i1")
    unit = p.assume(eq((8 * P * M + 15 * P + 3 * M + 5) * i, 1))
    A, B = (4 * M + 5) * i, -(4 * P + 1) * i
    first = p.certify(eq((3 * P + 1) * A + M * B, 1), unit)
    return names, (first, p.certify(eq(P * A + (3 * M + 5) * B, -1), unit))


def det_positive(p: Prover) -> Theorem:
    """0 < det."""
    return p.certify(0 < det, *counts(p))


def coefficients(p: Prover) -> tuple[Theorem, Theorem]:
    """(3 n_plus + 1) a_plus + n_minus a_minus = 1, n_plus a_plus + (3 n_minus + 5) a_minus = -1."""
    names, (first, second) = abstract_equations(p)
    unit = p.inverse(det_positive(p))
    values = (n_plus, n_minus, inv(det))
    known = p.given("coefficient_plus"), p.given("coefficient_minus")
    one, two = put(p, first, names, values, unit), put(p, second, names, values, unit)
    scaled = [p.rewrite(fact, lambda z, c=c: c * z) for fact, c in zip(known, (3 * n_plus + 1, n_minus), strict=True)]
    sums = eq((3 * n_plus + 1) * a_plus + n_minus * a_minus, 1)
    first = p.chain(sums, one, *scaled)
    scaled = [p.rewrite(fact, lambda z, c=c: c * z) for fact, c in zip(known, (n_plus, 3 * n_minus + 5), strict=True)]
    return first, p.chain(eq(n_plus * a_plus + (3 * n_minus + 5) * a_minus, -1), two, *scaled)


def interpolates(p: Prover) -> Theorem:
    """1 <= k, k <= N |- (X w)(k) = y(k)."""
    y = data.y(k)
    square, least, _ = label_bounds(p, data, k)
    whole = over_features(p, data, weight)
    own = p.sum_of(total_of_own(p, data, coefficient), a, 1, data.own(k))
    count = p.using(constant_sum(p, a, data.own(k), coefficient(k)), p.certify(0 <= data.own(k), least))
    # y w_1 + w_2 + w_3 + (3 - 2 y) a(k), in letters
    P, M, A, B, h = names = apart(p, "P M A1 B1 h")
    equations = p.assume(eq((3 * P + 1) * A + M * B, 1), eq(P * A + (3 * M + 5) * B, -1), eq(h**2, 1))
    mixed = h * (P * A - M * B) + 2 * (P * A + M * B) + (3 - 2 * h) * (A * (1 + h) / 2 + B * (1 - h) / 2)
    letters = p.certify(eq(mixed, h), *equations)
    fits = put(p, letters, names, (n_plus, n_minus, a_plus, a_minus, y), *coefficients(p), square)
    weights = [common_weight(p, number) for number in (1, 2, 3)]
    scaled = p.rewrite(weights[0], lambda z: y * z)
    return p.chain(eq(whole.claim.left, y), whole, scaled, weights[1], weights[2], own, count, fits)


def fresh_letters(p: Prover) -> tuple[Any, Theorem]:
    """The sign in letters: 0 < h (h w_1 + 2 w_2) from h^2 = 1, P >= 1, M >= 1, 0 < i and the coefficients over det."""
    P, M, A, B, h, i = names = apart(p, "P M A1 B1 h1 i1")
    square, many, many_minus, positive = p.assume(eq(h**2, 1), 1 <= P, 1 <= M, 0 < i)
    known = p.assume(eq(A, (4 * M + 5) * i), eq(B, -(4 * P + 1) * i))
    goal = 0 < h * (h * (P * A - M * B) + 2 * (P * A + M * B))
    found = []
    for sign, size in ((1, 8 * P * M + 15 * P - M), (-1, 8 * P * M - 5 * P + 3 * M)):
        side = p.assume(0 < h) if sign > 0 else p.assume(h <= 0)
        same = p.certify(eq(h, sign), square, p.inverse(p.certify(0 < 1 + sign * h, side)))
        large = p.certify(0 < size, many, many_minus)
        product = p.certify(0 < size * i, large, positive)
        found.append(p.certify(goal, product, same, *known))
    return names, p.cases(found[1], found[0], h, 0)


def fresh_sign(p: Prover, h: Any) -> Theorem:
    """h^2 = 1, 1 <= n_plus, 1 <= n_minus |- 0 < h (prediction for a new point with the label h)."""
    names, letters = fresh_letters(p)
    facts = (*p.assume(eq(h**2, 1), 1 <= n_plus, 1 <= n_minus), p.inv_positive(det_positive(p)))
    known = p.given("coefficient_plus"), p.given("coefficient_minus")
    found = put(p, letters, names, (n_plus, n_minus, a_plus, a_minus, h, inv(det)), *facts, *known)
    scales = (h * h, h, h)
    weights = [p.rewrite(common_weight(p, m), lambda z, c=c: c * z) for m, c in zip((1, 2, 3), scales, strict=True)]
    return p.chain(0 < h * fresh(weight, h), found, *weights)


# --- a witness: the labels 1, 1, -1 -----------------------------------------------------------------------------------


def three_examples(values: dict[Any, Any]) -> Witness:
    """n_plus = 2, n_minus = 1, det = 54: the coefficients are 9/54 and -9/54."""
    sixth = Fraction(1, 6)
    return Witness({**two_to_one(data), "a_plus": ([], sixth), "a_minus": ([], -sixth)}, values, counted)


def counted(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Goals about these labels, with the quotients by det."""
    sums = sums_of_labels(p)
    number = {total(k, 1, 3, (1 + s * last_differs(k)) / 2): lift(3 + s) / 2 for s in (1, -1)}
    (plus, two), (minus, one) = number.items()
    determinant = 8 * plus * minus + 15 * plus + 3 * minus + 5
    known = [p.certify(eq(count, value), *sums) for count, value in ((plus, two), (minus, one))]
    whole = p.rewrite(p.certify(eq(determinant, 54), *known), inv)
    return shown(p, goal, [*guards, whole, *known])
