"""Settings that leave nothing to judge: an experiment says so, or refuses them, and does not call its claim refuted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np
import pytest

from adamtheory.cli.run import _told
from adamtheory.errors import ParameterError
from adamtheory.laboratory.experiment import Table, Verdict
from adamtheory.laboratory.experiment import checked as check
from adamtheory.laboratory.running import record
from adamtheory.laboratory.settings import changed, check_sensible

from .judging import blurred, experiment, judged

MOMENTS: dict[str, Any] = {"draws": 200, "beta": (0.9,), "rounds": (1, 5)}
NOISY: dict[str, Any] = {"optimizers": ("adam",), "beta2": (0.99,), "seeds": 8}
ONE: dict[str, Any] = {"optimizers": ("adam",), "losses": ("reddi3",), "horizon": 20_000}
SKEW: dict[str, Any] = {"beta1": (0.0,), "beta2": (0.9,), "seeds": 4, "horizon": 10_000}
SLOPES: dict[str, Any] = {"C": (3.0,), "N": (3,), "beta1": (0.0,), "beta2": (0.1,), "optimizers": ("adam",)}
STEPS: dict[str, Any] = {"optimizers": ("adam",), "beta1": (0.9,), "beta2": (0.99,), "starts": 1}
SIDES: dict[str, Any] = {"C": (Fraction(3),), "N": (3,), "beta2": (Fraction("0.1"),), "side": 8, "coin_C": (3.0,),
                         "coin_p": (0.3,), "coin_beta2": (0.5,), "coin_beta1": (0.0,), "rounds": 1000}  # fmt: skip
FORMS: dict[str, Any] = {"families": ("amsgrad",), "losses": ("periodic",), "seeds": 1}


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("bias_correction", {**MOMENTS, "horizon": 1}, "before any step"),
        ("bias_correction", {**MOMENTS, "horizon": 100, "log_lr": (-2.0,)}, "at an end of log_lr"),
        ("bias_correction", {**MOMENTS, "horizon": 100, "log_lr": (-2.0,)}, "is not large beside the targets"),
        ("bias_correction", {**MOMENTS, "horizon": 100, "beta2": (0.9,)}, "with which nothing rises"),
        ("bias_correction", {**MOMENTS, "horizon": 100, "beta2": (0.0, 0.5)}, "no beta2 is so near to 1"),
        ("bias_correction", {**MOMENTS, "horizon": 2}, "the box cuts the first steps off"),
        ("effective_step", {**STEPS, "rounds": (1,)}, "no sharp bound of adam is above the printed one"),
        ("effective_step", {**STEPS, "rounds": (2,), "beta1": (0.0,)}, "no sharp bound of adam is above the printed"),
        ("effective_step", {**STEPS, "rounds": (12,), "finest": 0.1}, "too coarse for a tolerance"),
        ("framework_forms", {**FORMS, "horizon": 1000, "eps": 1e-300}, "too small to be told from rounding"),
        ("framework_forms", {**FORMS, "horizon": 1000, "lr": 1e-6}, "no form of AMSGrad has come away"),
        ("growth_table", {**ONE, "beta2": 0.9}, "Adam drifts to the right end"),
        ("growth_table", {**ONE, "lr": 1e6}, "not small beside the box"),
        ("growth_table", {**ONE, "optimizers": ("lion",)}, "no pair of these has an expectation"),
        ("growth_table", {**ONE, "losses": ("quadratic_exponential",), "horizon": 1000}, "too short for the linear"),
        ("marginal_value", {"batches": (5,), "steps": 10, "examples": 20}, "batches of 1 and of all 20"),
        ("momentum_cures", {**SIDES, "horizon": 3}, "below the travel time"),
        ("momentum_cures", {**SIDES, "seeds": 1, "horizon": 3000}, "too few to know some mean steps"),
        ("phase_diagram", {"side": 4, "horizon": 606}, "the horizon is below the travel time"),
        ("reddi_online", {"optimizers": ("adam",), "beta2": (0.99,), "lr": 1000.0}, "throw x through the box"),
        ("reddi_online", {"optimizers": ("amsgrad",), "beta2": (0.99,), "reserve": 10.0, "horizon": 1}, "100 travel"),
        ("reddi_online", {"optimizers": ("adam",), "beta2": (0.99,), "beta1": 0.999}, "the travel to the end still"),
        ("reddi_online", {"optimizers": ("adam",), "beta2": (0.99,), "tolerance": 1e-9}, "too few periods"),
        ("reddi_periodic", {**SLOPES, "horizon": 3000, "lr": 1.0}, "too few periods"),
        ("reddi_periodic", {**SLOPES, "horizon": 30_000, "lr": 1000.0}, "throw x through the box"),
        ("reddi_periodic", {**SLOPES, "horizon": 1000, "optimizers": ("lion",)}, "none of the optimizers"),
        ("reddi_stochastic", {**NOISY, "horizon": 100}, "not small beside the box"),
        ("reddi_stochastic", {**NOISY, "horizon": 1000}, "for a mean step to be stationary"),
        ("reddi_stochastic", {**NOISY, "beta2": (0.9999,), "horizon": 1000}, "below the rounds after which"),
        ("reddi_stochastic", {**NOISY, "horizon": 1000}, "less than 100 spikes"),
        ("skewness_law", {**SKEW, "lr": 1e-9}, "has not come to where it settles"),
        ("skewness_law", {**SKEW, "lr": 100.0}, "within the memory"),
    ],
)  # fmt: skip
def test_undecided_with_a_reason(name: str, changes: dict[str, Any], reason: str) -> None:
    outcome = judged(name, **changes)
    assert outcome.verdict is not None
    assert outcome.verdict.word == "undecided"
    assert reason in outcome.verdict.told
    assert reason in record(outcome)["sentence"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("amsgrad_on_data", "rows=1", "at least 2"),
        ("amsgrad_on_data", "helps=-1", "at least 0"),
        ("amsgrad_on_data", "sets=[a9a,a9a]", "a value twice"),
        ("bias_correction", "log_lr=[0.5,-4]", "must increase"),
        ("bias_correction", "beta1=[0.9,0.9]", "a value twice"),
        ("effective_step", "finest=1", "below the 1 with which a search begins"),
        ("effective_step", "beta2=[0.9,0.9,0.9,0]", "beta2 must be above 0"),
        ("framework_forms", "C=1", "C must be above 1"),
        ("framework_forms", "lr=10", "lr at most 1"),
        ("framework_forms", "beta1=[0,0.9]", "without momentum"),
        ("gamma_monitor", "beta2=0", "beta2 must be above 0"),
        ("gamma_monitor", "suffers=-1", "at least 0"),
        ("growth_table", "losses=[reddi3,reddi3]", "a value twice"),
        ("marginal_value", "methods=[lion]", "lion has no step size here"),
        ("marginal_value", "ray=-1", "must be above 0"),
        ("momentum_cures", "side=1", "side must be at least 2"),
        ("momentum_cures", "least=1", "least in"),
        ("momentum_cures", "swing=100", "swing=100 must be at most 1"),
        ("momentum_cures", "coin_p=[1,0.5,0.5]", "two values"),
        ("phase_diagram", "spike=[0,101]", "spike must be above N - 1"),
        ("phase_diagram", "forgetting=1", "forgetting must be in"),
        ("phase_diagram", "beta1=[0,0]", "a value twice"),
        ("reddi_online", "exponent=-1", "must be above 0"),
        ("reddi_periodic", "C=[2,3,3,11]", "C=2 must be above N - 1 = 2"),
        ("reddi_periodic", "horizon=5", "at least one period"),
        ("reddi_stochastic", "optimizers=[adam,adam,lion,amsgrad,adagrad]", "lion has no predicted mean step"),
        ("reddi_stochastic", "C=50", "-1 to be the best point"),
        ("reddi_stochastic", "horizon=10", "at least 100"),
        ("skewness_law", "seeds=2", "at least 4"),
        ("skewness_law", "none=-1", "must be above 0"),
    ],
)  # fmt: skip
def test_refused_in_one_line(name: str, text: str, message: str) -> None:
    quick = experiment(name).settings("quick")
    with pytest.raises(ParameterError) as refusal:
        check_sensible(quick, changed(quick, [text]))
    assert message in str(refusal.value) and "\n" not in str(refusal.value)


def test_reasons_are_told_once_and_only_of_what_is_open() -> None:
    open_, known = check("a", 1, 2, False, "too short"), check("c", 1, 2, True)
    assert (open_.holds, known.holds) == (None, True)
    verdict = Verdict("Two of three.", (open_, check("b", 1, 2, True, "too short"), known))
    assert verdict.word == "undecided" and verdict.told == "Two of three. Not judged: too short."
    assert Verdict("All.", (known,)).told == "All."


def test_a_false_claim_is_still_refuted() -> None:
    """Short runs, in which no correction costs: claim (3) is false there, and nothing hides it."""
    outcome = judged("bias_correction", **MOMENTS, horizon=20, beta1=(0.9,), beta2=(0.99, 0.999))
    assert outcome.verdict is not None and outcome.verdict.word == "refuted"
    assert any("UNDECIDED" in line or "REFUTED" in line for line in _told(outcome))


def test_a_regret_that_is_no_number_is_not_dropped() -> None:
    outcome = judged("reddi_stochastic", **NOISY, horizon=50_000)
    assert outcome.verdict is not None and any("mean regret" in check.what for check in outcome.verdict.checks)
    assert blurred(outcome, "regret", nan) == "undecided"
    verdict = outcome.experiment.module.verdict(
        Table({**outcome.table.columns, "regret": outcome.table["regret"] * nan}), outcome.settings
    )
    (noisy,) = [check for check in verdict.checks if "mean regret" in check.what]
    assert noisy.holds is None and noisy.why == "a regret is not finite"


def test_the_least_loss_in_hindsight_against_samples() -> None:
    """2 E max(0, -(g_1 + ... + g_T)) of the noisy regret, from draws."""
    found = experiment("reddi_stochastic")
    settings = replace(found.settings("quick"), horizon=1000, C=30.0, p=0.035)
    spikes = np.random.default_rng(3).binomial(1000, 0.035, size=200_000)
    lost = 2 * 10 * np.maximum(0.0, 1000 - 31 * spikes)
    assert found.module.hindsight(settings) == pytest.approx(lost.mean(), abs=4 * lost.std() / 200_000**0.5)
