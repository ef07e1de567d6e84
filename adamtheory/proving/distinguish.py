"""The shortest sequence of gradients on which two rules part, by exact arithmetic in their plain-Python readings.

    distinguish(Form(adam, {...}), Form(adam_eps_hat, {...}))        Parting(gradients=((1,),), difference=[...])
    distinguish_rates(Form(amsgrad, {...}), Form(amsgrad_optax, {...}))

All sequences over a small pool of rationals are tried, the short ones first. The numbers are fractions where all roots
are rational and else balls, so a difference that is reported is certain; what balls leave open counts as none. A
sequence on which a rule divides by 0 is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from adamtheory.errors import NotRationalError
from adamtheory.language.arithmetic import Arithmetic, arithmetic
from adamtheory.language.reading import reading
from adamtheory.language.rule import Rule

History = tuple[Fraction, ...]
POOL = (Fraction(1), Fraction(0), Fraction(-1), Fraction(2), Fraction(1, 2))
BITS = 128


@dataclass(frozen=True)
class Form:
    """A rule with all its parameters, as rationals."""

    rule: Rule
    parameters: Mapping[str, Fraction | int]


@dataclass(frozen=True)
class Parting:
    """The histories on which two forms part, and what the difference is: a `Fraction`, or an `arb` that contains it."""

    histories: tuple[History, ...]
    difference: Any


def steps(form: Form, history: Sequence[Fraction], system: Arithmetic) -> list[Any]:
    """x_{t-1} - x_t for t = 1, 2, ..., on these gradients.

    Raises `ZeroDivisionError` where the rule divides by 0, `NotRationalError` where a root is not rational.
    """
    step = reading(form.rule, system)
    slots = {slot.name: [system.number(slot.initial)] for slot in form.rule.slots}
    scalars = {name: system.number(Fraction(value)) for name, value in form.parameters.items()}
    found = []
    for t, gradient in enumerate(history, 1):
        if form.rule.scalar("t"):
            scalars["t"] = system.number(Fraction(t))
        arrays = {"x": [system.number(Fraction(0))], "g": [system.number(gradient)], **slots}
        results, slots = step(arrays, scalars)
        (moved,) = results[0]
        finite = getattr(moved, "is_finite", None)  # of a ball; fractions and floats have none
        if finite is not None and not finite():
            raise ZeroDivisionError(f"{form.rule.name} divides by 0 at t = {t}")
        found.append(-moved)
    return found


def exactly(forms: Sequence[Form], history: Sequence[Fraction]) -> list[list[Any]] | None:
    """The steps of each form, in fractions or else in balls; None where one divides by 0."""
    for name in ("rational", "ball"):
        try:
            return [steps(form, history, arithmetic(name)) for form in forms]
        except NotRationalError:
            continue
        except ZeroDivisionError:
            return None
    return None


def apart(a: Any) -> bool:
    """Whether a number is certainly not 0."""
    return bool(a != 0) if isinstance(a, Fraction) else not a.contains(0)


def together(*numbers: Any) -> tuple[Any, ...]:
    """The numbers as they are if all are fractions, and else all as balls."""
    if all(isinstance(number, Fraction) for number in numbers):
        return numbers
    system = arithmetic("ball")
    return tuple(system.number(number) if isinstance(number, Fraction) else number for number in numbers)


def histories(pool: Sequence[Fraction], length: int) -> Iterator[History]:
    """All sequences of that length, in the order of the pool."""
    yield from product(pool, repeat=length)


def distinguish(first: Form, second: Form, pool: Sequence[Fraction] = POOL, longest: int = 3) -> Parting | None:
    """The first sequence after which the two iterates differ, and the first's minus the second's."""
    from flint import ctx

    with ctx.workprec(BITS):
        for length in range(1, longest + 1):
            for history in histories(pool, length):
                found = exactly((first, second), history)
                if found is None:
                    continue
                difference = sum(found[1]) - sum(found[0])
                if apart(difference):
                    return Parting((history,), difference)
    return None


def distinguish_rates(first: Form, second: Form, pool: Sequence[Fraction] = POOL, longest: int = 3) -> Parting | None:
    """The first two histories of one length on which the quotient of the last steps is not the same.

    No sequence of step sizes then takes the second form to the first. The difference is that of the cross products,
    (step of the first on one) (step of the second on the other) less the same with the histories exchanged.
    """
    from flint import ctx

    with ctx.workprec(BITS):
        for length in range(1, longest + 1):
            known = [(history, exactly((first, second), history)) for history in histories(pool, length)]
            defined = [(history, found) for history, found in known if found is not None]
            for (one, a), (two, b) in combinations(defined, 2):
                p, q, r, s = together(a[0][-1], b[1][-1], b[0][-1], a[1][-1])
                difference = p * q - r * s
                if apart(difference):
                    return Parting((one, two), difference)
    return None
