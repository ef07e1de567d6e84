"""The data of Wilson et al. 2017: N examples with labels 1 and -1, three common features and some of each one's own.

Feature 1 is the label, features 2 and 3 are 1, and example k has 3 - 2 y_k features of its own that are 1, in the slots
5k - 1, 5k, ..., at most five; everything else is 0. So an example with the label 1 has one of its own, one with the
label -1 has five. With a majority of labels 1, X sign(X'y) = 4 y.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integers, inv, lift, maximum, sqrt, total
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, constant_sum, exchanged, put, root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.logic.witness import interpret
from adamtheory.proofs.lemmas_delta import apart_is_zero, collapse, delta, same_is_one
from adamtheory.proofs.lemmas_ray import Data, Run, half, j, k, n, residual_on_ray
from adamtheory.proofs.lemmas_roots import root_of_positive

a, q, r = integers("a q r")
LABELS = ("labels", "majority", "features", "examples")


class Wilson(Data):
    """These data; X s = 4 y is proved."""

    assumed = LABELS
    needs_majority = True

    def declare(self) -> None:
        """The labels, their majority, and the features."""
        self.d, self.c, self.y = 3 + 5 * self.N, lift(4), self.label("Z")
        inside = [1 <= k, k <= self.N, 1 <= j, j <= self.d]
        self.setting.assume("examples", 1 <= self.N)
        self.setting.assume("labels", eq(self.y(k) ** 2, 1), [1 <= k, k <= self.N])
        if self.needs_majority:
            self.setting.assume("majority", 0 < total(k, 1, self.N, self.y(k)))
        self.setting.assume("features", eq(self.X(k, j), self.feature(k, j)), inside)

    def feature(self, k: Any, j: Any) -> Any:
        """Feature j of example k."""
        return delta(j, 1) * self.y(k) + delta(j, 2) + delta(j, 3) + total(a, 1, self.own(k), delta(j, place(k, a)))

    def aligned(self, p: Prover) -> Theorem:
        """1 <= k, k <= N |- (X s)(k) = 4 y(k)."""
        return scores_of_signs(p, self)

    def own(self, k: Any) -> Any:
        """How many features example k has for itself."""
        return 3 - 2 * self.y(k)


class AnyLabels(Wilson):
    """The same features under any labels 1 and -1."""

    assumed = ("labels", "features", "examples")
    needs_majority = False


def place(k: Any, a: Any) -> Any:
    """The slot of the a-th own feature of example k."""
    return 5 * k - 2 + a


def label_bounds(p: Prover, data: Wilson, k: Any) -> tuple[Theorem, Theorem, Theorem]:
    """1 <= k, k <= N |- y(k)^2 = 1, and 1 <= 3 - 2 y(k) <= 5."""
    square = p.given("labels", k)
    low = p.certify(1 <= data.own(k), square, squares=[data.y(k) - 1])
    return square, low, p.certify(data.own(k) <= 5, square, squares=[data.y(k) + 1])


def common(p: Prover, data: Wilson, number: int, inside: list[Theorem]) -> Theorem:
    """1 <= k, k <= N |- X(k, 1) = y(k), X(k, 2) = 1, X(k, 3) = 1."""
    known = []
    for other in (1, 2, 3):
        gap = 1 - (lift(number) - other) ** 2
        known.append(p.indicator_on(p.certify(0 < gap)) if other == number else p.indicator_off(p.certify(gap <= 0)))
    # the slots of own features begin at 4
    first, slot = p.assume(1 <= k), p.assume(1 <= a)
    each = apart_is_zero(p, lift(number), place(k, a), p.certify(number < place(k, a), first, slot))
    none = p.sum_of(each, a, 1, data.own(k))
    value = data.y(k) if number == 1 else lift(1)
    given = p.using(p.given("features", j=lift(number), k=k), *inside)
    return p.certify(eq(data.X(k, number), value), given, none, *known)


def total_of_common(p: Prover, data: Wilson, number: int, inside: list[Theorem]) -> Theorem:
    """u(1) = N, u(2) = u(3) = sum of the labels."""
    each = p.rewrite(common(p, data, number, inside), lambda z: z * data.y(k))
    if number == 1:
        each = p.chain(eq(each.claim.left, 1), each, p.given("labels", k))
    return p.sum_of(each, k, 1, data.N)


# --- the own features -------------------------------------------------------------------------------------------------


def at_slot(p: Prover, data: Wilson, r: Any) -> Theorem:
    """X(r, P) = sum_q delta(P, 5r-2+q) for the slot P of own feature a of example k: 1 <= r <= N, 1 <= k <= N, ..."""
    P = place(k, a)
    inside = slot_inside(p, data)
    first = p.certify(4 <= P, *p.assume(1 <= k, 1 <= a))
    off = [apart_is_zero(p, P, lift(number), p.certify(number < P, first)) for number in (1, 2, 3)]
    given = p.using(p.given("features", j=P, k=r), *inside)
    return p.certify(eq(data.X(r, P), total(q, 1, data.own(r), delta(P, place(r, q)))), given, *off)


def slot_inside(p: Prover, data: Wilson) -> tuple[Theorem, Theorem]:
    """1 <= P and P <= d for the slot P of own feature a of example k."""
    P = place(k, a)
    begun, within, first, last = p.assume(1 <= k, k <= data.N, 1 <= a, a <= data.own(k))
    most = p.using(label_bounds(p, data, k)[2], begun, within)
    return p.certify(1 <= P, begun, first), p.certify(P <= data.d, within, last, most)


def own_elsewhere(p: Prover, data: Wilson, gap: Theorem) -> Theorem:
    """X(r, P) = 0 from r < k or k < r."""
    within, last = p.assume(a <= data.own(k), q <= data.own(r))
    most, most_r = label_bounds(p, data, k)[2], label_bounds(p, data, r)[2]
    P, Q, least = place(k, a), place(r, q), p.integers(gap)
    bounds = (within, last, most, most_r, least, *p.assume(1 <= a, 1 <= q))
    order = p.certify(Q < P, *bounds, degree=1) if gap.claim.left is r else p.certify(P < Q, *bounds, degree=1)
    none = p.sum_of(apart_is_zero(p, P, Q, order), q, 1, data.own(r))
    return p.certify(eq(data.X(r, P), 0), at_slot(p, data, r), none)


def own_product(p: Prover, data: Wilson, f: Callable[[Any], Any]) -> Theorem:
    """X(r, P) f(r) = delta(r, k) f(r), for 1 <= r <= N and the slot P of own feature a of example k."""
    P, goal = place(k, a), eq(data.X(r, place(k, a)) * f(r), delta(r, k) * f(r))
    before, behind = p.assume(r < k), p.assume(k < r)
    earlier = p.certify(goal, own_elsewhere(p, data, before), apart_is_zero(p, r, k, before))
    later = p.certify(goal, own_elsewhere(p, data, behind), apart_is_zero(p, r, k, behind))
    # r = k: exactly one of its own slots is P
    same = p.antisym(p.assume(r <= k), p.assume(k <= r))
    one = collapse(p, q, data.own(k), a, lambda q: lift(1))
    at_k = p.chain(eq(data.X(k, P), 1), at_slot(p, data, k), one)
    moved = p.rewrite(same, lambda z: data.X(z, P))
    here = p.certify(goal, moved, at_k, same_is_one(p, same), p.rewrite(same, f))
    return p.cases(p.cases(here, later, r, k), earlier, k, r)


def total_of_own(p: Prover, data: Wilson, f: Callable[[Any], Any]) -> Theorem:
    """sum_r X(r, P) f(r) = f(k); for the labels this is u(P) = y(k)."""
    summed = p.sum_of(own_product(p, data, f), r, 1, data.N)
    one = collapse(p, r, data.N, k, f)
    return p.chain(eq(summed.claim.left, f(k)), summed, one)


# --- the signs, and X s = 4 y -----------------------------------------------------------------------------------------


def sign_of_common(p: Prover, data: Wilson, number: int) -> Theorem:
    """s = 1 at the features 1, 2 and 3."""
    size = p.given("examples")
    inside = [p.certify(1 <= lift(number)), p.certify(number <= data.d, size)]
    u = total_of_common(p, data, number, inside)
    count = constant_sum(p, k, data.N, lift(1))
    facts = [p.using(count, p.certify(0 <= data.N, size)), size] if number == 1 else [p.given("majority")]
    positive = p.certify(0 < data.u(number), u, *facts)
    root = p.rewrite(root_of_positive(p, positive), lambda z: data.u(number) * inv(z))
    return p.chain(eq(data.s(number), 1), root, p.inverse(positive))


def sign_of_own(p: Prover, data: Wilson) -> Theorem:
    """s(P) = y(k) at the slot P of own feature a of example k."""
    P, y = place(k, a), data.y(k)
    one = p.rewrite(p.given("labels", k), lambda z: y * inv(sqrt(z)))
    unit = p.rewrite(root_of_one(p), lambda z: y * inv(z))
    return p.chain(eq(data.s(P), y), p.rewrite(total_of_own(p, data, data.y), lambda z: z * inv(sqrt(z**2))), one, unit)


def over_features(p: Prover, data: Wilson, w: Callable[[Any], Any]) -> Theorem:
    """1 <= k, k <= N |- sum_j X(k, j) w(j) = y(k) w(1) + w(2) + w(3) + sum_{a=1}^{3 - 2 y(k)} w(5k - 2 + a)."""
    size, d = p.given("examples"), data.d
    given = p.given("features", j=j, k=k)
    expanded = p.sum_of(p.rewrite(given, lambda z: z * w(j)), j, 1, d)
    known = []
    for number in (1, 2, 3):
        inside = p.certify(1 <= lift(number)), p.certify(number <= d, size)
        known.append(p.using(collapse(p, j, d, lift(number), w), *inside))
    n = p.fresh("n")
    swapped = p.inst(exchanged(p, j, n, a, data.own(k), delta(j, place(k, a)) * w(j)), {n: d})
    swapped = p.using(swapped, p.certify(0 <= d, size))
    each = p.using(collapse(p, j, d, place(k, a), w), *slot_inside(p, data))
    own = p.sum_of(each, a, 1, data.own(k))
    whole = data.y(k) * w(lift(1)) + w(lift(2)) + w(lift(3)) + total(a, 1, data.own(k), w(place(k, a)))
    return p.certify(eq(expanded.claim.left, whole), expanded, *known, swapped, own)


def scores_of_signs(p: Prover, data: Wilson) -> Theorem:
    """1 <= k, k <= N |- (X s)(k) = 4 y(k)."""
    square, least, _ = label_bounds(p, data, k)
    signs = [sign_of_common(p, data, number) for number in (1, 2, 3)]
    own = p.sum_of(sign_of_own(p, data), a, 1, data.own(k))
    count = p.using(constant_sum(p, a, data.own(k), data.y(k)), p.certify(0 <= data.own(k), least))
    whole = over_features(p, data, data.s)
    return p.certify(eq(data.scores(data.s), 4 * data.y(k)), whole, *signs, own, count, square)


def fresh(w: Callable[[Any], Any], label: Any) -> Any:
    """The prediction for a new point with this label, whose own features have the weight 0."""
    return label * w(lift(1)) + w(lift(2)) + w(lift(3))


def fresh_on_ray(p: Prover, run: Run, n: Any, label: Any, on_ray: Theorem) -> Theorem:
    """0 <= n |- the prediction for a new point is tau_n (label + 2), from the ray's w(j, n) = tau_n s(j)."""
    data, size = run.data, p.given("examples")
    weights = []
    for number in (1, 2, 3):
        inside = p.certify(1 <= lift(number)), p.certify(number <= data.d, size)
        weights.append(p.using(p.inst(on_ray, {j: lift(number)}), *inside))
    signs = [sign_of_common(p, data, number) for number in (1, 2, 3)]
    goal = eq(fresh(lambda j: run.w(j, n), label), run.tau(n) * (label + 2))
    return p.certify(goal, *weights, *signs)


