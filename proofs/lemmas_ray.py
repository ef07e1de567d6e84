"""The ray of Wilson et al.: adaptive methods on least squares, where X sign(X'y) is a multiple of the labels.

N examples with features X(k, j) and labels label(k), u = X'y, s = sign(u). The weights w(j, n) and the moments after n
steps are families that are assumed to follow the text of a rule under full gradients, as the gradient of a coordinate
needs all of them. The run on the ray, `ray`, is the same text on the one-dimensional gradient c x - 1, from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integers, inv, lift, power, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put, root_of_one
from adamtheory.logic.terms import Rel, substitute
from adamtheory.proofs.lemmas_delta import below_total
from adamtheory.proofs.lemmas_roots import zero_from_square

n, k, j, i = integers("n k j i")
half = Fraction(1, 2)


class Data:
    """Examples and labels; u = X'y, its sign s, and a scalar c for which X s = c y is known."""

    assumed: tuple[str, ...] = ("aligned",)

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.N = setting.constant("N", "Z")
        self.X = setting.family("X", "ZZ")
        self.declare()

    def declare(self) -> None:
        """The rest, and that X s = c y; here by assumption."""
        self.d, self.c, self.y = self.setting.constant("d", "Z"), self.setting.constant("c"), self.label("R")
        self.setting.assume("aligned", eq(self.scores(self.s), self.c * self.y(k)), [1 <= k, k <= self.N])

    def label(self, result: str) -> Any:
        """The family of the labels."""
        return self.setting.family("label", "Z", result)

    def aligned(self, p: Prover) -> Theorem:
        """1 <= k, k <= N |- (X s)(k) = c y(k)."""
        return p.given("aligned", k)

    def u(self, feature: Any) -> Any:
        """X'y at a feature, which may be a term in k: substitution keeps the bound k apart."""
        return substitute(total(k, 1, self.N, self.X(k, j) * self.y(k)), {j: lift(feature)})

    def s(self, feature: Any) -> Any:
        """Its sign, 0 for 0."""
        return self.u(feature) * inv(sqrt(self.u(feature) ** 2))

    def scores(self, w: Callable[[Any], Any]) -> Any:
        """The prediction for example k."""
        return total(j, 1, self.d, self.X(k, j) * w(j))

    def gradient(self, w: Callable[[Any], Any], feature: Any) -> Any:
        """The derivative of |Xw - y|^2/2 by the weight of a feature."""
        return total(k, 1, self.N, self.X(k, feature) * (self.scores(w) - self.y(k)))


class Run:
    """A rule on the data, and on the ray.

    powers   slot -> how it scales with the gradient: the moment m with |u|^1, v with |u|^2; those not named are shared
    """

    def __init__(self, rule: Rule, powers: Mapping[str, int], data: type[Data] = Data, **scalars: Any) -> None:
        self.setting = Setting()
        self.data, self.powers = data(self.setting), powers
        d, alpha = self.data.d, self.setting.family("alpha", "Z")
        self.w = self.setting.family("w", "ZZ")
        self.moments = {slot: self.setting.family(slot, "ZZ") for slot in powers}
        names = {"x": "tau", **{slot: f"{slot}_ray" for slot in powers}}
        self.ray = read(
            rule,
            self.setting,
            inputs={"g": lambda t, x: self.data.c * x - 1},
            scalars={"lr": lambda t: alpha(t), "eps": 0, **scalars},
            start=lift(0),
            names=names,
        )
        now = self.environment(n)
        inside = [1 <= j, j <= d]
        for slot, family in (("x", self.w), *self.moments.items()):
            name = "w" if slot == "x" else slot
            self.setting.assume(f"starts_{name}", eq(family(j, 0), 0), inside)
            self.setting.assume(
                f"follows_{name}", eq(family(j, n + 1), self.ray.next_slot(slot, now)), [0 <= n, *inside]
            )
        self.assumed = (
            *self.data.assumed,
            *(f"{word}_{name}" for word in ("starts", "follows") for name in ("w", *powers)),
        )

    def environment(self, n: Any) -> Any:
        """Every name of the text in step n + 1, for the weight of feature j."""
        shared = {slot: self.ray.slot(slot, n) for slot in self.ray.families if slot not in self.powers}
        state = {**shared, "x": self.w(j, n), **{slot: family(j, n) for slot, family in self.moments.items()}}
        return self.ray.environment(n, {"g": self.data.gradient(lambda i: self.w(i, n), j)}, state)

    def tau(self, n: Any) -> Any:
        """Where the ray's run is after n steps."""
        return self.ray.slot("x", n)

    def claim(self, n: Any) -> Rel:
        """w_n = tau_n s, for feature j."""
        return eq(self.w(j, n), self.tau(n) * self.data.s(j))

    def gaps(self, n: Any) -> list[Any]:
        """What is 0 on the ray, for feature j: w - tau s, m - m_ray u, v - v_ray u^2."""
        found = [self.w(j, n) - self.tau(n) * self.data.s(j)]
        for slot, degree in self.powers.items():
            found.append(self.moments[slot](j, n) - self.ray.slot(slot, n) * self.data.u(j) ** degree)
        return found

    def squares(self, n: Any) -> Any:
        """The sum of the squares of the gaps at feature j."""
        first, *others = (gap**2 for gap in self.gaps(n))
        return sum(others, first)

    def total_gap(self, n: Any) -> Any:
        """The sum of these over all features."""
        return total(j, 1, self.data.d, self.squares(n))


