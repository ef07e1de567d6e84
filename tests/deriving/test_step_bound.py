"""The sharp bound of a step: proved where there is one, true of random histories, reached by its own history."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adamtheory.deriving.derivation import Derivation
from adamtheory.deriving.findings import PROVED, UNDECIDED, Finding
from adamtheory.deriving.frame import Frame, t
from adamtheory.deriving.models import letter
from adamtheory.deriving.step_bound import step_bound
from adamtheory.deriving.step_deviation import proof_of
from adamtheory.deriving.step_inputs import Bounded
from adamtheory.deriving.step_proof import Proof
from adamtheory.deriving.step_values import Numbers, meaning, sample, stabilisers
from adamtheory.language import arithmetic, parse, reading
from adamtheory.language.rule import Rule
from adamtheory.logic import recheck, serialise
from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import eq
from adamtheory.logic.printing import text
from adamtheory.logic.terms import Rel, key
from adamtheory.rules import RULES

from .brute import check
from .cases import cases

LINEAR = {
    "sgd", "sgd_l2", "sgdw", "momentum", "momentum_velocity", "momentum_average", "nesterov", "nesterov_torch",
}  # fmt: skip
OPEN = {
    "ndadam": "no single quotient",
    "swats": "cases",
    "swats_repaired": "cases",
    "yogi": "holds a difference",
    "yogi_optax": "holds a difference",
}
UNBOUNDED = {"radam", "radam_torch", "radam_optax", "adabound", "adopt"}
BOUNDED = sorted(set(RULES) - LINEAR - set(OPEN) - UNBOUNDED)
OTHERS = ("lion", "rmsprop_momentum", "rmsprop_graves", "adopt_clipped")
AGAIN = ("adam", "adamax", "adabelief", "rmsprop_centered", "amsgrad_torch", "nadam_dozat", "adamnc", "adadelta")
QUOTIENTS = [name for name in BOUNDED if name not in OTHERS]
SHARP = {
    "adagrad", "rmsprop", "rmsprop_optax", "rmsprop_corrected", "adadelta_two_eps", "adam", "adam_uncorrected",
    "adam_eps_hat", "adam_eps_inside", "adam_l2", "adamax", "adamax_torch", "adamw", "adamw_torch", "rmsprop_centered",
    "adabelief", "nadam_constant", "nadam_keras", "nadam_optax", "nadam_torch",
}  # fmt: skip


@cache
def findings(name: str) -> tuple[Finding, ...]:
    return tuple(step_bound(RULES[name]))


@cache
def proof(name: str) -> Proof:
    return proof_of(RULES[name])


def claim(finding: Finding) -> Rel:
    assert finding.claim is not None
    return finding.claim


def of(tmp_path: Path, source: str) -> Rule:
    """The rule in a user's own file."""
    file = tmp_path / "mine.py"
    file.write_text("from adamtheory.language import *\n\n\n" + source)
    return next(iter(parse(file.read_text(), filename=str(file)).values()))


# --- every rule -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RULES)
def test_every_rule_gets_a_bound_or_a_reason(name: str) -> None:
    found = findings(name)
    if name in LINEAR:
        assert found == ()
    elif name in OPEN:
        (only,) = found
        assert only.word == UNDECIDED and OPEN[name] in only.note and "\n" not in only.note
    elif name in UNBOUNDED:
        assert [(f.word, f.short) for f in found] == [(PROVED, "unbounded")]
    else:
        assert all(f.word == PROVED and f.theorem is not None and f.topic == "step bound" for f in found)
        size = "|step| <= C" if name == "rmsprop_graves" else "|step| <= lr C"  # Graves' buffer holds the rate
        assert found[0].short and found[0].note.startswith(size)


def test_the_bounds_that_are_proved_to_be_reached() -> None:
    assert {name for name in BOUNDED if any(f.head == "attain the bound" for f in findings(name))} == SHARP


@pytest.mark.parametrize("name", sorted(set(QUOTIENTS) - SHARP))
def test_other_bounds_are_reached_exactly_or_approached(name: str) -> None:
    values = findings(name)[0].values
    assert set(values.get("attained") or values["approached"]) == {"1", "2", "3"}