def loss(run: Run, n: Any) -> Any:
    """|Xw_n - y|^2, which is N at the start."""
    data = run.data
    return total(k, 1, data.N, (data.scores(lambda j: run.w(j, n)) - data.y(k)) ** 2)


def learned(run: Run, n: Any, label: Any) -> Rel:
    """The prediction for a new point is at least (label + 2)(N - loss)/(8 N)."""
    N = run.data.N
    return (label + 2) * (N - loss(run, n)) <= 8 * N * fresh(lambda j: run.w(j, n), label)


def learned_on_ray(p: Prover, run: Run, n: Any, label: Any, on_ray: Theorem) -> Theorem:
    """0 <= n, label^2 = 1 |- learned(n): the loss is N (4 tau - 1)^2 >= N (1 - 8 tau)."""
    data, size, tau = run.data, p.given("examples"), run.tau(n)
    missed = residual_on_ray(p, run, p.restate(eq(run.w(j, n) - tau * data.s(j), 0), on_ray))
    each = p.certify(eq(missed.claim.left**2, (4 * tau - 1) ** 2), p.rewrite(missed, square), p.given("labels", k))
    summed = p.sum_of(each, k, 1, data.N)
    count = p.using(constant_sum(p, k, data.N, (4 * tau - 1) ** 2), p.certify(0 <= data.N, size))
    x, h, N = names = apart(p, "x1 h1 N1")
    positive, side = p.assume(0 <= N, eq(h**2, 1))
    room = p.certify(0 <= h + 2, side, squares=[h + 1])
    bound = p.certify(
        (h + 2) * (N - N * (4 * x - 1) ** 2) <= 8 * N * (x * (h + 2)),
        p.certify(0 <= N * (h + 2), positive, room),
        squares=[x],
    )
    found = put(p, bound, names, (tau, label, data.N), p.certify(0 <= data.N, size), p.assume(eq(label**2, 1)))
    lost = p.rewrite(p.chain(eq(loss(run, n), data.N * (4 * tau - 1) ** 2), summed, count), lambda z: (label + 2) * z)
    said = p.rewrite(fresh_on_ray(p, run, n, label, on_ray), lambda z: 8 * data.N * z)
    return p.chain(learned(run, n, label), found, lost, said)


