"""That a bound of a step is attained, and by which history.

For averages of squares the history is g_{t+1} = (b/a) g_t, with the rate a of the numerator and b of the denominator;
for a decaying maximum g_{t+1} = b g_t. Where the numerator is g_t alone, all gradients before it are zero.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from adamtheory.deriving.frame import n, t
from adamtheory.deriving.step_floor import times
from adamtheory.deriving.step_ground import Quick, put_in
from adamtheory.deriving.step_proof import Proof, constant_rates
from adamtheory.language.tree import ZERO, names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, inv, lift
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Refused


def from_zero(proof: Proof) -> bool:
    """Whether both averages start at 0."""
    first = {s.name: s.initial for s in proof.text.rule.slots}
    return not any(first.get(slot or "", 0) for slot in (proof.above.slot, proof.below.slot))


def _separate(proof: Proof) -> bool:
    """Whether what is added to the denominator, and is 0 where the bound is reached, is no part of the numerator."""
    added = [rest[0] for op, *rest in proof.below.path if op == "add"]
    moment = proof.text.folded(proof.quotient.moment)
    return not names(moment) & {name for e in added for name in names(e)}


def attained(proof: Proof) -> tuple[Theorem, ...]:
    """numerator^2 = C denominator^2 for every t, without eps, along the extremal history; none where out of reach.

    Where the newest gradient counts for more than its share in the average: what the extremal history leads to, and
    that from there one gradient reaches the bound.
    """
    square = proof.below.kind == "square"
    if not from_zero(proof):
        return ()
    try:
        if not _separate(proof) or not proof.text.free:
            return ()
        if proof.above.slot is None:
            newest = _newest(proof)
            return () if newest is None else (newest,)
        if not constant_rates(proof):
            return ()
        if proof.plain:
            return (_geometric(_extended(proof)) if square else _decaying(_extended(proof)),)
        return (_extremal(_History(_extended(proof))), _last(proof)) if square else ()
    except Refused:
        return ()


def _extended(proof: Proof) -> Proof:
    """The same proof in a theory that assumes the extremal history; what was proved before holds there too."""
    setting = Setting(proof.frame.setting.theory)
    a, b = proof.ground.term(proof.above.decay), proof.ground.term(proof.below.decay)
    now, later = proof.gradient(t), proof.gradient(t + 1)
    square = proof.below.kind == "square"
    ratio = b * inv(a) if square and a is not lift(1) else b
    setting.assume("extremal", eq(later, ratio * now), [1 <= t])
    if not square:
        setting.assume("first", 0 < proof.gradient(lift(1)))
    found = copy(proof)
    found.p = Quick(setting)
    return found


def _newest(proof: Proof) -> Theorem | None:
    """The numerator is g_t alone: equality where the denominator's average was 0 before."""
    equal = proof.floor.equal
    if equal is None or proof.below.kind != "square" or proof.below.extra != ZERO:
        return None
    p, below = proof.p, proof.below
    facts = [equal, proof.fresh]
    if below.slot is not None:
        facts.append(p.assume(eq(proof.v(n), 0)))
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
        return self.proof.m(k)

    def v(self, k: Any) -> Any:
        return self.proof.v(k)

    def R(self, k: Any) -> Any:
        return self._family()(k)

    def g(self, k: Any) -> Any:
        return self.proof.gradient(k)

    def _family(self) -> Family:
        assert self.proof.R is not None
        return self.proof.R

    @property
    def nothing(self) -> list[Theorem]:
        """That nothing is added to the average of the denominator."""
        return _without(self.proof)

    def new(self, name: str) -> Theorem:
        """The recursion of m, v or R under 1 <= n."""
        return self.p.using(self._step(name), self.counted)

    def _step(self, name: str) -> Theorem:
        proof = self.proof
        return self.p.next(self._family(), n) if name == "R" else proof.renewed if name == "m" else proof.fresh

    def first(self, name: str) -> list[Theorem]:
        """Its first value, and the one before."""
        p, proof, R = self.p, self.proof, self._family()
        found = p.next(R, 0) if name == "R" else p.inst(self._step(name), {n: 0})
        start = p.start(R) if name == "R" else proof.m_start if name == "m" else proof.v_start
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
    """numerator^2 = C denominator^2, from m(n)^2 = R(n) v(n)."""
    h = _History(proof)
    return h.final(_extremal(h))


def _extremal(h: _History) -> Theorem:
    """1 <= n |- m(n)^2 = R(n) v(n), from c m(n) = k R(n) g(n) and c^2 v(n) = k^2 R(n) g(n)^2."""
    p, a, b, c, k = h.p, h.a, h.b, h.c, h.k
    k_is, c_is = p.inverse(h.k_positive), p.inverse(h.proof.ground.sign().positive(c))
    grown = p.using(p.given("extremal", n), h.begun)
    if a is not lift(1):  # with a = 0 nothing but 0 = 0 would be reached
        grown = p.certify(eq(a * h.g(n + 1), b * h.g(n)), grown, p.inverse(h.proof.ground.sign().positive(a)))
    earlier = p.certify(eq(h.g(n), a * inv(b) * h.g(n + 1)), grown, p.inverse(h.b_positive))

    def first(j: Any) -> Any:
        return eq(c * h.m(j), k * h.R(j) * h.g(j))

    base = p.certify(first(lift(1)), *h.first("m"), *h.first("R"), k_is)
    step = p.certify(first(n + 1), p.assume(first(n)), h.new("m"), h.new("R"), earlier, k_is)
    m_is = h.along(first(n), base, step)

    def second(j: Any) -> Any:
        return eq(c**2 * h.v(j), k**2 * h.R(j) * h.g(j) ** 2)

    base = p.certify(second(lift(1)), *h.first("v"), *h.first("R"), k_is, *h.nothing)
    older = p.rewrite(earlier, lambda z: z**2)
    facts = (h.new("v"), h.new("R"), older, k_is, p.inverse(h.b_positive), *h.nothing)
    step = p.certify(second(n + 1), p.assume(second(n)), *facts)
    v_is = h.along(second(n), base, step)
    m_alone = p.certify(eq(h.m(n), inv(c) * k * h.R(n) * h.g(n)), m_is, c_is)
    v_alone = p.certify(
        eq(h.v(n), inv(c) ** 2 * k**2 * h.R(n) * h.g(n) ** 2), v_is, p.certify(eq(c**2 * inv(c) ** 2, 1), c_is)
    )
    both = p.rewrite(m_alone, lambda z: z**2)
    found: Theorem = p.certify(eq(h.m(n) ** 2, h.R(n) * h.v(n)), both, v_alone)
    return found


