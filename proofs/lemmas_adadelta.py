"""AdaDelta with its two eps: the averages E and F, the step delta, and how all of them scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, integers, inv, lift, power, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_average import power_at_most_one, power_below_one
from adamtheory.proofs.lemmas_roots import root_of_zero, scaled_root, square_share
from adamtheory.rules.adadelta import adadelta_two_eps

n, t = integers("n t")


@dataclass(frozen=True)
class Adadelta:
    """A run of `adadelta_two_eps` on gradients that are given round by round."""

    reading: Reading
    g: Callable[[Any], Any]

    def E(self, n: Any) -> Any:
        """The average of the squared gradients after n steps."""
        return self.reading.slot("E", n)

    def F(self, n: Any) -> Any:
        """The average of the squared steps after n steps."""
        return self.reading.slot("F", n)

    def x(self, n: Any) -> Any:
        """The iterate after n steps."""
        return self.reading.slot("x", n)

    def delta(self, n: Any, **inputs: Any) -> Any:
        """delta of step n + 1; the iterate moves by -alpha delta."""
        return self.reading.value("delta", n, **inputs)

    def scalar(self, name: str) -> Any:
        """A scalar of the text."""
        return lift(self.reading.scalars[name])

    def family(self, slot: str) -> str:
        """The name of the family of a slot."""
        return self.reading.families[slot].name


def plain(setting: Setting, start: Any = None, **scalars: Any) -> tuple[Family, Adadelta]:
    """Gradients g(t) and the run on them."""
    g = setting.family("g", "Z")
    return g, run(setting, g, start, {}, scalars)


def run(
    setting: Setting, g: Callable[[Any], Any], start: Any, names: Mapping[str, str], scalars: Mapping[str, Any]
) -> Adadelta:
    """A run on the gradients g(t); with a start the iterate too is a sequence, called X."""
    names = {"x": "X", **names}
    inputs = {"g": lambda t, x: g(t)}
    return Adadelta(read(adadelta_two_eps, setting, inputs=inputs, scalars=scalars, start=start, names=names), g)


def averages(setting: Setting, g: Callable[[Any], Any], name: str) -> Adadelta:
    """Only the text's average of squares, as a sequence of that name; rho is one constant for all."""
    found = read(adadelta_two_eps, setting, inputs={"g": lambda t, x: g(t)}, slots=["E"], names={"E": name})
    return Adadelta(found, g)


def averaging(setting: Setting, s: Adadelta) -> tuple[str, ...]:
    """Assume 0 <= rho < 1 and that both eps are at least 0; the names of the assumptions."""
    rho = s.scalar("rho")
    setting.assume("rho_nonnegative", 0 <= rho)
    setting.assume("rho_below_one", rho < 1)
    setting.assume("eps_n_nonnegative", 0 <= s.scalar("eps_n"))
    setting.assume("eps_d_nonnegative", 0 <= s.scalar("eps_d"))
    return "rho_nonnegative", "rho_below_one", "eps_n_nonnegative", "eps_d_nonnegative"


def nonneg(p: Prover, s: Adadelta, slot: str) -> Theorem:
    """0 <= n |- 0 <= E(n), or F(n), from 0 <= rho < 1."""
    value, body = (s.E, s.g(n + 1)) if slot == "E" else (s.F, s.delta(n))
    low, high = p.given("rho_nonnegative"), p.given("rho_below_one")
    (v, u) = apart(p, "v u")
    rho = s.scalar("rho")
    old = p.assume(0 <= v)
    mixed = p.certify(0 <= rho * v + (1 - rho) * u * u, old, low, high, squares=[u])
    step = put(p, mixed, (v, u), (value(n), body), p.assume(0 <= value(n)))
    following = p.using(p.next(s.family(slot), n), p.assume(0 <= n))
    base = p.certify(0 <= value(lift(0)), p.start(s.family(slot)))
    return p.induction(n, 0, 0 <= value(n), base, p.chain(0 <= value(n + 1), step, following))


# --- scaling ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scaled:
    """Two runs: on g, and on r g with k^2 eps_n and r^2 eps_d from k x_0."""

    setting: Setting
    first: Adadelta
    second: Adadelta
    r: Any
    k: Any
    assumed: tuple[str, ...]


