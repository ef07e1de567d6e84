"""SWATS: the rate that Adam's step has along the gradient, and its average, read from the text."""

from __future__ import annotations

from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.language.tree import Name, names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, absolute, eq, integer, inv, lift, sqrt, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, cauchy_schwarz, put, root_of_one
from adamtheory.logic.terms import Rel, Term, substitute_rel
from adamtheory.proofs.lemmas_twins import n, run, t
from adamtheory.rules.swats import swats

i = integer("i")


def bodies(of: Any) -> list[Any]:
    """What the sums in a term add up."""
    if of.op == "sum":
        return [of.args[3]]
    return [body for part in of.args if type(part) is Term for body in bodies(part)]


class Step:
    """Step n + 1 before the switch, in d coordinates: the step p(i), the gradient g(i), their products and gamma."""

    def __init__(self, any_step: bool = False, **scalars: Any) -> None:
        """With any step p in place of Adam's, the line of the text that sets p is left open."""
        self.setting = setting = Setting()
        self.d, self.family = setting.constant("d", "Z"), setting.family("g", "ZZ")
        given: dict[str, Any] = {"inputs": {"g": lambda t, x: self.family(t, i)}, "scalars": scalars}
        if any_step:
            step = setting.family("p", "ZZ")
            given |= {"slots": [], "lines": {"p": lambda t: step(t, i)}}
        else:
            given |= {"slots": ["m", "a", "p1", "p2"]}
        self.reading = read(swats, setting, coordinates=[i], dimension=self.d, **given)
        self.setting.assume("dimension", 0 <= self.d)
        self.p, self.g = self.reading.value("p", n), self.family(n + 1, i)
        self.pg, self.pp = self.reading.value("pg", n), self.reading.value("pp", n)
        self.gg, self.gamma = self.over(self.g**2), self.reading.value("gamma", n)
        self.turned = 0 < self.pg**2

    def witness(self, values: Any = None, **families: Any) -> Witness:
        """One coordinate, the gradient 1 and p = -1, as it is for beta1 = beta2 = eps = 0 and lr = 1."""

        def shown(p: Prover, goal: Rel, guards: Any) -> Theorem:
            one, sums = root_of_one(p), [p.sum_one(i, 1, body) for body in bodies(goal.left) + bodies(goal.right)]
            size = p.max_is(p.certify(lift(-1) <= lift(1)))  # |1| = 1
            return p.certify(goal, *guards, *sums, one, p.rewrite(one, inv), size)

        ones: dict[str, Any] = {"d": ([], 1), "lr": ([], 1), "g": ([t, i], 1)}
        if not self.reading.families:
            ones["p"] = ([t, i], -1)
        return Witness(ones | families, {n: 0, **(values or {})}, shown)

    def over(self, body: Any) -> Any:
        """The sum over the coordinates."""
        return total(i, 1, self.d, body)

    def first(self) -> dict[str, Any]:
        """What the lines of the text are in the first step, by name."""
        state = {slot.name: lift(slot.initial) for slot in swats.slots}
        found = self.reading.environment(0, state=state)
        return {name: found[Name(name, 1)] for name in ("pg", "pp", "gamma", "ell", "rate")}

    def rate(self, p: Prover) -> Theorem:
        """0 < (p.g)^2 |- gamma p.g = -p.p."""
        return rate_is(p, self.reading, n, self.pg, self.pp)

    def cauchy_schwarz(self, p: Prover) -> Theorem:
        """(p.g)^2 <= p.p g.g."""
        rounds = p.certify(0 <= self.d, p.given("dimension"))
        found = cauchy_schwarz(p, i, 1, self.d, self.p, self.g)
        return p.using(found, p.certify(0 <= self.d, rounds))

    def nonneg(self, p: Prover, x: Any) -> Theorem:
        """0 <= x.x."""
        return p.restate(0 <= self.over(x**2), p.sum_of(p.certify(0 <= x**2, squares=[x]), i, 1, self.d))


def size_positive(p: Prover, nonzero: Theorem) -> Theorem:
    """0 < |x| from 0 < x^2."""
    x = nonzero.claim.right.args[0]
    size, square = absolute(x), p.max_square(x)
    positive = p.certify(0 < size**2, square, nonzero)
    none = p.certify(0 <= size, p.max_left(x, -x), p.max_right(x, -x))
    zero = p.antisym(p.assume(size <= 0), none)
    return p.cases(p.absurd(0 < size, positive, zero), p.assume(0 < size), size, 0)


def line(rule: Rule, name: str, **values: Any) -> Any:
    """The right side of the line of the text that sets the name, with values for what it mentions."""
    (found,) = (part.value for part in rule.body if part.target.id == name)
    mentioned = {part: values[part.id] for part in names(found)}
    return Reading(rule, {}, (), {}, {}, None).translate(found, mentioned)


