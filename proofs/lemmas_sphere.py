"""ND-Adam on the sphere: a run of the rule's text in d coordinates, its inner products, and what one step does.

The text's totals run over all coordinates, so the weights w(i, n) and the moments m(i, n) and v(n) after n steps are
families that are assumed to follow the text, step by step; the powers of the decay rates are defined by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, indicator, integers, inv, lift, power, sqrt, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_roots import square_share, zeros
from adamtheory.rules.ndadam import ndadam

i, n, t = integers("i n t")
half = Fraction(1, 2)


@dataclass(frozen=True)
class Sphere:
    """A run of `ndadam` with raw gradients g(t, i)."""

    setting: Setting
    d: Any
    g: Family
    w: Family
    m: Family
    v: Family
    reading: Reading

    def scalar(self, name: str) -> Any:
        """A scalar of the text."""
        return lift(self.reading.scalars[name])

    def over(self, body: Any) -> Any:
        """The sum over all coordinates."""
        return total(i, 1, self.d, body)

    def environment(self, n: Any, **inputs: Any) -> Any:
        """What every name of the text is in step n + 1; keywords replace inputs."""
        powers = {name: self.reading.slot(name, n) for name in ("p1", "p2")}
        state = {"x": self.w(i, n), "m": self.m(i, n), "v": self.v(n), **powers}
        plain = replace(self.reading, coordinates=(i,))
        return plain.environment(n, inputs, state)

    def value(self, name: str, n: Any, **inputs: Any) -> Any:
        """A name of the text, as it stands at the end of step n + 1: `g` projected, `w` before it is normalised."""
        found = self.environment(n, **inputs)
        return found[max((known for known in found if known.id == name), key=lambda known: known.version)]

    def along(self, n: Any) -> Any:
        """The raw gradient's product with the weights, in step n + 1."""
        return self.over(self.g(n + 1, i) * self.w(i, n))

    def norm(self, n: Any) -> Any:
        """|w_n|^2."""
        return self.over(self.w(i, n) ** 2)

    def length(self, n: Any) -> Any:
        """|w_bar|^2 in step n + 1."""
        return self.over(self.value("w", n) ** 2)


def sphere(*follows: str, **scalars: Any) -> Sphere:
    """A setting with a run; of `weights`, `average` and `square` those named are assumed to follow the text."""
    setting = Setting()
    d = setting.constant("d", "Z")
    g, w, m = (setting.family(name, "ZZ") for name in ("g", "w", "m"))
    v = setting.family("v", "Z")
    inputs = {"g": lambda t, x: g(t, i)}
    reading = read(ndadam, setting, inputs=inputs, slots=["p1", "p2"], scalars=scalars, dimension=d)
    found = Sphere(setting, d, g, w, m, v, reading)
    plain, now = replace(reading, coordinates=(i,)), found.environment(n)
    for name, slot, value in (("weights", "x", w(i, n + 1)), ("average", "m", m(i, n + 1)), ("square", "v", v(n + 1))):
        if name in follows:
            setting.assume(f"follows_{name}", eq(value, plain.next_slot(slot, now)), [0 <= n])
    return found


def started(s: Sphere) -> tuple[str, ...]:
    """Assume that m and v start at 0 and that the rates are below 1; the names of the assumptions."""
    s.setting.assume("average_starts", eq(s.m(i, 0), 0))
    s.setting.assume("square_starts", eq(s.v(0), 0))
    s.setting.assume("beta1_below_one", s.scalar("beta1") < 1)
    s.setting.assume("beta2_below_one", s.scalar("beta2") < 1)
    return "average_starts", "square_starts", "beta1_below_one", "beta2_below_one"


def on_sphere(s: Sphere) -> tuple[str, ...]:
    """Assume |w_0| = 1 and that no w_bar is 0; the names of the assumptions that keep the run on the sphere."""
    s.setting.assume("starts_on_sphere", eq(s.norm(lift(0)), 1))
    s.setting.assume("never_zero", 0 < s.length(n), [0 <= n])
    return "follows_weights", "starts_on_sphere", "never_zero"


# --- the sphere -------------------------------------------------------------------------------------------------------