def square(z: Any) -> Any:
    """z^2."""
    return z**2


# --- a witness: the labels 1, 1, -1 -----------------------------------------------------------------------------------


def two_to_one(data: Wilson) -> dict[str, Any]:
    """Three examples, the last one with the label -1."""
    label = last_differs(k)
    features = interpret(data.feature(k, j), {"label": ((k,), label)}, {})
    return {"N": ([], 3), "label": ([k], label), "X": ([k, j], features)}


def resting(run: Run, values: dict[Any, Any], **moments: Any) -> Witness:
    """These examples with alpha = 0 and rates 1/2; w stays 0, and the gradient of feature j is -u(j) in every step."""
    data = two_to_one(run.data)
    closed = {name: (tuple(variables), lift(value)) for name, (variables, value) in data.items()}
    u = interpret(run.data.u(j), closed, {})
    families = {name: ([j, n], value * u ** run.powers[name]) for name, value in moments.items()}
    rates = {name: ([], half) for name in ("beta1", "beta2") if name in run.ray.scalars}
    return Witness({**data, **families, **rates, "alpha": ([n], 0), "w": ([j, n], 0)}, values, shown)


def last_differs(k: Any) -> Any:
    """1 for k = 1, 2 and -1 for k = 3."""
    return 1 - 2 * maximum(k - 2, 0)


