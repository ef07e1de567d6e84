"""Terms as they are written on paper: `x*x + 1`, `maximum(v, w)`, `g(t, i)`, `sqrt(v(n)) <= G`.

Importing this module gives terms their operators. It is comfort, outside the trusted pair: whatever it builds goes
through the constructors of `terms.py`, so a fault here can write a wrong sentence (which is printed) but not prove one.

    x, y = reals("x y")
    n = integer("n")
    setting = Setting()
    g = setting.family("g", "Z")
    setting.assume("bounded", g(n) * g(n) <= 1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adamtheory.logic import kernel
from adamtheory.logic.terms import Refused, Rel, Term, rel, term


def lift(value: Any) -> Any:
    """The term that a term, an int or a Fraction stands for; anything else, floats first of all, is refused."""
    if type(value) is Term:
        return value
    if type(value) is Fraction:
        return term("num", value.numerator, value.denominator)
    if type(value) is int:
        return term("num", value, 1)
    raise Refused(f"{value!r} is no term: write numbers as ints or Fractions (Fraction('0.1') is 1/10)")


def real(name: str) -> Any:
    """A real variable."""
    return term("var", name, "R")


def integer(name: str) -> Any:
    """An integer variable."""
    return term("var", name, "Z")


def outcome(name: str) -> Any:
    """An outcome variable, over which expectations are taken."""
    return term("var", name, "W")


def reals(names: str) -> Any:
    """Real variables, their names apart by blanks."""
    return tuple(real(name) for name in names.split())


def integers(names: str) -> Any:
    """Integer variables, their names apart by blanks."""
    return tuple(integer(name) for name in names.split())


def _operation(op: str) -> Callable[..., Any]:
    return lambda *args: term(op, *(lift(a) for a in args))


sqrt, inv, log, maximum, power = map(_operation, ("sqrt", "inv", "log", "max", "power"))


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two numbers: -max(-a, -b)."""
    return -maximum(-lift(a), -lift(b))


def absolute(a: Any) -> Any:
    """The absolute value: max(a, -a)."""
    return maximum(a, -lift(a))


def total(index: Any, low: Any, high: Any, body: Any) -> Any:
    """The sum of the body over index = low, ..., high."""
    return term("sum", index, lift(low), lift(high), lift(body))


def mean(over: Any, body: Any) -> Any:
    """The expectation of the body over the outcome."""
    return term("mean", over, lift(body))


def positive_part(a: Any) -> Any:
    """max(a, 0)."""
    return maximum(a, 0)


def indicator(a: Any) -> Any:
    """1 where a > 0, else 0: max(a, 0) inv(max(a, 0)), since inv(0) = 0."""
    return positive_part(a) * inv(positive_part(a))


def le(a: Any, b: Any) -> Rel:
    """a <= b."""
    return rel("le", lift(a), lift(b))


def lt(a: Any, b: Any) -> Rel:
    """a < b."""
    return rel("lt", lift(a), lift(b))


def eq(a: Any, b: Any) -> Rel:
    """a = b."""
    return rel("eq", lift(a), lift(b))


def tends(a: Any, limit: Any, index: Any) -> Rel:
    """a tends to the limit as the index grows."""
    return rel("lim", lift(a), lift(limit), index)


def _raised(base: Term, exponent: Any) -> Any:
    """x**2 is a power with a literal exponent, b**n with an integer term the running power, x**-1 the reciprocal."""
    if type(exponent) is int:
        return term("pow", base, exponent) if exponent >= 0 else inv(term("pow", base, -exponent))
    return power(base, exponent)


def _no_truth(self: Rel) -> bool:
    raise TypeError("a relation has no truth value; write a chain a <= b <= c as two relations")


