"""`name[param=value]` texts: what they mean, that they print back, and what is said about wrong ones."""

from __future__ import annotations

import string
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamtheory.errors import AdamTheoryError, SpecError, UnknownNameError
from adamtheory.runs.spec_text import Spec, number, number_text, parse_spec, parse_value, value_text
from adamtheory.runs.specs import multiply_out, own_schedule, to_loss, to_optimizer, to_schedule, to_set
from adamtheory.simulation.lanes import broadcast

decimals = st.builds(lambda d, e: F(d) * F(10) ** e, st.integers(-(10**12), 10**12), st.integers(-40, 40))
numbers = st.one_of(st.fractions(max_denominator=10**9), decimals, st.floats(-1e300, 1e300).map(lambda x: F(repr(x))))
numbers = numbers.filter(lambda x: x == 0 or abs(x) > F(1, 10**300))
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
keys = st.text(string.ascii_letters + "_", min_size=1, max_size=5)


def specs(values):
    return st.builds(Spec, words.filter(bool), st.dictionaries(keys, values, max_size=4))


values = st.recursive(
    st.one_of(numbers, words, st.lists(numbers, min_size=1, max_size=4).map(tuple)), specs, max_leaves=8
)


@given(specs(values))
def test_printing_and_parsing_are_inverse(spec):
    assert parse_spec(str(spec)) == spec


@given(numbers)
def test_a_number_prints_as_a_text_that_reads_back_exactly(x):
    assert number(number_text(x)) == x


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_as_its_shortest_decimal(x):
    if x == 0 or abs(x) > 1e-300:
        assert number(repr(x)) == F(repr(x))


@given(st.text(string.ascii_lowercase + "[]=,'\"\\ .0123456789()/", max_size=25))
def test_any_text_is_read_or_refused_by_a_SpecError(text):
    try:
        spec = parse_spec(text)
    except SpecError:
        return
    assert parse_spec(str(spec)) == spec


def test_values_of_every_kind():
    spec = parse_spec("adam[lr=0.1, beta2=[0.1,1/3], T=1e7, schedule=cosine[steps=100], a='x, y', c=1]")
    assert spec.params == {
        "lr": F(1, 10), "beta2": (F(1, 10), F(1, 3)), "T": F(10**7), "schedule": Spec("cosine", {"steps": F(100)}),
        "a": "x, y", "c": F(1),
    }  # fmt: skip


def test_a_path_needs_no_quotes():
    path = "~/data-1/a+b=c.d/mushrooms.gz"
    assert parse_spec(f"logistic[data={path}, order=shuffled]").params == {"data": path, "order": "shuffled"}
    assert parse_spec('logistic[data="0.5"]').params == {"data": "0.5"}


def test_spaces_of_numbers():
    assert parse_value("linspace(0, 1, 3)") == (F(0), F(1, 2), F(1))
    assert parse_value("logspace(-2, 0, 3)") == (F(1, 100), F(1, 10), F(1))
    assert [float(v) for v in parse_value("logspace(-1, 0, 4)")] == pytest.approx(np.logspace(-1, 0, 4), rel=1e-15)
    assert parse_value("0..1/3") == parse_value("linspace(0, 1, 3)")
    assert parse_value("-1/3 .. 2/3/4") == (F(-1, 3), F(0), F(1, 3), F(2, 3))
    assert parse_value("geom(1/8, 8, 7)") == tuple(F(2) ** k for k in range(-3, 4))
    assert parse_value("geom(1/100, 1, 5)")[::2] == (F(1, 100), F(1, 10), F(1))
    assert [float(v) for v in parse_value("geom(7, 0.003, 50)")] == pytest.approx(np.geomspace(7, 0.003, 50), rel=4e-15)
    assert float(parse_value("geom(1e-300, 1e300, 4)")[1]) == pytest.approx(1e-100, rel=1e-12)


