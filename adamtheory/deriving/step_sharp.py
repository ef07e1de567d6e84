"""That a bound of a step is attained, by which history, what its constant is in closed form, and its numbers.

For averages of squares the history is g_{t+1} = (b/a) g_t, with the rate a of the numerator and b of the denominator;
for a decaying maximum g_{t+1} = b g_t. Where the numerator is g_t alone, all gradients before it are zero.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from adamtheory.deriving.frame import n, t
from adamtheory.deriving.step_ground import Quick, put_in
from adamtheory.deriving.step_proof import Proof
from adamtheory.language.tree import ZERO, Expr, Name, names
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, inv, lift, power
from adamtheory.logic.search import NotFound
from adamtheory.logic.terms import Refused, Rel


def constant_rates(proof: Proof) -> bool:
    """Whether rates and weights are made of parameters alone."""
    parameters = {Name(s.name) for s in proof.text.rule.parameters if s.name not in proof.frame.abstracted}
    own: list[Expr] = [proof.above.decay, proof.above.weight, proof.below.decay, proof.below.weight]
    return all(names(proof.text.folded(e)) <= parameters for e in own)


def _from_zero(proof: Proof) -> bool:
    first = {s.name: s.initial for s in proof.text.rule.slots}
    return not any(first.get(slot or "", 0) for slot in (proof.above.slot, proof.below.slot))


def _separate(proof: Proof) -> bool:
    """Whether what is added to the denominator, and is 0 where the bound is reached, is no part of the numerator."""
    added = [rest[0] for op, *rest in proof.below.path if op == "add"]
    moment = proof.text.folded(proof.quotient.moment)
    return not names(moment) & {name for e in added for name in names(e)}


def attained(proof: Proof) -> Theorem | None:
    """numerator^2 = C denominator^2 for every t, without eps, along the extremal history; None where out of reach."""
    if not _from_zero(proof) or (proof.below.kind == "square" and proof.below.extra != ZERO):
        return None
    try:
        if not _separate(proof) or not proof.text.free:
            return None
        if proof.above.slot is None:
            return _newest(proof)
        if not proof.plain or not constant_rates(proof):
            return None
        return _geometric(_extended(proof)) if proof.below.kind == "square" else _decaying(_extended(proof))
    except Refused:
        return None


def _extended(proof: Proof) -> Proof:
    """The same proof in a theory that assumes the extremal history; what was proved before holds there too."""
    setting = Setting(proof.frame.setting.theory)
    a, b = proof.ground.term(proof.above.decay), proof.ground.term(proof.below.decay)
    now, later = proof.gradient(t), proof.gradient(t + 1)
    square = proof.below.kind == "square"
    setting.assume("extremal", eq(a * later, b * now) if square else eq(later, b * now), [1 <= t])
    if not square:
        setting.assume("first", 0 < proof.gradient(lift(1)))
    found = copy(proof)
    found.p = Quick(setting)
    return found


def _newest(proof: Proof) -> Theorem | None:
    """The numerator is g_t alone: equality where the denominator's average was 0 before."""
    equal = proof.floor.equal
    if equal is None or proof.below.kind != "square":
        return None
    p, below = proof.p, proof.below
    facts = [equal, proof.fresh]
    if below.slot is not None:
        facts.append(p.assume(eq(proof.ground.slot(below.slot, n), 0)))
    weight = p.inverse(proof.ground.sign().positive(proof.numbers["k"]))
    base = p.certify(eq(proof.start, proof.numbers["k"] * proof.gradient(n + 1) ** 2), *facts[1:])
    main = p.certify(eq(proof.moment() ** 2, proof.constant() * proof.denominator() ** 2), equal, base, weight)
    goal = eq(proof.moment(t - 1, t) ** 2, proof.constant(t - 1, t) * proof.denominator(t - 1, t) ** 2)
    return proof.at_t(goal, main)