def normalised(p: Prover, s: Sphere, n: Any, length: Theorem) -> Theorem:
    """0 <= n |- |w_{n+1}|^2 = 1 from 0 < |w_bar|^2."""
    squared = p.rewrite(p.given("follows_weights", i, n), lambda z: z**2)
    summed = p.sum_of(squared, i, 1, s.d)
    return p.chain(eq(s.norm(n + 1), 1), summed, square_share(p, length))


def unit(p: Prover, s: Sphere, n: Any) -> Theorem:
    """0 <= n |- |w_n|^2 = 1 for a run on the sphere; n is a variable."""
    k = p.fresh("k", n)
    begun = p.assume(0 <= k)
    step = p.using(normalised(p, s, k, p.using(p.given("never_zero", k), begun)), begun)
    found = p.induction(k, 0, eq(s.norm(k), 1), p.given("starts_on_sphere"), step)
    return p.inst(found, {k: n})


# --- a witness: two coordinates, a step size of 0 ---------------------------------------------------------------------


def resting(s: Sphere, values: dict[Any, Any], **families: Any) -> Witness:
    """w = (1, 0) under the gradient (1, 1), with alpha = 0 and both rates 1/2."""
    grown = 1 - power(half, n)
    run: dict[str, Any] = {"d": ([], 2), "g": ([t, i], 1), "w": ([i, n], 2 - i), "m": ([i, n], grown * (i - 1))}
    rates = {name: ([], half) for name in ("beta1", "beta2") if s.scalar(name).families}
    return Witness({**run, "v": ([n], grown), **rates, **families}, values, at_two)


