"""What experiments are made of: tables, verdicts, settings as texts; and what every experiment that ships must have."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamtheory import catalogue
from adamtheory.errors import DataError, OutputError, ParameterError, SpecError, UnknownNameError
from adamtheory.laboratory.experiment import Check, Table, Verdict, close
from adamtheory.laboratory.running import differences, load, perform, read_folder, recorded_settings, write
from adamtheory.laboratory.settings import as_texts, changed, check_sensible, from_texts

# --- tables -----------------------------------------------------------------------------------------------------------


def test_rows_and_columns_in_one_table() -> None:
    table = Table.of([
        {"name": "a", "t": 1, "x": 0.5, "good": True},
        {"name": "b", "t": [2, 3], "x": np.array([1.5, np.nan]), "good": [False, True]},
    ])  # fmt: skip
    assert len(table) == 3 and list(table.columns) == ["name", "t", "x", "good"]
    assert [table[name].dtype.kind for name in table.columns] == ["O", "i", "f", "b"]
    rows = list(table.rows())
    assert rows[0] == {"name": "a", "t": 1, "x": 0.5, "good": True}
    assert rows[1] == {"name": "b", "t": 2, "x": 1.5, "good": False}
    assert [type(value) for value in rows[0].values()] == [str, int, float, bool]
    assert len(table.where(name="b")) == 2 and len(table.where(name="b", t=3)) == 1 and not len(table.where(t=9))
    assert table.only(t=1)["x"] == 0.5
    assert len(Table.of([])) == 0 and list(Table.of([]).rows()) == []


def test_what_is_no_table() -> None:
    with pytest.raises(ParameterError, match="columns a, c stand below a, b"):
        Table.of([{"a": 1, "b": 2}, {"a": 1, "c": 2}])
    with pytest.raises(ParameterError, match=r"column b has shape \(2,\); 3 values are needed"):
        Table.of([{"a": [1, 2, 3], "b": [1, 2]}])
    table = Table.of([{"value": [1, 2, 2]}])
    with pytest.raises(UnknownNameError, match="unknown column 'valeu'; did you mean value"):
        table["valeu"]
    for value, count in ((2, 2), (7, 0)):
        with pytest.raises(ParameterError, match=f"{count} rows have value={value}; one is needed"):
            table.only(value=value)


@given(st.lists(st.lists(st.integers(-5, 5), min_size=1, max_size=4), min_size=1, max_size=5), st.integers(-5, 5))
def test_where_keeps_order_and_values(blocks: list[list[int]], wanted: int) -> None:
    table = Table.of([{"block": i, "value": values} for i, values in enumerate(blocks)])
    flat = [(i, value) for i, values in enumerate(blocks) for value in values]
    assert [(row["block"], row["value"]) for row in table.rows()] == flat
    assert [row["block"] for row in table.where(value=wanted).rows()] == [i for i, value in flat if value == wanted]


def test_differences_are_bit_for_bit() -> None:
    table = Table.of([{"x": [0.1, np.nan, np.inf], "name": ["a", "b", "c"]}])
    assert differences(table, Table(dict(table.columns))) == []
    other = Table({"x": np.array([0.1, np.nan, -np.inf]), "name": table["name"]})
    assert differences(table, other) == ["x: 1 of 3 rows differ, first row 2: inf then, -inf now"]
    other = Table({"x": np.nextafter(table["x"], 1), "name": np.array(["a", "b", "d"], object)})
    assert [text.split(":")[0] for text in differences(table, other)] == ["x", "name"]
    assert differences(table, Table({"x": table["x"]})) == ["3 rows of x, name then, 3 of x now"]


# --- verdicts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("results", "word"),
    [((), "undecided"), ((True,), "holds"), ((True, None), "undecided"), ((None, False), "refuted"),
     ((True, False), "refuted"), ((True, True), "holds"), ((None,), "undecided")],
)  # fmt: skip
def test_one_failure_refutes_and_one_doubt_leaves_open(results: tuple[bool | None, ...], word: str) -> None:
    assert Verdict("", tuple(Check("", 0, 0, holds) for holds in results)).word == word


def test_close() -> None:
    assert close("x", 1.009, 1.0, 0.01).holds is True
    assert close("x", -1.02, -1.0, 0.01).holds is False
    assert close("x", float("nan"), 1.0, 0.01).holds is False
    assert close("x", float("inf"), 1.0, 0.01).holds is False


# --- settings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kinds:
    count: int = 1
    size: float = 1.0
    third: Fraction = Fraction(1, 3)
    loud: bool = True
    name: str = "plain"
    counts: tuple[int, ...] = (1,)
    sizes: tuple[float, ...] = (1.0,)
    thirds: tuple[Fraction, ...] = (Fraction(1, 3),)
    names: tuple[str, ...] = ("plain",)
    flags: tuple[bool, ...] = (True,)


# what a spec can say: numbers of float64 that are not subnormal
finite = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
integers = st.integers(-(10**18), 10**18)
fractions = st.fractions(-(10**6), 10**6, max_denominator=10**6)
# names of optimizers, data sets, and specifications with parameters in brackets
words = st.sampled_from(["adam", "a9a", "german.numer_scale", "adam[lr=0.1]", "amsgrad[lr=0.1, beta1=0]", "x+test"])
kinds = st.builds(
    Kinds, integers, finite, fractions, st.booleans(), words, *(
        st.lists(each, max_size=3).map(tuple) for each in (integers, finite, fractions, words, st.booleans())
    ),
)  # fmt: skip


@settings(max_examples=50)
@given(kinds)
def test_texts_of_settings_mean_the_settings(drawn: Kinds) -> None:
    found = from_texts(Kinds(), as_texts(drawn))
    assert found == drawn
    for field in fields(Kinds):
        one, two = getattr(found, field.name), getattr(drawn, field.name)
        assert type(one) is type(two)
        if isinstance(one, tuple):
            assert list(map(type, one)) == list(map(type, two))


@settings(max_examples=50)
@given(kinds, kinds)
def test_from_command_line_words(old: Kinds, new: Kinds) -> None:
    """Every name of `new` put in by --set, whatever was there before; an empty tuple has forgotten its type."""
    whole = all(getattr(old, field.name) != () for field in fields(Kinds))
    if whole:
        assert changed(old, [f"{name} = {text}" for name, text in as_texts(new).items()]) == new
    assert changed(old, []) == old


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("count", SpecError, "--set count is not of the form param=value"),
        ("counters=1", UnknownNameError, "unknown setting 'counters'; did you mean count"),
        ("count=1/2", ParameterError, "count=0.5 must be a whole number"),
        ("count=[1]", ParameterError, "count must be a number, as 1 is"),
        ("counts=[1, 1.5]", ParameterError, "counts=1.5 must be a whole number"),
        ("size=big", ParameterError, "size must be a number, as 1.0 is"),
        ("loud=1", ParameterError, "loud must be true or false"),
        ("third=1/0", SpecError, "divides by zero"),
        ("sizes=", SpecError, "a name or value is missing"),
        ("flags=[1]", ParameterError, "flags must be true or false"),
    ],
)
def test_wrong_texts(text: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error) as found:
        changed(Kinds(), [text])
    assert told in str(found.value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("reddi_periodic", "horizon=-5", "horizon=-5 must be a whole number of at least 1"),
        ("reddi_periodic", "optimizers=[]", "optimizers must not be empty; an example is [adam, "),
        ("reddi_periodic", "lr=0", "lr=0.0 must be above 0"),
        ("reddi_periodic", "tolerance=-1", "tolerance=-1.0 must be above 0"),
        ("momentum_cures", "coin_beta1=[0, 1]", "coin_beta1=1.0 must lie in [0, 1)"),
        ("bias_correction", "rounds=[]", "rounds must "),
    ],
)
def test_settings_that_no_experiment_can_mean(name: str, text: str, told: str) -> None:
    old = load(name).settings("quick")
    with pytest.raises(ParameterError) as found:
        check_sensible(old, changed(old, [text]))
    assert told in str(found.value)


@pytest.mark.parametrize("name", catalogue.experiments())
def test_the_full_budget_is_sensible(name: str) -> None:
    check_sensible(load(name).settings("quick"), load(name).settings("full"))


def test_what_may_be_left_out_in_texts() -> None:
    found = changed(
        Kinds(),
        ["sizes=2", "names=a, b[c=1, d=2]", "flags=[false, True]", "count=1e3", "third=0.25", "loud=false", "name= x "],
    )
    assert (found.sizes, found.names, found.count) == ((2.0,), ("a", "b[c=1, d=2]"), 1000)
    assert found.flags == (False, True) and changed(Kinds(), ["counts=[ ]"]).counts == ()
    assert (found.third, found.loud, found.name) == (Fraction(1, 4), False, "x")


# --- running ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("toys")
def test_perform_tells_and_can_be_interrupted() -> None:
    told: list[tuple[int, int, str]] = []
    experiment = load("toy_holds")
    outcome = perform(experiment, "quick", tell=lambda *parts: told.append(parts))
    assert told == [(i, 4, f"row {i}") for i in range(4)]
    assert outcome.verdict is not None and outcome.verdict.word == "holds" and len(outcome.table) == 4

    def stop(done: int, whole: int, what: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(experiment, "quick", tell=stop)
    called: list[bool] = []
    outcome = perform(experiment, "quick", tell=stop, interrupted=lambda: called.append(True))
    assert called == [True] and outcome.verdict is None and len(outcome.table) == 2


@pytest.mark.usefixtures("toys")
def test_a_folder_is_read_back() -> None:
    experiment = load("toy_holds")
    outcome = perform(experiment, "full", changed(experiment.settings("full"), ["count=3", "third=2/7"]))
    write(outcome, Path("out"), figure=False)
    found, table = read_folder(Path("out"))
    assert differences(outcome.table, table) == []
    assert recorded_settings(experiment, found) == outcome.settings
    assert write(outcome, Path("out"), figure=False) == Path("out-2")  # taken by now, and not lost
    Path("out/run.json").write_text("{}")
    with pytest.raises(OutputError, match="is not the record of an experiment"):
        read_folder(Path("out"))
    Path("out/table.parquet").write_bytes(b"PAR1")
    with pytest.raises(OutputError, match="holds no readable experiment"):
        read_folder(Path("out"))


def test_a_file_without_a_claim_is_named(toys: Path) -> None:
    (toys / "bad.py").write_text('"""Title.\n\nRefuted if  x\nSource      y\n"""\n')
    with pytest.raises(DataError, match=r"bad\.py says nothing under Claim, Budget"):
        catalogue.experiments()


# --- those that ship --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", catalogue.experiments())
def test_every_experiment_has_what_the_framework_needs(name: str) -> None:
    experiment = load(name)
    assert len(experiment.file.title) < 110
    for function in ("run", "verdict", "figure"):
        assert callable(getattr(experiment.module, function))
    for budget in ("quick", "full"):
        own: Any = experiment.settings(budget)
        assert is_dataclass(own) and type(own).__dataclass_params__.frozen
        assert from_texts(experiment.settings("quick"), as_texts(own)) == own