class _History:
    """Lemmas along the extremal history, each under 1 <= n."""

    def __init__(self, proof: Proof) -> None:
        self.proof, self.p, signs = proof, proof.p, proof.ground.sign()
        self.a, self.b, self.c, self.k = (proof.numbers[name] for name in "abck")
        self.b_positive, self.k_positive = signs.positive(self.b), signs.positive(self.k)
        self.begun = self.p.assume(1 <= n)
        self.counted = self.p.certify(0 <= n, self.begun)

    def m(self, k: Any) -> Any:
        return self.proof.ground.slot(self.proof.above.slot or "", k)

    def v(self, k: Any) -> Any:
        return self.proof.ground.slot(self.proof.below.slot or "", k)

    def R(self, k: Any) -> Any:
        return self._family()(k)

    def g(self, k: Any) -> Any:
        return self.proof.gradient(k)

    def _own(self, name: str) -> str:
        return (self.proof.above.slot if name == "m" else self.proof.below.slot) or ""

    def _family(self) -> Family:
        assert self.proof.R is not None
        return self.proof.R

    def new(self, name: str) -> Theorem:
        """The recursion of m, v or R under 1 <= n."""
        found = self.p.next(self._family(), n) if name == "R" else self.proof.ground.new(self._own(name))
        return self.p.using(found, self.counted)

    def first(self, name: str) -> list[Theorem]:
        """Its first value, and the one before."""
        p, proof, R = self.p, self.proof, self._family()
        found = p.next(R, 0) if name == "R" else p.inst(proof.ground.new(self._own(name)), {n: 0})
        start = p.start(R) if name == "R" else proof.frame.start(self._own(name))
        return [p.using(found, p.certify(0 <= lift(0))), start]

    def along(self, claim: Any, base: Theorem, step: Theorem) -> Theorem:
        return self.p.induction(n, 1, claim, base, step)

    def final(self, average: Theorem) -> Theorem:
        """numerator^2 = C denominator^2 from m(n)^2 = R(n) v(n), or |numerator| = C denominator from m = R u."""
        proof, p = self.proof, self.p
        equal = proof.floor.equal
        if equal is None:
            raise Refused("the denominator is larger than what it is built on")
        late = p.using(p.inst(average, {n: n + 1}), p.certify(1 <= n + 1, p.assume(0 <= n)))
        M, D, C = proof.moment(), proof.denominator(), proof.constant()
        if proof.below.kind == "square":
            main = p.certify(eq(M**2, C * D**2), equal, late)
            return proof.at_t(
                eq(proof.moment(t - 1, t) ** 2, proof.constant(t - 1, t) * proof.denominator(t - 1, t) ** 2), main
            )
        size = p.certify(eq(M, C * D), equal, late)
        nonneg = p.certify(
            0 <= C * D,
            p.certify(
                0 <= C, proof.ground.sign().nonneg(proof.numbers["new"]), proof._R_next, proof.floor.positive, degree=3
            ),
            proof.floor.nonneg,
        )
        own = p.max_is(p.certify(-M <= M, size, nonneg, degree=1))
        main = p.certify(eq(absolute(M), C * D), size, own, degree=1)
        return proof.at_t(
            eq(absolute(proof.moment(t - 1, t)), proof.constant(t - 1, t) * proof.denominator(t - 1, t)), main
        )


def _geometric(proof: Proof) -> Theorem:
    """c m(n) = k R(n) g(n) and c^2 v(n) = k^2 R(n) g(n)^2, hence m(n)^2 = R(n) v(n)."""
    h = _History(proof)
    p, a, b, c, k = h.p, h.a, h.b, h.c, h.k
    k_is, c_is = p.inverse(h.k_positive), p.inverse(proof.ground.sign().positive(c))
    grown = p.using(p.given("extremal", n), h.begun)
    earlier = p.certify(eq(h.g(n), a * inv(b) * h.g(n + 1)), grown, p.inverse(h.b_positive))

    def first(j: Any) -> Any:
        return eq(c * h.m(j), k * h.R(j) * h.g(j))

    base = p.certify(first(lift(1)), *h.first("m"), *h.first("R"), k_is)
    step = p.certify(first(n + 1), p.assume(first(n)), h.new("m"), h.new("R"), earlier, k_is)
    m_is = h.along(first(n), base, step)

    def second(j: Any) -> Any:
        return eq(c**2 * h.v(j), k**2 * h.R(j) * h.g(j) ** 2)

    base = p.certify(second(lift(1)), *h.first("v"), *h.first("R"), k_is)
    older = p.rewrite(earlier, lambda z: z**2)
    step = p.certify(second(n + 1), p.assume(second(n)), h.new("v"), h.new("R"), older, k_is, p.inverse(h.b_positive))
    v_is = h.along(second(n), base, step)
    m_alone = p.certify(eq(h.m(n), inv(c) * k * h.R(n) * h.g(n)), m_is, c_is)
    v_alone = p.certify(
        eq(h.v(n), inv(c) ** 2 * k**2 * h.R(n) * h.g(n) ** 2), v_is, p.certify(eq(c**2 * inv(c) ** 2, 1), c_is)
    )
    both = p.rewrite(m_alone, lambda z: z**2)
    return h.final(p.certify(eq(h.m(n) ** 2, h.R(n) * h.v(n)), both, v_alone))