def scaled(setting: Setting, r: Any, k: Any) -> Scaled:
    """The two runs; E2, F2 and X2 are the second one's sequences."""
    start = setting.constant("x_start")
    g, first = plain(setting, start)
    eps = {"eps_n": k**2 * first.scalar("eps_n"), "eps_d": r**2 * first.scalar("eps_d")}
    names = {"x": "X2", "E": "E2", "F": "F2"}
    second = run(setting, lambda t: r * g(t), k * start, names, {**first.reading.scalars, **eps})
    return Scaled(setting, first, second, r, k, averaging(setting, first))


def radicands(s: Adadelta, n: Any) -> tuple[Any, Any]:
    """What stands under the two roots in step n + 1, above and below."""
    below = s.scalar("rho") * s.E(n) + (1 - s.scalar("rho")) * s.g(n + 1) * s.g(n + 1) + s.scalar("eps_d")
    return s.F(n) + s.scalar("eps_n"), below


def radicands_nonneg(p: Prover, s: Adadelta) -> tuple[Theorem, Theorem]:
    """0 <= n |- both are at least 0."""
    above, below = radicands(s, n)
    rho = p.given("rho_nonnegative"), p.given("rho_below_one")
    first = p.certify(0 <= above, nonneg(p, s, "F"), p.given("eps_n_nonnegative"))
    squares = nonneg(p, s, "E"), *rho, p.given("eps_d_nonnegative")
    return first, p.certify(0 <= below, *squares, squares=[s.g(n + 1)])


def induct(p: Prover, claim: Callable[[Any], Any], start: Theorem, *facts: Theorem) -> Theorem:
    """0 <= n |- claim(n), the step from the claim and the facts."""
    step = p.certify(claim(n + 1), p.assume(claim(n)), *facts)
    return p.induction(n, 0, claim(n), start, step)


def scaled_averages(p: Prover, s: Scaled, r: Theorem, k: Theorem) -> tuple[Theorem, Theorem]:
    """0 <= n |- F2(n) = k^2 F(n), and delta2 = k delta in step n + 1; from 0 < r and 0 < k."""
    one, two, begun = s.first, s.second, p.assume(0 <= n)

    def both(claim: Callable[[Any], Any], slot: str, *facts: Theorem) -> Theorem:
        names = one.family(slot), two.family(slot)
        start = p.certify(claim(lift(0)), *map(p.start, names))
        return induct(p, claim, start, *(p.using(p.next(name, n), begun) for name in names), *facts)

    E = both(lambda n: eq(two.E(n), s.r**2 * one.E(n)), "E")
    same_F = p.assume(eq(two.F(n), s.k**2 * one.F(n)))
    roots = []
    for scale, same, old, new, inside in zip(
        (k, r), (same_F, E), radicands(one, n), radicands(two, n), radicands_nonneg(p, one), strict=True
    ):
        moved = p.certify(eq(new, scale.claim.right**2 * old), same)
        roots.append(
            p.chain(eq(sqrt(new), scale.claim.right * sqrt(old)), p.rewrite(moved, sqrt), scaled_root(p, scale, inside))
        )
    # k sqrt(F + eps_n)/(r sqrt(E + eps_d)) r g = k delta
    a, b, u, v, g, rr, kk = names = apart(p, "a b u v g1 r1 k1")
    quotient = p.certify(
        eq(u * inv(v) * (rr * g), kk * (a * inv(b) * g)),
        p.assume(eq(u, kk * a)), p.rewrite(p.assume(eq(v, rr * b)), inv), p.inverse(p.assume(0 < rr)),
    )  # fmt: skip
    values = [sqrt(z) for run in (one, two) for z in radicands(run, n)]
    delta = put(p, quotient, names, (*values, s.first.g(n + 1), s.r, s.k), *roots, r)
    F = both(lambda n: eq(two.F(n), s.k**2 * one.F(n)), "F", delta)
    return F, p.using(delta, F)


