"""The theorems about the variants of Adam against exact histories.

Every sentence is evaluated as it is stated, in exact arithmetic, wherever its assumptions and hypotheses hold.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction as F
from itertools import islice, pairwise, product
from random import Random
from typing import Any

import pytest

from adamtheory.logic.evaluate import Interpretation, Undecided
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement

n, k = integer("n"), integer("k")
Families = dict[str, Any]


def module(name: str) -> Any:
    return importlib.import_module(f"adamtheory.proofs.{name}")


# --- random exact histories -------------------------------------------------------------------------------------------

SHARES = {"beta1", "beta2", "mu", "q"}
POSITIVE = {"lr", "alpha", "rate", "c", "penalty", "decay", "weight_decay", "eps", "M", "s", "tol", "C", "counted", "d"}


class History:
    """Random rationals: shares in (0, 1), positive step sizes, gradients of either sign; drawn when first asked for."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def draw(self, name: str, result: str) -> Any:
        if result == "Z":
            return self.random.randint(1, 3)
        if name in SHARES:
            return F(self.random.randint(1, 9), 10)
        if name in POSITIVE:
            return F(self.random.randint(1, 8), 4)
        return F(self.random.randint(-9, 9), self.random.choice((1, 2, 3)))

    def family(self, name: str, sorts: Sequence[str], result: str) -> Any:
        seen: dict[Any, Any] = {}

        def value(*args: Any) -> Any:
            if args not in seen:
                seen[args] = self.draw(name, result)
            return seen[args]

        return value if sorts else value()

    def families(self, of: Statement, derive: Callable[[Families], Families]) -> Families:
        """A meaning for every declared family; what is derived from the drawn ones replaces them."""
        found = {e[1]: self.family(*e[1:]) for e in of.theory.entries if e[0] == "declare"}
        return found | derive(found)


def assumed(of: Statement, meaning: Interpretation) -> bool:
    """Whether the assumptions that the sentence names hold, for the first few integers."""
    for entry in of.theory.entries:
        if entry[0] != "assume" or entry[1] not in of.assumes:
            continue
        variables, guards, claim = entry[3:]
        for numbers in product(range(5), repeat=len(variables)):
            values = dict(zip(variables, numbers, strict=True))
            if all(meaning.holds(g, values) for g in guards) and not meaning.holds(claim, values):
                return False
    return True


def instances(of: Statement, derive: Callable[[Families], Families], reals: Families) -> Iterator[bool]:
    """The truth of the claim wherever assumptions and hypotheses hold."""
    free = sorted(of.claim.free.union(*(h.free for h in of.hyps)), key=lambda v: str(v.args))
    for seed in range(6):
        families = History(seed).families(of, derive)
        meaning = Interpretation(families, theory=of.theory)
        with suppress(Undecided):
            if not assumed(of, meaning):
                continue
        for number in range(4):
            values = {v: number if v.sort == "Z" else reals[v.args[0]](families) for v in free}
            with suppress(Undecided):  # after some steps the roots are too many to compare exactly
                if all(meaning.holds(h, values) for h in of.hyps):
                    yield meaning.holds(of.claim, values)


def nothing(families: Families) -> Families:
    return {}


def signed(families: Families, k: int) -> F:
    """A sequence that falls over the run as it rose."""
    length = families["T"]
    return F(0) if 2 * k == length else F(length - 2 * k)


SAME = {"decay": lambda f: f["penalty"] * f["alpha"]}


def derived(**rules: Callable[[Families], Any]) -> Callable[[Families], Families]:
    return lambda f: {name: rule(f) for name, rule in rules.items()}


def factor(f: Families) -> F:
    """The larger of the two factors, the smaller one being beta1 divided by it."""
    return (2 + f["beta1"]) / 3


def shrink(beta1: F, z: F) -> F:
    """The s for which z solves z^2 = (1 + beta1 - s) z - beta1."""
    return 1 + beta1 - z - beta1 / z