def _decaying(proof: Proof) -> Theorem:
    """u(n) = k g(n) and m(n) = R(n) u(n), for positive gradients that decay with b."""
    h = _History(proof)
    p, k = h.p, h.k
    grown = p.using(p.given("extremal", n), h.begun)  # g(n+1) = b g(n)
    base = p.given("first")
    step = p.certify(0 < h.g(n + 1), p.assume(0 < h.g(n)), grown, h.b_positive)
    positive = h.along(0 < h.g(n), base, step)
    late = p.using(p.inst(positive, {n: n + 1}), p.certify(1 <= n + 1, p.assume(0 <= n)))
    g = h.g(n + 1)
    size = p.max_least(p.certify(g <= g), p.certify(-g <= g, late, degree=1))
    none = p.assume(eq(proof.numbers["e"], 0))
    above_ = p.certify(k * g <= proof.start, proof._newest_above, p.max_left(g, -g), h.k_positive, none)
    fresh = p.certify(
        k * absolute(g) + proof.numbers["e"] <= k * g,
        p.certify(k * absolute(g) <= k * g, size, h.k_positive),
        none,
        degree=1,
    )
    claim = eq(h.v(n), k * h.g(n))
    arguments = [
        p.certify(x.claim.left <= k * g, *facts, degree=1)
        for x, facts in _matched(proof, h, fresh, grown, p.assume(claim))
    ]
    return _joined(h, proof, arguments, above_, fresh, claim, grown)


def _matched(
    proof: Proof, h: _History, fresh: Theorem, grown: Theorem, held: Theorem
) -> list[tuple[Theorem, list[Theorem]]]:
    """The arguments of the maximum, each with what bounds it by k g(n+1)."""
    p = h.p
    old = p.certify(h.b * h.v(n) <= h.k * h.g(n + 1), held, grown)
    return [(argument, [fresh, old]) for argument in proof._arguments()]


def _joined(
    h: _History, proof: Proof, arguments: list[Theorem], above_: Theorem, fresh: Theorem, claim: Any, grown: Theorem
) -> Theorem:
    p, k = h.p, h.k
    most = p.max_least(*arguments)
    below_ = p.certify(proof.start <= k * h.g(n + 1), most, proof.fresh, degree=1)
    step = p.using(p.antisym(below_, p.restate(k * h.g(n + 1) <= proof.start, above_)), h.counted)
    # in the first step the old maximum is 0
    zero = p.start(proof.frame.families[proof.below.slot or ""])
    sign = p.certify(0 <= k * h.g(lift(1)), p.given("first"), h.k_positive)
    first_fresh = p.using(p.inst(fresh, {n: 0}), p.certify(0 <= lift(0)))
    parts = []
    for argument in proof._arguments():
        at = p.using(p.inst(argument, {n: 0}), p.certify(0 <= lift(0)))
        parts.append(p.certify(at.claim.left <= k * h.g(lift(1)), first_fresh, zero, sign))
    first_line = p.using(p.inst(proof.fresh, {n: 0}), p.certify(0 <= lift(0)))
    below_first = p.certify(h.v(lift(1)) <= k * h.g(lift(1)), p.max_least(*parts), first_line, degree=1)
    above_first = p.using(p.inst(above_, {n: 0}), p.certify(0 <= lift(0)))
    base = p.antisym(below_first, p.restate(k * h.g(lift(1)) <= h.v(lift(1)), above_first))
    u_is = h.along(claim, p.restate(eq(h.v(lift(1)), k * h.g(lift(1))), base), step)
    u_next = p.using(p.inst(u_is, {n: n + 1}), p.certify(1 <= n + 1, h.begun))
    u_one = p.using(p.inst(u_is, {n: 1}), p.certify(1 <= lift(1)))
    k_is = p.inverse(h.k_positive)
    one = p.certify(eq(h.m(lift(1)), h.R(lift(1)) * h.v(lift(1))), *h.first("m"), *h.first("R"), u_one, k_is)
    old = p.assume(eq(h.m(n), h.R(n) * h.v(n)))
    earlier = p.certify(eq(h.v(n), inv(h.b) * h.v(n + 1)), u_is, u_next, grown, p.inverse(h.b_positive))
    own = p.certify(eq(h.g(n + 1), inv(k) * h.v(n + 1)), u_next, k_is)
    step = p.certify(eq(h.m(n + 1), h.R(n + 1) * h.v(n + 1)), old, h.new("m"), h.new("R"), earlier, own)
    return h.final(h.along(eq(h.m(n), h.R(n) * h.v(n)), one, step))