def test_the_sentence_for_adam_is_the_one_of_the_paper() -> None:
    first, reached, closed, uniform = findings("adam")
    assert text(claim(first)).startswith("(m(t)/(1 - p1(t)))^2 <= (1/(1 - p1(t)))^2*R(t)*(1 - p2(t))")
    assert [text(h) for h in first.hyps] == ["0 < beta2", "1 <= t"]
    assert reached.note == "by g(t) = (beta2/beta1)^t"
    # with beta1 = 0 that is no history
    assert {text(h) for h in reached.hyps} == {"eps = 0", "0 < beta1", "0 < beta2", "1 <= t"}
    assert text(claim(closed)) == "(1 - beta1^2/beta2)*R(t) = (1 - beta1)^2/(1 - beta2)*(1 - (beta1^2/beta2)^t)"
    assert [text(h) for h in uniform.hyps] == ["beta1^2 < beta2", "0 < beta2", "0 <= t"]


@pytest.mark.parametrize(
    "name",
    ["adam", "adamax", "adabelief", "rmsprop_centered", "amsgrad_torch", "nadam_dozat", "adamnc", "adadelta", *OTHERS],
)
def test_the_second_checker_derives_the_theorems_again(name: str) -> None:
    for finding in findings(name):
        assert finding.theorem is not None
        report = recheck.check(serialise.write(finding.theorem, finding.hyps, None))
        assert report.hyps is not None and not report.axioms


# --- brute force ------------------------------------------------------------------------------------------------------


def histories(seed: int, count: int, length: int) -> Iterator[list[Fraction]]:
    random = Random(seed)
    for _ in range(count):
        scale = random.choice([1, 1, 100, Fraction(1, 100)])
        yield [scale * Fraction(random.randint(-9, 9), random.randint(1, 5)) for _ in range(length)]


def drawn(rule: Rule, random: Random) -> dict[str, Fraction]:
    """Parameters in their ranges, rates from one end to the other."""
    values = sample(rule)
    for parameter in rule.parameters:
        if parameter.range.high is not None:
            values[parameter.name] = random.choice(
                [Fraction(1, 10), Fraction(1, 2), Fraction(9, 10), Fraction(99, 100)]
            )
        elif parameter.name.startswith("eps"):
            values[parameter.name] = random.choice([Fraction(0), Fraction(1, 1000), Fraction(1)])
    return values


def rational_schedules(frame: Frame) -> dict[str, Any]:
    """Of a schedule without a term the theorem knows nothing, so it holds for any numbers in its place."""
    return {letter(frame, name): lambda t: Fraction(t, t + 2) for name in frame.abstracted}


@pytest.mark.parametrize("name", BOUNDED)
def test_the_findings_agree_with_brute_force(name: str) -> None:
    for case in cases(RULES[name], Derivation(RULES[name], findings(name), 0)):
        check(case, 2)


@pytest.mark.parametrize("name", BOUNDED)
def test_the_theorem_holds_of_random_histories_exactly(name: str) -> None:
    rule, finding, random = RULES[name], findings(name)[0], Random(name)
    frame = Bounded(rule).frame if name in OTHERS else proof(name).frame
    for history in histories(len(name), 4, 4):
        values = drawn(rule, random)
        families = meaning(frame, rule, values, history) | rational_schedules(frame)
        inner = Interpretation(families, theory=finding.theory)
        for step in range(1, 5):
            assert inner.holds(claim(finding), {t: step}), (values, history, step)


@pytest.mark.parametrize("name", QUOTIENTS)
def test_the_step_that_runs_keeps_to_the_bound(name: str) -> None:
    """The plain reading of the text in floating point: |x_t - x_{t-1}| <= lr C_t, and C_t is not far from reached."""
    rule, system = RULES[name], arithmetic("float64")
    values = {**sample(rule), **dict.fromkeys(stabilisers(proof(name)), Fraction(0))}
    numbers, step_of = Numbers(proof(name), values), reading(rule, system)
    if not findings(name)[0].values.get("C"):
        return  # C depends on the state, which the exact test covers
    scalars = {key: system.number(value) for key, value in values.items()}
    scalars |= {key: system.number(Fraction(1)) for key in ("t", "eta") if rule.scalar(key)}
    lengths = [[1000 * g for g in numbers.history(6)], *histories(3, 3, 6)]
    largest = 0.0
    for history in lengths:
        slots = {s.name: [system.number(s.initial)] for s in rule.slots}
        for step, g in enumerate(history, 1):
            if rule.scalar("t"):
                scalars["t"] = system.number(Fraction(step))
            with system.quiet():
                (x,), slots = step_of({"x": [0.0], "g": [system.number(g)], **slots}, scalars)
            if x[0] != x[0]:
                continue  # 0/0 in the text is no step
            ratio = abs(float(x[0])) / float(values["lr"]) / numbers.constant(step)
            assert ratio <= 1 + 1e-5, (history, step)  # the rounded schedules of nadam are short rationals
            largest = max(largest, ratio)
    assert largest > 0.99