def sums_of_labels(p: Prover) -> list[Theorem]:
    """The labels 1, 1, -1 and their sum over the three examples; and that there are three."""
    found = []
    for number in (1, 2, 3):
        rest = lift(number) - 2
        found.append(p.max_is(p.certify(rest <= 0)) if number < 3 else p.max_is(p.certify(0 <= rest)))
    for body in (last_differs(k), lift(1)):
        found.append(p.sum_one(k, 1, body))
        found += [p.sum_step(k, 1, number, body, p.certify(1 <= lift(number) + 1)) for number in (1, 2)]
    values = ((last_differs(k), 1), (lift(1), 3))
    return [p.certify(eq(total(k, 1, 3, body), value), *found) for body, value in values]


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Goals about these labels."""
    # label(k)^2 = 1 for k <= 2, and for k = 3
    early = p.certify(eq(last_differs(k) ** 2, 1), p.max_is(p.assume(k - 2 <= 0)))
    late = p.max_is(p.certify(0 <= k - 2, p.assume(0 < k - 2)))
    third = p.antisym(p.assume(k <= 3), p.certify(3 <= k, p.integers(p.assume(0 < k - 2))))
    square = p.cases(early, p.certify(eq(last_differs(k) ** 2, 1), late, third), k - 2, 0)
    return p.certify(goal, *guards, *sums_of_labels(p), square, p.power_next(lift(half), p.assume(0 <= n)))
