"""Two runs of the family of Adam with the same iterates: all gradients times c, or eps in another place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, inv, lift, power, sqrt
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.sums import apart
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import decaying, held_power, power_below_one

SLOTS = ("m", "v", "p1", "p2")
Step = Callable[[Any, Theorem, Theorem, Theorem], Theorem]


@dataclass(frozen=True)
class Pair:
    """Two runs from the same start x0, on the gradients g(t, x) and c g(t, x)."""

    setting: Setting
    g: Family
    c: Any
    one: Reading
    two: Reading


def pair(rule: Rule, other: Rule, c: Any, setting: Setting, eps: Any) -> Pair:
    """The two runs in a setting; the second is of `other` with this eps, its slots called `second_m` and so on."""
    g, x0 = setting.family("g", "ZR"), setting.constant("x0")
    first = read(rule, setting, inputs={"g": lambda t, x: g(t, x)}, start=x0, names={"x": "X"})
    names = {slot: f"second_{slot}" for slot in SLOTS}
    inputs = {"g": lambda t, x: lift(c) * g(t, x)}
    again = read(other, setting, inputs=inputs, scalars={"eps": eps}, start=x0, names={**names, "x": "Y"})
    decaying(setting, Family("beta2")(), "beta2")
    return Pair(setting, g, lift(c), first, again)


def zero_of_square(p: Prover, square: Theorem) -> Theorem:
    """z = 0 from z^2 <= 0."""
    z, nothing = square.claim.left.args[0], p.certify(0 <= lift(0))
    sides = [p.squares(p.restate((sign * z) ** 2 <= lift(0) ** 2, square), nothing) for sign in (lift(1), lift(-1))]
    return p.antisym(p.restate(z <= 0, sides[0]), p.restate(0 <= z, sides[1]))


def same_iterates(p: Prover, s: Pair, n: Any, step: Step) -> Theorem:
    """0 <= n |- Y(n) = X(n), by induction on M = c m, V = c^2 v and Y = X together.

    step   0 <= k |- Y(k+1) = X(k+1) from k, M(k+1) = c m(k+1), V(k+1) = c^2 v(k+1) and Y(k) = X(k)
    """
    k, c, g = p.fresh("k", n), s.c, s.g
    m, v, x = (s.one.families[f] for f in ("m", "v", "x"))
    M, V, Y = (s.two.families[f] for f in ("m", "v", "x"))

    def gaps(k: Any) -> list[Any]:
        return [M(k) - c * m(k), V(k) - c**2 * v(k), Y(k) - x(k)]

    def claim(k: Any) -> Rel:
        first, second, third = (gap**2 for gap in gaps(k))
        return first + second + third <= 0

    starts = [p.start(f) for f in (m, v, x, M, V, Y)]
    held, others = p.assume(claim(k)), gaps(k)
    zeros = [zero_of_square(p, p.certify(gap**2 <= 0, held, squares=others)) for gap in others]
    same = p.rewrite(p.certify(eq(Y(k), x(k)), zeros[2]), lambda z: g(k + 1, z))
    following = {f: p.next(f, k) for f in (m, v, M, V)}
    moment = p.certify(eq(M(k + 1), c * m(k + 1)), following[m], following[M], zeros[0], same)
    square = p.certify(eq(g(k + 1, Y(k)) ** 2, g(k + 1, x(k)) ** 2), same)
    second = p.certify(eq(V(k + 1), c**2 * v(k + 1)), following[v], following[V], zeros[1], square)
    last = step(k, moment, second, p.certify(eq(Y(k), x(k)), zeros[2]))
    nothing = [p.certify(eq(gap**2, 0), fact) for gap, fact in zip(gaps(k + 1), (moment, second, last), strict=True)]
    grown = p.certify(claim(k + 1), p.certify(eq(claim(k + 1).left, 0), *nothing))
    found = p.inst(p.induction(k, 0, claim(k), p.certify(claim(lift(0)), *starts), grown), {k: n})
    gap = gaps(n)[2]
    return p.certify(eq(Y(n), x(n)), zero_of_square(p, p.certify(gap**2 <= 0, found, squares=gaps(n))))


# --- one step ---------------------------------------------------------------------------------------------------------


def second_moment(p: Prover, s: Pair, n: Any) -> tuple[Theorem, Theorem]:
    """0 <= n |- 0 <= v(n+1) and 0 < 1 - p2 for the new p2 of step n + 1, in the first run."""
    b, v, k, p2 = Family("beta2")(), s.one.families["v"], p.fresh("k", n), s.one.families["p2"]
    low, high, start = p.given("beta2_nonnegative"), p.given("beta2_below_one"), p.assume(0 <= n)
    kept, g = p.certify(0 <= 1 - b, high), s.g(k + 1, s.one.slot("x", k))
    step = p.certify(0 <= v(k + 1), p.assume(0 <= v(k)), p.next(v, k), low, kept, squares=[g])
    nonneg = p.inst(p.induction(k, 0, 0 <= v(k), p.certify(0 <= v(0), p.start(v)), step), {k: n + 1})
    held = p.certify(eq(p2(n) * b, power(b, n + 1)), held_power(p, "p2", b, n), p.power_next(b, start))
    room = p.chain(0 < 1 - p2(n) * b, held, power_below_one(p, low, high, n))
    return p.using(nonneg, p.certify(0 <= n + 1, start)), room


def same_powers(p: Prover, s: Pair, n: Any) -> list[Theorem]:
    """0 <= n |- the slots p1 and p2 of both runs are equal."""
    found = []
    for slot, decay in (("p1", "beta1"), ("p2", "beta2")):
        held = [held_power(p, r.families[slot].name, Family(decay)(), n) for r in (s.one, s.two)]
        found.append(p.chain(eq(s.two.slot(slot, n), s.one.slot(slot, n)), *held))
    return found


def inverse_product(p: Prover, x: Any, y: Any) -> Theorem:
    """inv(x y) = inv(x) inv(y), also where one of them is 0."""
    a, b = apart(p, "a b")
    return p.inst(p.certify(eq(inv(a * b), inv(a) * inv(b))), {a: x, b: y})


def root_of_scaled(p: Prover, c_positive: Theorem, w: Theorem) -> Theorem:
    """sqrt(c^2 w) = c sqrt(w) from 0 < c and 0 <= w."""
    c, z = c_positive.claim.right, w.claim.right
    product = p.certify(0 <= c**2 * z, w, squares=[c])
    main = p.certify(eq(sqrt(c**2 * z) ** 2, (c * sqrt(z)) ** 2), p.sqrt_square(product), p.sqrt_square(w))
    return p.squares_equal(main, p.sqrt_nonneg(c**2 * z), p.certify(0 <= c * sqrt(z), c_positive, p.sqrt_nonneg(z)))


def scaled_step(p: Prover, s: Pair, c_positive: Theorem) -> Step:
    """The step of `same_iterates` for two runs of `adam`, the second with c eps."""
    a, b, c = Family("beta1")(), Family("beta2")(), s.c

    def step(k: Any, moment: Theorem, second: Theorem, same: Theorem) -> Theorem:
        one, two = s.one, s.two
        nonneg, room = second_moment(p, s, k)
        rooms = [
            p.rewrite(held, lambda z, q=q: inv(1 - z * q)) for held, q in zip(same_powers(p, s, k), (a, b), strict=True)
        ]
        values = {f: p.next(f, k) for f in ("m", "v", "second_m", "second_v")}
        m_hat, w, M_hat, W = one.value("m_hat", k), one.value("v_hat", k), two.value("m_hat", k), two.value("v_hat", k)
        first = p.certify(eq(M_hat, c * m_hat), moment, values["m"], values["second_m"], rooms[0])
        other = p.certify(eq(W, c**2 * w), second, values["v"], values["second_v"], rooms[1])
        w_low = p.certify(0 <= w, nonneg, values["v"], p.inv_positive(room))
        root = p.chain(eq(sqrt(W), c * sqrt(w)), p.rewrite(other, sqrt), root_of_scaled(p, c_positive, w_low))
        d, D = one.value("denominator", k), two.value("denominator", k)
        over = p.rewrite(p.certify(eq(D, c * d), root), inv)
        ratio = p.chain(eq(inv(D), inv(c) * inv(d)), over, inverse_product(p, c, d))
        moved = p.certify(eq(M_hat * inv(D), m_hat * inv(d)), first, ratio, p.inverse(c_positive))
        ends = p.next("X", k), p.next("Y", k)
        return p.certify(eq(two.slot("x", k + 1), one.slot("x", k + 1)), *ends, same, moved)

    return step


def root_of_quotient(p: Prover, v: Theorem, r: Theorem) -> Theorem:
    """sqrt(v/r) = sqrt(v)/sqrt(r) from 0 <= v and 0 < r."""
    x, z = v.claim.right, r.claim.right
    quotient = p.certify(0 <= x / z, v, p.inv_positive(r))
    root = p.sqrt_positive(r)
    parts = p.sqrt_square(quotient), p.sqrt_square(v), p.sqrt_square(r), p.inverse(r), p.inverse(root)
    square = p.certify(eq((sqrt(x) * inv(sqrt(z))) ** 2 * z, x), *parts[1:3], parts[4])
    main = p.certify(eq(sqrt(x / z) ** 2, (sqrt(x) / sqrt(z)) ** 2), parts[0], square, parts[3])
    above = p.certify(0 <= sqrt(x) / sqrt(z), p.sqrt_nonneg(x), p.inv_positive(root))
    return p.squares_equal(main, p.sqrt_nonneg(x / z), above)


def moved_step(p: Prover, s: Pair) -> Step:
    """The step for `adam_eps_hat` with eps and `adam` with eps/sqrt(1 - beta2^t), on the same gradients."""
    a, b, one, two = Family("beta1")(), Family("beta2")(), s.one, s.two

    def step(k: Any, moment: Theorem, second: Theorem, same: Theorem) -> Theorem:
        start, (v, room) = p.assume(0 <= k), second_moment(p, s, k)
        values = {f: p.next(f, k) for f in ("m", "v", "second_m", "second_v")}
        first, rest = (
            p.rewrite(held, lambda z, q=q: inv(1 - z * q)) for held, q in zip(same_powers(p, s, k), (a, b), strict=True)
        )
        m, new, r = one.value("m", k), one.slot("v", k + 1), room.claim.right
        M_hat, W, D = two.value("m_hat", k), two.value("v_hat", k), two.value("denominator", k)
        moved = p.certify(eq(M_hat, m * inv(1 - one.slot("p1", k) * a)), moment, values["m"], values["second_m"], first)
        hat = p.certify(eq(W, new / r), second, values["second_v"], rest)
        whole = p.chain(eq(sqrt(W), sqrt(new) / sqrt(r)), p.rewrite(hat, sqrt), root_of_quotient(p, v, room))
        root = p.certify(eq(sqrt(W), sqrt(one.value("v", k)) / sqrt(r)), whole, p.rewrite(values["v"], sqrt))
        held = p.certify(eq(power(b, k + 1), one.slot("p2", k) * b), held_power(p, "p2", b, k), p.power_next(b, start))
        base = sqrt(one.value("v", k)) + Family("eps")()
        same_denominator = p.certify(eq(D, base / sqrt(r)), root, p.rewrite(held, lambda z: inv(sqrt(1 - z))))
        over = inverse_product(p, base, inv(sqrt(r)))
        ratio = p.chain(eq(inv(D), inv(base) * sqrt(r)), p.rewrite(same_denominator, inv), over)
        size = p.certify(eq(M_hat * inv(D), m * inv(1 - one.slot("p1", k) * a) * inv(base) * sqrt(r)), moved, ratio)
        return p.certify(eq(two.slot("x", k + 1), one.slot("x", k + 1)), p.next("X", k), p.next("Y", k), same, size)

    return step
