"""How long one step of Adam can be: the sums [n]_q of powers, and the Cauchy-Schwarz bound as an invariant.

[n+1]_q = 1 + q + ... + q^n is `powers(q, n)`, which needs no special case at q = 1. With a = beta1, b = beta2 and
r = a^2/b, the sharp constant of step n + 1 is C with C^2 = [n+1]_r [n+1]_b/[n+1]_a^2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, integers, inv, lift, power, real, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel, rel
from adamtheory.proofs.lemmas_average import held_power, power_below_one
from adamtheory.rules.adam import adam_uncorrected

n, j, t = integers("n j t")
y = real("y")  # where a step begins


def powers(q: Any, n: Any) -> Any:
    """[n+1]_q = sum_{j=0}^n q^j."""
    return total(j, 0, n, power(q, j))


def ratio(a: Any, b: Any) -> Any:
    """r = a^2/b."""
    return lift(a) ** 2 / b


@dataclass(frozen=True)
class Betas:
    """A setting with the decay rates beta1 and beta2, and more."""

    setting: Setting

    def scalar(self, name: str) -> Any:
        """A constant of the setting."""
        return Family(name)()

    @property
    def betas(self) -> tuple[Any, Any]:
        """beta1 and beta2."""
        return self.scalar("beta1"), self.scalar("beta2")

    def assume(self, *wanted: str) -> tuple[str, ...]:
        """Add assumptions of `ASSUMED` by name; the names."""
        for name in wanted:
            scalar, claim = ASSUMED[name]
            self.setting.assume(name, claim(self.scalar(scalar)))
        return wanted

    def witness(self, beta1: Any = Fraction(1, 2), beta2: Any = Fraction(1, 2), **families: Any) -> Witness:
        """Gradients t, the decay rates, c = lr = 1, and families as given; the step is the second."""
        numbers = {"beta1": beta1, "beta2": beta2, "c": 1, "lr": 1}
        found = {"g": ([t], t), **{name: ([], lift(value)) for name, value in numbers.items()}, **families}
        declared = {entry[1] for entry in self.setting.theory.entries if entry[0] == "declare"}
        return Witness({name: value for name, value in found.items() if name in declared}, values={n: 1})


@dataclass(frozen=True)
class Text(Betas):
    """A rule of the family of Adam."""

    reading: Reading

    def scalar(self, name: str) -> Any:
        """A scalar of the text."""
        return lift(self.reading.scalars[name])

    def value(self, name: str, n: Any) -> Any:
        """A name of the text, or `moment` or `denominator`, as it stands in step n + 1."""
        return self.reading.value(name, n)

    def gradient(self, t: Any) -> Any:
        """The gradient of step t."""
        return self.reading.inputs["g"](t, None)

    def step(self, n: Any) -> Any:
        """What step n + 1 subtracts from the iterate: y minus the new iterate, wherever it begins."""
        return y - self.reading.value("x", n, x=y)


ASSUMED: dict[str, tuple[str, Callable[[Any], Rel]]] = {
    "beta1_nonnegative": ("beta1", lambda a: 0 <= a),
    "beta1_positive": ("beta1", lambda a: 0 < a),
    "beta1_below_one": ("beta1", lambda a: a < 1),
    "beta2_nonnegative": ("beta2", lambda b: 0 <= b),
    "beta2_positive": ("beta2", lambda b: 0 < b),
    "beta2_below_one": ("beta2", lambda b: b < 1),
    "eps_nonnegative": ("eps", lambda e: 0 <= e),
    "rate_nonnegative": ("lr", lambda e: 0 <= e),
    "rate_positive": ("lr", lambda e: 0 < e),
}
DECAYS = ("beta1_nonnegative", "beta1_below_one", "beta2_positive", "beta2_below_one")


def betas() -> Betas:
    """A setting with the decay rates alone."""
    setting = Setting()
    setting.constants("beta1 beta2")
    return Betas(setting)


def text(rule: Rule, slots: tuple[str, ...], gradient: Any = None, **scalars: Any) -> Text:
    """A setting with the text of the rule; the gradients are the family g if no function of t is given."""
    setting = Setting()
    if gradient is None:
        gradient = setting.family("g", "Z")
    return Text(setting, read(rule, setting, inputs={"g": lambda t, x: gradient(t)}, slots=slots, scalars=scalars))


# --- sums of powers ---------------------------------------------------------------------------------------------------


# --- sums of powers ---------------------------------------------------------------------------------------------------


def powers_next(p: Prover, q: Any, n: Any) -> Theorem:
    """0 <= n |- [n+2]_q = 1 + q [n+1]_q."""
    k = p.fresh("k", q, n)
    start = p.assume(0 <= k)
    last = p.sum_step(j, 0, k, power(q, j), start)
    claim = eq(powers(q, k) + power(q, k + 1), 1 + q * powers(q, k))
    base = p.certify(
        eq(powers(q, lift(0)) + power(q, lift(0) + 1), 1 + q * powers(q, lift(0))), p.sum_one(j, 0, power(q, j))
    )
    following = p.power_next(q, p.certify(0 <= k + 1, start))
    goal = eq(powers(q, k + 1) + power(q, k + 2), 1 + q * powers(q, k + 1))
    step = p.certify(goal, p.assume(claim), last, following)
    found = p.induction(k, 0, claim, base, step)
    return p.inst(p.chain(eq(powers(q, k + 1), 1 + q * powers(q, k)), found, last), {k: n})


def powers_first(p: Prover, q: Any) -> Theorem:
    """[1]_q = 1."""
    return p.restate(eq(powers(q, lift(0)), 1), p.sum_one(j, 0, power(q, j)))


def powers_least(p: Prover, nonneg: Theorem, n: Any) -> Theorem:
    """0 <= n |- 1 <= [n+1]_q from 0 <= q."""
    q, k = nonneg.claim.right, p.fresh("k", nonneg.claim.right, n)
    base = p.certify(1 <= powers(q, lift(0)), powers_first(p, q))
    old = p.assume(1 <= powers(q, k))
    step = p.certify(1 <= powers(q, k + 1), old, powers_next(p, q, k), nonneg)
    return p.inst(p.induction(k, 0, 1 <= powers(q, k), base, step), {k: n})


def powers_positive(p: Prover, nonneg: Theorem, n: Any) -> Theorem:
    """0 <= n |- 0 < [n+1]_q from 0 <= q."""
    least = powers_least(p, nonneg, n)
    return p.certify(0 < least.claim.right, least)


def ratio_is(p: Prover, a: Any, b_positive: Theorem) -> tuple[Theorem, Theorem]:
    """0 <= r and r b = a^2, from 0 < b."""
    b = b_positive.claim.right
    r = ratio(a, b)
    inverse = p.inverse(b_positive)
    return p.certify(0 <= r, p.inv_positive(b_positive), squares=[a]), p.certify(eq(r * b, lift(a) ** 2), inverse)


# --- the invariant ----------------------------------------------------------------------------------------------------


# --- the invariant ----------------------------------------------------------------------------------------------------


def invariant_step(p: Prover, kind: str = "le") -> tuple[Theorem, Any]:
    """l x^2 <= k^2 R y |- l (a x + k h)^2 <= k^2 (1 + r R) (b y + l h^2), with its variables a b r k l R x y h.

    From r b = a^2, 0 < b, 0 < R and 0 <= l. With S = k^2 R y - l x^2 the new difference times b R is
    (a^2 b R + b^2) S + l (b x - a k R h)^2. Strict for kind "lt".
    """
    a, b, r, k, l, R, x, z, h = variables = apart(p, "a b r k l R x y h")  # noqa: E741
    ratio, b_positive, R_positive, low = p.assume(eq(r * b, a**2), 0 < b, 0 < R, 0 <= l)
    weight = p.certify(0 < b * R, b_positive, R_positive)
    bound = p.assume(rel(kind, l * x**2, k**2 * R * z))
    goal = rel(kind, l * (a * x + k * h) ** 2, k**2 * (1 + r * R) * (b * z + l * h**2))
    parts = [p.certify(0 <= l * (b * x - a * k * R * h) ** 2, low, squares=[b * x - a * k * R * h])]
    slack = p.restate(rel("le", 0 * x, k**2 * R * z - l * x**2), bound)
    parts.append(p.certify(0 <= a**2 * (b * R) * (k**2 * R * z - l * x**2), slack, weight, squares=[a]))
    square = p.certify(0 < b**2, b_positive)
    parts.append(p.certify(rel(kind, 0 * x, b**2 * (k**2 * R * z - l * x**2)), bound, square))
    return p.certify(goal, *parts, ratio, weight, weights=[[weight]], degree=1), variables


def moments_bound(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- (1-b) m(n+1)^2 <= (1-a)^2 [n+1]_r v(n+1), for averages m and v of the text that begin at 0."""
    (a, b), k = s.betas, p.fresh("k", n)
    m, v = (s.reading.families[name] for name in ("m", "v"))
    low, r = p.given("beta2_positive"), ratio(a, b)
    kept = p.certify(0 <= 1 - b, p.given("beta2_below_one"))

    def claim(k: Any) -> Rel:
        return (1 - b) * m(k + 1) ** 2 <= (1 - a) ** 2 * powers(r, k) * v(k + 1)

    start = p.assume(0 <= k)
    reached, zero = p.certify(0 <= k + 1, start), p.certify(0 <= lift(0))
    r_nonneg, product = ratio_is(p, a, low)
    moments = [p.cut(p.next(f, 0), zero) for f in (m, v)]
    base = p.certify(claim(lift(0)), *moments, p.start(m), p.start(v), powers_first(p, r))
    lemma, variables = invariant_step(p)
    values = (a, b, r, 1 - a, 1 - b, powers(r, k), m(k + 1), v(k + 1), s.gradient(k + 2))
    grown = put(p, lemma, variables, values, product, low, powers_positive(p, r_nonneg, k), kept, p.assume(claim(k)))
    facts = [p.cut(p.next(f, k + 1), reached) for f in (m, v)]
    step = p.certify(claim(k + 1), grown, *facts, powers_next(p, r, k))
    return p.inst(p.induction(k, 0, claim(k), base, step), {k: n})