# --- proofs -----------------------------------------------------------------------------------------------------------


def no_gap(p: Prover, run: Run, n: Any) -> list[Theorem]:
    """total_gap(n) = 0, 1 <= j, j <= d |- every gap at j is 0."""
    gaps = run.gaps(n)
    none, found = p.assume(eq(run.total_gap(n), 0)), []
    for place, gap in enumerate(gaps):
        one = below_total(p, i, run.data.d, j, lambda i, gap=gap: substitute(gap, {j: i}))
        others = [p.sum_of(square_nonneg(p, g), j, 1, run.data.d) for g in (*gaps[:place], *gaps[place + 1 :])]
        found.append(zero_from_square(p, p.chain(gap**2 <= 0, one, none, *others)))
    return found


def square_nonneg(p: Prover, a: Any) -> Theorem:
    """0 <= a^2, for any term."""
    (z,) = apart(p, "z")
    return put(p, p.certify(0 <= z**2, squares=[z]), [z], [a])


def residual_on_ray(p: Prover, run: Run, gap: Theorem) -> Theorem:
    """1 <= k, k <= N |- (X w)(k) - y(k) = (c tau - 1) y(k), from w(j, n) - tau s(j) = 0."""
    data, tau = run.data, run.tau(n)
    same = p.restate(eq(run.w(j, n), tau * data.s(j)), gap)
    scores = p.sum_of(p.rewrite(same, lambda z: data.X(k, j) * z), j, 1, data.d)
    goal = eq(scores.claim.left - data.y(k), (data.c * tau - 1) * data.y(k))
    return p.certify(goal, scores, data.aligned(p))


def gradient_on_ray(p: Prover, run: Run, gap: Theorem) -> Theorem:
    """The gradient of feature j is (c tau - 1) u(j), from w(j, n) - tau s(j) = 0."""
    missed = residual_on_ray(p, run, gap)
    return p.sum_of(p.rewrite(missed, lambda z: run.data.X(k, j) * z), k, 1, run.data.N)


def radicand(denominator: Any) -> Any:
    """What stands under the root of a denominator sqrt(v) + 0."""
    return denominator.args[0].args[0]


