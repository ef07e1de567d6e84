"""The theorems about ND-Adam against runs by hand, and the numbers known for them."""

from __future__ import annotations

import importlib
import math
from fractions import Fraction
from random import Random

import pytest

from adamtheory.language import arithmetic, reading
from adamtheory.logic.evaluate import evaluate
from adamtheory.logic.notation import integer, real
from adamtheory.logic.refute import refutes
from adamtheory.rules import RULES

from .by_hand import Sphere, assumption_gap, dot, gap

i, n = integer("i"), integer("n")
CLOSE = 1e-9


def random_run(seed: int, d: int = 4, steps: int = 5, **scalars: float) -> Sphere:
    """Normal raw gradients from a point of the sphere."""
    random = Random(seed)
    w = [random.gauss(0, 1) for _ in range(d)]
    length = math.sqrt(dot(w, w))
    run = Sphere([[x / length for x in w]], **scalars)
    for _ in range(steps):
        run.step([random.gauss(0, 2) for _ in range(d)])
    return run


def constant_run() -> Sphere:
    """w_0 = (1, 0), g_bar = (1, 1), alpha = 0.1, the usual decay rates."""
    run = Sphere([[1.0, 0.0]])
    for _ in range(10):
        run.step([1.0, 1.0])
    return run


def test_the_run_by_hand_is_the_rule():
    run = random_run(1, eps=1e-3)
    step = reading(RULES["ndadam"], arithmetic("float64"), 4)
    slots = {"m": [0.0] * 4, "v": [0.0] * 4, "p1": [1.0] * 4, "p2": [1.0] * 4}
    x = run.w[0]
    scalars = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-3}
    for t, raw in enumerate(run.raw):
        (x,), slots = step({"x": x, "g": raw, **slots}, scalars)
        assert x == pytest.approx(run.w[t + 1], abs=1e-12)


def test_the_assumptions_say_what_the_run_does():
    run = random_run(2, eps=1e-3).families()
    for proof, name in (
        ("ndadam_norm", "weights"),
        ("ndadam_rotation_average", "average"),
        ("ndadam_rotation_square", "square"),
    ):
        for step in range(4):
            found = assumption_gap(proof, f"follows_{name}", {i: 2, n: step}, run)
            assert found == pytest.approx(0, abs=CLOSE)


@pytest.mark.parametrize("name", ["ndadam_norm", "ndadam_orthogonal", "ndadam_projected_norm", "ndadam_ignores_l2"])
def test_theorems_of_every_step(name):
    for seed in range(3):
        run = random_run(seed, eps=0.01 * seed)
        for step in range(4):
            values = {n: step, i: 3, real("penalty"): Fraction(7, 3)}
            assert gap(name, values, run.families()) == pytest.approx(0, abs=CLOSE)


@pytest.mark.parametrize("name", ["ndadam_first_length", "ndadam_average_not_tangent"])
def test_theorems_of_the_first_steps(name):
    for seed in range(4):
        assert gap(name, {}, random_run(seed, alpha=0.3, beta1=0.8).families()) == pytest.approx(0, abs=CLOSE)


def test_off_the_sphere_the_projected_gradient_is_not_orthogonal():
    run = random_run(5)
    run.w[0] = [2 * x for x in run.w[0]]
    product = -gap("ndadam_orthogonal", {n: 0}, run.families())  # the claim is that it is 0
    assert product == pytest.approx(dot(run.raw[0], run.w[0]) * (1 - 4), abs=CLOSE)
    assert abs(product) > 0.1