# --- closed forms -----------------------------------------------------------------------------------------------------


def closed(proof: Proof) -> Theorem | None:
    """0 <= n |- (1 - r) R(n) = (c^2/k) (1 - r^n) with r = a^2/b, or (c/k) (1 - r^n) with r = a/b; as for step t."""
    if proof.R is None or not constant_rates(proof) or not _from_zero(proof):
        return None
    p, R, a, b, c, k = proof.p, proof.R, *(proof.numbers[name] for name in "abck")
    if proof.below.kind == "square":
        r, first = a**2 * inv(b), c**2 * inv(k)
    else:
        r, first = a * inv(b), c * inv(k)

    def claim(j: Any) -> Any:
        return eq((1 - r) * R(j), first * (1 - power(r, j)))

    begun = p.assume(0 <= n)
    base = p.certify(claim(lift(0)), p.start(R))
    step = p.certify(claim(n + 1), p.assume(claim(n)), p.next(R, n), p.power_next(r, begun))
    found = p.induction(n, 0, claim(n), base, step)
    return p.restate(claim(t), p.using(p.inst(found, {n: t}), p.certify(0 <= t, p.assume(0 <= t))))


def steady(proof: Proof, limit: Theorem) -> Theorem | None:
    """1 <= t |- numerator^2 <= K denominator^2 with one K for every t, where C moves with R alone; from R(t) <= U."""
    p, R, U = proof.p, limit.claim.left, limit.claim.right
    C = proof.constant(t - 1, t)
    K, factor = put_in(C, R, U), put_in(C, R, lift(1))
    if K.free:
        return None
    M, D, square = proof.moment(t - 1, t), proof.denominator(t - 1, t), proof.below.kind == "square"
    above = p.certify(C <= K, limit, proof.ground.sign().nonneg(factor))
    begun = p.certify(0 <= t, p.assume(1 <= t))
    if square:
        more = p.certify(C * D**2 <= K * D**2, above, squares=[D])
        return p.using(p.certify(M**2 <= K * D**2, proof.theorem, more, degree=1), begun)
    nonneg = proof.at_t(0 <= D, p.restate(0 <= proof.denominator(), proof.floor.nonneg))
    more = p.certify(C * D <= K * D, above, nonneg)
    return p.using(p.certify(absolute(M) <= K * D, proof.theorem, more, degree=1), begun)


def _smaller(proof: Proof, claim: Rel) -> Theorem | None:
    """a^2 < b where the ranges give it, else as a hypothesis; None where it is false of numbers."""
    p = proof.p
    try:
        return p.certify(claim, *proof.ground.sign().about((claim.left, claim.right)))
    except NotFound:
        return p.assume(claim) if claim.families else None


def uniform(proof: Proof) -> Theorem | None:
    """R(t) <= (c^2/k)/(1 - r) for every t, from r < 1, written a^2 < b (a < b for a maximum)."""
    if proof.R is None or not constant_rates(proof) or not _from_zero(proof):
        return None
    p, R, a, b, c, k = proof.p, proof.R, *(proof.numbers[name] for name in "abck")
    signs = proof.ground.sign()
    square = proof.below.kind == "square"
    r, first = (a**2 * inv(b), c**2 * inv(k)) if square else (a * inv(b), c * inv(k))
    b_positive = signs.positive(b)
    smaller = _smaller(proof, (a**2 if square else a) < b)
    if smaller is None:
        return None
    below_one = p.certify(r < 1, smaller, p.inverse(b_positive), p.inv_positive(b_positive))
    room = p.certify(0 < 1 - r, below_one)
    r_nonneg = p.certify(
        0 <= r, p.inv_positive(b_positive), *([] if square else [signs.nonneg(a)]), squares=[a] if square else []
    )
    limit = first * inv(1 - r)
    old = p.assume(R(n) <= limit)
    nonneg = p.certify(
        0 <= limit,
        p.inv_positive(room),
        p.inv_positive(signs.positive(k)),
        *([] if square else [signs.nonneg(c)]),
        squares=[c] if square else [],
        degree=3,
    )
    more = p.certify(r * R(n) <= r * limit, old, r_nonneg)
    fixed = p.certify(eq(r * limit + first, limit), p.inverse(room))
    step = p.certify(R(n + 1) <= limit, more, fixed, p.next(R, n), degree=1)
    found = p.induction(n, 0, R(n) <= limit, p.certify(R(0) <= limit, p.start(R), nonneg), step)
    return p.inst(found, {n: t})