# proof -> what is not random in it: premises that random numbers would not meet
DERIVED: dict[str, Callable[[Families], Families]] = {
    "decay_is_l2_for_sgd": derived(**SAME),
    "decay_is_l2_for_sgd_converse": derived(**SAME),
    "decay_is_not_l2_with_momentum": derived(**SAME),
    "decay_with_momentum_has_no_penalty": derived(beta1=lambda f: F(0), **SAME),
    "decay_l2_momentum_factor": derived(alpha=lambda f: F(1), penalty=lambda f: shrink(f["beta1"], factor(f))),
    "decay_l2_momentum_oscillates": derived(
        alpha=lambda f: F(1), beta1=lambda f: f["beta1"] ** 2, penalty=lambda f: (1 - f["beta1"]) ** 2 + f["beta1"]
    ),
    "decay_preconditioned": derived(M=lambda f: lambda t, i: f["decay"] / (f["penalty"] * f["alpha"](t))),
    "decay_preconditioned_converse": derived(M=lambda f: lambda t, i: f["decay"] / (f["penalty"] * f["alpha"](t))),
    "adamw_ball": derived(weight_decay=lambda f: F(1, 10), C=lambda f: F(20)),
    "adamw_ball_paper": derived(weight_decay=lambda f: F(1, 10), C=lambda f: F(20)),
    "budget_decay_at_least": derived(c=lambda f: F(3, 4)),
    "budget_decay_at_most": derived(c=lambda f: F(3, 4)),
    "nesterov_torch_after_a_change": derived(rate=lambda f: lambda t: f["alpha"] / (1 + (t == 3))),
    "momentum_velocity_after_a_change": derived(rate=lambda f: lambda t: f["alpha"] / (1 + (t == 3))),
    "swats_rate_at_least": derived(bound=lambda f: F(0)),
    "swats_rate_at_most": derived(bound=lambda f: F(100)),
    "swats_repaired_average": derived(L=lambda f: F(-9)),
    "swats_constant_gradient": derived(g=lambda f: lambda t, i: f["c"](i) or 1, c=lambda f: lambda i: f["c"](i) or 1),
    "adam_l2_first_step": derived(x0=lambda f: F(3, 2)),
    "cosine_mean": derived(c=lambda f: lambda k: 1 if k == 0 else signed(f, k)),
    "bias_correction_shrinks_step_converse": derived(beta1=lambda f: F(1, 10)),
    "nadam_torch_refuted": derived(q=lambda f: F(9999, 10000)),
    "swats_sgd_phase": derived(N=lambda f: 1, settled=lambda f: lambda t: F(1)),
}
WHOLE = derived(
    T0=lambda f: 2, q=lambda f: 3, L=lambda f: lambda j: 2 * 3**j, S=lambda f: lambda j: 3**j - 1 if j >= 0 else -1
)
DERIVED |= {f"cosine_{name}": WHOLE for name in ("restart_times", "run_counter", "run_index", "restart_closed")}
REALS = {
    "decay_l2_momentum_factor": {"z": factor},
    "decay_l2_momentum_oscillates": {"z": lambda f: 1 - f["penalty"] / 3},
    "bias_correction_fades": {"e": lambda f: F(3)},
    "bias_correction_fades_converse": {"e": lambda f: F(3)},
}
EXACT = [
    "decay_is_l2_for_sgd", "decay_is_l2_for_sgd_converse", "decay_is_not_l2_with_momentum",
    "decay_with_momentum_has_no_penalty", "decay_l2_momentum_recursion", "decay_l2_momentum_factor",
    "decay_l2_momentum_oscillates",
    "decay_preconditioned", "decay_preconditioned_converse", "decay_preconditioned_refuted",
    "decay_fixed_preconditioner", "adam_l2_scale_invariant", "adam_l2_ignores_lambda", "adam_l2_first_step",
    "adamw_shrinks_geometrically",
    "adamw_ball", "adamw_ball_paper", "budget_decay_at_least", "budget_decay_at_most", "nesterov_look_ahead",
    "nesterov_change_of_variables", "nesterov_two_points", "nesterov_torch_is_nesterov",
    "nesterov_torch_after_a_change", "momentum_velocity_is_momentum", "momentum_velocity_after_a_change",
    "momentum_average_is_heavy_ball", "rmsprop_is_adam_uncorrected", "rmsprop_corrected_is_adam", "adam_sign_descent",
    "rmsprop_constant_gradient", "adam_momentum_form", "adam_v_hat_recursion", "nadam_is_look_ahead",
    "nadam_total_weight", "nadam_constant_weight", "nadam_hybrid_weight", "nadam_torch_refuted",
    "nadam_torch_decay_zero", "nadam_factor", "swats_rate_projects",
    "swats_rate_is_long", "swats_other_rate_is_short", "swats_rates_multiply", "swats_rate_at_least",
    "swats_rate_at_most", "swats_first_average", "swats_sgd_phase", "swats_repaired_positive", "swats_repaired_average",
    "swats_repaired_scale", "swats_repaired_scale_rate", "swats_constant_gradient", "nadam_changing_rate",
    "cosine_restart_times", "cosine_run_counter", "cosine_run_index", "cosine_restart_closed", "cosine_mean",
    "bias_correction_fades", "bias_correction_fades_converse", "bias_correction_shrinks_step_converse",
]  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_the_sentence_holds_on_exact_histories(name: str) -> None:
    derive, reals = DERIVED.get(name, nothing), REALS.get(name, {})
    found = list(instances(module(name).statement(), derive, reals))
    assert found and all(found), (name, found)