def test_spans():
    """u is orthogonal to w_0, g_bar_1 and g_bar_2 in dimension 4; the third gradient is not in their span."""
    run = Sphere([[1.0, 0.0, 0.0, 0.0]])
    for raw in ([1.0, 2.0, 0.0, 0.0], [0.5, -1.0, 3.0, 0.0], [0.0, 1.0, 1.0, 1.0]):
        run.step(raw)
    families = run.families(u={(4,): 1}, T=2)
    for name, steps in (("ndadam_span", (0, 1)), ("ndadam_span_weights", (0, 1, 2))):
        assert [gap(name, {n: step}, families) for step in steps] == pytest.approx([0] * len(steps), abs=CLOSE)
        assert abs(gap(name, {n: steps[-1] + 1}, families)) > 1e-3


def test_when_the_span_is_left():
    """The first gradients have no product with w, so that nothing is projected away; the last one has one."""
    run = Sphere([[1.0, 0.0, 0.0]])
    for raw in ([0.0, 1.0, 0.0], [0.1, 1.0, 0.0], [2.0, 1.0, 0.0]):
        run.step(raw)
    u = (0.1, -0.01, 1.0)
    families = {"u": {(c + 1,): Fraction(x) for c, x in enumerate(u)}, "T": 0}
    # u is orthogonal to the first raw gradient up to -0.01, made exact by its second entry
    families["u"][2,] = 0
    assert gap("ndadam_span_criterion", {}, run.families(**families)) == pytest.approx(0, abs=CLOSE)
    run.raw[0] = [0.5, 1.0, 0.0]
    assert gap("ndadam_span_criterion", {}, run.families(**families | {"u": {(1,): 1, (2,): Fraction(-1, 2)}})) > 0.01


def test_the_span_of_the_gradients_alone_is_too_small():
    proof = importlib.import_module("adamtheory.proofs.ndadam_span_refuted")
    stated = proof.statement()
    found = refutes(stated.theory, stated.hyps, stated.claim, proof.counterexample())
    assert (found.left, found.right) == (-1, 0)
    run = Sphere([[1.0, 0.0]])
    run.step([0.0, 1.0])  # the gradient of which this is no counterexample
    assert run.projected == [[0.0, 1.0]]


def rotation() -> dict[tuple[int, int], Fraction]:
    """An orthogonal matrix in dimension 3, exactly: two rotations with Pythagorean angles."""
    c, s, p, q = Fraction(3, 5), Fraction(4, 5), Fraction(5, 13), Fraction(12, 13)
    rows = ((c, -s, 0), (s * p, c * p, -q), (s * q, c * q, p))
    return {(i + 1, j + 1): Fraction(x) for i, row in enumerate(rows) for j, x in enumerate(row)}


@pytest.mark.parametrize("name", ["ndadam_rotation", "ndadam_rotation_average", "ndadam_rotation_square"])
def test_rotations(name):
    run = random_run(7, d=3, steps=3, eps=0.1)
    for step in range(3):
        for coordinate in (1, 2, 3):
            found = gap(name, {n: step, i: coordinate}, run.families(Q=rotation()))
            assert found == pytest.approx(0, abs=CLOSE)


def test_a_map_that_is_not_orthogonal_is_noticed():
    run = random_run(7, d=3, steps=2)
    stretched = {place: 2 * x for place, x in rotation().items()}
    assert abs(gap("ndadam_rotation", {n: 1, i: 1}, run.families(Q=stretched))) > 0.01


