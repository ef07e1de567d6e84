"""The generic adaptive iteration of Wilson et al. on least squares: momentum, a look-ahead, any weights of the squares.

w_{k+1} = w_k - alpha_k H_k^-1 g_k + b_k H_k^-1 H_{k-1} (w_k - w_{k-1}) with g_k the full gradient at
w_k + ahead_k (w_k - w_{k-1}) and H_k the diagonal of the roots of sum_{i<=k} eta(k, i) g_i^2; w_{-1} = w_0 = 0. On the
ray e_k and h_k take the places of g_k and H_k. All depends on the whole history, so both runs are assumed families.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, le, lift, sqrt, total
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel, substitute
from adamtheory.proofs.lemmas_delta import below_total, part_of_total
from adamtheory.proofs.lemmas_ray import Data, at_one, i, j, k, n, square_nonneg
from adamtheory.proofs.lemmas_roots import zero_from_square

m = integer("m")

setting = Setting()
data = Data(setting)
alpha, momentum, ahead, tau = (setting.family(name, "Z") for name in ("alpha", "momentum", "ahead", "tau"))
eta, w = setting.family("eta", "ZZ"), setting.family("w", "ZZ")
ASSUMED = (
    "aligned", "weights", "starts", "starts_before", "ray_starts", "ray_starts_before", "follows", "ray_follows",
)  # fmt: skip


def looked(x: Callable[[Any], Any], n: Any) -> Any:
    """Where the gradient of iteration n is taken."""
    return x(n) + ahead(n) * (x(n) - x(n - 1))


def gradient(n: Any) -> Any:
    """The gradient of feature j in iteration n."""
    return substitute(data.gradient(lambda i: looked(lambda m: w(i, m), m), j), {m: lift(n)})


def residual(n: Any) -> Any:
    """e_n on the ray."""
    return data.c * looked(tau, n) - 1


def squares(n: Any, e: Callable[[Any], Any], upto: Any = None) -> Any:
    """What stands under the root in iteration n: the squares until then with the weights of that iteration."""
    return substitute(total(i, 0, k, eta(k, i) * e(i) ** 2), {k: lift(n)})


def moved(n: Any, x: Callable[[Any], Any], e: Callable[[Any], Any]) -> Any:
    """The next place of x, a coordinate or the ray's run."""
    root, before = sqrt(squares(n, e)), sqrt(squares(n - 1, e))
    return x(n) - alpha(n) * e(n) / root + momentum(n) * before / root * (x(n) - x(n - 1))


inside = [1 <= j, j <= data.d]
setting.assume("weights", 0 <= eta(k, i), [0 <= i, i <= k])
setting.assume("starts", eq(w(j, 0), 0), inside)
setting.assume("starts_before", eq(w(j, -1), 0), inside)
setting.assume("ray_starts", eq(tau(0), 0))
setting.assume("ray_starts_before", eq(tau(-1), 0))
setting.assume("follows", eq(w(j, n + 1), moved(n, lambda m: w(j, m), gradient)), [0 <= n, *inside])
setting.assume("ray_follows", eq(tau(n + 1), moved(n, tau, residual)), [0 <= n])


# --- proofs -----------------------------------------------------------------------------------------------------------


def gap(n: Any) -> Any:
    """w - tau s after n iterations, for feature j."""
    return w(j, n) - tau(n) * data.s(j)


def distance(n: Any) -> Any:
    """The square of the distance from the ray."""
    return total(j, 1, data.d, gap(n) ** 2)


def past(n: Any) -> Rel:
    """On the ray in all iterations -1, 0, ..., n."""
    return eq(total(m, 1, n + 2, distance(m - 2)), 0)