def test_two_points_make_a_range_only_between_numbers():
    assert parse_spec("logistic[data=../a/b]").params == {"data": "../a/b"}
    assert str(Spec("a", {"b": "1..2/3"})) == 'a[b="1..2/3"]'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing at character 1"),
        ("adam[", "parameter's name is missing at character 6"),
        ("adam[lr]", "'=' is missing after 'lr' at character 8"),
        ("adam[lr=]", "value is missing at character 9"),
        ("adam[lr=0.1", "']' is missing at character 12"),
        ("adam[lr=0.1]]", "unexpected ']' at character 13"),
        ("adam[lr=0.1, lr=0.2]", "'lr' is given twice"),
        ("adam[lr=[]]", "an empty list"),
        ("adam[lr=[[1]]]", "a list inside a list"),
        ("adam[lr=[0.1, x]]", "'x' in a list is not a number"),
        ("adam[lr='0.1]", "a quote is not closed at character 9"),
        ("adam[lr=1/0]", "divides by zero"),
        ("adam[lr=1e999999999]", "beyond the range of float64"),
        ("adam[lr=1e309]", "beyond the range of float64"),
        ("adam[lr=linspace(0, 1)]", "linspace takes (first, last, how many)"),
        ("adam[lr=geom(0, 1, 3)]", "geom takes first and last above 0"),
        ("adam[lr=geom(1, 2, 1.5)]", "geom takes (first, last, how many)"),
        ("adam[lr=1..2]", "the range 1..2 does not say how many points, as in 1..2/10 at character 9"),
        ("adam[lr=1..x/3]", "a range first..last/n takes (first, last, how many)"),
        ("adam[lr=1..2/1]", "how many at least 2"),
    ],
)
def test_a_text_that_cannot_be_read(text, says):
    with pytest.raises(SpecError) as error:
        parse_spec(text)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (to_optimizer, "adm", "did you mean adam"),
        (to_optimizer, "adam[beta3=0.1]", "did you mean beta"),
        (to_optimizer, "adam[beta2=1]", "beta2=1 is out of range"),
        (to_optimizer, "adam[lr=abc]", "lr='abc' of adam is not a number"),
        (to_optimizer, "adam[lr=nan]", "not a number"),
        (to_optimizer, "adam[lr=other[a=1]]", "a number is needed"),
        (to_loss, "redi", "did you mean reddi"),
        (to_loss, "logistic", "needs data"),
        (to_loss, "random_signs[dimension=1.5]", "one whole number"),
        (to_loss, "reddi[data=x]", "takes no data"),
        (to_loss, "logistic[data=3]", "data of logistic is not a text"),
        (to_schedule, "constant[lr=0.1]", "is the optimizer's"),
        (to_set, "box[radius=-1]", "at least 0"),
        (to_set, "box[radius=1, low=0]", "give the one or the others"),
        (to_set, "bx", "did you mean box"),
    ],
)
def test_a_spec_that_names_nothing_right(read, text, says):
    with pytest.raises(AdamTheoryError) as error:
        read(parse_spec(text))
    assert says in str(error.value)


def test_lists_multiply_out_over_all_rules():
    a = parse_spec("adam[lr=[0.1, 0.2], beta1=0.5, beta2=[0.7]]")
    b = parse_spec("reddi[C=[3, 4, 5]]")
    first, second = multiply_out([a.params, b.params], extra_axes=1)
    lanes = broadcast({**first, **second, "seed": [0, 1]}, {n: n for n in ("lr", "beta1", "beta2", "C", "seed")})
    assert (lanes.axes, lanes.shape) == (("lr", "C", "seed"), (2, 3, 2))
    assert first["beta2"] == F(7, 10)


def test_parameters_of_rules_stay_exact():
    assert to_optimizer(parse_spec("adam[beta2=1/3]")).values["beta2"] == F(1, 3)
    assert to_loss(parse_spec("random_signs[dimension=20]")).dimension == 20
    assert dict(to_set(parse_spec("box[radius=0.1]")).values) == {"low": F(-1, 10), "high": F(1, 10)}
    assert to_set(parse_spec("none")).rule.name == "everything"
    assert own_schedule(parse_spec("adam[schedule=constant]")) == Spec("constant")
    assert own_schedule(parse_spec("adam")) is None


def test_presets_are_the_papers_examples():
    small, large = to_loss(parse_spec("reddi3")), to_loss(parse_spec("reddi101"))
    assert (small.period, dict(small.bound.values)["C"], small.rule.facts["start"]) == (3, 3, 1)
    assert (large.period, dict(large.bound.values), large.rule.facts["start"]) == (
        101, {"C": 101, "N": 101, "scale": 10}, 0)  # fmt: skip


RULES = """
import os
os.remove("proof")
@rule(moment="g", denominator="1")
def mine(x, g, *, lr: nonnegative = 0.1):
    return x - lr*g
@loss(start=0, radius=1)
def slope(x, *, c: real = 1):
    return total(c*x), c
"""


def test_a_rule_of_a_file_is_parsed_and_not_executed(tmp_path):
    path, proof = tmp_path / "rules.py", tmp_path / "proof"
    path.write_text(RULES.replace('"proof"', repr(str(proof))))
    proof.touch()
    assert to_optimizer(parse_spec(f"{path}:mine[lr=0.3]")).values["lr"] == F(3, 10)
    assert to_optimizer(parse_spec(f"{path}")).rule.name == "mine"
    assert to_loss(parse_spec(f"{path}:slope")).rule.name == "slope"
    assert proof.exists()
    with pytest.raises(UnknownNameError, match="did you mean mine"):
        to_optimizer(parse_spec(f"{path}:mime"))
    with pytest.raises(SpecError, match="No such file"):
        to_optimizer(parse_spec(f"{path}x.py:mine"))
    with pytest.raises(SpecError, match="declares no schedule"):
        to_schedule(parse_spec(f"{path}"))


def test_value_text_of_a_spec_without_parameters_stays_a_spec():
    assert parse_value(value_text(Spec("cosine"))) == Spec("cosine")