def scales(p: Prover, s: Scaled, r: Theorem, k: Theorem) -> Theorem:
    """0 <= n |- X2(n) = k X(n), from 0 < r and 0 < k."""
    one, two, begun = s.first, s.second, p.assume(0 <= n)
    _, delta = scaled_averages(p, s, r, k)
    start = p.certify(eq(two.x(lift(0)), s.k * one.x(lift(0))), p.start("X"), p.start("X2"))
    following = (p.using(p.next(name, n), begun) for name in ("X", "X2"))
    return induct(p, lambda n: eq(two.x(n), s.k * one.x(n)), start, *following, delta)


# --- the size of a step -----------------------------------------------------------------------------------------------


def first_roots(p: Prover, s: Adadelta, g: Any) -> tuple[Theorem, Theorem]:
    """What stands above and below in the first step, for the gradient g."""
    rho, eps_n, eps_d = map(s.scalar, ("rho", "eps_n", "eps_d"))
    above = p.certify(eq(s.F(lift(0)) + eps_n, eps_n), p.start(s.family("F")))
    old = rho * s.E(lift(0)) + (1 - rho) * g * g + eps_d
    below = p.certify(eq(old, (1 - rho) * g**2 + eps_d), p.start(s.family("E")))
    return p.rewrite(above, sqrt), p.rewrite(below, lambda z: 1 / sqrt(z))


def first_square(p: Prover, s: Adadelta, g: Any, top: Theorem, bottom: Theorem) -> Theorem:
    """delta_1^2 ((1-rho) g^2 + eps_d) = eps_n g^2 for the gradient g, from 0 <= eps_n and that the factor is > 0."""
    N, B, v = names = apart(p, "N B v")
    above, below = p.assume(0 <= N, 0 < B)
    claim = eq((sqrt(N) * inv(sqrt(B)) * v) ** 2 * B, N * v**2)
    square = p.certify(claim, p.sqrt_square(above), square_share(p, below))
    found = put(p, square, names, (s.scalar("eps_n"), bottom.claim.right, g), top, bottom)
    step = s.delta(lift(0), g=g)
    value = sqrt(s.scalar("eps_n")) * inv(sqrt(bottom.claim.right)) * g
    same = p.rewrite(p.certify(eq(step, value), *first_roots(p, s, g)), lambda z: z**2 * bottom.claim.right)
    return p.chain(eq(step**2 * bottom.claim.right, s.scalar("eps_n") * g**2), same, found)


def same_scale(p: Prover, one: Theorem, two: Theorem, follows: Theorem, k: Any) -> Theorem:
    """m2 b1 = k^2 m1 b2 from x1^2 b1 = m1, x2^2 b2 = m2 and x2 = k x1, the steps of two runs."""
    x, y, b, c, m, h, kk = names = apart(p, "x1 x2 b1 b2 m1 m2 k1")
    squares = p.assume(eq(x**2 * b, m), eq(y**2 * c, h), eq(y, kk * x))
    product = p.certify(eq(h * b, kk**2 * m * c), *squares)
    steps = [square.claim.left.args[0].args[0] for square in (one, two)]
    factors = [square.claim.left.args[1] for square in (one, two)]
    values = (*steps, *factors, one.claim.right, two.claim.right, k)
    return put(p, product, names, values, one, two, follows)


def step_bound(p: Prover, s: Adadelta) -> Theorem:
    """0 <= n |- (1 - rho) delta^2 <= F(n) + eps_n in step n + 1.

    With D = E_{n+1} + eps_d >= (1 - rho) g^2, delta^2 D = (F + eps_n) g^2; where D = 0, delta is 0.
    """
    above, below = radicands(s, n)
    top, _ = radicands_nonneg(p, s)
    a, D, g, r = names = apart(p, "a D g1 r1")
    delta = sqrt(a) * inv(sqrt(D)) * g
    goal = r * delta**2 <= a
    nonneg_a, nonneg_r, enough = p.assume(0 <= a, 0 <= r, r * g**2 <= D)
    positive, none = p.assume(0 < D, D <= 0)
    root = p.sqrt_square(nonneg_a)
    share = p.certify(eq(D * inv(sqrt(D)) ** 2, 1), p.inverse(p.sqrt_positive(positive)), p.sqrt_square(positive))
    used = p.certify(r * g**2 * inv(sqrt(D)) ** 2 <= 1, enough, share, squares=[inv(sqrt(D))])
    high = p.certify(goal, root, used, nonneg_a)
    zero = p.antisym(none, p.certify(0 <= D, enough, nonneg_r, squares=[g]))
    gone = p.chain(eq(inv(sqrt(D)), 0), p.rewrite(zero, lambda z: inv(sqrt(z))), p.rewrite(root_of_zero(p), inv))
    low = p.certify(goal, gone, nonneg_a)
    lemma = p.cases(low, high, D, 0)
    rest = p.using(nonneg(p, s, "E"), p.assume(0 <= n)), p.given("eps_d_nonnegative"), p.given("rho_nonnegative")
    rho = s.scalar("rho")
    least = p.certify((1 - rho) * s.g(n + 1) ** 2 <= below, *rest)
    kept = p.certify(0 <= 1 - rho, p.given("rho_below_one"))
    return put(p, lemma, names, (above, below, s.g(n + 1), 1 - rho), top, kept, least)


