"""Terms of the logic at one round of a run, as expressions that a kernel computes.

`1/0 = 0` and roots of negative numbers are 0, as the logic has it. What refers to an earlier round is kept by the
kernel from round to round; nothing here knows a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt

from adamtheory.engine.program import Watch
from adamtheory.language.tree import ONE, ZERO, Apply, Expr, Name, Number, digest, names, serialise
from adamtheory.logic.terms import ONE_MONOMIAL, Term, normal

MINUS_ONE = Number(Fraction(-1))
ROUND = Name("t")


class NotEvaluated(Exception):
    """A term that cannot be followed along a run; the message says which and why."""


def number(value: int | Fraction) -> Number:
    """A literal."""
    return Number(Fraction(value))


def plus(a: Expr, b: Expr) -> Expr:
    """a + b; a + (-1) b is a difference."""
    if a == ZERO or b == ZERO:
        return b if a == ZERO else a
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value + b.value)
    if isinstance(b, Apply) and b.op == "neg":
        return Apply("sub", (a, b.args[0]))
    return Apply("add", (a, b))


def minus(a: Expr, b: Expr) -> Expr:
    """a - b."""
    return plus(a, times(MINUS_ONE, b))


def times(a: Expr, b: Expr) -> Expr:
    """a b."""
    if ZERO in (a, b) or ONE in (a, b):
        return ZERO if ZERO in (a, b) else b if a == ONE else a
    if isinstance(a, Number) and isinstance(b, Number):
        return Number(a.value * b.value)
    if MINUS_ONE in (a, b):
        return Apply("neg", (b if a == MINUS_ONE else a,))
    return Apply("mul", (a, b))


def over(a: Expr, b: Expr) -> Expr:
    """a/b, and 0 where b is 0."""
    if a == ZERO or b == ZERO:
        return ZERO
    if isinstance(b, Number):
        return times(a, Number(1 / b.value)) if isinstance(a, Number) or b == ONE else Apply("div", (a, b))
    return Apply("where<", (ZERO, Apply("absolute", (b,)), Apply("div", (a, b)), ZERO))


def root(a: Expr) -> Expr:
    """The root of a, and 0 where a is negative."""
    if isinstance(a, Number):
        p, q = (isqrt(max(n, 0)) for n in (a.value.numerator, a.value.denominator))
        if a.value <= 0 or Fraction(p * p, q * q) == a.value:
            return number(0 if a.value <= 0 else Fraction(p, q))
    return Apply("sqrt", (Apply("maximum", (a, ZERO)),))


def raised(a: Expr, k: int) -> Expr:
    """a to the k-th power."""
    if isinstance(a, Number) or k < 2:
        return number(a.value**k) if isinstance(a, Number) else (ONE, a)[k]
    return Apply("ipow", (a, number(k)))


def choose(a: Expr, b: Expr, then: Expr, otherwise: Expr) -> Expr:
    """`then` where a < b, else `otherwise`."""
    if isinstance(a, Number) and isinstance(b, Number):
        return then if a.value < b.value else otherwise
    return then if then == otherwise else Apply("where<", (a, b, then, otherwise))


@dataclass(frozen=True)
class Meaning:
    """What a family of a theory is in a run.

    time    position of the argument that counts rounds (None: the same in all); the argument n means round n + offset
    at      its value in the present round
    before  its value in the round before, where the rule itself keeps that (a slot)
    """

    at: Expr
    time: int | None = None
    offset: int = 0
    before: Expr | None = None


@dataclass
class Rounds:
    """Collects what a run has to watch and keep; each quantity once, under a name that its text decides."""

    watches: dict[str, Watch] = field(default_factory=dict)

    def watch(self, kind: str, value: Expr) -> str:
        """The name under which `value` is gathered."""
        name = f"{kind}_{digest(serialise(value))[:16]}"
        self.watches.setdefault(name, Watch(name, kind, value))
        return name

    def kept(self, name: str, value: Expr) -> Expr:
        """What the kept quantity was a round ago."""
        self.watches.setdefault(name, Watch(name, "keep", value))
        return Name("@" + name)

    def before(self, value: Expr) -> Expr:
        """The value of an expression in the round before, 0 in the first."""
        return value if steady(value) else self.kept(f"before_{digest(serialise(value))[:16]}", value)

    def running(self, kind: str, body: Expr, step: Callable[[Expr], Expr]) -> Expr:
        """What has been gathered up to this round: step(what it was before)."""
        name = f"kept_{kind}_{digest(serialise(body))[:16]}"
        now = step(Name("@" + name))
        self.kept(name, now)
        return now

    def held(self, value: Expr, at: int) -> Expr:
        """The value that an expression had in round `at`; 0 before."""
        if steady(value):
            return value
        return self.running(
            f"round{at}", value,
            lambda old: choose(ROUND, number(at), ZERO, choose(ROUND, number(at + 1), value, old)),
        )  # fmt: skip


def steady(value: Expr) -> bool:
    """Whether an expression reads parameters only, and no schedule: the same in every round."""
    return all(name.id.startswith("@o_") or name.id.startswith("@p_") for name in names(value))


def shift_of(of: Term, variable: Term) -> int | None:
    """k if the term is variable + k, else None."""
    poly = dict(normal(of))
    step = frozenset({(("var", *variable.args), 1)})
    rest = {m: c for m, c in poly.items() if m not in (step, ONE_MONOMIAL)}
    constant = poly.get(ONE_MONOMIAL, Fraction(0))
    return int(constant) if not rest and poly.get(step) == 1 and constant.denominator == 1 else None


def literal(of: Term) -> int | None:
    """The integer that a term is, else None."""
    poly = dict(normal(of))
    constant = poly.pop(ONE_MONOMIAL, Fraction(0))
    return int(constant) if not poly and constant.denominator == 1 else None


@dataclass(frozen=True)
class Present:
    """Reads terms in the present round r of a run.

    meanings  of the families;  rounds: what is kept
    clock     the variable of rounds -> k: it stands for r - k
    """

    meanings: Mapping[str, Meaning]
    rounds: Rounds
    clock: tuple[Term, int] | None = None
    coordinates: frozenset[Term] = frozenset()

    def read(self, t: Term) -> Expr:
        """The expression of a term."""
        expression: Expr = getattr(self, f"_{t.op}")(t)
        return expression

    def _num(self, t: Term) -> Expr:
        return number(Fraction(*t.args))

    def _var(self, t: Term) -> Expr:
        if self.clock is not None and t is self.clock[0]:
            return minus(ROUND, number(self.clock[1]))
        raise NotEvaluated(f"the variable {t.args[0]} has no value in a round")

    def _add(self, t: Term) -> Expr:
        return plus(*(self.read(a) for a in t.args))

    def _mul(self, t: Term) -> Expr:
        a, b = t.args
        if b.op == "inv":
            return over(self.read(a), self.read(b.args[0]))
        return times(self.read(a), self.read(b))

    def _inv(self, t: Term) -> Expr:
        return over(ONE, self.read(t.args[0]))

    def _sqrt(self, t: Term) -> Expr:
        return root(self.read(t.args[0]))

    def _log(self, t: Term) -> Expr:
        a = self.read(t.args[0])
        return choose(ZERO, a, Apply("log", (a,)), ZERO)

    def _max(self, t: Term) -> Expr:
        a, b = (self.read(a) for a in t.args)
        return Apply("maximum", (a, b))

    def _pow(self, t: Term) -> Expr:
        return raised(self.read(t.args[0]), t.args[1])

    def _power(self, t: Term) -> Expr:
        """b^(r + e), by the recursion of b^(r - 1)."""
        base, exponent = self.read(t.args[0]), t.args[1]
        fixed = literal(exponent)
        if fixed is not None and fixed >= 0:
            return raised(base, fixed)
        lag = self._lag(exponent)
        if lag is None or lag > 1 or t.args[0].free:
            raise NotEvaluated("a power whose exponent is not the round")
        powers = self.rounds.running(
            "power", base, lambda old: choose(ROUND, number(2), ONE, times(old, base))
        )  # base^(r - 1)
        return times(powers, raised(base, 1 - lag))

    def _lag(self, index: Term) -> int | None:
        """k if the term is r - k."""
        if self.clock is None:
            return None
        shift = shift_of(index, self.clock[0])
        return None if shift is None else self.clock[1] - shift

    def _app(self, t: Term) -> Expr:
        name, arguments = t.args[0], t.args[2:]
        if name not in self.meanings:
            raise NotEvaluated(f"nothing in a run says what {name} is")
        meaning = self.meanings[name]
        if meaning.time is None:
            return meaning.at
        index = arguments[meaning.time]
        fixed = literal(index)
        if fixed is not None:
            return self.rounds.held(meaning.at, fixed + meaning.offset)
        lag = self._lag(index)
        if lag is None or lag - meaning.offset < 0:
            raise NotEvaluated(f"{name} is asked for a later round, or for none")
        return self.lagged(meaning, lag - meaning.offset)

    def lagged(self, meaning: Meaning, lag: int) -> Expr:
        """The value `lag` rounds ago."""
        value, left = (meaning.at, lag) if meaning.before is None or lag == 0 else (meaning.before, lag - 1)
        for _ in range(left):
            value = self.rounds.before(value)
        return value

    def _sum(self, t: Term) -> Expr:
        index, low, high, body = t.args
        if high.op == "app":  # the dimension
            return Apply(
                "total", (Present(self.meanings, self.rounds, self.clock, self.coordinates | {index}).read(body),)
            )
        if literal(low) != 1 or self._lag(high) != 0:
            raise NotEvaluated("a sum over rounds that does not run from the first to the present one")
        each = Present(self.meanings, self.rounds, (index, 0), self.coordinates).read(body)
        return self.rounds.running("sum", each, lambda old: plus(old, each))