@pytest.mark.parametrize("name", ["adam_large_eps", "adam_becomes_adagrad", "adam_second_moment_limit"])
def test_a_limit_is_near_where_the_index_is_large(name: str) -> None:
    of = module(name).statement()
    gaps = []
    for large in (10**3, 10**6):
        families = History(1).families(of, nothing)
        gaps.append(
            float(Interpretation(families, theory=of.theory).value(of.claim.left, {n: 1, of.claim.index: large}))
        )
    assert 0 < gaps[1] < gaps[0] / 900 and gaps[1] < 1e-3


def l2_weights(beta1: F, s: F) -> Iterator[F]:
    """The weights of SGD with momentum and an L2 penalty without loss, from 1, by hand."""
    m, x = F(0), F(1)
    while True:
        yield x
        m = beta1 * m + s * x
        x -= m


@pytest.mark.parametrize(("beta1", "z"), [(F(1, 4), F(3, 4)), (F(9, 10), F(99, 100)), (F(0), F(1, 2))])
def test_the_l2_weights_settle_to_the_larger_root(beta1: F, z: F) -> None:
    s, q = shrink(beta1, z), beta1 / z**2
    run = list(islice(l2_weights(beta1, s), 60))
    excess = [b / a - z for a, b in pairwise(run)]
    assert all(0 <= e <= q**k * (1 - s - z) for k, e in enumerate(excess))
    assert z <= 1 - s / (1 - beta1)
    assert of_rate_holds(beta1, s, z)


def of_rate_holds(beta1: F, s: F, z: F) -> bool:
    """The hypotheses of the theorem are those of the numbers above, and its ratio is theirs."""
    of = module("decay_l2_momentum_rate").statement()
    meaning = Interpretation({"alpha": 1, "penalty": s, "beta1": beta1, "x0": 1}, theory=of.theory)
    values = {v: z for h in of.hyps for v in h.free}
    near = abs(meaning.value(of.claim.left, {of.claim.index: 50}) - z) < F(1, 100)
    return assumed(of, meaning) and all(meaning.holds(h, values) for h in of.hyps) and near


def test_the_l2_weights_oscillate_where_the_penalty_is_large() -> None:
    """With beta1 = .9 and s = .1 they shrink more slowly than decoupled decay by 1 - s."""
    run = list(islice(l2_weights(F(9, 10), F(1, 10)), 401))
    assert abs(run[400]) > F(9, 10) ** 400 * 10**8
    assert sum(a * b < 0 for a, b in pairwise(run)) > 30


def test_the_logarithm_of_a_restart_in_double_precision() -> None:
    """The number in the file is the one that a program gets, and cut off it names the run before."""
    from math import log

    from adamtheory.proofs.cosine_truncated_logarithm_refuted import error

    epoch, first, q = 121, 1, 3
    found = log(epoch / first * (q - 1) + 1, q)
    assert F(found) == 5 - error and int(found) == 4
    assert sum(first * q**j for j in range(5)) == epoch
