"""`adamtheory derive FILE.py:NAME` on rules as users write them, right ones and ones with published errors.

The wrong corrections are those of Kingma & Ba's Theorem 4.1 (rates beta1 lam^(t-1), correction 1 - beta1^t), of Dozat's
report (a factor nu too many), of PyTorch's products on an average of a constant rate, and of an average that does not
start at 0. Each counterexample is replayed here by hand, in fractions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

from adamtheory.cli import main

RULES = '''
"""Rules of my own."""
from adamtheory.language import absolute, decay, maximum, minimum, nonnegative, rule, sqrt, unit


@rule(moment="m/(1 - b)", denominator="sqrt(s/(1 - c)) + tiny")
def my_adam(x, g, m=0, s=0, b=1, c=1, *, lr: nonnegative = 0.01, beta: decay = 0.9, gamma: decay = 0.99,
            tiny: nonnegative = 1e-8):
    """Adam with other letters and the average written as a correction of the old one."""
    m = m + (1 - beta)*(g - m)
    s = s - (1 - gamma)*(s - g**2)
    b = beta*b
    c = gamma*c
    return x - lr*(m/(1 - b))/(sqrt(s/(1 - c)) + tiny), m, s, b, c


@rule(moment="m_hat", denominator="1")
def theorem_4_1(x, g, m=0, q=1, p=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, lam: decay = 0.99):
    """Adam's first moment as in Theorem 4.1: the rate decays, the correction does not."""
    rate = beta1*q
    m = rate*m + (1 - rate)*g
    p = p*beta1
    m_hat = m/(1 - p)
    q = q*lam
    return x - lr*m_hat, m, q, p


@rule(moment="m_hat", denominator="1")
def theorem_4_1_mended(x, g, m=0, q=1, p=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, lam: decay = 0.99):
    """The same with the product of the rates that were used."""
    rate = beta1*q
    m = rate*m + (1 - rate)*g
    p = p*rate
    m_hat = m/(1 - p)
    q = q*lam
    return x - lr*m_hat, m, q, p


@rule(moment="g", denominator="sqrt(n_hat)")
def dozat(x, g, v=0, p=1, *, lr: nonnegative = 0.001, nu: decay = 0.999):
    """The second moment as Dozat corrects it."""
    v = nu*v + (1 - nu)*g*g
    p = p*nu
    n_hat = nu*v/(1 - p)
    return x - lr*g/sqrt(n_hat), v, p


@rule(moment="m_hat", denominator="1")
def products(x, g, m=0, P=1, *, lr: nonnegative = 0.002, beta1: decay = 0.9, psi: nonnegative = 0.004, t):
    """An average of the constant rate beta1 corrected by the product of the rates of a schedule."""
    mu = beta1*(1 - 0.5*0.96**(t*psi))
    m = beta1*m + (1 - beta1)*g
    P = P*mu
    m_hat = m/(1 - P)
    return x - lr*m_hat, m, P


@rule(moment="g", denominator="sqrt(v_hat) + eps")
def warm_start(x, g, v=1, p=1, *, lr: nonnegative = 0.001, beta2: decay = 0.99, eps: nonnegative = 1e-8):
    """A second moment that starts at 1 and is corrected as if it started at 0."""
    v = beta2*v + (1 - beta2)*g*g
    p = p*beta2
    v_hat = v/(1 - p)
    return x - lr*g/(sqrt(v_hat) + eps), v, p


@rule(moment="mean", denominator="1")
def running_mean(x, g, mean=0, *, lr: nonnegative = 0.1, t):
    """The mean of all gradients."""
    mean = mean + (g - mean)/t
    return x - lr*mean, mean


@rule()
def sign_descent(x, g, m=0, *, lr: nonnegative = 0.1, beta: decay = 0.9):
    """Normalised momentum, safe at 0 by a tiny number."""
    m = beta*m + g
    return x - lr*m/maximum(absolute(m), 1e-6), m


@rule(moment="g", denominator="sqrt(V) + eps")
def never_up(x, g, v=0, V=1, *, lr: nonnegative = 0.1, beta2: decay = 0.9, eps: nonnegative = 1e-8):
    """AMSGrad with the wrong sign: the smallest second moment so far."""
    v = beta2*v + (1 - beta2)*g*g
    V = minimum(V, v)
    return x - lr*g/(sqrt(V) + eps), v, V


@rule(moment="g", denominator="1 + S")
def harmonic(x, g, S=0, *, lr: nonnegative = 0.1, floor: unit = 0):
    """The sum of absolute gradients below the step."""
    S = S + absolute(g) + floor
    return x - lr*g/(1 + S), S