@pytest.mark.parametrize("name", sorted(SHARP))
def test_the_history_of_the_second_theorem_reaches_the_bound_exactly(name: str) -> None:
    finding = next(f for f in findings(name) if f.head == "attain the bound")
    rule = RULES[name]
    values = {**sample(rule), **dict.fromkeys(stabilisers(proof(name)), Fraction(0))}
    for step in (1, 2, 5) if proof(name).plain or proof(name).above.slot is None else (2, 3, 5):
        numbers, schedules = Numbers(proof(name), values), rational_schedules(proof(name).frame)
        numbers.inner = Interpretation(numbers.families | schedules, theory=proof(name).frame.setting.theory)
        history = numbers.history(step)
        families = meaning(proof(name).frame, rule, values, history) | schedules
        inner = Interpretation(families, theory=finding.theory)
        assert finding.claim is not None and inner.holds(finding.claim, {t: step})
        for hyp in finding.hyps:
            assert inner.holds(hyp, {t: step})
        assert inner.value(finding.claim.right, {t: step}) > 0, "0 = 0 is no bound that is reached"


def test_another_history_does_not_reach_it() -> None:
    rule, claim = RULES["adam"], findings("adam")[0].claim
    values = {**sample(rule), "eps": Fraction(0)}
    inner = Interpretation(meaning(proof("adam").frame, rule, values, [1, 1, 1]), theory=findings("adam")[0].theory)
    assert claim is not None and not inner.holds(eq(claim.left, claim.right), {t: 3})


# --- reference values, from the terms of the findings -----------------------------------------------------------------


def constant(name: str, step: int, **values: str) -> float:
    """C at step t: the factor on the right of the finding's own sentence, or its root."""
    rule, finding = RULES[name], findings(name)[0]
    given = {**sample(rule), **{key: Fraction(value) for key, value in values.items()}}
    inner = Interpretation(meaning(proof(name).frame, rule, given), theory=finding.theory)
    found = float(inner.value(claim(finding).right.args[0], {t: step}))
    return found if claim(finding).left.op == "max" else sqrt(found)


@pytest.mark.parametrize(
    ("step", "betas", "expected"),
    [
        (1, (".9", ".999"), 1), (2, (".9", ".999"), 1.0014), (20, (".9", ".999"), 1.1561),
        (100, (".9", ".999"), 2.2434), (200, (".9", ".999"), 3.0961), (10, (".9", ".99"), 1.03587),
        (100, (".9", ".99"), 1.86735), (200, (".9", ".8"), 6.63179), (200, (".5", ".2"), 5.4885e9),
    ],
)  # fmt: skip
def test_the_constant_of_adam(step: int, betas: tuple[str, str], expected: float) -> None:
    assert constant("adam", step, beta1=betas[0], beta2=betas[1]) == pytest.approx(expected, rel=5e-5)


def test_the_constant_of_adam_squared_is_a_quotient_of_geometric_sums() -> None:
    b1, b2 = Fraction(9, 10), Fraction(99, 100)
    r = b1 * b1 / b2

    def partial(q: Fraction, n: int) -> Fraction:
        return sum((q**i for i in range(n)), Fraction(0))

    for step in (1, 2, 7):
        numbers = Numbers(proof("adam"), {**sample(RULES["adam"]), "beta2": b2})
        square = numbers.inner.value(proof("adam").constant(t - 1, t), {t: step})
        assert square == partial(r, step) * partial(b2, step) / partial(b1, step) ** 2
    assert constant("adam", 2, beta2=".99") == pytest.approx(sqrt(3980 / 3971))


@pytest.mark.parametrize(
    ("beta2", "expected"), [(".999", 7.270292), (".99", 2.345208), (".95", 1.164965), (".85", 1.190238)]
)
def test_the_limit_of_the_constant_without_correction(beta2: str, expected: float) -> None:
    """The right side of R(t) <= ..., for the rule without bias correction; its first value is K_1."""
    (uniform,) = (f for f in findings("adam_uncorrected") if f.head == "bound it for all t")
    values = {**sample(RULES["adam_uncorrected"]), "beta2": Fraction(beta2)}
    inner = Interpretation(
        meaning(proof("adam_uncorrected").frame, RULES["adam_uncorrected"], values), theory=uniform.theory
    )
    assert uniform.claim is not None
    assert sqrt(inner.value(uniform.claim.right.args[0], {})) == pytest.approx(expected, rel=1e-6)
    assert constant("adam_uncorrected", 1) == pytest.approx(3.162278, rel=1e-6)
    assert constant("adam_uncorrected", 200, beta2=".95") == pytest.approx(1.164965, rel=1e-6)


