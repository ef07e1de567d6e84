"""How regret grows, in words: the fitted law as a formula and the verdict as sentences for a newcomer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt

from adamtheory.hindsight.growth import LINEAR, SUBLINEAR, UNDECIDED
from adamtheory.runs.comparator import in_words
from adamtheory.runs.summary import NOT_FINITE, Row

# A term of the fit is shown where its share of R_T is at least this: the root beside a linear law is of interest long
# before it is large, a linear part below a thousandth is what the fit leaves of rounding, a constant is a detail.
SHARES = {"linear": 1e-3, "root": 1e-4, "constant": 0.05}
FLAT = 0.05  # a log slope below this is called no growth
ROUNDING = 1e-9  # a relative spread over seeds below this is none
NAMED = 4  # optimizers that a sentence lists by name


def significant(value: float, digits: int = 4) -> str:
    """A number with at least so many digits: 0.6667, 667116, 1.20e-07."""
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e9:
        return f"{value:.{max(1, digits - 2)}e}"
    text = f"{value:.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:#.{digits}g}"
    return text.removesuffix(".")


def with_error(value: float, error: float | None, digits: int = 4) -> str:
    """`1.234 ± 0.056`, the value to the last place of its error; the value alone where all seeds agree."""
    if not _is_error(value, error):
        return significant(value, digits)
    assert error is not None
    places = 0
    while places < 9 and error * 10**places < 9.5:
        places += 1
    if max(abs(value), error) >= 1e9 or places == 9:
        return f"{value:.3e} ± {error:.1e}"
    return f"{value:.{places}f} ± {error:.{places}f}"


def _is_error(value: float, error: float | None) -> bool:
    """Whether an error is known and more than rounding."""
    return error is not None and error > ROUNDING * abs(value)


def law_text(row: Row) -> str:
    """The fit of R_T on T, sqrt(T) and 1 without the terms that do not matter: `0.6667 T + 0.444 sqrt(T)`."""
    if row.linear is None or row.root is None or row.constant is None:
        return "too few checkpoints"
    whole = abs(row.regret) or 1.0
    terms = (
        ("linear", " T", row.linear, row.linear_error, row.rounds, 4),
        ("root", " sqrt(T)", row.root, row.root_error, sqrt(row.rounds), 3),
        ("constant", "", row.constant, None, 1.0, 3),
    )
    text = ""
    for kind, power, value, error, size, digits in terms:
        if abs(value) * size >= SHARES[kind] * whole and abs(value) > (error or 0.0) and (text or kind != "constant"):
            text = _joined(text, value, error, digits, power)
    return text or _without_powers(row)


def _without_powers(row: Row) -> str:
    """What is left to say where neither T nor sqrt(T) has a coefficient that can be told from zero."""
    if row.slope is not None and row.slope > FLAT:
        return f"about T^{row.slope:.2f}"
    return f"about constant, {significant(row.regret, 3)}"


def _joined(before: str, value: float, error: float | None, digits: int, power: str) -> str:
    sign = "-" if value < 0 else "+" if before else ""
    number = with_error(abs(value), error, digits)
    number = f"({number})" if _is_error(value, error) and power else number
    return f"{before} {sign} {number}{power}" if before else f"{sign}{number}{power}"


def sentences(rows: Sequence[Row], losses: str) -> list[str]:
    """The verdict in words: which optimizers' regret grows linearly, which slower, and what that means."""
    groups = {v: [row for row in rows if row.verdict == v] for v in (LINEAR, SUBLINEAR, UNDECIDED, NOT_FINITE)}
    told: dict[str, Callable[[list[Row]], str]] = {
        LINEAR: _linear, SUBLINEAR: _sublinear, UNDECIDED: _undecided, NOT_FINITE: _not_finite,
    }  # fmt: skip
    found = [told[verdict](group) for verdict, group in groups.items() if group]
    found = [f"On {losses} {found[0]}", *(_capital(text) for text in found[1:])]
    broken = [row for row in rows if row.gamma_first is not None]
    if broken:
        first = min(row.gamma_first or 0 for row in broken)
        when = f"at t = {first}" if len(broken) == 1 else f"at t = {first} at the earliest"
        found.append(
            f"For {_names(broken)} Gamma is negative, first {when}: regret theorems that need Gamma >= 0 in every "
            "round do not apply."
        )
    return found


def _linear(rows: list[Row]) -> str:
    rates = _range([row.recent for row in rows])
    points = {row.comparator for row in rows if row.comparator is not None and row.against == "best"}
    point = f", x = {min(points):.4g}" if len(points) == 1 else ""
    return (
        f"the regret of {_names(rows)} grows linearly: over rounds T/10 to T {_it(rows)} lost on average about "
        f"{rates} a round more than {in_words(rows[0].against)}{point if rows[0].scalar else ''}."
    )


def _it(rows: list[Row]) -> str:
    return "it" if len(rows) == 1 else "they"


def _sublinear(rows: list[Row]) -> str:
    settled = [row for row in rows if row.regret <= 0]
    growing = [row for row in rows if row.regret > 0]
    told = []
    if growing and all(map(_is_root, growing)):
        told.append(
            f"the regret of {_names(growing)} grows like sqrt(T): the average regret R_T/T falls like 1/sqrt(T)"
        )
    elif growing:
        told.append(f"the regret of {_names(growing)} grows {_exponents(growing)}: the average regret R_T/T falls")
    if settled:
        told.append(
            f"the regret of {_names(settled)} is not positive: {_it(settled)} lost no more than "
            f"{in_words(settled[0].against)}"
        )
    return "; ".join(told) + "."


def _is_root(row: Row) -> bool:
    """Whether the sqrt(T) term of the fit is most of the regret."""
    if row.root is None or row.linear is None or row.regret <= 0:
        return False
    return row.root * sqrt(row.rounds) > 0.5 * row.regret and abs(row.linear) * row.rounds < 0.05 * row.regret


def _exponents(rows: list[Row]) -> str:
    slopes = [max(row.slope, 0.0) for row in rows if row.slope is not None]  # below 0 by a hair: no growth
    if not slopes:
        return "slower than T"
    low, high = f"{min(slopes):.2f}", f"{max(slopes):.2f}"
    if max(slopes) < FLAT:
        return "hardly any more"
    powers = low if low == high else f"{low} to {high}"
    return f"slower than T (like T to the power {powers} over the last two decades)"


def _undecided(rows: list[Row]) -> str:
    return (
        f"it is too early to say whether the regret of {_names(rows)} is linear: after {rows[0].rounds} rounds neither "
        "law describes it; give more rounds (-T)."
    )


def _not_finite(rows: list[Row]) -> str:
    first = min(row.nonfinite or 0 for row in rows)
    # before the first step has had any effect lr is not to blame: 0/0, where a first gradient is 0 and eps too
    advice = "a smaller lr may help" if first > 1 else "it may be 0/0: give eps > 0"
    return f"the iterate or state of {_names(rows)} is no longer finite, first in round {first}; {advice}."


def _names(rows: list[Row]) -> str:
    """`adam`, `amsgrad, adagrad and sgd`, or how many of which optimizers."""
    names = [row.name for row in rows]
    if len(names) > NAMED:
        counts = Counter(row.optimizer for row in rows)
        names = [f"{name} ({count} settings)" if count > 1 else name for name, count in counts.items()]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _range(values: list[float]) -> str:
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return low if low == high else f"{low} to {high}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