# --- a constant gradient ----------------------------------------------------------------------------------------------

CONSTANT = ("rho_nonnegative", "rho_below_one", "eps_n_nonnegative", "c_positive")


def constant_run() -> tuple[Setting, Adadelta]:
    """The run on g_t = c > 0 with eps_d = 0."""
    setting = Setting()
    c = setting.constant("c")
    s = run(setting, lambda t: c, None, {}, {"eps_d": 0})
    averaging(setting, s)
    setting.assume("c_positive", 0 < c)
    return setting, s


def constant_step(p: Prover, s: Adadelta) -> tuple[Theorem, Theorem]:
    """0 <= n |- delta^2 (1 - rho^(n+1)) = F(n) + eps_n in step n + 1, and 0 < 1 - rho^(n+1)."""
    rho, c, begun = s.scalar("rho"), s.g(n), p.assume(0 <= n)
    low, high, positive = p.given("rho_nonnegative"), p.given("rho_below_one"), p.given("c_positive")

    def claim(n: Any) -> Any:
        return eq(s.E(n), (1 - power(rho, n)) * c**2)

    grows = p.using(p.next("E", n), begun), p.power_next(rho, begun)
    E = induct(p, claim, p.certify(claim(lift(0)), p.start("E")), *grows)
    below_one = p.restate(power(rho, n + 1) < 1, power_below_one(p, low, high, n))
    kept = p.certify(0 < 1 - power(rho, n + 1), below_one)
    top, _ = radicands_nonneg(p, s)
    above, below = radicands(s, n)
    # E_{n+1} = (1 - rho^(n+1)) c^2 stands below
    inside = p.certify(0 < (1 - power(rho, n + 1)) * c**2, kept, p.nonzero(positive))
    same = p.certify(eq(below, inside.claim.right), E, p.power_next(rho, begun))
    N, B, v, K = names = apart(p, "N B v K")
    first = p.sqrt_square(p.assume(0 <= N))
    share, unit = square_share(p, p.assume(0 < B)), p.inverse(p.assume(0 < v))
    step = p.certify(eq((sqrt(N) * inv(sqrt(B)) * v) ** 2 * K, N), first, share, unit, p.assume(eq(B, K * v**2)))
    positive_below = p.certify(0 < below, same, inside)
    found = put(p, step, names, (above, below, c, 1 - power(rho, n + 1)), top, positive_below, positive, same)
    return found, kept


def late_power(p: Prover, low: Theorem, high: Theorem) -> Theorem:
    """0 <= n |- (n+1) (1-b) b^(n+1) <= b (1 - b^(n+1)) from 0 <= b and b < 1."""
    b, begun = low.claim.right, p.assume(0 <= n)

    def claim(n: Any) -> Any:
        return (n + 1) * (1 - b) * power(b, n) <= 1 - power(b, n + 1)

    following = p.power_next(b, begun), p.power_next(b, p.certify(0 <= n + 1, begun))
    small = p.using(power_at_most_one(p, low, high, n + 1), p.certify(0 <= n + 1, begun))
    rest = p.certify((1 - b) * power(b, n + 1) <= 1 - b, small, high)
    scaled = p.certify(0 <= (1 - power(b, n + 1) - (n + 1) * (1 - b) * power(b, n)) * b, p.assume(claim(n)), low)
    step = p.certify(claim(n + 1), scaled, rest, *following)
    found = p.induction(n, 0, claim(n), p.certify(claim(lift(0)), p.power_next(b, p.certify(0 <= lift(0)))), step)
    goal = (n + 1) * (1 - b) * power(b, n + 1) <= b * (1 - power(b, n + 1))
    return p.certify(goal, p.certify(0 <= b * (found.claim.right - found.claim.left), found, low), following[0])