@pytest.mark.parametrize(
    ("beta2", "expected"),
    [
        (".999", (1, 1.00047, 1.00366, 1.00882)), (".99", (1, 1.00478, 1.03774, 1.09628)),
        (".95", (1, 1.02493, 1.21833, 1.78192)), (".9", (1, 1.05263, 1.53534, 5.02590)),
        (".8", (1, 1.11842, 2.76032, 289.571)),
    ],
)  # fmt: skip
def test_the_constant_of_adamax(beta2: str, expected: tuple[float, ...]) -> None:
    found = [constant("adamax", step, beta2=beta2) for step in (1, 2, 10, 50)]
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_constant_without_momentum_is_the_number_of_steps_that_count() -> None:
    for step in (1, 2, 5, 30):
        expected = sqrt(sum(0.9**i for i in range(step)))
        assert constant("rmsprop_corrected", step) == pytest.approx(expected)
        assert constant("adam", step, beta1="0", beta2=".9") == pytest.approx(expected)


# --- rules of a user --------------------------------------------------------------------------------------------------

HEAVY = '''@rule(family="mine")
def heavy(x, g, h=0, v=0, *, lr: nonnegative = 0.1, mu: decay = {mu}, beta2: decay = {beta2}, eps: nonnegative = 0):
    """Weights that do not sum to one."""
    h = mu*h + 3*g
    v = beta2*v + 2*g*g
    return x - lr*h/(sqrt(v) + eps), h, v
'''


@pytest.mark.parametrize(("mu", "beta2"), [("0.9", "0.99"), ("0.9", "0.5")])
def test_weights_need_not_sum_to_one_and_rates_may_let_the_bound_grow(tmp_path: Path, mu: str, beta2: str) -> None:
    rule = of(tmp_path, HEAVY.format(mu=mu, beta2=beta2))
    first, reached, *_ = step_bound(rule)
    assert first.word == reached.word == PROVED and reached.head == "attain the bound"
    a, b = float(mu), float(beta2)
    for step, found in first.values["C"].items():
        r = a * a / b
        assert found == pytest.approx(3 / sqrt(2) * sqrt((1 - r ** int(step)) / (1 - r)))
    own, values = Proof(rule), sample(rule)
    for history in [*histories(1, 3, 4), Numbers(own, values).history(4)]:
        h = v = Fraction(0)
        for step, g in enumerate(history, 1):
            h, v = Fraction(mu) * h + 3 * g, Fraction(beta2) * v + 2 * g * g
            square = Numbers(own, values).inner.value(own.constant(t - 1, t), {t: step})
            assert h * h <= square * v
    assert h * h == square * v, "the last history is the extremal one"


def test_a_hypothesis_that_is_false_of_numbers_is_not_stated(tmp_path: Path) -> None:
    source = HEAVY.replace("mu*h", "0.9*h").replace("beta2*v", "{literal}*v")
    growing = step_bound(of(tmp_path, source.format(mu=0, beta2=0, literal="0.8")))
    steady = step_bound(of(tmp_path, source.format(mu=0, beta2=0, literal="0.9")))
    assert "bound it for all t" not in {f.head for f in growing}
    (uniform,) = (f for f in steady if f.head == "bound it for all t")
    assert [text(h) for h in uniform.hyps] == ["1 <= t"]


AVERAGED = '''@rule(family="mine")
def mine(x, g, h=0, v=0, *, lr: nonnegative = 0.1, mu: decay = 0.9, beta2: decay = 0.99, eps: nonnegative = 0):
    """An average of quotients, with a minus sign inside."""
    v = beta2*v + (1 - beta2)*g*g
    h = mu*h {input}
    return x - lr*h, h, v
'''


@pytest.mark.parametrize(
    ("put_in", "expected"),
    [
        ("+ g/(sqrt(v) + eps)", 10 * (1 - 0.9**10) / 0.1),
        ("- 2*g/(sqrt(v) + eps)", 20 * (1 - 0.9**10) / 0.1),
        ("- 3*where(g < 0, -1, 1)", 3 * (1 - 0.9**10) / 0.1),
        ("+ minimum(maximum(g, -1), 2)", 2 * (1 - 0.9**10) / 0.1),
    ],
)
def test_an_average_of_bounded_inputs_is_bounded(tmp_path: Path, put_in: str, expected: float) -> None:
    (only,) = step_bound(of(tmp_path, AVERAGED.replace("{input}", put_in)))
    assert only.word == PROVED and only.values["C"]["10"] == pytest.approx(expected)
    assert only.theorem is not None
    recheck.check(serialise.write(only.theorem, only.hyps, None))


