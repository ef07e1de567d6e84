"""The reading of a rule is the rule: its recursions, evaluated exactly, give what plain Python gives on the same text.

The two share the parsed tree and nothing else: one goes through terms and the evaluator, the other through
`language.reading` in ball arithmetic.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from adamtheory.language import at_least_one, decay, nonnegative, rule, sqrt, total, where
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import reading as plain_reading
from adamtheory.language.rule import Rule
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.kernel import FACTS
from adamtheory.logic.notation import Setting, integer, integers, real
from adamtheory.logic.printing import text
from adamtheory.logic.reading import read
from adamtheory.logic.terms import Refused, Term
from adamtheory.losses import LOSSES
from adamtheory.rules import RULES
from adamtheory.rules.adam import adam
from adamtheory.rules.amsgrad import amsgrad
from adamtheory.sets import SETS

GRADIENTS = [Fraction(3), Fraction(-1, 2), Fraction(1, 7), Fraction(-2)]
VALUES = {"lr": Fraction(1, 10), "eta": Fraction(1, 3)}
n, i = integers("n i")


def parameters(of: Rule) -> dict[str, Fraction]:
    """The defaults, and values for what has none."""
    declared = {s.name: s.default if s.default is not None else Fraction(1, 2) for s in of.scalars if s.name != "t"}
    return declared | {name: VALUES[name] for name in VALUES if of.scalar(name)}


# A real exponent that depends on t has no term: 0.96**(t/250).
UNREADABLE = {"nadam", "nadam_torch"}
# In one coordinate its gradient is projected to an interval around 0, of which a ball has no root; floats do.
IN_FLOATS = {"ndadam"}


def in_plain_python(of: Rule, given: dict[str, Fraction], system: Any) -> list[Any]:
    """The iterates after each step."""
    step = plain_reading(of, system)
    x, slots = [system.number(Fraction(1))], {s.name: [system.number(s.initial)] for s in of.slots}
    found = []
    for t, g in enumerate(GRADIENTS, 1):
        scalars = {name: system.number(value) for name, value in given.items()} | {"t": system.number(Fraction(t))}
        used = {s.name: scalars[s.name] for s in of.scalars}
        (x,), slots = step({"x": x, "g": [system.number(g)], **slots}, used)
        found.append(x[0])
    return found


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_a_real_exponent_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="exponent"):
        read(RULES[name], Setting(), inputs={"g": lambda t, x: t}, start=1)


@pytest.mark.parametrize("name", sorted(set(RULES) - UNREADABLE))
def test_every_optimizer_means_the_same_in_the_logic(name: str) -> None:
    of = RULES[name]
    given = parameters(of)
    setting = Setting()
    g = setting.family("g", "Z")
    found = read(of, setting, inputs={"g": lambda t, x: g(t)}, start=1, scalars=given)
    meaning = Interpretation({"g": {(t,): v for t, v in enumerate(GRADIENTS, 1)}}, theory=setting.theory)
    system = arithmetic("float64" if name in IN_FLOATS else "ball")
    for k, expected in enumerate(in_plain_python(of, given, system), 1):
        value = meaning.value(found.slot("x", k))
        ball = value if not isinstance(value, Fraction) else arithmetic("ball").number(value)
        assert name in IN_FLOATS or ball.overlaps(expected), (k, ball, expected)
        assert float(abs(ball - expected)) < 1e-9


def test_the_loss_of_the_counterexample_is_read_from_its_text() -> None:
    setting = Setting()
    loss = read(LOSSES["reddi"], setting, scalars={"N": 3, "scale": 1, "C": 5})
    meaning = Interpretation(theory=setting.theory)
    u = real("u")
    gradients = [meaning.value(loss.value("gradient", k, x=u), {u: Fraction(1, 2)}) for k in range(6)]
    assert gradients == [5, -1, -1, 5, -1, -1]
    losses = [meaning.value(loss.value("result", k, x=u), {u: Fraction(1, 2)}) for k in range(3)]
    assert losses == [Fraction(5, 2), Fraction(-1, 2), Fraction(-1, 2)]


@pytest.mark.parametrize("y", [Fraction(-3), Fraction(-1), Fraction(1, 3), Fraction(1), Fraction(7)])
def test_the_box_is_read_from_its_text(y: Fraction) -> None:
    box = read(SETS["box"], Setting(), scalars={"low": -1, "high": 1})
    where_y = real("y")
    value = Interpretation().value(box.value("result", 0, y=where_y), {where_y: y})
    assert value == max(Fraction(-1), min(Fraction(1), y))


def test_only_the_slots_asked_for_and_what_they_read_are_defined() -> None:
    setting = Setting()
    g = setting.family("g", "ZZ")
    read(amsgrad, setting, inputs={"g": lambda t, x: g(i, t)}, slots=["v_max"], coordinates=[i])
    (defined,) = [entry for entry in setting.theory.entries if entry[0] == "define"]
    assert defined[1] == ("v", "v_max")


def test_obligations_stand_in_the_order_of_evaluation() -> None:
    setting = Setting()
    g = setting.family("g", "Z")
    found = read(adam, setting, inputs={"g": lambda t, x: g(t)}, start=0).obligations(n)
    assert [text(o.goal)[:30] for o in found[:2]] == ["0 < (1 - p1(n)*beta1)^2", "0 < (1 - p2(n)*beta2)^2"]
    assert [o.goal.kind for o in found] == ["lt", "lt", "le", "lt"]
    assert [o.line for o in found] == sorted(o.line for o in found)


def test_a_guard_of_where_goes_with_the_obligation() -> None:
    @rule
    def guarded(x, g, *, lr: nonnegative):
        return x - lr * where(0 < g, 1 / g, 0)

    setting = Setting()
    g = setting.family("g", "Z")
    (owed,) = read(guarded, setting, inputs={"g": lambda t, x: g(t)}, start=0).obligations(n)
    assert [text(r) for r in owed.guards] == ["0 < g(n + 1)"]


def test_the_round_and_scheduled_scalars() -> None:
    @rule
    def scheduled(x, g, *, t, lr: nonnegative):
        return x - lr * g / t

    setting = Setting()
    g, a = setting.family("g", "Z"), setting.family("a", "Z")
    found = read(scheduled, setting, inputs={"g": lambda t, x: g(t)}, scalars={"lr": lambda t: a(t)}, start=0)
    assert text(found.value("x", n)) == "x(n) - a(n + 1)*g(n + 1)*(1/(n + 1))" or "a(n + 1)" in text(
        found.value("x", n)
    )


def test_what_has_no_reading_is_refused() -> None:
    @rule
    def power_of_a_real(x, g, p=1, *, lr: nonnegative, q: at_least_one = 2):
        return x - lr * g**q, p

    @rule
    def with_a_total(x, g, m=0, *, lr: nonnegative, beta1: decay = 0.9):
        m = beta1 * m + (1 - beta1) * total(g * g)
        return x - lr * m / sqrt(m), m

    setting = Setting()
    g = setting.family("g", "Z")
    with pytest.raises(Refused, match="exponent"):
        read(power_of_a_real, setting, inputs={"g": lambda t, x: g(t)}, start=0)
    h = Setting().family("h", "ZZ")
    with pytest.raises(Refused, match="dimension"):
        read(with_a_total, Setting(), inputs={"g": lambda t, x: h(i, t)}, coordinates=[i], slots=["m"])
    with pytest.raises(Refused, match="no slot"):
        read(adam, Setting(), inputs={"g": lambda t, x: h(1, t)}, slots=["w"])
    with pytest.raises(Refused, match="no value called"):
        read(adam, Setting(), inputs={"g": lambda t, x: h(1, t)}, slots=[]).value("m_tilde", n)


def test_names_of_facts_do_not_clash_with_readings() -> None:
    """The facts are over x, y, b, k, n; a reading that calls its iterate x is instantiated before it is used."""
    used = {v.args[0] for hyps, claim in FACTS.values() for r in (*hyps, claim) for v in r.free}
    assert used == {"x", "y", "b", "k", "n"}
    assert isinstance(integer("k"), Term)


def test_a_line_of_the_text_can_be_left_open() -> None:
    """With mu_t of the schedule given, the text of Nadam means what plain Python makes of it with that schedule."""
    setting = Setting()
    g, mu = setting.family("g", "Z"), setting.family("mu", "Z")
    given = parameters(RULES["nadam_optax"])
    lines = {"mu": lambda t: mu(t), "mu_next": lambda t: mu(t + 1)}
    found = read(RULES["nadam_torch"], setting, inputs={"g": lambda t, x: g(t)}, start=1, scalars=given, lines=lines)
    constant = {(t,): given["beta1"] for t in range(1, 6)}  # where the schedule is constant, optax has the same form
    meaning = Interpretation(
        {"g": {(t,): v for t, v in enumerate(GRADIENTS, 1)}, "mu": constant}, theory=setting.theory
    )
    expected = in_plain_python(RULES["nadam_optax"], given, arithmetic("ball"))
    for k, by_python in enumerate(expected, 1):
        value = meaning.value(found.slot("x", k))
        ball = arithmetic("ball").number(value) if isinstance(value, Fraction) else value
        assert ball.overlaps(by_python), k
    with pytest.raises(Refused, match="one line"):
        read(RULES["nadam_torch"], Setting(), inputs={"g": lambda t, x: t}, start=1, lines={"nu": lambda t: t})
