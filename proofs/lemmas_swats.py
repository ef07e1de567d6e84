"""SWATS: the rate that Adam's step has along the gradient, and its average, read from the text."""

from __future__ import annotations

from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.language.tree import names
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, integer, inv, total
from adamtheory.logic.reading import Reading, read
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, cauchy_schwarz, root_of_one
from adamtheory.logic.terms import Rel, Term
from adamtheory.proofs.lemmas_twins import n, t
from adamtheory.rules.swats import swats

i = integer("i")


def bodies(of: Any) -> list[Any]:
    """What the sums in a term add up."""
    if of.op == "sum":
        return [of.args[3]]
    return [body for part in of.args if type(part) is Term for body in bodies(part)]


class Step:
    """Step n + 1 of the Adam phase in d coordinates: the step p(i), the gradient g(i), their products and gamma."""

    def __init__(self, **scalars: Any) -> None:
        self.setting = Setting()
        self.d = self.setting.constant("d", "Z")
        self.family = self.setting.family("g", "ZZ")
        self.reading = read(
            swats,
            self.setting,
            inputs={"g": lambda t, x: self.family(t, i)},
            slots=["m", "a", "p1", "p2"],
            coordinates=[i],
            dimension=self.d,
            scalars=scalars,
        )
        self.setting.assume("dimension", 0 <= self.d)
        self.p, self.g = self.reading.value("p", n), self.family(n + 1, i)
        self.pg, self.pp = self.reading.value("pg", n), self.reading.value("pp", n)
        self.gg, self.gamma = self.over(self.g**2), self.reading.value("gamma", n)
        self.turned = 0 < self.pg**2

    def witness(self, values: Any = None) -> Witness:
        """One coordinate, the gradient 1 and beta1 = beta2 = eps = 0, so that p = -1 for lr = 1."""

        def shown(p: Prover, goal: Rel, guards: Any) -> Theorem:
            one, sums = root_of_one(p), [p.sum_one(i, 1, body) for body in bodies(goal.left) + bodies(goal.right)]
            return p.certify(goal, *guards, *sums, one, p.rewrite(one, inv))

        return Witness({"d": ([], 1), "lr": ([], 1), "g": ([t, i], 1)}, {n: 0, **(values or {})}, shown)

    def over(self, body: Any) -> Any:
        """The sum over the coordinates."""
        return total(i, 1, self.d, body)

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