def at_two(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """Goals about sums over i = 1, 2 of polynomials in i, the norm of (1, 0), and powers of 1/2."""
    sums = []
    for body in (lift(1), i, i**2):
        sums += [p.sum_step(i, 1, 1, body, p.certify(1 <= lift(2))), p.sum_one(i, 1, body)]
    norm = p.certify(eq(total(i, 1, 2, (2 - i) ** 2), 1), *sums)
    inverse = p.chain(
        eq(1 / sqrt(norm.claim.left), 1), p.rewrite(norm, lambda z: 1 / sqrt(z)), p.rewrite(root_of_one(p), inv)
    )
    return p.certify(goal, *guards, *sums, inverse, p.power_next(half, p.assume(0 <= n)))


# --- the first step ---------------------------------------------------------------------------------------------------


def first_gradient(s: Sphere) -> Any:
    """|g_1|^2, of the projected gradient."""
    return s.over(s.value("g", lift(0)) ** 2)


def first_root(p: Prover, s: Sphere) -> Theorem:
    """1/sqrt(v_hat_1) = 1/|g_1| from v_0 = 0 and beta2 < 1."""
    kept = p.certify(0 < 1 - s.scalar("beta2"), p.given("beta2_below_one"))
    powers = p.start("p2")
    share = p.rewrite(p.certify(eq(s.reading.slot("p2", 0) * s.scalar("beta2"), s.scalar("beta2")), powers), back)
    v_hat = s.value("v_hat", lift(0))
    facts = (share, p.inverse(kept), p.given("square_starts"))
    return p.rewrite(p.certify(eq(v_hat, first_gradient(s)), *facts), lambda z: 1 / sqrt(z))


def back(power: Any) -> Any:
    """1/(1 - power), the factor of a bias correction."""
    return 1 / (1 - power)


def first_move(p: Prover, s: Sphere) -> Theorem:
    """w_bar_1 = w_0 - alpha g_1/|g_1| in coordinate i, from m_0 = 0, v_0 = 0, eps = 0 and decay rates below 1."""
    b = s.scalar("beta1")
    share = p.rewrite(p.certify(eq(s.reading.slot("p1", 0) * b, b), p.start("p1")), back)
    kept = p.inverse(p.certify(0 < 1 - b, p.given("beta1_below_one")))
    g = s.value("g", lift(0))
    m_hat = p.certify(eq(s.value("m_hat", lift(0)), g), share, kept, p.given("average_starts", i))
    whole = eq(s.value("w", lift(0)), s.w(i, 0) - s.scalar("lr") * g / sqrt(first_gradient(s)))
    return p.certify(whole, m_hat, first_root(p, s))


def first_product(p: Prover, s: Sphere, start: Theorem) -> Theorem:
    """w_0 . g_1 = 0 from |w_0|^2 = 1."""
    return p.certify(eq(s.over(s.w(i, 0) * s.value("g", lift(0))), 0), start)


def first_length(p: Prover, s: Sphere, start: Theorem, moving: Theorem) -> Theorem:
    """|w_bar_1|^2 = 1 + alpha^2 from |w_0|^2 = 1, 0 < |g_1|^2 and what `first_move` needs."""
    G, alpha = first_gradient(s), s.scalar("lr")
    summed = p.sum_of(p.rewrite(first_move(p, s), lambda z: z**2), i, 1, s.d)
    share = square_share(p, moving)
    along = p.certify(eq((1 / sqrt(G)) * s.over(s.w(i, 0) * s.value("g", lift(0))), 0), first_product(p, s, start))
    scaled = p.certify(eq(alpha**2 * G * (1 / sqrt(G)) ** 2, alpha**2), share)
    crossed = p.certify(eq(2 * alpha * along.claim.left, 0), along)
    return p.chain(eq(s.length(lift(0)), 1 + alpha**2), summed, scaled, crossed, start)


# --- spans: what is orthogonal to w_0 and to the raw gradients stays orthogonal ---------------------------------------

ORTHOGONAL = ("across_start", "across_gradients", "average_starts", "follows_weights", "follows_average")


def orthogonal_to(s: Sphere) -> tuple[Family, Any]:
    """A vector u, assumed orthogonal to w_0 and to the raw gradients of rounds 1, ..., T, in a run with m_0 = 0; T."""
    u: Family = s.setting.family("u", "Z")
    T = s.setting.constant("T", "Z")
    s.setting.assume("across_start", eq(s.over(u(i) * s.w(i, 0)), 0))
    s.setting.assume("across_gradients", eq(s.over(u(i) * s.g(t, i)), 0), [1 <= t, t <= T])
    s.setting.assume("average_starts", eq(s.m(i, 0), 0))
    return u, T


def across_witness(s: Sphere) -> Witness:
    """w = (1, 0) and gradients (1, 0), which move nothing; u = (0, 1)."""
    return resting(s, {n: 1}, T=([], 2), g=([t, i], 2 - i), m=([i, n], 0), v=([n], 0), u=([i], i - 1))


def across(p: Prover, s: Sphere, u: Family, T: Any) -> tuple[Theorem, Theorem]:
    """0 <= n, n <= T |- u . w_n = 0 and u . m_n = 0."""
    k = p.fresh("k")

    def products(n: Any) -> tuple[Any, Any]:
        return s.over(u(i) * s.w(i, n)), s.over(u(i) * s.m(i, n))

    def both(n: Any) -> Any:
        weights, average = products(n)
        return weights**2 + average**2

    def claim(n: Any) -> Rel:
        return eq(indicator(T + 1 - n) * both(n), 0)  # nothing is claimed after round T

    def at(n: Any, within: Theorem) -> tuple[Theorem, Theorem]:
        on = p.indicator_on(p.certify(0 < T + 1 - n, within))
        return zeros(p, p.certify(eq(both(n), 0), p.assume(claim(n)), on))

    begun, within = p.assume(0 <= k, k + 1 <= T)
    gradients = p.using(p.given("across_gradients", k + 1), p.certify(1 <= k + 1, begun), within)
    before, after = (*at(k, within), gradients), []
    for name, product in zip(("follows_weights", "follows_average"), products(k + 1), strict=True):
        summed = p.sum_of(p.rewrite(p.using(p.given(name, i, k), begun), lambda z: u(i) * z), i, 1, s.d)
        after.append(p.certify(eq(product, 0), summed, *before))
    none = p.sum_of(p.rewrite(p.given("average_starts", i), lambda z: u(i) * z), i, 1, s.d)
    base = p.certify(claim(lift(0)), p.given("across_start"), none)
    ended = p.indicator_off(p.certify(T - k <= 0, p.integers(p.assume(T < k + 1))))
    step = p.cases(p.certify(claim(k + 1), *after), p.certify(claim(k + 1), ended), k + 1, T)
    found = p.inst(p.induction(k, 0, claim(k), base, step), {k: n})
    return tuple(p.using(zero, found) for zero in at(n, p.assume(n <= T)))  # type: ignore[return-value]
