"""The second checker of stored proofs: every rule used rightly once, each of its conditions broken once.

All proofs are JSON written by hand (see `json_builder`); the kernel reads the same texts, and both must agree.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adamtheory.logic import recheck, serialise
from adamtheory.logic.recheck import Refused, Report, check
from adamtheory.logic.terms import Refused as RefusedByKernel

from .json_builder import ONE, proof, sentence_hash, written

ROOT = Path(__file__).parents[2]
STORED = sorted((ROOT / "proofs" / "certificates").glob("*.json"))
BAD = sorted((Path(__file__).parent / "bad").glob("*.json"))


def add(a: Any, b: Any) -> list[Any]:
    return ["add", a, b]


def mul(a: Any, b: Any) -> list[Any]:
    return ["mul", a, b]


def power(a: Any, b: Any) -> list[Any]:
    return ["power", a, b]


def square(a: Any) -> list[Any]:
    return ["pow", a, 2]


def inv(a: Any) -> list[Any]:
    return ["inv", a]


def sqrt(a: Any) -> list[Any]:
    return ["sqrt", a]


def log(a: Any) -> list[Any]:
    return ["log", a]


def total(i: Any, lo: Any, hi: Any, body: Any) -> list[Any]:
    return ["sum", i, lo, hi, body]


def mean(body: Any, w: Any = "w") -> list[Any]:
    return ["mean", w, body]


def app(name: str, *args: Any) -> list[Any]:
    return ["app", name, "Z" if name == "q" else "R", *args]


def le(a: Any, b: Any) -> list[Any]:
    return ["le", a, b]


def lt(a: Any, b: Any) -> list[Any]:
    return ["lt", a, b]


def eq(a: Any, b: Any) -> list[Any]:
    return ["eq", a, b]


def lim(e: Any, at: Any, n: Any = "n") -> list[Any]:
    return ["lim", e, at, n]


def same(a: Any, b: Any) -> list[Any]:
    """The step that shows what has one normal form."""
    return ["certificate", eq(a, b), [], [], [], ONE]


def by(goal: Any, facts: Sequence[int], *products: Any) -> list[Any]:
    """A certificate of weight 1."""
    return ["certificate", goal, list(facts), list(products), [], ONE]


C = app("c")
X = app("X", "w")
DECLARED: list[Any] = [
    ["declare", "c", [], "R"],
    ["declare", "q", ["Z"], "Z"],
    ["declare", "h", ["Z", "R"], "R"],
    ["declare", "X", ["W"], "R"],
    ["declare", "Y", ["Z", "W"], "R"],
    ["declare", "H", ["Z", "Z", "W"], "R"],
]
STEPS: list[Any] = ["define", ["s", "t"], ["b"], "n", ["y", "z"], ["b", 0], [add("z", "n"), mul("b", "y")]]
THEORY: list[Any] = [
    *DECLARED,
    STEPS,
    ["assume", "c_positive", "assumption", [], [], lt(0, C)],
    ["assume", "growth", "axiom", ["x", "k"], [le(0, "x")], le("x", app("h", "k", "x"))],
    ["means_exist"],
]


def accepted(*steps: Any, claim: Any, hyps: Any = (), uses: Any = (), theory: Any = THEORY) -> Report:
    return check(written(proof(steps, claim, hyps, uses, theory)))


def refused(doc: Any, message: str) -> None:
    """The checker refuses with this message (at its beginning, or a pattern), and with nothing worse."""
    with pytest.raises(Refused, match=message):
        check(doc if type(doc) is str else written(doc))


# --- every rule, used rightly -----------------------------------------------------------------------------------------


SUM_NN = total("i", 0, "n", "i")
SQUARES = by(le(0, square("x")), [], ["1", [], "x"])
LIMITS = [["lim_recip", "n"], ["lim_const", "x", "n"]]
R = inv("n")

# name: steps, claim, hypotheses, names used
GOOD: dict[str, tuple[list[Any], Any, list[Any], list[str]]] = {
    "assume": ([["assume", le("x", "y")]], le("x", "y"), [le("x", "y")], []),
    "cut": ([["assume", le(0, square("x"))], SQUARES, ["cut", 0, [1]]], le(0, square("x")), [], []),
    "cut up to equality": (
        [["assume", le(mul("x", "x"), 0)], ["assume", le(square("x"), 0)], ["cut", 1, [0]]],
        le(square("x"), 0),
        [le(add(square("x"), 1), 1)],
        [],
    ),
    "cut of a limit": (
        [["lim_base", "x", "n"], ["assume", lt("x", 1)], ["cut", 0, [1]]],
        lim(power("x", "n"), 0),
        [le(0, "x"), lt("x", 1)],
        [],
    ),
    "cut nothing": ([SQUARES, ["cut", 0, []]], le(0, square("x")), [], []),
    "inst": (
        [["assume", le("x", "y")], ["inst", 0, [["x", "y"], ["y", "x"]]]],
        le("y", "x"),
        [le("y", "x")],
        [],
    ),
    "inst an outcome": ([same(X, X), ["inst", 0, [["w", "w_1"]]]], eq(app("X", "w_1"), app("X", "w_1")), [], []),
    "inst a limit": ([LIMITS[1], ["inst", 0, [["x", "k"]]]], lim("k", "k"), [], []),
    "inst moves no binder": (
        [same(total("i", 0, "n", mul("x", "i")), mul("x", SUM_NN)), ["inst", 0, [["x", "i"]]]],
        eq(total("i_1", 0, "n", mul("i", "i_1")), mul("i", SUM_NN)),
        [],
        [],
    ),
    "given": ([["given", "c_positive", []]], lt(0, C), [], ["c_positive"]),
    "given with a guard": (
        [["given", "growth", ["k", 0]]],
        le("k", app("h", 0, "k")),
        [le(0, "k")],
        ["growth"],
    ),
    "cases": (
        [
            ["assume", le("x", "y")],
            by(le(square("z"), add(square("z"), mul("x", 0))), [0], ["1", [], 0]),
            by(le(square("z"), square("z")), []),
            ["cases", 1, 2, "x", "y"],
        ],
        le(square("z"), add(square("z"), mul("x", 0))),
        [],
        [],
    ),
    "cases of limits": (
        [["lim_base", "x", "n"], ["cases", 0, 0, 0, "x"]],
        lim(power("x", "n"), 0),
        [le(0, "x"), lt("x", 1)],
        [],
    ),
    "antisym": (
        [["assume", le("x", "y")], ["assume", le(add("y", "z"), add("z", "x"))], ["antisym", 0, 1]],
        eq("x", "y"),
        [le("x", "y"), le("y", "x")],
        [],
    ),
    "rewrite": (
        [["assume", eq("x", "y")], ["rewrite", 0, "z", log(add("z", "x"))]],
        eq(log(add("x", "x")), log(add("y", "x"))),
        [eq("y", "x")],
        [],
    ),
    "rewrite an integer": (
        [["assume", eq("k", "n")], ["rewrite", 0, "m", total("i", 0, "m", "x")]],
        eq(total("i", 0, "k", "x"), total("i", 0, "n", "x")),
        [eq("k", "n")],
        [],
    ),
    "rewrite under a binder": (
        [["assume", eq(X, 0)], ["rewrite", 0, "z", mean("z")]],
        eq(mean(X, "w_1"), mean(0)),
        [eq(X, 0)],
        [],
    ),
    "certificate": (
        [
            ["assume", le("x", "y")],
            ["assume", lt(0, "x")],
            ["assume", eq("z", "y")],
            [
                "certificate",
                le(square("x"), mul("x", "z")),
                [0, 1, 2],
                [["1", [0, 1], None]],
                [[2, ["mul", -1, "x"]]],
                ONE,
            ],
        ],
        le(square("x"), mul("x", "z")),
        [le("x", "y"), lt(0, "x"), eq("z", "y")],
        [],
    ),
    "certificate with a weight": (
        [
            ["assume", lt(0, "x")],
            ["assume", le(0, mul("x", "y"))],
            ["certificate", le(0, "y"), [0, 1], [["2/3", [1], None]], [], [["2/3", [0]]]],
        ],
        le(0, "y"),
        [lt(0, "x"), le(0, mul("x", "y"))],
        [],
    ),
    "certificate of <": (
        [by(lt(0, add(1, square("x"))), [], ["1", [], None], ["1", [], "x"])],
        lt(0, add(1, square("x"))),
        [],
        [],
    ),
    "certificate of =": ([same(total("j", 0, "n", "j"), SUM_NN)], eq(total("j", 0, "n", "j"), SUM_NN), [], []),
    "induction": (
        [
            same(power(1, 0), 1),
            ["fact", "power_next"],
            ["inst", 1, [["b", 1]]],
            ["assume", eq(power(1, "n"), 1)],
            ["certificate", eq(power(1, add("n", 1)), 1), [2, 3], [], [[0, 1], [1, 1]], ONE],
            ["induction", 0, 4, "n", 0, eq(power(1, "n"), 1)],
        ],
        eq(power(1, "n"), 1),
        [le(0, "n")],
        [],
    ),
    "sum_of": (
        [
            ["assume", le(0, "i")],
            ["assume", le("i", "n")],
            by(le(add("i", "i"), add("i", "n")), [0, 1], ["1", [1], None]),
            ["sum_of", 2, "i", 0, "n"],
        ],
        le(total("i", 0, "n", add("i", "i")), total("i", 0, "n", add("i", "n"))),
        [],
        [],
    ),
    "sum_of equations": (
        [["assume", eq("x", "y")], ["sum_of", 0, "i", "k", "n"]],
        eq(total("i", "k", "n", "x"), total("i", "k", "n", "y")),
        [eq("x", "y")],
        [],
    ),
    "mean_of": (
        [by(le(0, square(X)), [], ["1", [], X]), ["mean_of", 0, "w"]],
        le(mean(0), mean(square(X))),
        [],
        ["means_exist"],
    ),
    "mean_of equations": ([same(X, X), ["mean_of", 0, "w"]], eq(mean(X), mean(X)), [], []),
    "unfold at 0": ([["unfold", "s", ["x"], None]], eq(app("s", "x", 0), "x"), [], []),
    "unfold": (
        [["unfold", "t", ["x"], -1]],
        eq(app("t", "x", add(-1, 1)), mul("x", app("s", "x", -1))),
        [le(0, -1)],
        [],
    ),
    "sum_last": (
        [["sum_last", "i", 0, "i", mul("i", "x")]],
        eq(total("i", 0, add("i", 1), mul("i", "x")), add(total("i", 0, "i", mul("i", "x")), mul(add("i", 1), "x"))),
        [le(0, add("i", 1))],
        [],
    ),
    "sum_empty": ([["sum_empty", "i", 0, "n", "x"]], eq(total("i", 0, "n", "x"), 0), [lt("n", 0)], []),
    "lim_const": (LIMITS[1:], lim("x", "x"), [], []),
    "lim_recip": (LIMITS[:1], lim(R, 0), [], []),
    "lim_base": ([["lim_base", "x", "n"]], lim(power("x", "n"), 0), [le(0, "x"), lt("x", 1)], []),
    "lim_op add": ([*LIMITS, ["lim_op", "add", 0, 1]], lim(add(R, "x"), add(0, "x")), [], []),
    "lim_op mul": ([*LIMITS, ["lim_op", "mul", 1, 0]], lim(mul("x", R), mul("x", 0)), [], []),
    "lim_op max": ([*LIMITS, ["lim_op", "max", 1, 1]], lim(["max", "x", "x"], ["max", "x", "x"]), [], []),
    "lim_sqrt": ([*LIMITS, ["lim_sqrt", 0]], lim(sqrt(R), sqrt(0)), [], []),
    "lim_inv": (
        [LIMITS[1], ["assume", lt(0, mul("x", "x"))], ["lim_inv", 0, 1]],
        lim(inv("x"), inv("x")),
        [lt(0, square("x"))],
        [],
    ),
    "lim_squeeze": (
        [
            LIMITS[0],
            ["assume", le(3, "n")],
            by(le(R, R), [1]),
            ["lim_squeeze", 0, 0, 3, 2, 2],
        ],
        lim(R, 0),
        [],
        [],
    ),
    "lim_bound": (
        [
            LIMITS[0],
            ["assume", le(1, "n")],
            ["fact", "inverse"],
            ["inst", 2, [["x", "n"]]],
            by(lt(0, square("n")), [1], ["1", [0, 0], None], ["2", [0], None], ["1", [], None]),
            ["cut", 3, [4]],
            [
                "certificate",
                le(R, 1),
                [1, 5],
                [["1", [0, 0], R], ["1", [0], R]],
                [[1, add(1, mul(add("n", -1), R))]],
                ONE,
            ],
            ["lim_bound", 0, 6, 1],
        ],
        le(0, 1),
        [],
        [],
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_rule_used_rightly(name: str) -> None:
    steps, claim, hyps, uses = GOOD[name]
    text = written(proof(steps, claim, hyps, uses, THEORY))
    report = check(text)
    assert report.steps == len(steps) and report.uses == uses and len(report.hyps) == len(hyps)
    assert report.hash == sentence_hash(THEORY, hyps, claim)
    theorem, stated = serialise.replay(text)
    assert report.hash == serialise.sentence_hash(theorem.theory, stated, theorem.claim)


def test_no_rule_is_forgotten() -> None:
    assert {step[0] for steps, *_ in GOOD.values() for step in steps} == set(recheck.RULES)


# --- every condition, broken ------------------------------------------------------------------------------------------


XY = ["assume", le("x", "y")]
X_IS_Y = ["assume", eq("x", "y")]
POSITIVE = ["assume", lt(0, "x")]
N_FROM_0 = ["assume", le(0, "n")]
ABOUT_W = ["assume", le(0, X)]
FALSE = le(0, -1)
NOTHING = le(0, 0)

# name: steps, of which the last is refused, and the message.
BROKEN: dict[str, tuple[list[Any], str]] = {
    "unknown rule": ([["trust", FALSE]], "unknown rule"),
    "rule that is no name": ([[["assume"], FALSE]], "unknown rule"),
    "empty step": ([XY, [None]], "unknown rule"),
    "too few arguments": ([["assume"]], "number of arguments"),
    "too many arguments": ([["assume", ["le", 0, 0], 0]], "number of arguments"),
    "assume a limit": ([["assume", lim(R, 1)]], "a list of 3"),
    "assume another relation": ([["assume", ["ne", 0, 0]]], "not a relation"),
    "assume an outcome": ([["assume", eq("w", "w")]], "wrong sort"),
    "assume an undeclared family": ([["assume", le(0, app("v", "x"))]], "family v"),
    "too many arguments of a family": ([["assume", le(0, app("c", "x"))]], "family c"),
    "another result of a family": ([["assume", le(0, ["app", "q", "R", 0])]], "family q"),
    "a real for an integer": ([["assume", le(0, app("h", "x", "x"))]], "family h"),
    "a number for an outcome": ([["assume", le(0, app("X", "n"))]], "family X"),
    "two sorts": ([["assume", le("n", ["var", "n", "R"])]], "two meanings"),
    "a variable like a family": ([["assume", le(0, ["var", "c", "R"])]], "two meanings"),
    "a variable like a defined family": ([["assume", le(0, ["var", "s", "R"])]], "two meanings"),
    "premise is itself": ([["cut", 0, []]], "not an earlier"),
    "premise is later": ([["cut", 1, []]], "not an earlier"),
    "negative premise": ([XY, ["cut", -1, []]], "not an earlier"),
    "premise is true": ([XY, XY, ["cut", True, []]], "not an earlier"),
    "premise is a float": ([XY, ["cut", "0", []]], "not an earlier"),
    "cut what is no hypothesis": ([XY, SQUARES, ["cut", 0, [1]]], "not a hypothesis"),
    "cut < for <=": ([["assume", le(0, "x")], POSITIVE, ["cut", 0, [1]]], "not a hypothesis"),
    "cut with a limit": ([XY, *LIMITS, ["cut", 0, [1]]], "wrong kind"),
    "hypotheses with two sorts": (
        [["assume", le(0, "n")], ["assume", le(0, ["var", "n", "R"])], by(NOTHING, [0, 1])],
        "two meanings",
    ),
    "inst twice": ([XY, ["inst", 0, [["x", 0], ["x", 0]]]], "repeated"),
    "inst of a constant": ([XY, ["inst", 0, [[C, 0]]]], "not a variable"),
    "inst of a numeral": ([XY, ["inst", 0, [[1, 0]]]], "not a variable"),
    "inst a real for an integer": ([N_FROM_0, ["inst", 0, [["n", "x"]]]], "wrong sort"),
    "inst half for an integer": ([N_FROM_0, ["inst", 0, [["n", ["1/2"]]]]], "wrong sort"),
    "inst a number for an outcome": ([ABOUT_W, ["inst", 0, [["w", 0]]]], "wrong sort"),
    "inst an outcome for a number": ([XY, ["inst", 0, [["x", "w"]]]], "wrong sort"),
    "inst the index": ([LIMITS[0], ["inst", 0, [["n", 0]]]], "bound"),
    "inst captured by the index": ([LIMITS[1], ["inst", 0, [["x", "n"]]]], "n is free"),
    "inst gives two sorts": ([["assume", le("x", "n")], ["inst", 0, [["x", ["var", "n", "R"]]]]], "two meanings"),
    "inst not a pair": ([XY, ["inst", 0, [["x", 0, 0]]]], "a list of 2"),
    "given nothing": ([["given", "trust", []]], "no such assumption"),
    "given a family": ([["given", "c", []]], "no such assumption"),
    "given the promise": ([["given", "means_exist", []]], "no such assumption"),
    "given too few terms": ([["given", "growth", ["x"]]], "not as many"),
    "given too many terms": ([["given", "c_positive", [0]]], "not as many"),
    "given another sort": ([["given", "growth", ["x", "x"]]], "wrong sort"),
    "given an undeclared family": ([["given", "growth", [app("v"), "k"]]], "family v"),
    "cases of two claims": ([XY, ["assume", lt("y", "x")], ["cases", 0, 1, "x", "y"]], "differ"),
    "cases of a limit and a relation": ([*LIMITS, XY, ["cases", 0, 2, "x", "y"]], "differ"),
    "cases of two limits": ([*LIMITS, ["cases", 0, 1, "x", "y"]], "differ"),
    "cases over outcomes": ([XY, ["cases", 0, 0, "w", "w"]], "wrong sort"),
    "antisym one way": ([XY, XY, ["antisym", 0, 1]], "not the reverse"),
    "antisym of another": ([XY, ["assume", le("y", "z")], ["antisym", 0, 1]], "not the reverse"),
    "antisym of <": ([["assume", lt("x", "y")], ["assume", le("y", "x")], ["antisym", 0, 1]], "wrong kind"),
    "antisym of = and <=": ([["assume", le("y", "x")], X_IS_Y, ["antisym", 0, 1]], "wrong kind"),
    "rewrite with <=": ([XY, ["rewrite", 0, "z", "z"]], "wrong kind"),
    "rewrite a numeral": ([X_IS_Y, ["rewrite", 0, 1, 1]], "not a variable"),
    "rewrite an outcome": ([X_IS_Y, ["rewrite", 0, "w", X]], "not a variable"),
    "rewrite in an outcome": ([X_IS_Y, ["rewrite", 0, "z", "w"]], "wrong sort"),
    "rewrite an integer by a real": ([["assume", eq("k", "x")], ["rewrite", 0, "m", "m"]], "wrong sort"),
    "certificate of a limit": ([["certificate", lim(R, 1), [], [], [], ONE]], "a list of 3"),
    "certificate from a limit": ([LIMITS[0], by(NOTHING, [0])], "wrong kind"),
    "certificate differs": ([by(FALSE, [])], "sides differ"),
    "certificate by a negative weight": ([["certificate", FALSE, [], [["1", [], None]], [], [["-1", []]]]], "positive"),
    "certificate without weight": ([["certificate", FALSE, [], [], [], []]], "empty"),
    "certificate with a weight <=": ([["assume", NOTHING], ["certificate", FALSE, [0], [], [], [["1", [0]]]]], "kind"),
    "certificate with a weight =": ([["assume", eq(0, 0)], ["certificate", FALSE, [0], [], [], [["1", [0]]]]], "kind"),
    "certificate with a zero coefficient": ([by(NOTHING, [], ["0", [], 1])], "positive rational"),
    "certificate with a negative coefficient": ([by(FALSE, [], ["-1", [], 1])], "positive rational"),
    "certificate with an integer coefficient": ([by(le(0, 1), [], [1, [], 1])], "positive rational"),
    "certificate with 2/4": ([by(le(0, ["1/2"]), [], ["2/4", [], 1])], "lowest terms"),
    "certificate with 2/1": ([by(le(0, 2), [], ["2/1", [], 1])], "lowest terms"),
    "certificate with 1.0": ([by(le(0, 1), [], ["1.0", [], 1])], "positive rational"),
    "certificate with 01": ([by(le(0, 1), [], ["01", [], 1])], "positive rational"),
    "certificate with 1/0": ([by(le(0, 1), [], ["1/0", [], 1])], "positive rational"),
    "certificate with other digits": ([by(le(0, 1), [], ["\u0661", [], 1])], "positive rational"),
    "certificate with a space": ([by(le(0, 1), [], [" 1", [], 1])], "positive rational"),
    "certificate with a line end": ([by(le(0, 1), [], ["1\n", [], 1])], "positive rational"),
    "certificate with true": ([by(le(0, 1), [], [True, [], 1])], "positive rational"),
    "certificate with an equation in a product": (
        [["assume", eq(0, -1)], by(FALSE, [0], ["1", [0], None])],
        "not a fact of that kind",
    ),
    "certificate with <= in a multiplier": (
        [["assume", le(-1, 0)], ["certificate", FALSE, [0], [], [[0, -1]], ONE]],
        "not a fact of that kind",
    ),
    "certificate with a position too high": ([XY, by(NOTHING, [0], ["1", [1], None])], "not an earlier"),
    "certificate with a negative position": ([XY, by(NOTHING, [0], ["1", [-1], None])], "not an earlier"),
    "certificate with a position that is true": ([XY, XY, by(NOTHING, [0, 1], ["1", [True], None])], "not an earlier"),
    "certificate with the square of an outcome": ([by(NOTHING, [], ["1", [], "w"])], "wrong sort"),
    "certificate with the multiple of an outcome": (
        [X_IS_Y, ["certificate", NOTHING, [0], [], [[0, "w"]], ONE]],
        "sort",
    ),
    "certificate with an undeclared square": ([by(NOTHING, [], ["1", [], app("v")])], "family v"),
    "certificate of < by nothing": ([by(lt(0, 0), [])], "nothing strict"),
    "certificate of < by a square": ([by(lt(0, square("x")), [], ["1", [], "x"])], "nothing strict"),
    "certificate of < by <=": ([XY, by(lt("x", "y"), [0], ["1", [0], None])], "nothing strict"),
    "certificate of < by < and <=": (
        [POSITIVE, ["assume", le(0, "y")], by(lt(0, mul("x", "y")), [0, 1], ["1", [0, 1], None])],
        "nothing strict",
    ),
    "certificate of = by a product": ([by(eq(0, square("x")), [], ["1", [], "x"])], "more than equations"),
    "certificate of = by a weight": (
        [POSITIVE, ["certificate", eq(0, 0), [0], [], [], [["1", [0]]]]],
        "more than equations",
    ),
    "certificate by sqrt(-1)": ([by(FALSE, [], ["1", [], sqrt(-1)])], "sides differ"),
    "certificate that cancels": ([same(mul("x", inv("x")), 1)], "sides differ"),
    "induction base": ([XY, XY, ["induction", 0, 1, "n", 0, le("x", add("y", "n"))]], "differ"),
    "induction step": (
        [SQUARES, ["assume", le(0, "n")], ["induction", 0, 1, "n", 0, le(0, mul("n", square("x")))]],
        "differ",
    ),
    "induction over a real": ([XY, ["induction", 0, 0, "x", 0, le("x", "y")]], "right sort"),
    "induction from a real": ([XY, ["induction", 0, 0, "n", "x", le("x", "y")]], "wrong sort"),
    "induction from what grows": ([SQUARES, ["induction", 0, 0, "n", "n", le(0, square("x"))]], "n is free"),
    "induction of a limit": ([LIMITS[1], ["induction", 0, 0, "n", 0, lim("x", "x")]], "wrong kind"),
    "induction with n free in the base": (
        [["assume", le("n", 0)], by(NOTHING, [0]), ["induction", 1, 1, "n", 0, NOTHING]],
        "n is free",
    ),
    "induction with n free in the step": (
        [by(NOTHING, []), ["assume", le("n", 0)], by(NOTHING, [1]), ["induction", 0, 2, "n", 0, NOTHING]],
        "n is free",
    ),
    "sum_of <": ([["assume", lt(0, 1)], ["sum_of", 0, "i", 0, "n"]], "wrong kind"),
    "sum_of over a real": ([XY, ["sum_of", 0, "x", 0, "n"]], "right sort"),
    "sum_of from a real": ([XY, ["sum_of", 0, "i", "x", "n"]], "wrong sort"),
    "sum_of to a real": ([XY, ["sum_of", 0, "i", 0, "x"]], "wrong sort"),
    "sum_of with the index below": ([XY, ["sum_of", 0, "i", "i", "n"]], "i is free"),
    "sum_of with the index above": ([XY, ["sum_of", 0, "i", 0, "i"]], "i is free"),
    "sum_of with the index kept": ([["assume", le(0, "i")], ["sum_of", 0, "i", 1, "n"]], "i is free"),
    "sum_of with < kept": ([["assume", lt(0, "i")], by(NOTHING, [0]), ["sum_of", 1, "i", 0, "n"]], "i is free"),
    "sum_of a limit": ([LIMITS[0], ["sum_of", 0, "i", 0, "k"]], "wrong kind"),
    "mean_of <": ([["assume", lt(0, 1)], ["mean_of", 0, "w"]], "wrong kind"),
    "mean_of over a number": ([XY, ["mean_of", 0, "x"]], "right sort"),
    "mean_of under a hypothesis about the outcome": ([ABOUT_W, ["mean_of", 0, "w"]], "w is free"),
    "mean_of a limit": ([LIMITS[0], ["mean_of", 0, "w"]], "wrong kind"),
    "unfold a declared family": ([["unfold", "h", [0], None]], "no such definition"),
    "unfold no name": ([["unfold", ["s"], [0], None]], "no such definition"),
    "unfold with too few": ([["unfold", "s", [], None]], "not as many"),
    "unfold with too many": ([["unfold", "s", ["x", "y"], 0]], "not as many"),
    "unfold with an outcome": ([["unfold", "s", ["w"], 0]], "wrong sort"),
    "unfold at a real": ([["unfold", "s", ["x"], "y"]], "wrong sort"),
    "unknown fact": ([["fact", "x_is_y"]], "no such fact"),
    "fact that is no name": ([["fact", ["inverse"]]], "no such fact"),
    "sum_last over a real": ([["sum_last", "x", 0, "n", "x"]], "right sort"),
    "sum_last from a real": ([["sum_last", "i", "x", "n", "x"]], "wrong sort"),
    "sum_last to a real": ([["sum_last", "i", 0, "x", "x"]], "wrong sort"),
    "sum_last of an outcome": ([["sum_last", "i", 0, "n", "w"]], "wrong sort"),
    "sum_empty over an outcome": ([["sum_empty", "w", 0, "n", "x"]], "right sort"),
    "sum_empty from a real": ([["sum_empty", "i", ["1/2"], "n", "x"]], "wrong sort"),
    "sum_empty to a real": ([["sum_empty", "i", 0, "x", "x"]], "wrong sort"),
    "lim_const of the index": ([["lim_const", "n", "n"]], "n is free"),
    "lim_const of an outcome": ([["lim_const", "w", "n"]], "wrong sort"),
    "lim_const over a real": ([["lim_const", "x", "y"]], "right sort"),
    "lim_recip over a real": ([["lim_recip", "x"]], "right sort"),
    "lim_base with the index": ([["lim_base", add(1, mul(-1, inv("n"))), "n"]], "n is free"),
    "lim_op inv": ([*LIMITS, ["lim_op", "power", 0, 1]], "not a continuous"),
    "lim_op no name": ([*LIMITS, ["lim_op", ["add"], 0, 1]], "not a continuous"),
    "lim_op of a relation": ([*LIMITS, XY, ["lim_op", "add", 0, 2]], "wrong kind"),
    "lim_op of two indices": ([LIMITS[0], ["lim_recip", "m"], ["lim_op", "add", 0, 1]], "different variables"),
    "lim_op with the index in a hypothesis": (
        [LIMITS[1], ["assume", le("n", 0)], ["lim_base", "x", "m"], ["cut", 2, []], ["lim_op", "add", 0, 3]],
        "different variables",
    ),
    "lim_sqrt of a relation": ([XY, ["lim_sqrt", 0]], "wrong kind"),
    "lim_inv at 0": ([*LIMITS, ["assume", lt(0, square("x"))], ["lim_inv", 0, 2]], "differ"),
    "lim_inv by <=": ([*LIMITS, ["assume", le(0, square("x"))], ["lim_inv", 1, 2]], "differ"),
    "lim_inv by a limit": ([*LIMITS, ["lim_inv", 1, 1]], "wrong kind"),
    "lim_inv with the index in a hypothesis": (
        [
            LIMITS[1],
            ["assume", lt(0, square("x"))],
            ["assume", le("n", 0)],
            by(lt(0, square("x")), [1, 2], ["1", [0], None]),
            ["lim_inv", 0, 3],
        ],
        "n is free",
    ),
    "lim_squeeze of two limits": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, R)], ["lim_squeeze", 0, 1, 0, 3, 3]],
        "differ",
    ),
    "lim_squeeze of a relation": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, R)], ["lim_squeeze", 3, 0, 0, 3, 3]],
        "wrong kind",
    ),
    "lim_squeeze of an equation": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", eq(R, R)], ["lim_squeeze", 0, 0, 0, 3, 3]],
        "wrong kind",
    ),
    "lim_squeeze of another lower bound": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, R)], ["lim_squeeze", 2, 0, 0, 3, 3]],
        "differ",
    ),
    "lim_squeeze of another upper bound": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, R)], ["lim_squeeze", 0, 2, 0, 3, 3]],
        "differ",
    ),
    "lim_squeeze of from what grows": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, R)], ["lim_squeeze", 0, 0, "n", 3, 3]],
        "n is free",
    ),
    "lim_squeeze of from a real": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, R)], ["lim_squeeze", 0, 0, "x", 3, 3]],
        "wrong sort",
    ),
    "lim_squeeze of a hypothesis about the index": (
        [*LIMITS, ["lim_const", 0, "n"], ["assume", le(R, mul("x", R))], ["lim_squeeze", 0, 0, 0, 3, 3]],
        "differ",
    ),
    "lim_squeeze of two indices": (
        [LIMITS[0], ["lim_recip", "m"], by(le(R, inv("m")), [], ["1", [], None])],
        "sides differ",
    ),
    "lim_squeeze of bounds that hold earlier only": (
        [LIMITS[0], ["assume", le("n", 0)], by(le(R, R), [1]), ["lim_squeeze", 0, 0, 0, 2, 2]],
        "n is free",
    ),
    "lim_squeeze between two sequences": (
        [["lim_const", 0, "n"], ["assume", le(0, "x")], ["assume", le("y", 0)], ["lim_squeeze", 0, 0, 0, 1, 2]],
        "differ",
    ),
    "lim_bound of another sequence": ([*LIMITS, XY, ["lim_bound", 0, 2, 0]], "differ"),
    "lim_bound by <": ([LIMITS[1], ["assume", lt("x", "y")], ["lim_bound", 0, 1, 0]], "wrong kind"),
    "lim_bound of a relation": ([XY, ["lim_bound", 0, 0, 0]], "wrong kind"),
    "lim_bound from a real": ([LIMITS[1], XY, ["lim_bound", 0, 1, "z"]], "wrong sort"),
    "lim_bound from what grows": ([LIMITS[1], XY, ["lim_bound", 0, 1, "n"]], "n is free"),
    "lim_bound by what moves": ([LIMITS[0], by(le(R, R), []), ["lim_bound", 0, 1, 0]], "n is free"),
    "lim_bound with the index kept": (
        [LIMITS[1], XY, ["assume", le(1, "n")], by(le("x", "y"), [1, 2], ["1", [0], None]), ["lim_bound", 0, 3, 0]],
        "n is free",
    ),
}


# How numbers are spelled the kernel's reader does not mind; a step that it takes here is a true one.
SPELLED = {
    f"certificate with {x}" for x in ("2/4", "2/1", "1.0", "01", "a space", "a line end", "other digits", "true")
}
SPELLED |= {
    "certificate with an integer coefficient",
    "inst of a constant",
    "inst of a numeral",
}  # the last two: no change


def by_kernel(text: str) -> str:
    """What the kernel says to the text, nothing if it accepts; what is no proof at all may end otherwise there."""
    try:
        serialise.replay(text)
    except (RefusedByKernel, RecursionError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as e:
        return str(e) or type(e).__name__
    return ""


@pytest.mark.parametrize("name", BROKEN)
def test_every_condition_broken(name: str) -> None:
    steps, message = BROKEN[name]
    text = written(proof(steps, NOTHING, [], [], THEORY))
    refused(text, f"^steps {len(steps) - 1}: .*{message}")
    assert by_kernel(text) not in ("", "the last step does not claim what is recorded") or name in SPELLED


# --- strict JSON ------------------------------------------------------------------------------------------------------


def document() -> dict[str, Any]:
    """x <= h(k, x) from the assumption, with 1/2 as a numeral in between."""
    steps = [["given", "growth", ["x", "k"]], by(le(0, ["1/2"]), [], ["1/2", [], 1]), ["cut", 0, []]]
    return proof(steps, le("x", app("h", "k", "x")), [le(0, "x")], ["growth"], THEORY)


def test_the_document_is_accepted() -> None:
    assert check(written(document())).axioms == ["growth"]


TEXTS = {
    "nothing": ("", "not JSON"),
    "two values": ("{} {}", "not JSON"),
    "a list": ("[]", "fields"),
    "null": ("null", "fields"),
    "a float": ('{"format":1.0}', "not an integer"),
    "an exponent": ('{"format":1e0}', "not an integer"),
    "not a number": ('{"format":NaN}', "not an integer"),
    "infinity": ('{"format":-Infinity}', "not an integer"),
    "a long integer": ('{"format":' + "1" * 5000 + "}", "not JSON"),
    "a duplicate key": ('{"format":1,"format":1}', "duplicate"),
    "a mark of byte order": ("\ufeff{}", "not JSON"),
    "a trailing comma": ('{"format":1,}', "not JSON"),
    "deep lists": ("[" * 100_000, "."),
    "deep objects": ('{"format":' * 100_000, "."),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    refused(*TEXTS[name])


def test_only_texts() -> None:
    for value in (None, b"{}", {}, 1):
        with pytest.raises(Refused, match="not a text"):
            check(value)  # type: ignore[arg-type]


# Where in the document, what stands there then, the message.
EDITS: list[tuple[list[Any], Any, str]] = [
    (["format"], 2, "format"),
    (["format"], True, "format"),
    (["format"], "1", "format"),
    (["more"], 1, "unknown fields"),
    (["terms"], {}, "not a list"),
    (["terms", 0], ["var", "x", "R", 0], "terms 0: unknown row"),
    (["terms", 0], ["var", "x", "Q"], "terms 0: unknown row"),
    (["terms", 0], ["var", "x", ["R"]], "terms 0: unknown row"),
    (["terms", 0], "x", "terms 0: not a list"),
    (["terms", 0], [], "terms 0: unknown row"),
    (["terms", 0], ["minus", 0, 0], "terms 0: unknown row"),
    (["terms", 0], [["var"], "x", "R"], "terms 0: unknown row"),
    (["terms", 0], ["sqrt", 0], "terms 0: not an earlier row"),
    (["terms", 1], ["sqrt", 2], "terms 1: not an earlier row"),
    (["terms", 1], ["sqrt", -1], "terms 1: not an earlier row"),
    (["terms", 1], ["sqrt", False], "terms 1: not an earlier row"),
    (["terms", 1], ["sqrt", None], "terms 1: not an earlier row"),
    (["terms", 1], ["sqrt", "0"], "terms 1: not an earlier row"),
    (["theory"], {}, "not a list"),
    (["theory", 0], ["trust"], "theory 0: unknown entry"),
    (["theory", 0], None, "theory 0: unknown entry"),
    (["steps"], None, "not a list"),
    (["steps"], [], "no steps"),
    (["steps", 0], {}, "steps 0: not a list"),
    (["steps", 1, 3, 0, 0], "2/4", "steps 1: not in lowest terms"),
    (["steps", 1, 3, 0, 0], 0.5, "not an integer"),
    (["steps", 2, 1], 2, "steps 2: not an earlier row"),
    (["claim", 0], "lt", "another claim"),
    (["claim", 1], 0, "another claim"),
    (["claim", 1], -1, "not an earlier row"),
    (["claim", 1], True, "not an earlier row"),
    (["claim"], [], "a list of 3"),
    (["hyps"], [], "another hypothesis"),
    (["hyps"], None, "not a list"),
    (["hyps", 0, 0], "lt", "another hypothesis"),
    (["uses"], [], "other assumptions"),
    (["uses"], ["c_positive"], "other assumptions"),
    (["uses"], ["c_positive", "growth"], "other assumptions"),
    (["uses"], ["growth", "growth"], "other assumptions"),
    (["uses"], "growth", "not a list"),
    (["uses"], [["growth"]], "other assumptions"),
    (["witness"], None, "fields"),
    (["witness"], {}, "fields"),
]


@pytest.mark.parametrize("number", range(len(EDITS)))
def test_edits(number: int) -> None:
    (*way, last), value, message = EDITS[number]
    doc: Any = document()
    place = doc
    for k in way:
        place = place[k]
    place[last] = value
    refused(doc, message)


@pytest.mark.parametrize("field", ["format", "terms", "theory", "steps", "claim", "hyps", "uses"])
def test_no_field_is_missing(field: str) -> None:
    doc = document()
    del doc[field]
    refused(doc, "missing")


def test_the_recorded_sentence_may_be_weaker_but_not_in_two_sorts() -> None:
    assert accepted(["assume", le(0, "x")], claim=le(0, "x"), hyps=[le(0, "x"), le("x", "n")])
    refused(proof([["assume", le(0, "x")]], le(0, "x"), [le(0, "x"), le(0, ["var", "x", "Z"])]), "two meanings")
    refused(proof([["assume", le(0, "x")]], le(0, "x"), [le(0, "x"), lim(R, 0)]), "a list of 3")
    refused(proof([LIMITS[0]], lim(R, "n")), "n is free")
    refused(proof([["assume", le(0, "x")]], le(0, mul(1, "x")), [le(0, "x")]), "another claim")
    refused(proof([LIMITS[0]], lim(inv("m"), 0, "m")), "another claim")


# --- terms ------------------------------------------------------------------------------------------------------------


TERMS: dict[str, tuple[Any, str]] = {
    "a numeral with 0 below": (["num", 1, 0], "lowest terms"),
    "a numeral with a negative number below": (["num", 1, -2], "lowest terms"),
    "a numeral that is not in lowest terms": (["num", 2, 4], "lowest terms"),
    "zero over two": (["num", 0, 2], "lowest terms"),
    "a numeral of true": (["num", True, 1], "lowest terms"),
    "a numeral over true": (["num", 1, True], "lowest terms"),
    "a numeral in quotes": (["num", "1", 1], "lowest terms"),
    "a long numeral": (["num", 2**4096, 1], "too long"),
    "a long numeral below": (["num", 1, 2**4096], "too long"),
    "pow 65": (["pow", "x", 65], "exponent"),
    "pow -1": (["pow", "x", -1], "exponent"),
    "pow true": (["pow", "x", True], "exponent"),
    "pow of an outcome": (["pow", "w", 2], "outcome"),
    "an outcome as a number": (add("w", 1), "outcome"),
    "a mean of an outcome": (mean("w"), "outcome"),
    "a mean over a number": (mean("x", "x"), "wrong sort"),
    "a mean over an application": (mean("x", C), "wrong row"),
    "a sum over a real": (total("x", 0, 1, "x"), "wrong sort"),
    "a sum over a numeral": (total(0, 0, 1, "x"), "wrong row"),
    "a sum from a real": (total("i", "x", 1, "x"), "bounds"),
    "a sum to a half": (total("i", 0, ["1/2"], "x"), "bounds"),
    "a sum of an outcome": (total("i", 0, 1, "w"), "outcome"),
    "a sum without a body": (["sum", "i", 0, 1], "wrong row"),
    "a mean with bounds": (["mean", "w", 0, 1, "x"], "wrong row"),
    "a power to a real": (power("x", "y"), "exponent"),
    "one argument of add": (["add", "x"], "wrong row"),
    "three arguments of add": (["add", "x", "x", "x"], "wrong row"),
    "two arguments of inv": (["inv", "x", "x"], "wrong row"),
    "a family of outcomes": (["app", "f", "W"], "unknown row"),
}
NAMES = [
    "",
    "_x",
    "1x",
    "x y",
    "x\n",
    "x'",
    "\u00e9",
    "x\u0661",
    "\u212a",
    "\ud800",
    *sorted(recheck.RESERVED),
    1,
    None,
]


@pytest.mark.parametrize("name", TERMS)
def test_terms(name: str) -> None:
    term, message = TERMS[name]
    text = written(proof([["assume", le(term, 0)]], le(term, 0), [le(term, 0)], [], DECLARED))
    refused(text, f"^terms .*{message}")
    assert by_kernel(text)


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_names(name: Any) -> None:
    for theory, term in (([], ["var", name, "R"]), ([], ["app", name, "R"])):
        refused(proof([["assume", le(0, 0)]], le(term, term), [], [], theory), "^terms .*not a name")
    refused(proof([], le(0, 0), [], [], [["declare", name, [], "R"]]), "^theory 0: not a name")
    refused(proof([], le(0, 0), [], [], [["define", [name], [], "n", ["y"], [0], [0]]]), "^theory 0: not a name")
    refused(proof([], le(0, 0), [], [], [["assume", name, "axiom", [], [], NOTHING]]), "^theory 0: not a name")


def test_the_largest_that_is_allowed() -> None:
    terms = (["pow", "x", 64], ["num", 2**4096 - 1, 1], ["num", -1, 2**4096 - 1], ["var", "X_1y", "R"])
    for term in terms:
        assert accepted(["assume", le(term, 0)], claim=le(term, 0), hyps=[le(term, 0)])


# --- the normal form --------------------------------------------------------------------------------------------------


def Y(i: Any, w: str = "w") -> list[Any]:
    return app("Y", i, w)


def H(i: Any, j: Any) -> list[Any]:
    return app("H", i, j, "w")


NESTED = mean(total("i", 0, "n", total("j", 0, "n", H("i", "j"))))
EQUAL: list[tuple[Any, Any]] = [
    (NESTED, total("j", 0, "n", total("i", 0, "n", mean(H("j", "i"))))),
    (mean(total("i", 0, "n", Y("i"))), total("j", 0, "n", mean(Y("j", "w_2"), "w_2"))),
    (mean(mul(X, total("i", 0, "n", Y("i")))), total("i", 0, "n", mean(mul(X, Y("i"))))),
    (mean(mul(Y("i"), total("i", 0, "n", Y("i")))), total("j", 0, "n", mean(mul(Y("i"), Y("j"))))),
    (mean(add(mul("x", X), 3)), add(mul("x", mean(X)), 3)),
    (total("i", 0, "i", "i"), total("j", 0, "i", "j")),
    (total("i", 0, "n", mul("x", add("i", 1))), add(mul("x", SUM_NN), mul("x", total("k", 0, "n", 1)))),
    (inv(mul(2, mul("x", inv("y")))), mul(["1/2"], mul(inv("x"), "y"))),
    (inv(inv(add("x", 1))), add(1, "x")),
    (inv(add("x", mul(-1, "x"))), 0),
    (power("x", add("n", add(2, mul(-1, "n")))), square("x")),
    (["max", "x", "y"], ["max", "y", "x"]),
    (sqrt(add("x", "y")), sqrt(add("y", "x"))),
]
UNEQUAL: list[tuple[Any, Any]] = [
    (NESTED, mul(add("n", 1), total("i", 0, "n", mean(H("i", "i"))))),
    (NESTED, total("j", 0, "n", total("i", 0, "n", mean(H("i", "j"))))),
    (NESTED, total("j", 0, "n", total("i", 0, "n", mean(H("i", "i"))))),
    (mean(X), X),
    (mean(mul(X, X)), mul(mean(X), mean(X))),
    (mean(total("i", 0, "n", Y("i"))), total("i", 0, "n", Y("i"))),
    (mean(mul(Y("i"), total("i", 0, "n", Y("i")))), total("j", 0, "n", mean(mul(Y("j"), Y("j"))))),
    (total("i", 0, "i", "i"), total("j", 0, "j", "j")),
    (total("i", 0, "n", total("j", 0, "i", "x")), total("j", 0, "n", total("i", 0, "i", "x"))),
    (total("i", 0, "n", total("j", 0, "n", mul("i", square("j")))), total("i", 0, "n", total("j", 0, "n", "i"))),
    (total("i", 0, "n", "x"), mul("n", "x")),
    (mul("x", inv("x")), 1),
    (mul(square("x"), inv("x")), "x"),
    (inv(add("x", "y")), add(inv("x"), inv("y"))),
    (square(sqrt("x")), "x"),
    (sqrt(square("x")), "x"),
    (sqrt(4), 2),
    (log(1), 0),
    (power("x", -1), inv("x")),
    (power(0, "n"), 0),
    (mul(power("x", "n"), "x"), power("x", add("n", 1))),
    (["max", "x", "x"], "x"),
    (app("h", 0, "x"), app("h", 1, "x")),
]


@pytest.mark.parametrize("number", range(len(EQUAL)))
def test_equal_normal_forms(number: int) -> None:
    a, b = EQUAL[number]
    text = written(proof([same(a, b)], eq(a, b), [], [], THEORY))
    assert check(text)
    assert not by_kernel(text)


@pytest.mark.parametrize("number", range(len(UNEQUAL)))
def test_unequal_normal_forms(number: int) -> None:
    a, b = UNEQUAL[number]
    text = written(proof([same(a, b)], eq(a, b), [], [], THEORY))
    refused(text, "^steps 0: the two sides differ")
    assert by_kernel(text)


def test_no_capture() -> None:
    """What is put under a binder stays what it was, also where the binder has its name."""
    for body, inside in ((total("i", 0, "n", mul("y", "i")), "i"), (mean(mul("y", X)), X)):
        steps = [same(body, body), ["inst", 0, [["y", inside]]], ["assume", eq("x", inside)], ["rewrite", 2, "y", body]]
        outside = mul(inside, SUM_NN if inside == "i" else mean(X))
        captured = total("i", 0, "n", mul("i", "i")) if inside == "i" else mean(mul(X, X))
        for k in (1, 3):
            other = mul("x", SUM_NN if inside == "i" else mean(X)) if k == 3 else outside
            for right, fine in ((outside, True), (captured, False)):
                whole = [*steps, ["certificate", eq(other, right), [k], [], [[0, 1]], ONE]]
                text = written(proof(whole, eq(other, right), [eq("x", inside)] if k == 3 else [], [], THEORY))
                assert (by_kernel(text) == "") == fine
                if fine:
                    check(text)
                else:
                    refused(text, "^steps 4: the two sides differ")


def test_names_of_bound_variables_do_not_matter() -> None:
    """They are no part of a tree here. The hash is that of the recorded text; the kernel wants the names as proved."""
    other = total("k", 0, "n", "k")
    claim = eq(SUM_NN, other)
    text = written(proof([same(SUM_NN, SUM_NN)], claim))
    assert check(text).hash == sentence_hash([], [], claim) != check(text.replace('"k"', '"i"')).hash
    assert by_kernel(text) == "the last step does not claim what is recorded"


def test_a_long_sentence_takes_no_more_memory_than_its_text() -> None:
    doubled, longer = [["add", k, k] for k in range(12)], [["add", k, 0] for k in range(12, 312)]
    doc = {"format": 1, "terms": [["var", "x", "R"], *doubled, *longer], "theory": [], "uses": []}
    doc |= {"steps": [["assume", ["le", 312, 0]]], "claim": ["le", 312, 0], "hyps": [["le", 312, 0]]}
    tracemalloc.start()
    try:
        assert check(written(doc))
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


# --- theories ---------------------------------------------------------------------------------------------------------


def define(names: Any, params: Any, previous: Any, init: Any, step: Any, n: Any = "n") -> list[Any]:
    return ["define", names, params, n, previous, init, step]


S_OWN = app("s", "n")
THEORIES: dict[str, tuple[list[Any], str]] = {
    "own name in a step": ([define(["s"], [], ["y"], [0], [add(app("s", add("n", 1)), 1)])], "family s"),
    "own name in an init": ([define(["s"], [], ["y"], [add(app("s", 0), 1)], ["y"])], "family s"),
    "name of its twin": ([define(["s", "t"], [], ["y", "z"], [0, 0], ["y", app("s", "n")])], "family s"),
    "a later name": (
        [define(["s"], [], ["y"], [0], [app("t", "n")]), define(["t"], [], ["y"], [0], ["y"])],
        "family t",
    ),
    "a name declared later": ([define(["s"], [], ["y"], [C], ["y"]), DECLARED[0]], "family c"),
    "an assumption about a later name": ([["assume", "a", "axiom", [], [], lt(0, C)], DECLARED[0]], "family c"),
    "no name": ([define([], [], [], [], [])], "not as many"),
    "one name twice": ([define(["s", "s"], [], ["y", "z"], [0, 1], ["y", "z"])], "declared twice"),
    "more names than steps": ([define(["s", "t"], [], ["y", "z"], [0, 1], ["y"])], "not as many"),
    "more inits than names": ([define(["s"], [], ["y"], [0, 1], ["y"])], "not as many"),
    "more previous values than names": ([define(["s"], [], ["y", "z"], [0], ["y"])], "not as many"),
    "a parameter twice": ([define(["s"], ["x", "x"], ["y"], [0], ["y"])], "repeated"),
    "a parameter that is the index": ([define(["s"], ["n"], ["y"], [0], ["y"])], "repeated"),
    "a parameter in two sorts": ([define(["s"], [["var", "y", "Z"]], ["y"], [0], ["y"])], "repeated"),
    "a real index": ([define(["s"], [], ["y"], [0], ["y"], "x")], "right sort"),
    "an integer previous value": ([define(["s"], [], ["k"], [0], ["k"])], "right sort"),
    "a parameter that is a numeral": ([define(["s"], [1], ["y"], [0], ["y"])], "not a variable"),
    "an init with the index": ([define(["s"], [], ["y"], ["n"], ["y"])], "another variable"),
    "an init with a previous value": ([define(["s"], [], ["y"], ["y"], ["y"])], "another variable"),
    "a step with another variable": ([define(["s"], [], ["y"], [0], ["x"])], "another variable"),
    "a step that is an outcome": ([define(["s"], ["w"], ["y"], [0], ["w"])], "wrong sort"),
    "a variable like a defined family": ([define(["y"], [], ["y"], [0], ["y"])], "two meanings"),
    "declared twice": ([DECLARED[0], ["declare", "c", ["R"], "R"]], "declared twice"),
    "declared and defined": ([["declare", "s", [], "R"], define(["s"], [], ["y"], [0], ["y"])], "declared twice"),
    "assumed twice": (
        [["assume", "a", "axiom", [], [], lt(0, 1)], ["assume", "a", "axiom", [], [], lt(1, 0)]],
        "twice",
    ),
    "assumed and declared": ([["assume", "a", "axiom", [], [], lt(0, 1)], ["declare", "a", [], "R"]], "declared twice"),
    "declared and assumed": ([DECLARED[0], ["assume", "c", "axiom", [], [], lt(0, 1)]], "declared twice"),
    "the promise twice": ([["means_exist"], ["means_exist"]], "twice"),
    "the promise as an assumption": ([["assume", "means_exist", "axiom", [], [], lt(0, 1)], ["means_exist"]], "taken"),
    "another kind": ([["assume", "a", "fact", [], [], lt(0, 1)]], "unknown entry"),
    "a limit assumed": ([["assume", "a", "axiom", [], [], lim(R, 0)]], "a list of 3"),
    "a limit as a guard": ([["assume", "a", "axiom", [], [lim(R, 0)], lt(0, 1)]], "a list of 3"),
    "an open claim": ([["assume", "a", "axiom", ["y"], [], le("x", "y")]], "another variable"),
    "an open guard": ([["assume", "a", "axiom", ["y"], [le("x", "y")], lt(0, "y")]], "another variable"),
    "a variable twice": ([["assume", "a", "axiom", ["x", "x"], [], le("x", "x")]], "repeated"),
    "a variable in two sorts": ([["assume", "a", "axiom", ["x", ["var", "x", "Z"]], [], le("x", "x")]], "repeated"),
    "a variable like a family": ([DECLARED[0], ["assume", "a", "axiom", [["var", "c", "R"]], [], NOTHING]], "meanings"),
    "a sort of its own": ([["declare", "c", ["Q"], "R"]], "not a sort"),
    "a family of outcomes": ([["declare", "c", [], "W"]], "unknown entry"),
    "sorts that are no list": ([["declare", "c", "R", "R"]], "unknown entry"),
    "an entry with more": ([["declare", "c", [], "R", 0]], "unknown entry"),
}


@pytest.mark.parametrize("name", THEORIES)
def test_theories(name: str) -> None:
    theory, message = THEORIES[name]
    text = written(proof([["assume", NOTHING]], NOTHING, [NOTHING], [], theory))
    refused(text, message)
    assert by_kernel(text) or name in ("sorts that are no list", "an entry with more")  # what is more is not read there


def test_a_definition_says_nothing_below_zero() -> None:
    """f(0) = 0 and f(n + 1) = 1: without 0 <= k the step at -1 gave 0 = 1."""
    theory = [define(["f"], [], ["y"], [0], [1])]
    steps = [
        ["unfold", "f", [], None],
        ["unfold", "f", [], -1],
        ["certificate", eq(0, 1), [0, 1], [], [[0, -1], [1, 1]], ONE],
    ]
    assert accepted(*steps, claim=eq(0, 1), hyps=[le(0, -1)], theory=theory)
    refused(proof(steps, eq(0, 1), [], [], theory), "another hypothesis")


def test_the_promise_is_needed() -> None:
    steps = [by(le(0, square(X)), [], ["1", [], X]), ["mean_of", 0, "w"]]
    refused(proof(steps, le(mean(0), mean(square(X))), [], [], DECLARED), "^steps 1: means_exist")
    refused(proof(steps, le(mean(0), mean(square(X))), [], [], THEORY), "other assumptions")


# --- definedness ------------------------------------------------------------------------------------------------------


def test_definedness() -> None:
    """For each inverse, root and logarithm the first step that shows it meant, under what the sentence supposes."""
    sums = total("i", 1, "n", inv("i"))
    claim = le(0, add(inv("x"), add(inv(2), add(sqrt("y"), add(log("z"), add(sqrt(square("y")), sums))))))
    steps: list[Any] = [["assume", h] for h in (lt("x", 0), le(1, "i"), lt(0, "y"), claim)]
    steps += [by(lt(0, "i"), [1], ["1", [0], None], ["1", [], None])]
    steps += [by(le(0, square("y")), [], ["1", [], "y"]), ["assume", claim]]
    lines = accepted(*steps, claim=claim, hyps=[lt("x", 0), claim]).definedness
    assert [line for line in lines if line.startswith("claim: ")] == [
        "claim: inv(x): step 0",
        "claim: inv(2): constant",
        "claim: sqrt(y): read with sqrt(negative) = 0",
        "claim: log(z): read with log(x) = 0 for x <= 0",
        "claim: sqrt((y)^2): step 5",
        "claim: inv(i): step 4",
    ]
    for term, line in (
        (inv(0), "read with 1/0 = 0"),
        (sqrt(0), "constant"),
        (sqrt(-1), "read with sqrt(negative) = 0"),
        (inv(-1), "constant"),
        (log(0), "read with log(x) = 0 for x <= 0"),
        (log(1), "constant"),
    ):
        (found, _) = accepted(["assume", le(term, 0)], claim=le(term, 0), hyps=[le(term, 0)]).definedness
        assert found.endswith(": " + line)


# --- the witness ------------------------------------------------------------------------------------------------------


WITNESSED: list[Any] = [
    ["declare", "c", [], "R"],
    ["declare", "g", ["R", "Z"], "R"],
    define(["s"], [], ["y"], [C], [app("g", "y", "n")]),
    ["assume", "large", "assumption", ["x", "k"], [lt(C, "x")], lt("x", app("g", "x", "k"))],
]
MEANT: list[Any] = [define(["s"], [], ["y"], [2], [add("y", 1)])]


def witnessed() -> dict[str, Any]:
    """c = 2 and g(x, k) = x + 1 make what is assumed true; x = 3 makes 2 < x true, w is any outcome."""
    first = [["assume", lt(2, "x")], by(lt("x", add("x", 1)), [0], ["1", [], None])]
    proofs = [
        proof(first, lt("x", add("x", 1)), [lt(2, "x")], [], MEANT),
        proof([by(lt(2, 3), [], ["1", [], None])], lt(2, 3), [], [], MEANT),
    ]
    interpretation = [["c", [], 2], ["g", ["y", "m"], add("y", 1)]]
    witness = {"interpretation": interpretation, "values": [["x", 3]], "proofs": proofs}
    steps = [["given", "large", ["x", 0]]]
    return proof(steps, lt("x", app("g", "x", 0)), [lt(C, "x")], ["large"], WITNESSED, witness)


def test_the_right_witness() -> None:
    doc = witnessed()
    plain = {k: v for k, v in doc.items() if k != "witness"}
    assert check(written(doc)).hash == check(written(plain)).hash


def rows(doc: Any, term: Any) -> int:
    """The number of a row that is in the table already."""
    return int(doc["terms"].index(term))


def _other(doc: Any, k: int, theory: Any) -> None:
    made = proof([by(lt(2, 3), [], ["1", [], None])], lt(2, 3), [], [], theory)
    doc["witness"]["proofs"][k] = made


def _uses(doc: Any) -> None:
    theory = [["assume", "trust", "axiom", [], [], lt(2, 3)], *MEANT]
    doc["witness"]["proofs"][1] = proof([["given", "trust", []]], lt(2, 3), [], ["trust"], theory)


WRONG: dict[str, tuple[Any, str]] = {
    "no proof": (lambda d: d["witness"]["proofs"].pop(), "not one proof"),
    "one proof too many": (lambda d: d["witness"]["proofs"].append(d["witness"]["proofs"][0]), "not one proof"),
    "proofs in another order": (lambda d: d["witness"]["proofs"].reverse(), "hypotheses"),
    "a broken proof": (lambda d: d["witness"]["proofs"][1]["steps"].__setitem__(0, ["fact", "x"]), "no such fact"),
    "a nested witness": (lambda d: d["witness"]["proofs"][1].__setitem__("witness", {}), "fields"),
    "no family interpreted": (lambda d: d["witness"].__setitem__("interpretation", []), "without interpretation"),
    "a family not interpreted": (lambda d: d["witness"]["interpretation"].pop(), "without interpretation"),
    "a family interpreted twice": (lambda d: d["witness"]["interpretation"].append(["c", [], 0]), "twice"),
    "a definition interpreted": (lambda d: d["witness"]["interpretation"].append(["s", [0], 0]), "not a declared"),
    "another number": (
        lambda d: d["witness"]["interpretation"][0].__setitem__(2, rows(d, ["num", 3, 1])),
        "definitions",
    ),
    "by a family": (
        lambda d: d["witness"]["interpretation"][0].__setitem__(2, rows(d, ["app", "c", "R"])),
        "over these",
    ),
    "by a free variable": (
        lambda d: d["witness"]["interpretation"][0].__setitem__(2, rows(d, ["var", "x", "R"])),
        "over these",
    ),
    "too few arguments": (lambda d: d["witness"]["interpretation"][1][1].pop(), "declared arguments"),
    "arguments in another order": (lambda d: d["witness"]["interpretation"][1][1].reverse(), "declared arguments"),
    "no value": (lambda d: d["witness"].__setitem__("values", []), "without value"),
    "a value that is open": (
        lambda d: d["witness"]["values"][0].__setitem__(1, d["witness"]["values"][0][0]),
        "not a val",
    ),
    "a value with a family": (
        lambda d: d["witness"]["values"][0].__setitem__(1, rows(d, ["app", "c", "R"])),
        "not a value",
    ),
    "another value": (lambda d: d["witness"]["values"][0].__setitem__(1, rows(d, ["num", 2, 1])), "differ"),
    "a value twice": (lambda d: d["witness"]["values"].append(d["witness"]["values"][0]), "repeated"),
    "other definitions": (lambda d: _other(d, 1, [define(["s"], [], ["y"], [2], ["y"])]), "other definitions"),
    "no definitions": (lambda d: _other(d, 1, []), "other definitions"),
    "a family in the theory": (lambda d: _other(d, 1, [*MEANT, ["declare", "v", [], "R"]]), "more than definitions"),
    "the promise in the theory": (lambda d: _other(d, 1, [*MEANT, ["means_exist"]]), "more than definitions"),
    "an assumption in the theory": (_uses, "more than definitions"),
    "an unknown field": (lambda d: d["witness"].__setitem__("trust", 1), "fields"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_witnesses(name: str) -> None:
    change, message = WRONG[name]
    doc = witnessed()
    change(doc)
    refused(doc, message)


# --- effort -----------------------------------------------------------------------------------------------------------


def test_sharing_costs_nothing() -> None:
    """t = t + t, sixty times: 2^60 leaves, 61 rows."""
    terms: list[Any] = [["var", "x", "R"], *(["add", j, j] for j in range(60)), ["num", 2**60, 1], ["mul", 61, 0]]
    steps = [["certificate", ["eq", 60, 62], [], [], [], ONE], ["inst", 0, [[0, 61]]], ["assume", ["le", 0, 0]]]
    doc = {
        "format": 1,
        "terms": terms,
        "theory": [],
        "steps": steps,
        "claim": ["le", 0, 0],
        "hyps": [["le", 0, 0]],
        "uses": [],
    }
    begin = time.perf_counter()
    assert check(written(doc))
    doc |= {"steps": steps[:1], "claim": ["eq", 60, 62], "hyps": []}
    refused(doc, "too long to write out")
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize("head", ["sqrt", "sum", "add"])
def test_deep_terms_are_refused_or_accepted(head: str) -> None:
    """Never anything but a refusal, however deep the term is."""
    for depth in (100, 2_000, 30_000):
        terms: list[Any] = [["num", 0, 1], ["var", "i", "Z"]]
        for k in range(1, depth):
            terms.append(["sqrt", k] if head == "sqrt" else ["add", k, 1] if head == "add" else ["sum", 1, 0, 1, k])
        last = len(terms) - 1
        steps = [["certificate", ["eq", last, last], [], [], [], ONE], ["inst", 0, [[1, 0]]], ["assume", ["le", 0, 0]]]
        doc = {
            "format": 1,
            "terms": terms,
            "theory": [],
            "steps": steps,
            "claim": ["le", 0, 0],
            "hyps": [["le", 0, 0]],
            "uses": [],
        }
        done = False
        with contextlib.suppress(Refused):
            done = check(written(doc), limit_s=2).steps == 3
        assert done or depth > 100


def test_sizes() -> None:
    base = proof([["assume", NOTHING]], NOTHING, [NOTHING])
    refused(base | {"terms": [["num", 0, 1]] * 200_001}, "too long")
    refused(base | {"steps": base["steps"] * 100_001}, "too long")
    assert check(written(base | {"steps": base["steps"] * 1000})).steps == 1000


BIG: Any = "a1"
for _k in range(2, 30):
    BIG = add(BIG, f"a{_k}")
LARGE = {
    "monomials": (["pow", BIG, 5], "too many monomials|product too long"),
    "pairs": (mul(["pow", BIG, 3], ["pow", BIG, 3]), "product too long"),
    "powers": (mul(["pow", "x", 64], "x"), "power too high"),
    "powers of powers": (["pow", ["pow", "x", 8], 9], "power too high"),
    "bits": (["pow", ["num", 2**4095, 1], 3], "coefficient too long"),
    "bits below": (["pow", ["num", 1, 2**4095], 3], "coefficient too long"),
    "bits of a sum": (
        add(mul(mul(["num", 2**4095, 1], 2**4095), "x"), mul(mul(["num", 2**4095, 1], 2**4095), mul(3, "x"))),
        "long",
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_effort_is_bounded(name: str) -> None:
    term, message = LARGE[name]
    text = written(proof([same(term, term)], eq(term, term)))
    refused(text, f"^steps 0: .*{message}")
    assert by_kernel(text)


def test_there_is_a_deadline() -> None:
    with pytest.raises(Refused, match="time limit"):
        check(written(document()), limit_s=-1)
    assert check(written(document()))
    a_lot = [["assume", le(0, ["app", "q", "Z", k])] for k in range(1500)]
    doc = proof([*a_lot, by(NOTHING, list(range(1500))), by(NOTHING, [1500] * 200_000)], NOTHING, [], [], THEORY)
    begin = time.perf_counter()
    with pytest.raises(Refused, match="time limit"):
        check(written(doc), limit_s=0.5)
    assert time.perf_counter() - begin < 5


# --- the program ------------------------------------------------------------------------------------------------------


def program(*arguments: str, options: Sequence[str] = ("-I",)) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, recheck.__file__, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("options", [("-I",), ("-O", "-I")], ids=" ".join)
def test_the_program(options: Sequence[str], tmp_path: Path) -> None:
    """It needs the standard library only, and no condition is an assertion."""
    good, bad, deep, binary = (tmp_path / name for name in ("good.json", "bad.json", "deep.json", "binary.json"))
    good.write_text(written(document()))
    bad.write_text(written(proof([by(FALSE, [])], FALSE)))
    deep.write_text("[" * 100_000)
    binary.write_bytes(b"\xff\xfe{")
    done = program(str(good), options=options)
    assert done.returncode == 0 and "accepted" in done.stdout and done.stderr == ""
    done = program("--json", *map(str, (good, bad, deep, binary, tmp_path / "none.json")), options=options)
    assert done.returncode == 1 and done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["accepted"] for line in lines] == [True, False, False, False, False]
    assert lines[0]["uses"] == lines[0]["axioms"] == ["growth"] and lines[0]["reason"] == ""
    assert lines[0]["hash"] == check(written(document())).hash and lines[0]["steps"] == 3
    assert lines[1]["reason"] == "steps 0: the two sides differ" and all(line["reason"] for line in lines[1:])
    for arguments in ((), ("--trust", str(good))):
        done = program(*arguments, options=options)
        assert done.returncode == 2 and "Traceback" not in done.stderr
    assert program(str(bad), str(good), options=options).returncode == 1


# --- both checkers agree ----------------------------------------------------------------------------------------------


# of all of them `tests/test_cli_prove.py` sees it, in processes of their own
@pytest.mark.parametrize("path", STORED if os.environ.get("ADAMTHEORY_FULL") else STORED[::8], ids=lambda p: p.stem)
def test_both_accept_what_is_stored(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    theorem, hyps = serialise.replay(text)
    report = check(text)
    assert report.hash == serialise.sentence_hash(theorem.theory, hyps, theorem.claim)
    assert report.uses == sorted(theorem.uses) and len(report.hyps) == len(hyps)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_both_refuse_what_is_false(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    refused(text, "^(terms|theory|steps) [0-9]+: |^the last step|^a name with")
    assert by_kernel(text)


def test_the_attacks_are_there() -> None:
    assert len(STORED) > 40 and len(BAD) > 30


@pytest.mark.parametrize(
    "entry",
    [["define", ["f"], [], 1, [2], [0], [2]], ["assume", "a", "axiom", [2], [], ["le", 2, 2]]],
    ids=["definition", "assumption"],
)
def test_a_later_family_may_have_the_name_of_an_earlier_variable_for_both_checkers(entry: list[Any]) -> None:
    stored: dict[str, Any] = {
        "format": 1,
        "terms": [["num", 0, 1], ["var", "n", "Z"], ["var", "y", "R"]],
        "theory": [entry, ["declare", "y", [], "R"]],
        "steps": [["assume", ["le", 0, 0]]],
        "claim": ["le", 0, 0],
        "hyps": [["le", 0, 0]],
        "uses": [],
    }
    text = json.dumps(stored)
    assert check(text).steps == 1
    serialise.replay(text)
    stored["theory"].reverse()  # an earlier one may not
    for checker in (check, serialise.replay):
        with pytest.raises((Refused, RefusedByKernel), match="meanings|name of a family"):
            checker(json.dumps(stored))