def _last(proof: Proof) -> Theorem:
    """numerator^2 = C denominator^2 from m^2 = R v before the step, R > 0, and k A R g = G b m for the newest g."""
    p, signs, at, R = proof.p, proof.ground.sign(), proof.numbers, proof.R
    equal = proof.floor.equal
    if equal is None or R is None:
        raise Refused("the denominator is larger than what it is built on")
    A, G = proof.coefficients()
    m, v, b, k, g = proof.m(n), proof.v(n), at["b"], at["k"], proof.gradient(n + 1)
    held, some = p.assume(eq(m**2, R(n) * v), 0 < R(n))
    newest = p.assume(eq(k * times(A, R(n)) * g, times(G, b) * m))
    letters = apart(p, "m v r i h q a b k c g")
    lemma = _one_gradient(p, *letters)
    values = (m, v, R(n), inv(b), inv(k), inv(R(n)), A, b, k, G, g)
    facts = [p.inverse(s) for s in (signs.positive(b), signs.positive(k), some)]
    whole = put(p, lemma, letters, values, held, newest, *facts)
    base = p.certify(eq(proof.start, b * v + k * g**2), proof.fresh, *_without(proof), degree=1)
    moment = p.certify(eq(proof.moment(), A * m + G * g), proof.renewed, degree=1)
    share = p.certify(eq(proof.share(), A**2 * R(n) * inv(b) + G**2 * inv(k)), *_share_line(proof), degree=1)
    sides = (proof.moment(), *whole.claim.right.args, proof.start, proof.share(), equal.claim.right)
    letters = apart(p, "m f w v s d x")
    same = put(
        p, _joined_up(p, *letters), letters, (*sides, whole.claim.left.args[0]), whole, moment, base, share, equal
    )
    main = p.restate(eq(proof.moment() ** 2, proof.constant() * proof.denominator() ** 2), same)
    M, D, C = proof.moment(t - 1, t), proof.denominator(t - 1, t), proof.constant(t - 1, t)
    found = proof.at_t(eq(M**2, C * D**2), main)
    given = p.inst(newest, {n: t - 1}).claim  # about g(t - 1 + 1)
    return p.using(found, p.restate(given, p.assume(eq(_at_t(given.left), _at_t(given.right)))))


def _at_t(of: Any) -> Any:
    """The term with t for t - 1 + 1."""
    return put_in(of, (t - 1) + 1, t)


def _one_gradient(p: Prover, *letters: Any) -> Theorem:
    """(a m + c g)^2 = (a^2 r i + c^2 h) (b v + k g^2) with i, h, q the reciprocals of b, k, r."""
    m, v, r, i, h, q, a, b, k, c, g = letters
    held, newest = p.assume(eq(m**2, r * v), eq(k * a * r * g, c * b * m))
    ones = p.assume(eq(b * i, 1), eq(k * h, 1), eq(r * q, 1))
    v_is = p.certify(eq(v, q * m**2), held, ones[2])
    # k a r g = c b m, used twice: a^2 r k g^2 i = a c m g, and c^2 h b v = c h q m (k a r g) = a c m g
    first = p.certify(eq(a**2 * r * i * k * g**2, a * c * m * g), newest, ones[0])
    second = p.certify(eq(c**2 * h * b * v, a * c * m * g), v_is, newest, *ones[1:])
    goal = eq((a * m + c * g) ** 2, (a**2 * r * i + c**2 * h) * (b * v + k * g**2))
    found: Theorem = p.certify(goal, first, second, held, *ones[:2])
    return found


def _joined_up(p: Prover, *letters: Any) -> Theorem:
    """m^2 = s d from x^2 = f w and m = x, v = w, s = f, v = d."""
    m, f, w, v, s, d, x = letters
    whole, moment, base, share, equal = p.assume(eq(x**2, f * w), eq(m, x), eq(v, w), eq(s, f), eq(v, d))
    parts = [p.rewrite(moment, lambda z: z**2), p.rewrite(share, lambda z: z * w)]
    parts += [p.rewrite(side, lambda z: s * z) for side in (base, equal)]
    found: Theorem = p.certify(eq(m**2, s * d), whole, *parts, degree=1)
    return found


def _without(proof: Proof) -> list[Theorem]:
    """That nothing is added to the average of the denominator, as a hypothesis."""
    return [] if proof.below.extra == ZERO else [proof.p.assume(eq(proof.numbers["e"], 0))]


def _share_line(proof: Proof) -> list[Theorem]:
    return [] if proof.S is None else [proof.p.next(proof.S, n)]


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
