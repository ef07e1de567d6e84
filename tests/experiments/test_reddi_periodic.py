"""The growth laws on the periodic sequence: the verdict, and the faults that must turn it."""

from __future__ import annotations

from typing import Any

import pytest

from adamtheory import rules
from adamtheory.cycles import METHODS, drift, regret_law

from .judging import experiment, word

SMALL: dict[str, Any] = {
    "C": (3.0, 3.0), "N": (3, 3), "beta1": (0.0, 0.5), "beta2": (0.1, 0.1), "optimizers": ("adam", "amsgrad"),
}  # fmt: skip

# instance -> drift and sqrt(T)-coefficient of Adam, AMSGrad, AMSGrad with corrected v, AdaGrad, SGD, as published with
# the derivation of the limit cycle, to five digits
PRINTED = {
    (3, 3, 0, 0.1): ((0.68095, -0.34906, -0.33333, -0.52223, -1), (0.88803, 1.16354, 1.11111, 1.74078, 3.33333)),
    (3, 3, 0, 0.9): ((-0.44311, -0.50303, -0.33333, -0.52223, -1), (1.78331, 1.67675, 1.11111, 1.74078, 3.33333)),
    (3, 3, 0.5, 0.1): ((-0.14378, -0.34906, -0.33333, -0.52223, -1), (0.82783, 0.29920, 0.28571, 0.44763, 0.85714)),
    (11, 10, 0, 0.9): ((0.13183, -0.45380, -0.18182, -0.55470, -2), (2.55847, 2.85891, 1.14545, 3.49461, 12.6)),
    (101, 101, 0.9, 0.99): ((1.90085, -0.07882, -0.0099, -0.09902, -1), (5.99860, 6.58713, 0.82745, 8.27535, 83.5729)),
}


@pytest.mark.parametrize("instance", PRINTED)
def test_closed_forms(instance: tuple[Any, ...]) -> None:
    drifts, roots = PRINTED[instance]
    C, N, _, _ = instance
    for method, printed, root in zip(METHODS, drifts, roots, strict=True):
        assert float(drift(*instance, method)) == pytest.approx(printed, abs=6e-6)
        slope, found = regret_law(*instance, method)
        assert found == pytest.approx(root, rel=2e-6, abs=6e-6)
        assert slope == (2 * (C - N + 1) / N if printed > 0 else 0)


def test_holds() -> None:
    assert word("reddi_periodic", **SMALL) == "holds"


def test_undecided_where_the_travel_is_not_over() -> None:
    assert word("reddi_periodic", **SMALL, horizon=3000, lr=0.1) == "undecided"


def test_a_wrong_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"adam": rules.amsgrad, "amsgrad": rules.amsgrad}
    monkeypatch.setattr(experiment("reddi_periodic").module, "get", wrong.__getitem__)
    assert word("reddi_periodic", **SMALL) == "refuted"


def test_a_wrong_constant_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def law(*instance: Any) -> tuple[float, float]:
        slope, root = regret_law(*instance)
        return slope, 1.02 * root

    monkeypatch.setattr(experiment("reddi_periodic").module, "regret_law", law)
    assert word("reddi_periodic", **SMALL) == "refuted"
