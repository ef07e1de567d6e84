"""For every kind of line, a rule with a planted fault: the line must turn, and tell what the faulty text does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adamtheory import derive
from adamtheory.deriving.derivation import Derivation, facts
from adamtheory.deriving.findings import PROVED, REFUTED, UNDECIDED, Finding
from adamtheory.runs.specs import to_rule

GOOD = """
from adamtheory.language import absolute, decay, maximum, minimum, nonnegative, rule, sqrt

@rule(moment="m_hat", denominator="sqrt(V) + eps")
def mine(x, g, m=0, v=0, V=0, p=1, *,
         lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99, eps: nonnegative = 1e-8):
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    V = maximum(V, v)
    p = p*beta1
    m_hat = m/(1 - p)
    return x - lr*m_hat/(sqrt(V) + eps), m, v, V, p
"""
PLAIN = GOOD.replace('moment="m_hat", denominator="sqrt(V) + eps"', "")
MOMENT = """
from adamtheory.language import decay, nonnegative, rule

@rule(moment="m_hat", denominator="1")
def mine(x, g, m=0, p=1, *, lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99):
    m = beta1*m + (1 - beta1)*g
    p = p*beta1
    m_hat = m/(1 - p)
    return x - lr*m_hat, m, p
"""
SECOND = """
from adamtheory.language import decay, maximum, minimum, nonnegative, positive, rule, sqrt, total

@rule(moment="g/(1 - p)", denominator="sqrt(V) + eps")
def mine(x, g, v=0, V=0, p=1, *,
         lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99, eps: nonnegative = 1e-8):
    v = beta2*v + (1 - beta2)*g*g
    V = maximum(V, v)
    p = p*beta1
    return x - lr*g/(1 - p)/(sqrt(V) + eps), v, V, p
"""
UNDECLARED = SECOND.replace('moment="g/(1 - p)", denominator="sqrt(V) + eps"', "")
CHANGING = """
from adamtheory.language import nonnegative, rule

@rule(moment="m", denominator="1")
def mine(x, g, m=0, *, lr: nonnegative = 0.1, t):
    rate = 1 - 1/t
    m = rate*m + (1 - rate)*g
    return x - lr*m, m
