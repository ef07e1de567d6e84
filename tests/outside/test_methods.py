"""Every rule that is a program of PyTorch or optax gives the iterates of that program, step by step, in float64."""

from __future__ import annotations

import re

import pytest

from adamtheory.rules import RULES, families

from .claims import CLAIMS, Claim
from .programs import OPTAX, TORCH
from .runs import OTHER, STEPS, by_program, by_rule, by_torch, difference, follow, parameters_of

TOLERANCE = 1e-12  # of |x_t - y_t|/max(1, |y_t|), at every step and coordinate
MARKS = {"torch": r"PyTorch", "optax": r"optax"}

CASES = [
    pytest.param(claim, chosen, plan, id=f"{claim}, {chosen}, {plan}")
    for claim in CLAIMS
    for chosen in ("default", "other")
    for plan in (("constant",) if claim.constant else ("constant", "inverse_sqrt"))
]


def flat(text: str) -> str:
    return " ".join(text.split())


def source(name: str) -> str:
    """What a docstring says after `Source:` and before the next such word."""
    found = re.search(r"^Source: (.*?)(?=^[A-Z]\w+: |\Z)", RULES[name].doc, re.MULTILINE | re.DOTALL)
    assert found
    return flat(found[1])


@pytest.mark.parametrize(("claim", "chosen", "plan"), CASES)
def test_a_rule_is_the_program_it_claims_to_be(claim: Claim, chosen: str, plan: str) -> None:
    parameters = parameters_of(claim.rule, chosen, claim.fixed)
    # what only the program has (momentum_decay = 0.02 where the rule has none) is its own matter
    theirs = by_program(claim.framework, claim.program, OTHER | parameters, plan)
    ours = by_rule(claim.rule, parameters, plan)
    assert difference(ours, theirs).max() < TOLERANCE


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.words], ids=str)
def test_the_docstring_makes_the_claim(claim: Claim) -> None:
    assert claim.words in flat(RULES[claim.rule].doc)


@pytest.mark.parametrize("framework", MARKS)
@pytest.mark.parametrize("name", RULES)
def test_what_names_a_framework_as_its_source_is_compared_with_it(name: str, framework: str) -> None:
    named = re.search(MARKS[framework], source(name)) or name.endswith(f"_{framework}")
    compared = [c for c in CLAIMS if (c.rule, c.framework) == (name, framework) and c.words]
    assert compared or not named


def test_every_program_is_used_and_every_claim_names_one() -> None:
    used = {(c.framework, c.program) for c in CLAIMS}
    known = {("torch", name) for name in TORCH} | {("optax", name) for name in OPTAX}
    # these two are no rule of the registry: `test_differences` shows it
    assert known - used == {("torch", "SGD dampening"), ("optax", "rmsprop momentum")}
    assert used <= known


def test_no_method_of_pytorch_is_left_out() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    theirs = {n for n in vars(torch.optim) if n[0].isupper() and n.lower() in set(families()) | {"adamw"}}
    assert {"Adam", "NAdam", "SGD"} <= theirs
    assert theirs <= {program.split()[0].rstrip(",") for program in TORCH}


def test_no_method_of_optax_is_left_out() -> None:
    optax = pytest.importorskip("optax", reason="optax cannot be imported", exc_type=ImportError)
    contrib = pytest.importorskip("optax.contrib", reason="optax.contrib cannot be imported", exc_type=ImportError)
    theirs = {n for n in vars(optax) if n in families()} | {f"contrib.{n}" for n in vars(contrib) if n in families()}
    assert {"adam", "nadam", "contrib.adopt"} <= theirs
    assert theirs <= {program.split()[0].rstrip(",") for program in OPTAX}


def test_nadam_of_pytorch_in_its_default_dtype_is_off_by_a_float32_product() -> None:
    """As the docstring of `nadam_torch` says: of the order of 1e-9 with float64 parameters."""
    torch = pytest.importorskip("torch", reason="PyTorch cannot be imported", exc_type=ImportError)
    parameters = parameters_of("nadam_torch", "default", {})
    given = {n: v for n, v in parameters.items() if n != "lr"}
    torch.set_default_dtype(torch.float32)
    try:
        theirs = by_torch(TORCH["NAdam"], given, parameters["lr"], "constant")
    finally:
        torch.set_default_dtype(torch.float64)
    off = difference(by_rule("nadam_torch", parameters, "constant"), theirs)
    assert 1e-11 < off.max() < 1e-8


def test_lr_decay_of_adagrad_is_a_schedule() -> None:
    """As the docstring of `adagrad` says: alpha/(1 + c (t - 1))."""
    c, lr, eps = 0.1, OTHER["lr"], OTHER["eps"]
    theirs = by_torch(lambda o, w, lr: o.Adagrad(w, lr, lr_decay=c, eps=eps), {}, lr, "constant")
    ours = follow("adagrad", {"lr": lr, "eps": eps}, [lr / (1 + c * (t - 1)) for t in range(1, STEPS + 1)])
    assert difference(ours, theirs).max() < TOLERANCE
