"""The theorems about the ray and the data of Wilson et al. against runs by hand, and the numbers known for them."""

from __future__ import annotations

import importlib
import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from adamtheory.language import arithmetic, reading
from adamtheory.logic.evaluate import Interpretation, evaluate
from adamtheory.logic.notation import integer, real
from adamtheory.logic.refute import refutes
from adamtheory.rules import RULES

from .by_hand import assumption_gap, gap, signs, table, wilson_data

n, k, j, h = integer("n"), integer("k"), integer("j"), real("h")
LABELS = (1, -1, 1)


def majorities(most: int) -> list[tuple[int, ...]]:
    """All label vectors of at most so many examples with a positive sum."""
    return [y for length in range(1, most + 1) for y in product((1, -1), repeat=length) if sum(y) > 0]


def stated(name: str) -> Any:
    return importlib.import_module(f"adamtheory.proofs.{name}").statement()


def families(labels: tuple[int, ...]) -> dict[str, Any]:
    """The data as the theorems name them."""
    rows = wilson_data(labels)
    return {"N": len(rows), "X": table(rows), "label": {(place + 1,): y for place, y in enumerate(labels)}}


# --- the data ---------------------------------------------------------------------------------------------------------


def test_all_labels_with_a_majority():
    found = majorities(8)
    assert len(found) == 206
    for labels in found:
        rows = np.array(wilson_data(labels))
        assert (rows @ signs(rows.tolist(), labels) == 4 * np.array(labels)).all()


def test_the_theorem_is_about_these_data():
    for labels in majorities(3):
        given = families(labels)
        for example in range(1, len(labels) + 1):
            assert gap("wilson_data", {k: example}, given) == 0
            for feature in range(1, 4 + 5 * len(labels)):
                assert assumption_gap("wilson_data", "features", {k: example, j: feature}, given) == 0


def test_without_a_majority():
    for labels, scores in (((1, -1), [2, -6]), ((1, -1, -1), [0, -8, -8])):
        rows = wilson_data(labels)
        assert (np.array(rows) @ signs(rows, labels)).tolist() == scores
    proof = importlib.import_module("adamtheory.proofs.wilson_data_majority_refuted")
    claim = proof.statement()
    found = refutes(claim.theory, claim.hyps, claim.claim, proof.counterexample(), bound=13)
    assert (found.left, found.right) == (-2, -6)
    assert proof.counterexample().families["X"] == {place: x for place, x in table(wilson_data((1, -1))).items() if x}