'''


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("users") / "my_rules.py"
    path.write_text(RULES)
    return path


@pytest.fixture
def ask(file: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, Any]]]:
    """The findings that the command prints as JSON."""

    def asked(name: str, *topics: str) -> list[dict[str, Any]]:
        only = [word for topic in topics for word in ("--only", topic)]
        assert main(["derive", f"{file}:{name}", "--json", *only]) == 0
        (facts,) = json.loads(capsys.readouterr().out)
        assert facts["rule"] == name
        found: list[dict[str, Any]] = facts["findings"]
        return found

    return asked


def of(findings: list[dict[str, Any]], subject: str, head: str = "") -> list[str]:
    return [f["status"] for f in findings if f["subject"] == subject and head in f["head"]]


def model(finding: dict[str, Any]) -> dict[str, F]:
    """The numbers of a witness by their names; gradients as g(1), g(2), ..."""
    pairs = (line.split(" = ", 1) for line in finding["witness"] if " = " in line)
    return {name: F(value) for name, value in pairs if "where" not in value and "elsewhere" not in name}


def refuted(findings: list[dict[str, Any]], subject: str) -> dict[str, Any]:
    (found,) = [f for f in findings if f["subject"] == subject and f["status"] == "REFUTED"]
    return found


def test_other_letters_and_another_form_of_the_average(ask: Callable[..., Any]) -> None:
    found = ask("my_adam", "closed form", "bias correction")
    forms = {f["subject"]: f["claim"] for f in found if f["topic"] == "closed form"}
    assert forms["m"] == "m(n) = (1 - beta)*sum(i = 1..n, beta^(n - i)*g(i))"
    assert forms["s"] == "s(n) = (1 - gamma)*sum(i = 1..n, gamma^(n - i)*g(i)^2)"
    assert of(found, "m", "divide") == ["PROVED"]
    assert of(found, "moment", "unbiased") == ["PROVED"]
    assert of(found, "under the root", "unbiased") == ["PROVED"]


def test_theorem_4_1_is_biased_and_its_product_is_not(ask: Callable[..., Any]) -> None:
    wrong = refuted(ask("theorem_4_1", "bias correction"), "m_hat")
    values = model(wrong)
    beta1, lam, steps = values["beta1"], values["lam"], int(values["n"])
    m, q, p = F(0), F(1), F(1)
    for _ in range(steps + 1):  # g = 1 throughout
        m, p, q = beta1 * q * m + (1 - beta1 * q), p * beta1, q * lam
    assert values["g"] == 1 and steps == 1
    assert m / (1 - p) == F(wrong["left"]) != 1
    assert F(wrong["left"]) == 1 + beta1**2 * (1 - lam) / (1 - beta1**2)  # by hand: E m_2 = 1 - beta1^2 lam
    assert of(ask("theorem_4_1_mended", "bias correction"), "m_hat") == ["PROVED"]


def test_dozats_factor(ask: Callable[..., Any]) -> None:
    wrong = refuted(ask("dozat", "bias correction"), "n_hat")
    values = model(wrong)
    assert F(wrong["left"]) == values["nu"] and F(wrong["right"]) == values["mu"] == 1


def test_products_of_other_rates(ask: Callable[..., Any]) -> None:
    """In round 1: (1 - beta1)/(1 - mu_1), where mu_1 = beta1 (1 - 0.96^psi/2) < beta1."""
    wrong = refuted(ask("products", "bias correction"), "m_hat")
    values = model(wrong)
    assert values["n"] == 0
    beta1, psi = float(values["beta1"]), float(values["psi"])
    assert float(wrong["left"].strip("[]").split()[0]) == pytest.approx((1 - beta1) / (1 - beta1 * (1 - 0.96**psi / 2)))


def test_an_average_that_starts_at_1(ask: Callable[..., Any]) -> None:
    found = ask("warm_start", "closed form", "bias correction")
    (form,) = [f for f in found if f["topic"] == "closed form" and f["subject"] == "v"]
    assert "beta2^n +" in form["claim"]
    wrong = refuted(found, "v_hat")
    beta2 = model(wrong)["beta2"]
    assert F(wrong["left"]) == (beta2 + 1 - beta2) / (1 - beta2) != 1


def test_the_mean_of_all_gradients(ask: Callable[..., Any]) -> None:
    found = ask("running_mean", "bias correction")
    assert of(found, "mean", "unbiased") == ["PROVED"]


def test_a_safe_sign_is_not_scale_invariant(ask: Callable[..., Any]) -> None:
    """The tiny number is no parameter that could be 0, so nothing may be claimed."""
    found = ask("sign_descent", "scale", "obligation")
    assert "PROVED" not in of(found, "step")
    assert [f["status"] for f in found if f["topic"] == "obligation"] == ["PROVED"]


def test_the_smallest_second_moment(ask: Callable[..., Any]) -> None:
    found = ask("never_up", "Gamma")
    for wrong in found:
        assert wrong["status"] == "REFUTED"
        values = model(wrong)
        beta2, eps, steps = values["beta2"], values["eps"], int(values["n"])
        v, V, roots = F(0), F(1), []
        for t in range(1, steps + 3):
            v = beta2 * v + (1 - beta2) * values.get(f"g({t})", F(0)) ** 2
            V = min(V, v)
            roots.append(float(V) ** 0.5 + float(eps))
        falling = wrong["subject"] != "alpha"
        shares = [root * ((t + 1) ** 0.5 if falling else 1) for t, root in enumerate(roots)]
        assert shares[-1] - shares[-2] == pytest.approx(float(wrong["right"].strip("[]").split()[0]))
        assert shares[-1] < shares[-2]


def test_a_sum_of_absolute_values(ask: Callable[..., Any]) -> None:
    found = ask("harmonic", "Gamma", "obligation", "closed form")
    assert of(found, "alpha") == of(found, "alpha/sqrt(t)") == ["PROVED"]
    assert [f["status"] for f in found if f["topic"] == "obligation"] == ["PROVED"]
    (form,) = [f for f in found if f["topic"] == "closed form"]
    assert form["status"] == "PROVED" and "floor" in form["claim"]