"""


@pytest.fixture
def derived(tmp_path: Path) -> Callable[..., Derivation]:
    """The rule with some of its text replaced, and the findings of some topics."""

    def of(text: str, changes: dict[str, str], *topics: str) -> Derivation:
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "rules.py"
        file.write_text(text)
        return derive(to_rule(f"{file}:mine", "rule"), topics=topics)

    return of


def line(found: Derivation, topic: str, subject: str, head: str = "", word: str = "") -> Finding:
    """The one finding of that topic about the subject."""
    (one,) = [f for f in found.about(topic) if f.subject == subject and head in f.head and (not word or f.word == word)]
    return one


def claim(finding: Finding) -> str:
    return str(facts(finding)["claim"])


# What is changed -> slot, and the claims of its closed form, its weights, its mean, and its variance over sigma^2
LINEAR = {
    "nothing": ({}, "(1 - beta1)*sum(i = 1..n, beta1^(n - i)*g(i))", "1 - beta1^n",
                "(1 - beta1)*(1 - (beta1^n)^2)/(1 + beta1)"),
    "the factor 1 - beta1 is dropped": (
        {"(1 - beta1)*g": "g"}, "sum(i = 1..n, beta1^(n - i)*g(i))", "(1 - beta1^n)/(1 - beta1)",
        "(1 - (beta1^n)^2)/(1 - beta1^2)"),
    "the weight is doubled": (
        {"(1 - beta1)*g": "2*(1 - beta1)*g"}, "2*(1 - beta1)*sum(i = 1..n, beta1^(n - i)*g(i))",
        "2*(1 - beta1)*((1 - beta1^n)/(1 - beta1))", "(2*(1 - beta1))^2*((1 - (beta1^n)^2)/(1 - beta1^2))"),
    "another rate": (
        {"beta1*m +": "beta2*m +"}, "(1 - beta1)*sum(i = 1..n, beta2^(n - i)*g(i))",
        "(1 - beta1)*((1 - beta2^n)/(1 - beta2))", "(1 - beta1)^2*((1 - (beta2^n)^2)/(1 - beta2^2))"),
}  # fmt: skip


@pytest.mark.parametrize("case", LINEAR)
def test_closed_form_expectation_and_variance_tell_the_weights(case: str, derived: Callable[..., Derivation]) -> None:
    changes, form, weights, spread = LINEAR[case]
    found = derived(MOMENT, changes, "closed form", "expectation", "drift", "variance", "bias correction")
    assert claim(line(found, "closed form", "m")) == f"m(n) = {form}"
    assert claim(line(found, "expectation", "m", "sum the weights")).endswith(f" = {weights}")
    assert claim(line(found, "expectation", "m", "constant mean")) == f"mean(w, m(w, n)) = mu*({weights})"
    assert claim(line(found, "bias correction", "m", "divide")) == f"mean(w, m(w, n))/({weights}) = mu"
    assert claim(line(found, "variance", "m", "uncorrelated")).endswith(f" = sigma^2*({spread})")
    # of a sum that is no average nothing is said about drift, nor about an effective sample size
    drifts = [f for f in found.about("drift") if f.subject == "m"]
    samples = [f for f in found.about("variance") if f.subject == "m" and "sample size" in f.head]
    assert len(drifts) == len(samples) == (case == "nothing")
    assert line(found, "bias correction", "m_hat").word == (PROVED if case == "nothing" else REFUTED)


@pytest.mark.parametrize(
    ("change", "form", "unbiased"),
    [
        ({}, "W(i, n - i)*(1 - (1 - 1/i))*g(i)", PROVED),
        ({"(1 - rate)*g": "rate*g"}, "W(i, n - i)*(1 - 1/i)*g(i)", REFUTED),
        ({"1 - 1/t": "1 - 1/(t + 1)"}, "W(i, n - i)*(1 - (1 - 1/(i + 1)))*g(i)", REFUTED),
    ],
)
def test_rates_that_change(
    change: dict[str, str], form: str, unbiased: str, derived: Callable[..., Derivation]
) -> None:
    found = derived(CHANGING, change, "closed form", "bias correction")
    assert claim(line(found, "closed form", "m", "unroll")) == f"m(n) = sum(i = 1..n, {form})"
    assert line(found, "bias correction", "m", "unbiased").word == unbiased


CORRECTIONS = {
    "the other moment's power": {"p = p*beta1": "p = p*beta2"},
    "the power of one round less": {"m_hat = m/(1 - p)": "m_hat = m/(1 - p/beta1)"},
    "a square": {"m_hat = m/(1 - p)": "m_hat = m/(1 - p*p)"},
    "twice": {"m_hat = m/(1 - p)": "m_hat = m/(1 - p)/(1 - p)"},
    "none": {"m_hat = m/(1 - p)": "m_hat = m/1"},
    "an average that starts at 1": {"m=0": "m=1"},
}


@pytest.mark.parametrize("case", CORRECTIONS)
def test_a_wrong_correction_is_refuted(case: str, derived: Callable[..., Derivation]) -> None:
    found = derived(MOMENT, CORRECTIONS[case], "bias correction")
    assert line(found, "bias correction", "m_hat").word == REFUTED


def test_a_drift_is_not_claimed_for_a_slot_that_starts_elsewhere(derived: Callable[..., Derivation]) -> None:
    found = derived(MOMENT, {"m=0": "m=1"}, "drift", "expectation", "variance")
    assert not found.about("drift") and not found.about("variance")
    assert claim(line(found, "expectation", "m", "constant mean")) == "mean(w, m(w, n)) = beta1^n + mu*(1 - beta1^n)"


NEITHER = ["no power of c", "no power of c"]
# the degree that is proved, and what is said of histories that break it
SCALES: dict[str, tuple[dict[str, str], str | None, list[str]]] = {
    "nothing": ({}, "invariant", ["broken by eps"]),
    "no root": ({"sqrt(V) + eps": "V + eps"}, "c^-1", ["broken by eps"]),
    "no denominator": ({"/(sqrt(V) + eps)": ""}, "c^1", []),
    "a constant below": ({"sqrt(V) + eps)": "sqrt(V) + 1)"}, None, NEITHER),
    "a bonus that does not scale": ({"m_hat = m/": "m_hat = 1 + m/"}, None, NEITHER),
    "the first v is 1": ({" v=0": " v=1"}, None, ["broken by v = 1 at the start"]),
    "a factor of the iterate": ({"x - lr*m_hat": "x*(1 - g) - lr*m_hat"}, None, NEITHER),
}


@pytest.mark.parametrize("case", SCALES)
def test_what_scaling_makes_of_the_step(case: str, derived: Callable[..., Derivation]) -> None:
    changes, degree, broken = SCALES[case]
    found = derived(PLAIN, changes, "scale").findings
    assert [f.short for f in found if f.word == PROVED] == ([degree] if degree else [])
    assert [f.short for f in found if f.word == REFUTED] == broken
    assert not any(f.word == UNDECIDED for f in found)


def test_decoupled_decay_is_told(derived: Callable[..., Derivation]) -> None:
    (found, *_) = derived(PLAIN, {"x - lr*m_hat": "x - lr*eps*x - lr*m_hat"}, "scale").findings
    assert found.word == PROVED and "what is added to (1 - lr[t]*eps) x" in found.note


GAMMAS = {
    "nothing": ({}, PROVED, PROVED),
    "a minimum for the maximum": ({"maximum(V, v)": "minimum(V, v)", "V=0": "V=9"}, REFUTED, REFUTED),
    "the last v alone": ({"maximum(V, v)": "v + 0*V"}, REFUTED, REFUTED),
    "a denominator that falls": ({"sqrt(V) + eps": "1/(sqrt(V) + 1)"}, REFUTED, REFUTED),
    "a factor that falls": ({"sqrt(V) + eps": "sqrt(V)*p**4"}, REFUTED, REFUTED),
}


@pytest.mark.parametrize("case", GAMMAS)
def test_the_sign_of_gamma(case: str, derived: Callable[..., Derivation]) -> None:
    changes, *words = GAMMAS[case]
    found = derived(SECOND, changes, "Gamma")
    assert [f.word for f in found.findings] == words


def test_a_parameter_called_alpha_is_not_the_step_size(derived: Callable[..., Derivation]) -> None:
    changes = {"beta1": "alpha", "sqrt(V) + eps": "sqrt(V) + alpha"}
    found = derived(SECOND, changes, "Gamma").findings
    assert [f.word for f in found] == [PROVED, PROVED]
    assert all("alpha)/alpha_" in claim(f) or "alpha)/(alpha_/" in claim(f) for f in found)


SECOND_OF_MOMENT = {
    "p=1": "v={v}", "import decay": "import sqrt, decay", "0.99)": "0.999, eps: nonnegative = 1e-8)",
    'moment="m_hat", denominator="1"': 'moment="m", denominator="sqrt(v) + 1 + eps"', "p = p*beta1": "{line}",
    "    m_hat = m/(1 - p)\n": "", "x - lr*m_hat, m, p": "x - lr*m/(sqrt(v) + 1 + eps), m, v",
}  # fmt: skip


def test_a_slot_that_starts_where_gradients_1_keep_it_is_biased(derived: Callable[..., Derivation]) -> None:
    """E v_1 = 3997/1000 for gradients 2, by hand: v_1 = (1 - beta2) + 4 beta2 at beta2 = 999/1000."""
    line_ = "v = (1 - beta2)*v + beta2*g*g"
    change = {old: new.format(v=1, line=line_) for old, new in SECOND_OF_MOMENT.items()}
    biased = line(derived(MOMENT, change, "bias correction"), "bias correction", "v", "unbiased")
    assert biased.word == REFUTED and biased.refutation is not None
    assert (str(biased.refutation.left), str(biased.refutation.right)) == ("3997/1000", "4")


def test_an_average_of_products_of_two_averages_may_be_negative(derived: Callable[..., Derivation]) -> None:
    """v averages m g; with beta2 = 0 and g = 3, -1: m_1 = 3/10, m_2 = 27/100 - 1/10, v_2 = -17/100."""
    line_ = "v = beta2*v + (1 - beta2)*m*g"
    change = {old: new.format(v=0, line=line_) for old, new in SECOND_OF_MOMENT.items()}
    negative = line(derived(MOMENT, change, "obligation"), "obligation", "v[t]", "is not negative")
    assert negative.word == REFUTED and str(negative.refutation and negative.refutation.right) == "-17/100"


OBLIGATIONS = {
    "nothing": ({}, "sqrt(V) + eps", [REFUTED, PROVED]),
    "no eps": ({"(sqrt(V) + eps), v": "sqrt(V), v"}, "sqrt(V)", [REFUTED]),
    "eps taken away": ({"(sqrt(V) + eps), v": "(sqrt(V) - eps), v"}, "sqrt(V) - eps", [REFUTED]),
    "a power that reaches another": ({"1 - p)": "1 - p/beta2)"}, "1 - p'/beta2", [REFUTED]),
    "a root of a difference": ({"x - lr*g": "x - lr*sqrt(v - p)*g"}, "v[t] - p'", [REFUTED]),
    "a root of a sum": ({"x - lr*g": "x - lr*sqrt(v + p)*g"}, "v[t] + p'", [PROVED]),
    "eps positive": ({"eps: nonnegative": "eps: positive"}, "sqrt(V) + eps", [PROVED]),
}


@pytest.mark.parametrize("case", OBLIGATIONS)
def test_what_a_text_owes(case: str, derived: Callable[..., Derivation]) -> None:
    changes, subject, words = OBLIGATIONS[case]
    found = derived(UNDECLARED, changes, "obligation")
    told = [f.subject for f in found.findings]
    assert [f.word for f in found.findings if f.subject.replace("V[t]", "V") == subject] == words, told


def test_a_total_is_told(derived: Callable[..., Derivation]) -> None:
    """In one coordinate g g - total(g g) is 0, in two it is negative."""
    changes = {"x - lr*g": "x - lr*sqrt(g*g - total(g*g))*g"}
    found = derived(UNDECLARED, changes, "obligation", "closed form")
    assert all("for one coordinate" in f.note for f in found.about("obligation"))
    assert not any("for one coordinate" in f.note for f in found.about("closed form"))