def no_gap(p: Prover) -> Theorem:
    """past(n), 1 <= j, j <= d, -1 <= m, m <= n |- w(j, m) - tau(m) s(j) = 0."""
    one = below_total(p, i, data.d, j, lambda i: substitute(gap(m), {j: i}))
    nonneg = p.restate(0 <= distance(k - 2), p.sum_of(square_nonneg(p, gap(k - 2)), j, 1, data.d))
    place = p.fresh("place")
    whole = part_of_total(p, k, n + 2, place, lambda k: distance(k - 2), nonneg)
    whole = p.using(p.inst(whole, {place: m + 2}), *(p.certify(g, f) for g, f in bounds(p)))
    return zero_from_square(p, p.chain(gap(m) ** 2 <= 0, one, whole, p.assume(past(n))))


def bounds(p: Prover) -> list[tuple[Rel, Theorem]]:
    """-1 <= m and m <= n, as the shifted sum wants them."""
    return [(1 <= m + 2, p.assume(-1 <= m)), (m + 2 <= n + 2, p.assume(m <= n))]


def at(p: Prover, zero: Theorem, place: Any, low: Theorem, high: Theorem) -> Theorem:
    """The gap at another place, from what bounds it: low gives -1 <= place, high place <= n."""
    found = p.inst(zero, {m: place})
    return p.using(found, p.certify(le(-1, place), low), p.certify(le(place, n), high))


def gradient_on_ray(p: Prover, zero: Theorem) -> Theorem:
    """past(n), 0 <= i, i <= n, 1 <= j, j <= d |- gradient(i) = e_i u(j)."""
    low, high = p.assume(0 <= i, i <= n)
    here, before = at(p, zero, i, low, high), at(p, zero, i - 1, low, high)
    same = p.certify(eq(looked(lambda m: w(j, m), i), looked(tau, i) * data.s(j)), here, before)
    scores = p.sum_of(p.rewrite(same, lambda z: data.X(k, j) * z), j, 1, data.d)
    missed = residual(i) * data.y(k)
    score = p.certify(eq(scores.claim.left - data.y(k), missed), scores, data.aligned(p))
    return p.sum_of(p.rewrite(score, lambda z: data.X(k, j) * z), k, 1, data.N)


def root_on_ray(p: Prover, direction: Theorem, last: Any, within: Theorem) -> Theorem:
    """sqrt of the feature's squares until `last` is h |u|, from i <= last |- i <= n."""
    u = data.u(j)
    each = p.using(p.rewrite(direction, lambda z: eta(last, i) * z**2), within)
    summed = p.sum_of(each, i, 0, last)
    weight = p.given("weights", i=i, k=last)
    square = square_nonneg(p, residual(i))
    a, b = names = apart(p, "a b1")
    product = p.certify(0 <= a * b, *p.assume(0 <= a, 0 <= b))
    nonneg = put(p, product, names, (eta(last, i), residual(i) ** 2), weight, square)
    inside = p.restate(0 <= squares(last, residual), p.sum_of(nonneg, i, 0, last))
    whole = p.chain(eq(squares(last, gradient), squares(last, residual) * u**2), summed)
    return p.chain(
        eq(sqrt(squares(last, gradient)), sqrt(squares(last, residual)) * sqrt(u**2)),
        p.rewrite(whole, sqrt),
        p.sqrt_product(inside, square_nonneg(p, u)),
    )


def unit_twice(p: Prover) -> Theorem:
    """r (1/r) (1/r) = 1/r for r = |u|, which may be 0."""
    (r,) = apart(p, "r")
    positive, none, nonneg = p.assume(0 < r, r <= 0, 0 <= r)
    goal = eq(r * inv(r) * inv(r), inv(r))
    zero = p.rewrite(p.antisym(none, nonneg), inv)
    found = p.cases(p.certify(goal, zero), p.certify(goal, p.inverse(positive)), r, 0)
    return put(p, found, [r], [sqrt(data.u(j) ** 2)], p.sqrt_nonneg(data.u(j) ** 2))