def rate_is(p: Prover, reading: Reading, n: Any, pg: Any, pp: Any) -> Theorem:
    """0 < (p.g)^2 |- gamma p.g = -p.p in step n + 1; proved once for two numbers in place of the products."""
    u, v = variables = apart(p, "u v")
    nonzero = p.assume(0 < u**2)
    on = p.indicator_on(p.restate(0 < absolute(u) - 0, size_positive(p, nonzero)))
    rate = line(reading.rule, "gamma", pg=u, pp=v)
    found = p.inst(p.certify(eq(rate * u, -v), on, p.inverse(nonzero)), dict(zip(variables, (pg, pp), strict=True)))
    return p.restate(eq(reading.value("gamma", n) * pg, -pp), found)


class Plain(Step):
    """The same with beta1 = 0, where p(i) = -h(i) g(i); 0 <= alpha and 0 <= eps are assumed."""

    def __init__(self) -> None:
        super().__init__(beta1=0)
        value = {name: self.reading.value(name, n) for name in ("p1", "p2", "a")}
        self.lr, self.eps = self.reading.scalars["lr"], self.reading.scalars["eps"]
        self.h = line(swats, "p", lr=self.lr, eps=self.eps, m=lift(-1), **value)
        self.setting.assume("lr_nonnegative", 0 <= self.lr)
        self.setting.assume("eps_nonnegative", 0 <= self.eps)

    def h_nonneg(self, p: Prover) -> Theorem:
        """0 <= h(i)."""
        a, q = self.reading.value("a", n), self.reading.value("p2", n)
        room = p.inv_nonneg(p.certify(0 <= sqrt(a) + self.eps, p.sqrt_nonneg(a), p.given("eps_nonnegative")))
        size = p.certify(0 <= self.lr * sqrt(1 - q), p.given("lr_nonnegative"), p.sqrt_nonneg(1 - q))
        one = p.inverse(p.certify(0 < 1 - self.reading.value("p1", n)))
        return p.certify(0 <= self.h, p.certify(0 <= size.claim.right * room.claim.right, size, room), one)

    def between(self, p: Prover, bound: Theorem, upper: bool) -> Theorem:
        """gamma <= U from h <= U (upper), or L <= gamma from L <= h, under 1 <= i, i <= d, where p.g is not 0."""
        h, g = self.h, self.g
        nonneg = self.h_nonneg(p)
        spread = p.certify(0 <= h * g**2, nonneg, squares=[g])
        low, high = bound.claim.left, bound.claim.right
        each = p.certify(low * (h * g**2) <= high * (h * g**2), bound, spread)
        summed = p.sum_of(each, i, 1, self.d)
        x, y, z, c = variables = apart(p, "x y z c")
        fall, turned, rate = p.assume(x <= 0, 0 < x**2, eq(z * x, -y))
        still = p.absurd(0 < -x, p.antisym(fall, p.restate(0 <= x, p.assume(-x <= 0))), turned)
        positive = p.cases(still, p.assume(0 < -x), -x, 0)
        sums = p.assume(y <= -c * x) if upper else p.assume(-c * x <= y)
        lemma = p.certify(z <= c if upper else c <= z, sums, rate, weights=[[positive]])
        values = (self.pg, self.pp, self.gamma, high if upper else low)
        facts = [p.restate(substitute_rel(sums.claim, dict(zip(variables, values, strict=True))), summed)]
        facts += [p.restate(self.pg <= 0, p.sum_of(spread, i, 1, self.d)), self.rate(p)]
        return put(p, lemma, variables, values, *facts)


def first_average(p: Prover, beta2: Any, begun: dict[str, Any]) -> Theorem:
    """0 < (p.g)^2, 0 < (1 - beta2)^2 |- the corrected average of the first step is gamma; for u = p.g, v = p.p."""
    u, v = variables = apart(p, "u v")
    on = p.indicator_on(p.restate(0 < absolute(u) - 0, size_positive(p, p.assume(0 < u**2))))
    gamma = line(swats, "gamma", pg=u, pp=v)
    ell = line(swats, "ell", pg=u, beta2=beta2, ell=lift(0), gamma=gamma)
    rate = line(swats, "rate", ell=ell, p2=line(swats, "p2", p2=lift(1), beta2=beta2))
    lemma = p.certify(eq(rate, gamma), on, p.inverse(p.assume(0 < (1 - beta2) ** 2)))
    found = p.inst(lemma, dict(zip(variables, (begun["pg"], begun["pp"]), strict=True)))
    return p.restate(eq(begun["rate"], begun["gamma"]), found)


def whole(rule: Rule, setting: Setting, letter: str, gradient: Any, **scalars: Any) -> Reading:
    """The whole text in one coordinate, from x0."""
    known = {name for name, _ in setting.theory.names}
    first = Family("x0")() if "x0" in known else setting.constant("x0")
    return run(rule, setting, letter, gradient, start=first, **scalars)