_OPERATORS: dict[str, Callable[..., Any]] = {
    "__add__": lambda a, b: term("add", a, lift(b)),
    "__radd__": lambda a, b: term("add", lift(b), a),
    "__mul__": lambda a, b: term("mul", a, lift(b)),
    "__rmul__": lambda a, b: term("mul", lift(b), a),
    "__neg__": lambda a: term("mul", lift(-1), a),
    "__sub__": lambda a, b: term("add", a, -lift(b)),
    "__rsub__": lambda a, b: term("add", lift(b), -a),
    "__truediv__": lambda a, b: term("mul", a, inv(b)),
    "__rtruediv__": lambda a, b: term("mul", lift(b), inv(a)),
    "__pow__": _raised,
    "__le__": le,
    "__lt__": lt,
    "__ge__": lambda a, b: le(b, a),
    "__gt__": lambda a, b: lt(b, a),
}
for _name, _method in _OPERATORS.items():
    setattr(Term, _name, _method)
Rel.__bool__ = _no_truth  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Family:
    """A family of the theory, to be applied: `g(t, i)`."""

    name: str
    result: str = "R"

    def __call__(self, *args: Any) -> Any:
        return term("app", self.name, self.result, *(lift(a) for a in args))


class Setting:
    """A theory while it is being written down; `theory` is what stands so far.

    >>> s = Setting()
    >>> alpha = s.constant("alpha")
    >>> s.assume("alpha_positive", 0 < alpha)
    """

    def __init__(self, theory: kernel.Theory = kernel.EMPTY) -> None:
        self.theory = theory
        self.rules: list[Any] = []  # what was read into the theory (`reading.read` adds to it)
        self.readings: list[Any] = []  # how it was read: the `Reading`s

    def constant(self, name: str, result: str = "R") -> Any:
        """Declare a constant, real or (`"Z"`) integer."""
        self.theory = self.theory.declare(name, (), result)
        return Family(name, result)()

    def constants(self, names: str) -> Any:
        """Declare real constants, their names apart by blanks."""
        return tuple(self.constant(name) for name in names.split())

    def family(self, name: str, sorts: str, result: str = "R") -> Family:
        """Declare a family; `sorts` has a letter an argument: `"ZZ"` for g(t, i), `"ZW"` for g(t, w)."""
        self.theory = self.theory.declare(name, tuple(sorts), result)
        return Family(name, result)

    def define(
        self,
        equations: Mapping[str, tuple[Any, Callable[..., Any]]],
        parameters: Sequence[Any] = (),
        index: Any = None,
    ) -> tuple[Family, ...]:
        """Define sequences together: name -> (init, step), where `step(n, f1, ..., fm)` gives the next value.

        >>> n = integer("n"); s = Setting(); b = s.constant("b")
        >>> (p,) = s.define({"p": (1, lambda n, p: p * b)}, index=n)
        """
        index = integer("n") if index is None else index
        taken = {v.args[0] for v in (*parameters, index)} | {name for name, _ in self.theory.names} | set(equations)
        previous = []
        for name in equations:
            fresh = f"{name}_previous"
            while fresh in taken:
                fresh += "_"
            previous.append(real(fresh))
        steps = tuple(lift(step(index, *previous)) for _, step in equations.values())
        inits = tuple(lift(init) for init, _ in equations.values())
        self.theory = self.theory.define(tuple(equations), tuple(parameters), index, tuple(previous), inits, steps)
        return tuple(Family(name) for name in equations)

    def assume(self, name: str, claim: Rel, guards: Iterable[Rel] = (), axiom: bool = False) -> None:
        """Add an assumption, for all values of its free variables that satisfy the guards (sorted by name)."""
        guards = tuple(guards)
        free = claim.free.union(*(g.free for g in guards))
        variables = tuple(sorted(free, key=lambda v: str(v.args)))
        self.theory = self.theory.assume(name, "axiom" if axiom else "assumption", variables, guards, claim)

    def means_exist(self) -> None:
        """Promise that every expectation written in the proof exists."""
        self.theory = self.theory.means_exist()