def on_ray(p: Prover, run: Run, radicand_nonneg: Theorem) -> Theorem:
    """0 <= n, 1 <= j, j <= d |- w(j, n) = tau(n) s(j), from 0 <= n |- 0 <= the radicand of the ray's step n + 1."""
    data, begun, (low, high) = run.data, p.assume(0 <= n), p.assume(1 <= j, j <= run.data.d)
    gaps = no_gap(p, run, n)
    gradient = gradient_on_ray(p, run, gaps[0])
    ray, now, u = run.ray, run.environment(n), data.u(j)
    ray_radicand = radicand(ray.value("denominator", n))
    feature_radicand = radicand(ray.translate(ray.expression("denominator"), now))
    inside = p.certify(eq(feature_radicand, ray_radicand * u**2), gradient, *gaps[1:])
    product = p.sqrt_product(radicand_nonneg, square_nonneg(p, u))
    root = p.rewrite(p.chain(eq(sqrt(feature_radicand), product.claim.right), p.rewrite(inside, sqrt), product), inv)
    after = []
    for gap, slot in zip(run.gaps(n + 1), ("x", *run.powers), strict=True):
        name = "w" if slot == "x" else slot
        follows = p.using(p.given(f"follows_{name}", j, n), begun, low, high)
        following = p.using(p.next(ray.families[slot].name, n), begun)
        after.append(p.certify(eq(gap, 0), follows, following, gradient, root, *gaps))
    step = p.sum_of(p.certify(eq(run.squares(n + 1), 0), *after), j, 1, data.d)
    starts = [p.using(p.given(f"starts_{name}", j), low, high) for name in ("w", *run.powers)]
    ray_starts = [p.start(ray.families[slot].name) for slot in ("x", *run.powers)]
    start = p.sum_of(p.certify(eq(run.squares(lift(0)), 0), *starts, *ray_starts), j, 1, data.d)
    claims = [eq(run.total_gap(m), 0) for m in (lift(0), n, n + 1)]
    none = p.induction(n, 0, claims[1], p.restate(claims[0], start), p.restate(claims[2], step))
    return p.restate(run.claim(n), p.using(gaps[0], none))


def ray_square_nonneg(p: Prover, run: Run, slot: str, *rates: Theorem) -> Theorem:
    """0 <= n |- 0 <= the new value of the ray's second moment in step n + 1, from what the rates need."""
    v, name = run.ray.families[slot], run.ray.families[slot].name
    new = run.ray.value(slot, n)
    gradient = run.data.c * run.tau(n) - 1
    grows = p.certify(0 <= new, p.assume(0 <= v(n)), *rates, squares=[gradient])
    following = p.using(p.next(name, n), p.assume(0 <= n))
    old = p.induction(
        n, 0, 0 <= v(n), p.certify(0 <= v(lift(0)), p.start(name)), p.chain(0 <= v(n + 1), following, grows)
    )
    return p.using(grows, old)


# --- witnesses: one example -------------------------------------------------------------------------------------------


def one_example(run: Run, **families: Any) -> Witness:
    """One example with the feature 1 and the label 1, c = 1, and alpha = 0: the gradient is -1 in every step."""
    ones = {name: ([], 1) for name in ("N", "d", "c")}
    data = {"X": ([k, j], 1), "label": ([k], 1), "alpha": ([n], 0), "w": ([j, n], 0)}
    return Witness({**ones, **data, **families}, {n: 1, j: 1}, at_one)


def at_one(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Goals about sums over one example and one feature, with u = 1, powers of 0 and of 1/2."""
    one, begun = p.sum_one(k, 1, lift(1)), p.assume(0 <= n)
    sign = p.rewrite(p.certify(eq(one.claim.left**2, 1), one), lambda z: inv(sqrt(z)))
    unit = p.rewrite(root_of_one(p), inv)
    fading = p.using(p.power_claim(lift(0), lambda q: eq(q * q, q), n=n), begun)  # 0^n is 0 or 1
    q = power(0, n)
    gradient = total(k, 1, 1, total(j, 1, 1, 1 - q) - 1)
    missed = p.certify(eq(gradient, -q), one)
    root = p.rewrite(p.certify(eq(1 - q + gradient**2, 1), missed, fading), lambda z: inv(sqrt(z)))
    powers = p.power_next(lift(0), begun), p.power_next(lift(half), begun)
    return p.certify(goal, *guards, one, sign, unit, root, fading, *powers)