def test_how_rare_no_majority_is():
    p, size = 0.6, 200
    assert math.exp(-size * (2 * p - 1) ** 2 / 2) == pytest.approx(0.018316, abs=5e-7)
    few = sum(math.comb(size, ones) * p**ones * (1 - p) ** (size - ones) for ones in range(size // 2 + 1))
    assert few == pytest.approx(0.0026354, abs=5e-8)


# --- the ray ----------------------------------------------------------------------------------------------------------

METHODS = {"adagrad": ("S",), "rmsprop": ("v",), "adam": ("m", "v")}
RATES = {"beta1": 0.9, "beta2": 0.95}


def trained(name: str, labels: tuple[int, ...], steps: int, eps: float = 0.0) -> dict[str, Any]:
    """A run of the rule with full gradients on the data, as families."""
    rows, y = np.array(wilson_data(labels), dtype=float), np.array(labels)
    d, rule = rows.shape[1], RULES[name]
    step = reading(rule, arithmetic("float64"), d)
    slots = {slot.name: [float(slot.initial)] * d for slot in rule.slots}
    weights, kept = [[0.0] * d], {slot: [[0.0] * d] for slot in METHODS[name]}
    scalars = {declared.name: RATES.get(declared.name, eps) for declared in rule.scalars}
    for t in range(1, steps + 1):
        gradient = rows.T @ (rows @ weights[-1] - y)
        (x,), slots = step({"x": weights[-1], "g": gradient.tolist(), **slots}, {**scalars, "lr": 0.1 / t})
        weights.append([0.0 if math.isnan(place) else place for place in x])  # 0/0 where X'y is 0
        for slot, past in kept.items():
            past.append(slots[slot])
    found = {slot: by_feature(past) for slot, past in {"w": weights, **kept}.items()}
    alpha = {(t,): Fraction(1, 10 * t) for t in range(1, steps + 1)}
    rates = {rate: Fraction(str(value)) for rate, value in RATES.items()}
    return {**families(labels), **found, **rates, "alpha": alpha, "d": d, "c": 4}


def by_feature(past: list[list[float]]) -> dict[tuple[int, int], Fraction]:
    return {(place + 1, step): Fraction(x) for step, row in enumerate(past) for place, x in enumerate(row)}


@pytest.mark.parametrize("name", METHODS)
def test_methods_stay_on_the_ray(name):
    given = trained(name, LABELS, 4)
    for step, feature in product(range(5), (1, 2, 4, 5, 9, 13, 14)):
        assert gap(f"wilson_ray_{name}", {n: step, j: feature}, given) == pytest.approx(0, abs=1e-9)
    for feature in (1, 4, 9):
        for slot in ("w", *METHODS[name]):
            place = {n: 2, j: feature}
            assert assumption_gap(f"wilson_ray_{name}", f"follows_{slot}", place, given) == pytest.approx(0, abs=1e-9)


def test_with_eps_they_leave_it():
    given = trained("adagrad", LABELS, 2, eps=1.0)
    gaps = [gap("wilson_ray_adagrad", {n: 2, j: feature}, given) for feature in (1, 2, 4)]
    assert max(gaps) - min(gaps) > 1e-3
    claim = stated("wilson_ray_eps")
    together = next(hyp for hyp in claim.hyps if hyp.kind == "eq")
    meaning = Interpretation({"lr": 1, "eps": 1}, theory=claim.theory)
    a, b = real("a"), real("b")
    assert meaning.holds(together, {a: 3, b: 3}) and not meaning.holds(together, {a: 3, b: 2})


def test_new_points():
    given = trained("adagrad", LABELS, 4)
    for step, label in product(range(5), (1, -1)):
        assert gap("wilson_test_points", {n: step, h: label}, given) == pytest.approx(0, abs=1e-9)
    # at s/c = s/4 the prediction is (y + 2)/4 > 0
    right = stated("wilson_test_points").claim.right
    predicted = {label: Fraction(label + 2, 4) for label in (1, -1)}
    tau = evaluate(right, {n: 4, h: -1}, given, theory=stated("wilson_test_points").theory)
    assert predicted == {1: Fraction(3, 4), -1: Fraction(1, 4)} and float(tau) > 0


@pytest.mark.parametrize("name", METHODS)
def test_once_the_loss_has_fallen_one_class_is_wrong(name):
    given = trained(name, LABELS, 4)
    fallen = 0
    for step, label in product(range(5), (1, -1)):
        assert gap(f"wilson_misclassifies_{name}", {n: step, h: label}, given) >= -1e-9
        claim = stated(f"wilson_misclassifies_{name}").claim
        fallen += float(evaluate(claim.left, {n: step, h: label}, given, theory=stated("wilson_data").theory)) > 0.1
    assert fallen >= 4


def test_the_scalar_of_the_ray():
    for labels in majorities(3):
        given = {**families(labels), "d": 3 + 5 * len(labels), "c": 4}
        assert gap("wilson_ray_constant", {}, given) == 0
        assert gap("wilson_ray_constant", {}, {**given, "c": 5}) == -len(labels)


# --- no convergence ---------------------------------------------------------------------------------------------------


def on_ray(name: str, steps: int, c: float, lr: float, **rates: float) -> list[float]:
    """c tau - 1 after every step, by the rule's plain reading."""
    rule = RULES[name]
    step, slots = reading(rule, arithmetic("float64")), {slot.name: [float(slot.initial)] for slot in rule.slots}
    x, found = [0.0], []
    for _ in range(steps):
        (x,), slots = step({"x": x, "g": [c * x[0] - 1], **slots}, {"lr": lr, "eps": 0.0, **rates})
        found.append(c * x[0] - 1)
    return found


def test_two_cycles():
    for c, alpha, beta2, side in product((4, Fraction(1, 3)), (Fraction(1, 10), 2), (0, Fraction(9, 10)), (1, -1)):
        given = {"c": c, "alpha": alpha, "beta2": beta2}
        assert (
            gap("wilson_ray_two_cycle", {h: side}, given) == gap("wilson_ray_two_cycle_square", {h: side}, given) == 0
        )
    late = on_ray("rmsprop", 2000, 4, 0.1, beta2=0.9)[-4:]
    assert [abs(e) for e in late] == pytest.approx([0.2] * 4, abs=1e-9) and late[0] * late[1] < 0


def test_adam_jumps_for_ever():
    for beta2 in (Fraction(0), Fraction(999, 1000)):
        for step in range(8):
            assert gap("wilson_ray_converges_refuted", {n: step}, {"c": Fraction(7, 3), "beta2": beta2}) == 0
    # with momentum too it does not come to rest; how far it is away is chaotic and depends on rounding
    late = on_ray("adam", 20000, 4, 0.1, beta1=0.9, beta2=0.99)[18000:]
    assert max(map(abs, late)) > 0.03


# --- the least norm ---------------------------------------------------------------------------------------------------


def counted(plus: int, minus: int) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Labels in these numbers, and the theorem's data with its coefficients."""
    labels = (1,) * plus + (-1,) * minus
    det = 8 * plus * minus + 15 * plus + 3 * minus + 5
    coefficients = {"a_plus": Fraction(4 * minus + 5, det), "a_minus": -Fraction(4 * plus + 1, det)}
    return labels, {**families(labels), **coefficients}


@pytest.mark.parametrize(
    ("plus", "minus", "scores"),
    [(3, 1, (Fraction(68, 77), Fraction(-12, 77))), (1, 1, (Fraction(22, 31), Fraction(-6, 31)))],
)
def test_least_norm_exactly(plus, minus, scores):
    labels, given = counted(plus, minus)
    for number in ("plus", "minus"):
        assert assumption_gap("wilson_minimum_norm", f"coefficient_{number}", {}, given) == 0
    for label, score in zip((1, -1), scores, strict=True):
        right = stated("wilson_minimum_norm").claim.right  # h times the prediction
        found = evaluate(right, {h: label}, given, theory=stated("wilson_minimum_norm").theory)
        assert label * found == score
    for example in range(1, len(labels) + 1):
        assert gap("wilson_minimum_norm_fits", {k: example}, given) == 0


def test_least_norm_against_a_solver():
    for plus, minus in ((45, 15), (2, 5)):
        labels, given = counted(plus, minus)
        rows = np.array(wilson_data(labels), dtype=float)
        w = np.linalg.lstsq(rows, np.array(labels, dtype=float), rcond=None)[0]
        a = np.array([float(given["a_plus" if y > 0 else "a_minus"]) for y in labels])
        assert rows.T @ a == pytest.approx(w, abs=1e-10)
        predicted = w[0] + w[1] + w[2], -w[0] + w[1] + w[2]
        if (plus, minus) == (45, 15):
            assert predicted == pytest.approx((0.989388, -0.852245), abs=5e-7)
    for plus, minus in product(range(1, 61), repeat=2):
        assert 8 * plus * minus + 15 * plus - minus > 0 > -8 * plus * minus + 5 * plus - 3 * minus


def test_other_solutions_are_longer():
    given = {"N": 1, "d": 2, "X": {(1, 1): 1, (1, 2): 3}, "label": {(1,): 5}, "a": {(1,): Fraction(1, 2)}}
    theorem = "least_norm"
    for first in (Fraction(1, 2), 0, 3):
        other = {(1,): first, (2,): (5 - Fraction(first)) / 3}
        assert assumption_gap(theorem, "other_fits", {k: 1}, {**given, "v": other}) == 0
        longer = float(Fraction(10, 9) * (first - Fraction(1, 2)) ** 2)
        assert gap(theorem, {}, {**given, "v": other}) == pytest.approx(longer, abs=1e-12)


# --- the generic iteration --------------------------------------------------------------------------------------------


def generic(labels: tuple[int, ...], steps: int, seed: int) -> dict[str, Any]:
    """A run of the generic iteration with random coefficients, and its run on the ray, as families."""
    random = np.random.default_rng(seed)
    rows, y, c = np.array(wilson_data(labels), dtype=float), np.array(labels), 4.0
    alpha, momentum, ahead = random.uniform(0.1, 0.9, (3, steps))
    eta = random.uniform(0, 2, (steps, steps))
    found = {}
    derivatives = {"w": lambda x: rows.T @ (rows @ x - y), "tau": lambda x: c * x - 1}
    for name, size in (("w", rows.shape[1]), ("tau", 1)):
        places, gradients = [np.zeros(size), np.zeros(size)], []
        for step in range(steps):
            back = places[-1] - places[-2]
            gradients.append(derivatives[name](places[-1] + ahead[step] * back))
            roots = [np.sqrt(sum(eta[at, i] * gradients[i] ** 2 for i in range(at + 1))) for at in (step - 1, step)]
            scale = np.divide(1, roots[1], out=np.zeros(size), where=roots[1] > 0)
            places.append(places[-1] - alpha[step] * gradients[-1] * scale + momentum[step] * roots[0] * scale * back)
        found[name] = places
    series = {"alpha": alpha, "momentum": momentum, "ahead": ahead}
    return {
        **families(labels),
        **{name: {(t,): Fraction(x) for t, x in enumerate(values)} for name, values in series.items()},
        "eta": {(a, b): Fraction(eta[a, b]) for a in range(steps) for b in range(steps)},
        "w": {(f + 1, t - 1): Fraction(x) for t, row in enumerate(found["w"]) for f, x in enumerate(row)},
        "tau": {(t - 1,): Fraction(row[0]) for t, row in enumerate(found["tau"])},
        "d": rows.shape[1],
        "c": 4,
    }


def test_the_generic_iteration_stays_on_the_ray():
    for seed, labels in enumerate((LABELS, (1,), (1, 1, -1, 1))):
        given = generic(labels, 3, seed)
        for step, feature in product(range(4), (1, 2, 4, 5)):
            assert gap("wilson_ray_generic", {n: step, j: feature}, given) == pytest.approx(0, abs=1e-9)
        for name in ("follows", "ray_follows"):
            assert assumption_gap("wilson_ray_generic", name, {n: 2, j: 4}, given) == pytest.approx(0, abs=1e-9)
    assert abs(float(given["tau"][(3,)])) > 0.01
