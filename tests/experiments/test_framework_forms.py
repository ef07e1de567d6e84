"""The forms of the frameworks: the verdict, and the faults that must turn it."""

from __future__ import annotations

from typing import Any

import pytest

from adamtheory import rules
from adamtheory.rules import get

from .judging import experiment, judged, word

SMALL: dict[str, Any] = {"horizon": 2000, "seeds": 1, "families": ("amsgrad",), "losses": ("periodic",)}
NADAM: dict[str, Any] = {**SMALL, "horizon": 500, "families": ("nadam",)}


def test_holds() -> None:
    outcome = judged("framework_forms", **{**SMALL, "losses": ("periodic", "quadratic")})
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    alike = [check for check in outcome.verdict.checks if check.expected == "at most 1"]
    assert len(alike) == 3 and all(0 <= check.measured <= 1 for check in alike)


def test_nadam_has_the_known_directions() -> None:
    outcome = judged("framework_forms", **NADAM)
    assert outcome.verdict is not None and outcome.verdict.word == "holds"
    assert sum(check.what.startswith("direction of") for check in outcome.verdict.checks) == 32


def test_forms_by_hand() -> None:
    """On the constant slope -1 AMSGrad of the paper moves by alpha_t (1 - 0.9^t)/sqrt(1 - 0.999^t) in round t."""
    table = judged("framework_forms", **SMALL).table
    own = table.where(loss="constant slope", first="amsgrad", second="amsgrad_torch", beta1=0.9, eps=0.0)
    for row in own.rows():
        moved = (1 - 0.9 ** row["T"]) / (1 - 0.999 ** row["T"]) ** 0.5
        assert row["step_first"] == pytest.approx(moved, rel=1e-9)
        assert row["step_second"] == pytest.approx(1, rel=1e-9)


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's form in the place of the paper's: two forms that should part do not."""
    wrong = {"amsgrad": rules.amsgrad_torch}
    monkeypatch.setattr(experiment("framework_forms").module, "get", lambda name: wrong.get(name) or get(name))
    assert word("framework_forms", **SMALL) == "refuted"


def test_a_wrong_change_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decay of the momentum that is not the one of Keras."""
    module = experiment("framework_forms").module
    wrong = module.Form("nadam_torch", more={"momentum_decay": 1.0001})
    monkeypatch.setitem(module.CHANGED, "nadam_torch, momentum_decay=1", wrong)
    assert word("framework_forms", **NADAM) == "refuted"


def test_a_wrong_direction_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    module = experiment("framework_forms").module
    monkeypatch.setitem(module.KNOWN, "nadam", (1.3111, 1.0853, *module.KNOWN["nadam"][2:]))
    assert word("framework_forms", **NADAM) == "refuted"