def steps_on_ray(p: Prover) -> Theorem:
    """past(n), 0 <= n, 1 <= j, j <= d |- w(j, n + 1) - tau(n + 1) s(j) = 0."""
    begun, inside = p.assume(0 <= n), p.assume(1 <= j, j <= data.d)
    zero = no_gap(p)
    direction = gradient_on_ray(p, zero)
    now = p.using(p.inst(direction, {i: n}), begun, p.certify(n <= n))
    root = root_on_ray(p, direction, n, p.assume(i <= n))
    old_root = root_on_ray(p, direction, n - 1, p.certify(i <= n, p.assume(i <= n - 1)))
    least = p.certify(n <= n)
    here, before = at(p, zero, n, begun, least), at(p, zero, n - 1, begun, least)
    # the move is alpha e/h (u/|u|), and momentum h'/h times the last one, which is a multiple of u/|u|
    scale = p.chain(eq(inv(root.claim.left), inv(root.claim.right)), p.rewrite(root, inv))
    pushed = p.rewrite(now, lambda z: alpha(n) * z * inv(root.claim.left))
    pushed_scale = p.rewrite(scale, lambda z: alpha(n) * now.claim.right * z)
    u, r = data.u(j), sqrt(data.u(j) ** 2)
    factor = momentum(n) * sqrt(squares(n - 1, residual)) * inv(sqrt(squares(n, residual)))
    shift = tau(n) - tau(n - 1)
    last = p.certify(eq(w(j, n) - w(j, n - 1), shift * data.s(j)), here, before)
    carried = [
        p.rewrite(old_root, lambda z: momentum(n) * z * inv(root.claim.left) * (w(j, n) - w(j, n - 1))),
        p.rewrite(scale, lambda z: momentum(n) * old_root.claim.right * z * (w(j, n) - w(j, n - 1))),
        p.rewrite(last, lambda z: factor * r * inv(r) * z),
        p.rewrite(unit_twice(p), lambda z: factor * shift * u * z),
    ]
    follows = p.using(p.given("follows", j, n), begun, *inside)
    ray = p.rewrite(p.using(p.given("ray_follows", n), begun), lambda z: z * data.s(j))
    return p.chain(eq(gap(n + 1), 0), follows, ray, pushed, pushed_scale, *carried, here)


def on_ray(p: Prover) -> Theorem:
    """0 <= n, 1 <= j, j <= d |- w(j, n) = tau(n) s(j)."""
    inside = p.assume(1 <= j, j <= data.d)
    new = p.sum_of(p.rewrite(steps_on_ray(p), lambda z: z**2), j, 1, data.d)
    longer = p.sum_step(m, 1, n + 2, distance(m - 2), p.assume(0 <= n))
    step = p.chain(past(n + 1), p.assume(past(n)), longer, new)
    first = []
    for place, names in ((-1, ("starts_before", "ray_starts_before")), (0, ("starts", "ray_starts"))):
        starts = p.using(p.given(names[0], j), *inside), p.given(names[1])
        first.append(p.sum_of(p.rewrite(p.certify(eq(gap(place), 0), *starts), lambda z: z**2), j, 1, data.d))
    sums = p.sum_one(m, 1, distance(m - 2)), p.sum_step(m, 1, 1, distance(m - 2), p.certify(1 <= lift(2)))
    begin = p.chain(past(lift(0)), *sums, *first)
    found = p.induction(n, 0, past(n), begin, step)
    begun = p.assume(0 <= n)
    last = p.using(at(p, no_gap(p), n, begun, p.certify(n <= n)), found)
    return p.restate(eq(w(j, n), tau(n) * data.s(j)), last)


def generic_witness() -> Witness:
    """One example with the feature 1 and the label 1, c = 1, and no steps."""
    ones = {name: ([], 1) for name in ("N", "d", "c")}
    return Witness({**ones, "X": ([k, j], 1), "label": ([k], 1), "eta": ([k, i], 1)}, {n: 1, j: 1}, at_one)