def _bound_letters(p: Prover) -> tuple[Any, Theorem]:
    """The step for F, eps_n, D = delta^2, rho and N = n + 1, where N (1-rho) (D - F - eps_n) <= rho (F + eps_n)."""
    F, e, D, r, N = names = apart(p, "F1 e1 D1 r1 N1")
    late, old, positive = p.assume(N * (1 - r) * (D - F - e) <= r * (F + e), (1 - r) * F <= e * (N - 1), 0 < N)
    nonneg_e, low, high = p.assume(0 <= e, 0 <= r, r < 1)
    kept = p.certify(0 <= 1 - r, high)
    scaled = p.certify((1 - r) * (N * (1 - r) * (D - F - e)) <= (1 - r) * (r * (F + e)), late, kept)
    sized = p.certify((1 - r) * (F + e) <= e * N, old, nonneg_e, low)
    small = p.certify(r * ((1 - r) * (F + e)) <= r * (e * N), sized, low)
    products = p.certify(0 <= N * e, positive, nonneg_e), p.certify(0 <= r * (1 - r), low, kept)
    saved = p.certify(0 <= N * e * (r * (1 - r)), *products)
    moved = p.certify(N * ((1 - r) * F) <= N * (e * (N - 1)), old, positive)
    goal = (1 - r) * (r * F + (1 - r) * D) <= e * N
    return names, p.certify(goal, scaled, small, saved, moved, weights=[[positive]], degree=1)


def constant_bound(p: Prover, s: Adadelta) -> Theorem:
    """0 <= n |- (1-rho) F(n) <= eps_n n."""
    rho, eps, begun = s.scalar("rho"), s.scalar("eps_n"), p.assume(0 <= n)

    def claim(n: Any) -> Any:
        return (1 - rho) * s.F(n) <= eps * n

    square, _ = constant_step(p, s)
    D, P = s.delta(n) ** 2, power(rho, n + 1)
    late = late_power(p, p.given("rho_nonnegative"), p.given("rho_below_one"))
    grown = p.certify(0 <= D * (rho * (1 - P) - (n + 1) * (1 - rho) * P), late, squares=[s.delta(n)])
    late = p.certify((n + 1) * (1 - rho) * (D - s.F(n) - eps) <= rho * (s.F(n) + eps), grown, square)
    names, step = _bound_letters(p)
    facts = late, p.assume(claim(n)), p.certify(0 < n + 1, begun), *(p.given(name) for name in _BOUND)
    found = put(p, step, names, (s.F(n), eps, D, rho, n + 1), *facts)
    following = p.rewrite(p.using(p.next("F", n), begun), lambda z: (1 - rho) * z)
    start = p.certify(claim(lift(0)), p.start("F"))
    return p.induction(n, 0, claim(n), start, p.chain(claim(n + 1), found, following))


_BOUND = ("rho_nonnegative", "rho_below_one", "eps_n_nonnegative")


def power_of_root(p: Prover, b_nonneg: Theorem) -> Theorem:
    """0 <= n |- b^n = (sqrt(b)^n)^2 from 0 <= b."""
    b, begun = b_nonneg.claim.right, p.assume(0 <= n)
    root = sqrt(b)
    claim = eq(power(b, n), power(root, n) ** 2)
    powers = p.power_next(b, begun), p.power_next(root, begun), p.sqrt_square(b_nonneg)
    step = p.certify(eq(power(b, n + 1), power(root, n + 1) ** 2), p.assume(claim), *powers)
    return p.induction(n, 0, claim, p.certify(eq(power(b, lift(0)), power(root, lift(0)) ** 2)), step)
