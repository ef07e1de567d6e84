"""A declared moment and denominator that are not the step are refused, by everything that would trust them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from adamtheory import derive
from adamtheory.deriving.frame import Frame
from adamtheory.errors import GrammarError
from adamtheory.language import Rule, parse
from adamtheory.language.declared import check_declared
from adamtheory.language.tree import Apply, Expr, Name, Number
from adamtheory.losses import get_loss
from adamtheory.rules import RULES
from adamtheory.runs.specs import to_rule
from adamtheory.simulation.simulate import simulate

HEAD = "from adamtheory.language import decay, maximum, nonnegative, rule, sqrt, total\n\n"
MAXIMUM = (
    HEAD
    + '''@rule(family="adam", moment="m", denominator="{denominator}")
def liar(x, g, m=0, v=0, w=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
         eps: nonnegative = 1e-8):
    """Keeps the maximum of the second moment."""
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    w = maximum(w, v)
    return x - lr*m/({divides}), m, v, w
'''
)
STEP = r"the step is not lr\*moment"
DECLARED = sorted(name for name, rule in RULES.items() if rule.notes)


def own(text: str) -> Rule:
    return next(iter(parse(text, filename="liar.py").values()))


def changed(rule: Rule, **notes: Callable[[Expr], Expr]) -> Rule:
    """The rule with other declarations."""
    return replace(rule, notes={key: notes.get(key, lambda e: e)(value) for key, value in rule.notes.items()})


@pytest.mark.parametrize("name", DECLARED)
def test_shipped_declarations_are_the_step_and_near_ones_are_not(name: str) -> None:
    rule = RULES[name]
    check_declared(rule)
    tenth = Number(Fraction(1, 10**12))
    for change in (
        {"denominator": lambda e: Apply("add", (e, tenth))},
        {"moment": lambda e: Apply("add", (e, tenth))},
        {"moment": lambda e: Apply("add", (e, Apply("mul", (tenth, Name("x")))))},
        {"moment": lambda e: Apply("neg", (e,))},
    ):
        with pytest.raises(GrammarError, match=rf"{name}, line {rule.return_line}: the step is not lr\*moment"):
            check_declared(changed(rule, **change))


@pytest.mark.parametrize(
    ("denominator", "divides"), [("sqrt(w) + eps", "sqrt(v) + eps"), ("sqrt(v) + eps", "sqrt(w) + eps")]
)
def test_the_message_is_a_history_in_which_they_differ(denominator: str, divides: str) -> None:
    """The two numbers again, by hand: beta1 = 1/3, beta2 = 6/7, lr = 1/3, eps = 9/10, g = 3, -1/5."""
    with pytest.raises(GrammarError) as caught:
        check_declared(own(MAXIMUM.format(denominator=denominator, divides=divides)))
    words = str(caught.value)
    assert words.startswith('liar.py: liar, line 10: the step is not lr*moment/denominator with moment="m[t]"')
    assert "lr = 1/3, beta1 = 1/3, beta2 = 6/7, eps = 9/10 and g = 3, -1/5, step 2 is " in words
    m, v = (1 / 3) * 2 - (2 / 3) / 5, (6 / 7) * (9 / 7) + (1 / 7) / 25
    by = {"sqrt(v) + eps": v, "sqrt(w) + eps": 9 / 7}
    taken, stated = (m / 3 / (by[text] ** 0.5 + 0.9) for text in (divides, denominator))
    assert f"step 2 is {taken:.6g} and declared is {stated:.6g}" in words
    assert "\n" not in words


def test_who_would_trust_it_refuses(tmp_path: Path) -> None:
    file = tmp_path / "liar.py"
    file.write_text(MAXIMUM.format(denominator="sqrt(w) + eps", divides="sqrt(v) + eps"))
    rule = own(file.read_text())
    with pytest.raises(GrammarError, match=STEP):
        derive(rule, ["Gamma"])
    with pytest.raises(GrammarError, match=STEP):
        simulate(rule, get_loss("reddi"), horizon=10, monitors=True)
    with pytest.raises(GrammarError, match=STEP):
        to_rule(f"{file}:liar", "rule")
    with pytest.raises(GrammarError, match=STEP):
        Frame.of(rule).reading.expression("denominator")


def test_true_declarations_in_other_words_pass() -> None:
    check_declared(
        own(MAXIMUM.format(denominator="(w + eps*sqrt(w))/sqrt(w)", divides="sqrt(w) + eps"))
    )  # 0/0 at g = 0
    total = HEAD + (
        '@rule(moment="g", denominator="sqrt(total(g*g))")\n'
        "def norm(x, g, *, lr: nonnegative = 1):\n    return x - lr*g/sqrt({})\n"
    )
    check_declared(own(total.format("total(g*g)")))
    with pytest.raises(
        GrammarError, match=r"from x = \(2, -3/4\) with lr = 1/3 and g = \(3, -1/2\), step 1 is .* in coo"
    ):
        check_declared(own(total.format("g*g")))


@pytest.mark.parametrize(("there", "other"), [("moment", "denominator"), ("denominator", "moment")])
def test_half_a_declaration_is_refused(there: str, other: str) -> None:
    text = HEAD + f'@rule({there}="g")\ndef half(x, g, *, lr: nonnegative = 1):\n    return x - lr*g/g\n'
    with pytest.raises(GrammarError, match=f"half, line 5: {there}= stands without {other}=; declare both, or neither"):
        check_declared(own(text))