# --- from squares to the step -----------------------------------------------------------------------------------------


# --- the corrections --------------------------------------------------------------------------------------------------


def nonnegative(p: Prover, s: Betas, decay: str) -> Theorem:
    """0 <= beta1 or 0 <= beta2, from whichever of the two assumptions the theory has."""
    known = {entry[1] for entry in p.theory.entries if entry[0] == "assume"}
    name = f"{decay}_nonnegative"
    return p.given(name) if name in known else p.certify(0 <= s.scalar(decay), p.given(f"{decay}_positive"))


def corrections(p: Prover, s: Text, slot: str, decay: str, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- (1-a) [n+1]_a = 1 - p1 and 0 < 1 - p1 for the new p1 of the text in step n+1; or p2 with b."""
    q, start = s.scalar(decay), p.assume(0 <= n)
    old = s.reading.slot(slot, n)
    held = p.certify(eq(old * q, power(q, n + 1)), held_power(p, slot, q, n), p.power_next(q, start))
    below = power_below_one(p, nonnegative(p, s, decay), p.given(f"{decay}_below_one"), n)
    room = p.chain(0 < 1 - old * q, held, below)
    whole = p.using(p.geometric(j, q, n), p.certify(0 <= n + 1, start))
    return p.chain(eq((1 - q) * powers(q, n), 1 - old * q), whole, held), room


def corrected_squares(p: Prover, s: Text, n: Any, moments: Theorem) -> Theorem:
    """0 <= n |- ([n+1]_a m_hat)^2 R [n+1]_r [n+1]_b v_hat for the R, <= or =, of the moments.

    moments   0 <= n |- (1-b) m(n+1)^2 R (1-a)^2 [n+1]_r v(n+1)
    """
    (a, b), kind, start = s.betas, moments.claim.kind, p.assume(0 <= n)
    m, v, m_hat, v_hat = *(s.reading.slot(f, n + 1) for f in "mv"), s.value("m_hat", n), s.value("v_hat", n)
    first, first_room = corrections(p, s, "p1", "beta1", n)
    second, second_room = corrections(p, s, "p2", "beta2", n)
    P, Q = first.claim.right, second.claim.right
    hats = [
        p.certify(eq(hat, x * inv(room)), p.using(p.next(f, n), start))
        for f, hat, x, room in (("m", m_hat, m, P), ("v", v_hat, v, Q))
    ]
    kept = [p.certify(0 < 1 - q, p.given(f"{name}_below_one")) for q, name in ((a, "beta1"), (b, "beta2"))]
    lemma, variables = divided_squares(p, kind)
    A, B, R = powers(a, n), powers(b, n), powers(ratio(a, b), n)
    values = (m, v, R, A, B, P, Q, 1 - a, 1 - b, m_hat, v_hat)
    return put(p, lemma, variables, values, moments, first, second, first_room, second_room, *kept, *hats)


def divided_squares(p: Prover, kind: str) -> tuple[Theorem, Any]:
    """d x^2 R c^2 R z |- (A X)^2 R R B Z for X = x/P, Z = z/Q, P = c A > 0 and Q = d B > 0, and its variables."""
    x, z, R, A, B, P, Q, c, d, X, Z = variables = apart(p, "x z R A B P Q c d X Z")
    bound, first, second = p.assume(rel(kind, d * x**2, c**2 * R * z), eq(c * A, P), eq(d * B, Q))
    hats = p.assume(eq(X, x * inv(P)), eq(Z, z * inv(Q)))
    positive = p.assume(0 < P, 0 < Q, 0 < c, 0 < d)
    over = [p.inverse(sign) for sign in positive]
    share = p.certify(eq(A * X, x * inv(c)), hats[0], first, over[0], over[2])
    other = p.certify(eq(B * Z, z * inv(d)), hats[1], second, over[1], over[3])
    square = p.certify(eq((A * X) ** 2, x**2 * inv(c) ** 2), share)
    scale = p.certify(0 < inv(c) ** 2 * inv(d), *(p.inv_positive(sign) for sign in positive[2:]), degree=3)
    goal = rel(kind, (A * X) ** 2, R * (B * Z))
    if kind == "le":
        scaled = p.certify(0 <= (c**2 * R * z - d * x**2) * (inv(c) ** 2 * inv(d)), bound, scale)
    else:
        scaled = p.certify(eq(0, (c**2 * R * z - d * x**2) * (inv(c) ** 2 * inv(d))), bound)
    return p.certify(goal, scaled, square, other, over[2], over[3], degree=1), variables


def sums_positive(p: Prover, s: Betas, n: Any) -> tuple[Theorem, Theorem, Theorem]:
    """0 <= n |- 0 < [n+1]_a, 0 < [n+1]_b and 0 < [n+1]_r."""
    a, b = s.betas
    r_nonneg, _ = ratio_is(p, a, p.given("beta2_positive"))
    first, second = nonnegative(p, s, "beta1"), p.certify(0 <= b, p.given("beta2_positive"))
    return powers_positive(p, first, n), powers_positive(p, second, n), powers_positive(p, r_nonneg, n)


def second_nonneg(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- 0 <= v(n)."""
    b, v, k = s.scalar("beta2"), s.reading.families["v"], p.fresh("k", n)
    low, kept = nonnegative(p, s, "beta2"), p.certify(0 <= 1 - b, p.given("beta2_below_one"))
    base, old = p.certify(0 <= v(0), p.start("v")), p.assume(0 <= v(k))
    step = p.certify(0 <= v(k + 1), old, p.next("v", k), low, kept, squares=[s.gradient(k + 1)])
    return p.inst(p.induction(k, 0, 0 <= v(k), base, step), {k: n})


def value_nonneg(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- 0 <= v as the text has it in step n + 1."""
    following, start = p.next("v", n), p.assume(0 <= n)
    later = p.using(second_nonneg(p, s, n + 1), p.certify(0 <= n + 1, start))
    return p.chain(0 <= s.value("v", n), later, following)


def hat_nonneg(p: Prover, s: Text, n: Any) -> Theorem:
    """0 <= n |- 0 <= v_hat in step n + 1."""
    room = p.inv_positive(corrections(p, s, "p2", "beta2", n)[1])
    return p.certify(0 <= s.value("v_hat", n), value_nonneg(p, s, n), room)


# --- the history that attains the bound -------------------------------------------------------------------------------


# --- the bounds -------------------------------------------------------------------------------------------------------


def two_rates() -> tuple[Text, Text, tuple[str, ...]]:
    """Adam without bias correction, eps = 0, on one history with beta2 and with beta2_large; all that is assumed."""
    first = text(adam_uncorrected, ("m", "v"), eps=0)
    large, g = first.setting.constant("beta2_large"), first.reading.inputs
    names, scalars = {"m": "large_m", "v": "large_v"}, {"beta2": large, "eps": 0}
    second = Text(
        first.setting, read(adam_uncorrected, first.setting, inputs=g, slots="mv", scalars=scalars, names=names)
    )
    wanted = first.assume("beta1_nonnegative", "beta1_below_one", "beta2_nonnegative", "rate_positive")
    first.setting.assume("beta2_large_below_one", large < 1)
    return first, second, (*wanted, "beta2_large_below_one")
