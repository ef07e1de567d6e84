"""What a term is worth: the total meaning of `docs/proof-format.md`, computed exactly, with no part of the normal form.

    evaluate(total(i, 1, n, inv(i)), {n: 4})                              Fraction(25, 12)
    evaluate(mean(w, g(w) * g(w)), families={"g": {("a",): 1, ("b",): -2}}, outcomes={"a": Fraction(1, 3), "b": ...})
    holds(sqrt(x) * sqrt(x) <= x, {x: 2})                                 True

Nothing here proves anything; it tests the normal form and confirms or rejects counterexamples. Numbers are exact as
long as that is possible: rationals, and sums of few square roots of rationals. Other roots and logarithms are balls of
python-flint; a question that balls leave open is asked again with more bits, and at last answered `Undecided`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isqrt
from typing import Any

from adamtheory.logic.kernel import EMPTY, Theory
from adamtheory.logic.terms import Rel, Term

BITS = (64, 256, 1024, 4096)
MOST_STEPS, LONGEST, MOST_ROOTS, MOST_KEPT = 200_000, 1 << 16, 6, 200_000


class Undecided(Exception):
    """The limits of precision or effort were reached before the answer was certain; the message says where."""


# --- numbers: int, Fraction, Roots, Ball ------------------------------------------------------------------------------


class Roots:
    """The sum of c * sqrt(d) over the entries d: c of `parts`, at least one of them irrational.

    The radicands are positive integers of which no two have a square for their product. Square roots of such numbers
    are linearly independent over the rationals, so the sum is zero for no coefficients but zeros: equality is exact.
    """

    def __init__(self, parts: dict[int, Fraction]) -> None:
        self.parts = parts


class Ball:
    """An `arb`, which contains the number that is meant. (Compared by identity, so that it can be remembered.)"""

    def __init__(self, arb: Any) -> None:
        self.arb = arb


Number = int | Fraction | Roots | Ball
RATIONAL = (int, Fraction)


def ball(a: Number) -> Any:
    """The number as an `arb` of the present precision."""
    from flint import arb, fmpq, fmpz

    if isinstance(a, Ball):
        return a.arb
    if isinstance(a, Roots):
        return sum((ball(c) * arb(fmpz(d)).sqrt() for d, c in a.parts.items()), arb(0))
    return arb(fmpq(a.numerator, a.denominator))


def _short(a: int | Fraction) -> Number:
    """The number itself, but a ball where it takes more than `LONGEST` bits to write down."""
    return Ball(ball(a)) if max(a.numerator.bit_length(), a.denominator.bit_length()) > LONGEST else a


def _square_root(n: int) -> int | None:
    root = isqrt(n)
    return root if root * root == n else None


def _without_squares(d: int, k: int) -> tuple[int, int]:
    """d without the squares of k in it, and the root of what was taken out: d = rest * root^2."""
    if d % (k * k):
        return d, 1
    rest, outside = _without_squares(d, k * k)  # what is left may hold k^2 once more
    return (rest, outside) if rest % (k * k) else (rest // (k * k), outside * k)


def _parts(a: int | Fraction | Roots) -> Mapping[int, int | Fraction]:
    return a.parts if isinstance(a, Roots) else {1: a}


def _collected(entries: Iterable[tuple[int, int | Fraction]]) -> Number:
    """The sum of c * sqrt(d) over entries (d, c), in its unique form."""
    total: dict[int, Fraction] = {1: Fraction(0)}
    for d, c in entries:
        for known in total:
            root = _square_root(d * known)
            if root is not None:  # sqrt(d) = root / known * sqrt(known)
                total[known] += Fraction(c) * Fraction(root, known)
                break
        else:
            for k in (2, 3, 5, 7):
                d, outside = _without_squares(d, k)
                c = c * outside
            total[d] = Fraction(c)
    kept = {d: c for d, c in total.items() if c}
    if not set(kept) - {1}:
        return _short(total[1])
    made = Roots(kept)
    return made if len(kept) <= MOST_ROOTS else Ball(ball(made))


def add(a: Number, b: Number) -> Number:
    """a + b."""
    if isinstance(a, RATIONAL) and isinstance(b, RATIONAL):
        return _short(a + b)
    if isinstance(a, Ball) or isinstance(b, Ball):
        return Ball(ball(a) + ball(b))
    return _collected([*_parts(a).items(), *_parts(b).items()])


def multiply(a: Number, b: Number) -> Number:
    """a b."""
    if isinstance(a, RATIONAL) and isinstance(b, RATIONAL):
        return _short(a * b)
    if a == 0 or b == 0:
        return 0
    if isinstance(a, Ball) or isinstance(b, Ball):
        return Ball(ball(a) * ball(b))
    pairs = [(d, c, e, k, gcd(d, e)) for d, c in _parts(a).items() for e, k in _parts(b).items()]
    return _collected([(d // g * (e // g), c * k * g) for d, c, e, k, g in pairs])


def negative(a: Number) -> Number:
    """-a."""
    return multiply(-1, a)


def positive(a: Number) -> bool:
    """0 < a, if that is certain either way."""
    if isinstance(a, RATIONAL):
        return a > 0
    enclosure = ball(a)
    if enclosure > 0 or enclosure <= 0:
        return bool(enclosure > 0)
    raise Undecided("a number too close to 0 to tell its sign")


def zero(a: Number) -> bool:
    """Whether a = 0, if that is certain either way."""
    if isinstance(a, Ball):
        if a.arb == 0 or not a.arb.contains(0):
            return bool(a.arb == 0)
        raise Undecided("a number too close to 0 to tell whether it is 0")
    return a == 0


def nonnegative(a: Number) -> bool:
    """0 <= a, if that is certain either way."""
    return True if isinstance(a, Ball) and a.arb >= 0 else not positive(negative(a))


def inverse(a: Number) -> Number:
    """1/a, and 0 for 0."""
    if zero(a):
        return 0
    if isinstance(a, RATIONAL):
        return Fraction(a.denominator, a.numerator) if a > 0 else Fraction(-a.denominator, -a.numerator)
    if isinstance(a, Roots) and len(a.parts) <= 2:
        # 1 / (p + q) = (p - q) / (p^2 - q^2) for two roots p and q, whose squares are rational and different.
        (d, c), *rest = a.parts.items()
        conjugate = Roots({d: c, **{e: -k for e, k in rest}})
        norm = c * c * d - sum(k * k * e for e, k in rest)
        return multiply(1 / norm, conjugate)
    return Ball(1 / ball(a))


def root(a: Number) -> Number:
    """The nonnegative square root, and 0 for negative numbers."""
    if isinstance(a, RATIONAL):
        return _collected([(a.numerator * a.denominator, Fraction(1, a.denominator))]) if a > 0 else 0
    from flint import arb

    enclosure = ball(a)
    if enclosure >= 0:
        return Ball(enclosure.sqrt())
    upper = enclosure.upper()
    return Ball(arb(0).union(upper.sqrt())) if upper > 0 else 0


def logarithm(a: Number) -> Number:
    """The natural logarithm, and 0 where there is none."""
    if a == 1 or not positive(a):
        return 0
    return Ball(ball(a).log())


def maximum(a: Number, b: Number) -> Number:
    """The larger of two numbers."""
    if isinstance(a, Ball) or isinstance(b, Ball):
        return Ball(ball(a).max(ball(b)))
    return b if positive(add(b, negative(a))) else a


def raised(a: Number, k: int) -> Number:
    """a^k, with 0^0 = 1, and 1/a raised to -k for k < 0."""
    if k < 0:
        return raised(inverse(a), -k)
    if k == 0:
        return 1
    if isinstance(a, RATIONAL):
        bits = max(a.numerator.bit_length(), a.denominator.bit_length())
        exact = bits * k <= LONGEST or a in (-1, 0, 1)
        return type(a)(a**k) if exact else Ball(ball(a) ** k)
    if isinstance(a, Roots) and k <= 64:
        half = raised(a, k // 2)
        return multiply(multiply(half, half), a if k % 2 else 1)
    return Ball(ball(a) ** k)


# --- terms ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formula:
    """A family given by a term over its arguments: `Formula((t,), 1 / (t * t))`."""

    variables: tuple[Term, ...]
    body: Term


# What may be given for a family: a number (a constant, or the same everywhere), a table from tuples of arguments (0
# elsewhere), a formula, or a function of ints, Fractions and outcomes.
Given = int | Fraction | Mapping[tuple[Any, ...], int | Fraction] | Formula | Callable[..., Any]


class Interpretation:
    """A meaning for the families: those that a theory declares, by `families`, those that it defines, by recursion.

    families  name -> number, table, formula or function (see `Given`)
    outcomes  outcome -> its probability, an int or a Fraction; without it there is one outcome, called 0
    theory    where the definitions are; a defined sequence is 0 at negative indices, where no rule speaks of it
    """

    def __init__(
        self,
        families: Mapping[str, Given] | None = None,
        outcomes: Mapping[Any, int | Fraction] | None = None,
        theory: Theory = EMPTY,
    ) -> None:
        self.families = dict(families or {})
        self.outcomes = dict(outcomes or {0: 1})
        weights = list(self.outcomes.values())
        if not all(isinstance(p, RATIONAL) and p >= 0 for p in weights) or sum(weights) != 1:
            raise ValueError("the probabilities of the outcomes are rational, not negative, and sum to 1")
        entries = [entry for entry in theory.entries if entry[0] == "define"]
        self.definitions = {name: (entry, j) for entry in entries for j, name in enumerate(entry[1])}
        self._at: dict[int, _Evaluation] = {}

    def value(self, of: Term, values: Mapping[Term, Any] | None = None, bits: int = BITS[0]) -> Any:
        """The value: an int (sort Z), an outcome (W), a Fraction, or where it is irrational an `arb`."""

        def finish(evaluation: _Evaluation) -> Any:
            result = evaluation.value(of, dict(values or {}))
            if of.sort == "W":
                return result
            if isinstance(result, RATIONAL):
                return int(result) if of.sort == "Z" else Fraction(result)
            return ball(result)

        return self._ask(finish, [b for b in BITS if b > bits], bits)

    def holds(self, claim: Rel, values: Mapping[Term, Any] | None = None) -> bool:
        """Whether the relation holds. Limits are never decided."""
        if claim.kind == "lim":
            raise Undecided("a limit is not decided by values")

        def compare(evaluation: _Evaluation) -> bool:
            env = dict(values or {})
            difference = add(evaluation.value(claim.right, env), negative(evaluation.value(claim.left, env)))
            return {"le": nonnegative, "lt": positive, "eq": zero}[claim.kind](difference)

        return bool(self._ask(compare, BITS[1:], BITS[0]))

    def _ask(self, question: Callable[[_Evaluation], Any], more: Iterable[int], bits: int) -> Any:
        from flint import ctx

        for precision in (bits, *more):
            if precision not in self._at:
                self._at[precision] = _Evaluation(self)
            try:
                with ctx.workprec(precision):
                    return question(self._at[precision])
            except Undecided as error:
                reason = str(error)
        raise Undecided(f"{reason}, at {precision} bits")


class _Evaluation:
    """Values at one precision, each computed once."""

    def __init__(self, meaning: Interpretation) -> None:
        self.meaning = meaning
        self.memo: dict[Any, Any] = {}
        self.sums: dict[Any, list[Number]] = {}
        self.rows: dict[Any, list[tuple[Number, ...]]] = {}
        self.free: dict[Term, tuple[Term, ...]] = {}

    def place(self, t: Term, env: dict[Term, Any]) -> tuple[Any, ...]:
        """What the value of the term depends on."""
        if t not in self.free:
            self.free[t] = tuple(t.free)
        return (t, *(env.get(v) for v in self.free[t]))

    def value(self, t: Term, env: dict[Term, Any]) -> Any:
        """The value of a term; its part of each operation is the method of that name below."""
        if t.op == "num":
            return t.args[0] if t.args[1] == 1 else Fraction(*t.args)
        if t.op == "var":
            return self.variable(t, env)
        place = self.place(t, env)
        if place not in self.memo:
            if len(self.memo) > MOST_KEPT:
                self.memo.clear()
            self.memo[place] = getattr(self, f"_{t.op}")(t, env)
        return self.memo[place]

    def variable(self, t: Term, env: dict[Term, Any]) -> Any:
        if t not in env:
            raise LookupError(f"the variable {t.args[0]} has no value")
        value = env[t]
        wanted = {"Z": (int,), "R": (int, Fraction, Roots, Ball), "W": (object,)}[t.sort]
        if not isinstance(value, wanted) or (t.sort != "W" and isinstance(value, bool)):
            raise TypeError(f"{t.args[0]} of sort {t.sort} cannot have the value {value!r}")
        return value

    def parts(self, t: Term, env: dict[Term, Any]) -> list[Any]:
        return [self.value(a, env) for a in t.args if type(a) is Term]

    def _add(self, t: Term, env: dict[Term, Any]) -> Number:
        return add(*self.parts(t, env))

    def _mul(self, t: Term, env: dict[Term, Any]) -> Number:
        return multiply(*self.parts(t, env))

    def _max(self, t: Term, env: dict[Term, Any]) -> Number:
        return maximum(*self.parts(t, env))

    def _inv(self, t: Term, env: dict[Term, Any]) -> Number:
        return inverse(*self.parts(t, env))

    def _sqrt(self, t: Term, env: dict[Term, Any]) -> Number:
        return root(*self.parts(t, env))

    def _log(self, t: Term, env: dict[Term, Any]) -> Number:
        return logarithm(*self.parts(t, env))

    def _pow(self, t: Term, env: dict[Term, Any]) -> Number:
        return raised(self.value(t.args[0], env), t.args[1])

    def _power(self, t: Term, env: dict[Term, Any]) -> Number:
        return raised(*self.parts(t, env))

    def _sum(self, t: Term, env: dict[Term, Any]) -> Number:
        index, low, high, body = t.args
        first: int = self.value(low, env)
        last: int = self.value(high, env)
        if last < first:
            return 0
        if last - first >= MOST_STEPS:
            raise Undecided(f"a sum of more than {MOST_STEPS} terms")
        # Sums up to n and to n + 1 share their beginning.
        around = frozenset((v, env.get(v)) for v in body.free - {index})
        sums = self.sums.setdefault((index, first, body, around), [])
        while len(sums) <= last - first:
            each = self.value(body, {**env, index: first + len(sums)})
            sums.append(add(sums[-1], each) if sums else each)
        return sums[last - first]

    def _mean(self, t: Term, env: dict[Term, Any]) -> Number:
        outcome, body = t.args
        total: Number = 0
        for label, probability in self.meaning.outcomes.items():
            total = add(total, multiply(probability, self.value(body, {**env, outcome: label})))
        return total

    def _app(self, t: Term, env: dict[Term, Any]) -> Number:
        name, sort = t.args[:2]
        args = tuple(self.parts(t, env))
        if name in self.meaning.definitions:
            entry, j = self.meaning.definitions[name]
            rows: tuple[Number, ...] = self.defined(entry, args[:-1], args[-1])
            return rows[j]
        if name not in self.meaning.families:
            raise LookupError(f"the family {name} has no meaning here")
        given = self.meaning.families[name]
        if isinstance(given, RATIONAL):
            value: Any = given
        elif isinstance(given, Formula):
            value = self.value(given.body, dict(zip(given.variables, args, strict=True)))
        elif any(isinstance(a, Roots | Ball) for a in args):
            raise Undecided(f"{name} at an irrational number")
        else:
            value = given.get(args, 0) if isinstance(given, Mapping) else given(*args)
        whole = type(value) is int or (type(value) is Fraction and value.denominator == 1)
        if not (whole if sort == "Z" else isinstance(value, int | Fraction | Roots | Ball)):
            raise TypeError(f"{name}{args} of sort {sort} cannot have the value {value!r}")
        return int(value) if whole else value

    def defined(self, entry: Any, parameters: tuple[Any, ...], n: int) -> tuple[Number, ...]:
        """The values at n of the sequences that are defined together."""
        _, names, variables, index, previous, inits, steps = entry
        if n < 0:
            return (0,) * len(names)
        if n > MOST_STEPS:
            raise Undecided(f"a recursion of more than {MOST_STEPS} steps")
        env = dict(zip(variables, parameters, strict=True))
        rows = self.rows.setdefault((names, parameters), [])
        if not rows:
            rows.append(tuple(self.value(init, env) for init in inits))
        while len(rows) <= n:
            now = {**env, index: len(rows) - 1, **dict(zip(previous, rows[-1], strict=True))}
            rows.append(tuple(self.value(step, now) for step in steps))
        return rows[n]


def evaluate(
    of: Term,
    values: Mapping[Term, Any] | None = None,
    families: Mapping[str, Given] | None = None,
    outcomes: Mapping[Any, int | Fraction] | None = None,
    theory: Theory = EMPTY,
    bits: int = BITS[0],
) -> Any:
    """The exact value of a term: an int, an outcome, a Fraction, or where it is irrational an `arb` (see `value`)."""
    return Interpretation(families, outcomes, theory).value(of, values, bits)


def holds(
    claim: Rel,
    values: Mapping[Term, Any] | None = None,
    families: Mapping[str, Given] | None = None,
    outcomes: Mapping[Any, int | Fraction] | None = None,
    theory: Theory = EMPTY,
) -> bool:
    """Whether a relation holds; raises `Undecided` where balls do not separate within the limits."""
    return Interpretation(families, outcomes, theory).holds(claim, values)