def test_adam_is_not_turned():
    proof = importlib.import_module("adamtheory.proofs.adam_rotation_refuted")
    stated = proof.statement()
    found = refutes(stated.theory, stated.hyps, stated.claim, proof.counterexample())
    assert (found.left, found.right) == (1, Fraction(1, 5))
    # g = (1, 2) turned by 45 degrees: Q sign(g) = (0, sqrt 2), sign(Q g) = (-1, 1)
    assert math.dist((0, math.sqrt(2)), (-1, 1)) == pytest.approx(1.082392, abs=5e-7)
    step = reading(RULES["adam"], arithmetic("float64"), 3)
    slots = {"m": [0.0] * 3, "v": [0.0] * 3, "p1": [1.0] * 3, "p2": [1.0] * 3}
    scalars = {"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "eps": 0.0}
    (x,), _ = step({"x": [0.0] * 3, "g": [1.0, 2.0, 0.0], **slots}, scalars)
    assert x[:2] == pytest.approx([-1, -1])


def test_reference_values():
    run = constant_run()
    products = [dot(w, m) for w, m in zip(run.w, run.m[1:], strict=False)]
    assert [products[t - 1] for t in (1, 2, 3, 10)] == pytest.approx(
        [0, -0.00895533, -0.02574706, -0.26157638], abs=5e-9
    )
    assert run.lengths[0] == pytest.approx(1.004988, abs=5e-7)
    # the second of these is the theorem's own right side
    stated = importlib.import_module("adamtheory.proofs.ndadam_average_not_tangent").statement()
    right = evaluate(stated.claim.right, {}, run.families(), theory=stated.theory)
    assert float(right) == pytest.approx(-0.00895533, abs=5e-9)


def test_scale_invariant_loss_in_equilibrium():
    """alpha = 0.1, lambda = 0.01, G = 1: the recursion of |w|^2 comes to rest where the theorem says."""
    alpha, penalty, square = 0.1, 0.01, 3.0
    for _ in range(20000):
        square = (1 - alpha * penalty) ** 2 * square + alpha**2 / square
    assert alpha / square == pytest.approx(0.0447101778, abs=5e-11)
    families = {"d": 2, "w": {(1,): Fraction(math.sqrt(square))}, "g": {(2,): Fraction(1 / math.sqrt(square))}}
    families |= {"alpha": Fraction(alpha), "penalty": Fraction(penalty)}
    assert gap("scale_invariant_rate", {}, families) == pytest.approx(0, abs=1e-12)
    assert gap("scale_invariant_step", {real("G"): 1}, families) == pytest.approx(0, abs=1e-12)
    assert abs(gap("scale_invariant_rate", {}, {**families, "penalty": Fraction(1, 50)})) > 1e-4


def test_the_rotation_by_decoupled_decay():
    """w = (3, 4), g = (4, -3)/5: alpha only lengthens w', whose component along w the decay alone has shortened."""
    families = {"d": 2, "w": {(1,): 3, (2,): 4}, "g": {(1,): Fraction(4, 5), (2,): Fraction(-3, 5)}}
    for alpha in (Fraction(1, 10), 7):
        at = {**families, "alpha": alpha, "lambda": Fraction(1, 5)}
        assert gap("scale_invariant_rotation", {}, at) == 0
        assert gap("scale_invariant_rotation", {}, {**at, "g": {(1,): 1}}) == pytest.approx(3 * float(alpha))


def test_the_norm_comes_to_its_equilibrium():
    """a = 16/25, b = 9/25: from above geometrically to 1, and not so from below."""
    families = {"alpha": 1, "penalty": Fraction(1, 5), "G": Fraction(3, 5), "q": 1}
    for start in (1, Fraction(3, 2), 40):
        gaps = [gap("scale_invariant_converges", {n: step}, {**families, "z_start": start}) for step in range(7)]
        assert all(room >= 0 for room in gaps)
    assert gap("scale_invariant_converges", {n: 1}, {**families, "z_start": Fraction(1, 10)}) < -1


def test_the_gradient_of_a_loss_without_a_scale():
    """Euler's identity for atan(y/x) + x y/(x^2 + y^2), exactly."""
    for x, y in ((Fraction(1), Fraction(2)), (Fraction(-3), Fraction(5, 7))):
        r = x * x + y * y
        gradient = (-y / r + y * (y * y - x * x) / r**2, x / r + x * (x * x - y * y) / r**2)
        families = {"d": 2, "w": {(1,): x, (2,): y}, "slope": {(1,): gradient[0], (2,): gradient[1]}}
        assert gap("scale_invariant_gradient", {}, families) == 0
    assert gap("scale_invariant_gradient", {}, {**families, "slope": {(1,): 1}}) != 0