def test_notes_that_are_not_the_step_are_not_believed(tmp_path: Path) -> None:
    rule = of(
        tmp_path,
        '''@rule(family="mine", moment="m", denominator="sqrt(v)")
def liar(x, g, m=0, v=0, *, lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99):
    """Twice as far as declared."""
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    return x - lr*2*m/sqrt(v), m, v
''',
    )
    first = step_bound(rule)[0]
    assert first.claim is not None and text(first.claim) == "(2*m(t))^2 <= 2^2*R(t)*sqrt(v(t))^2"
    assert first.values["C"]["1"] == pytest.approx(2)


PENALTY = '''@rule(family="mine")
def mine(x, g, m=0, v=0, *, lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99, wd: nonnegative = 0.1):
    """The gradient is changed first."""
    {line}
    m = beta1*m + (1 - beta1)*{name}
    v = beta2*v + (1 - beta2)*{name}*{name}
    return x - lr*m/sqrt(v), m, v
'''


@pytest.mark.parametrize(
    ("line", "name", "reached"),
    [
        ("g = g + wd*x", "g", True),
        ("grad = g + wd*x", "grad", True),
        ("g = 2*g", "g", True),
        ("g = minimum(maximum(g, -1), 1)", "g", False),
    ],
)
def test_a_gradient_may_be_changed_before_it_is_averaged(tmp_path: Path, line: str, name: str, reached: bool) -> None:
    found = step_bound(of(tmp_path, PENALTY.format(line=line, name=name)))
    assert found[0].word == PROVED and found[0].values["C"]["1"] == pytest.approx(1)
    assert ("attain the bound" in {f.head for f in found}) is reached
    assert reached or found[0].note.endswith("reached exactly in step 1 at the default parameters without eps")


REASONS = {
    "m = m + g\n    return x - lr*m/(v + eps), m, beta2*v + g*g": "v of the step before|different degrees",
    "d = sqrt(v) + eps\n    m = beta1*m + g\n    return x - lr*m/d, m, v + g*g": "v of the step before",
    "m = beta1*m + g\n    v = beta2*v + g*g\n    return x - lr*m/(v + eps), m, v": "different degrees",
    "m = beta1*m + g\n    v = where(v < 1, beta2*v, v) + g*g\n    return x - lr*m/sqrt(v), m, v": "no root",
    "m = beta1*m + g*g*g\n    v = v + g*g\n    return x - lr*m/sqrt(v), m, v": "no average of the gradients alone",
    "m = beta1*m + g\n    return x - lr*m/(absolute(g) + eps), m, v": "newest gradient only",
    "m = beta1*m + g\n    v = eps*v + g*g\n    return x - lr*m/sqrt(v), m, v": "does the range",
}


@pytest.mark.parametrize("body", REASONS)
def test_what_is_out_of_reach_is_said_in_one_line(tmp_path: Path, body: str) -> None:
    head = "def mine(x, g, m=0, v=0, *, lr: nonnegative = 0.1, beta1: decay = 0.9, beta2: decay = 0.99, eps = 0.1):"
    (only,) = step_bound(of(tmp_path, f'@rule(family="mine")\n{head}\n    """Mine."""\n    {body}\n'))
    assert only.word == UNDECIDED
    assert any(part in only.note for part in REASONS[body].split("|")), only.note


def test_the_same_rule_in_other_words_has_the_same_bound(tmp_path: Path) -> None:
    rule = of(
        tmp_path,
        '''@rule(family="mine")
def mine(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
         eps: nonnegative = 1e-8):
    """Adam written differently."""
    m = m + (1 - beta1)*(g - m)
    v = v - (1 - beta2)*(v - g**2)
    p1 = beta1*p1
    p2 = beta2*p2
    size = lr*sqrt(1 - p2)/(1 - p1)
    return x + size*(-m)/(sqrt(v) + eps), m, v, p1, p2
''',
    )
    assert step_bound(rule)[0].values["C"] == pytest.approx(findings("adam")[0].values["C"])
    assert key(claim(step_bound(rule)[2])) == key(claim(findings("adam")[2]))
