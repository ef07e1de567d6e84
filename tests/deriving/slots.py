"""Linear slots by runs of their rule, one run an outcome: means, variances, weights, and the signals they read."""

from __future__ import annotations

from fractions import Fraction as F
from functools import cached_property
from random import Random
from typing import Any

import flint

from adamtheory.deriving.findings import Finding
from adamtheory.deriving.frame import one_coordinate
from adamtheory.deriving.linear import linear
from adamtheory.language.arithmetic import arithmetic
from adamtheory.language.reading import compile_expr
from adamtheory.language.rule import Rule
from adamtheory.language.tree import Name

from .plain import Player, Round, close, numbers, run
from .spaces import STEPS, World, value_of

LINES = {
    ("closed form", "unroll"),
    ("expectation", "take expectations"),
    ("expectation", "pull out the mean"),
    ("expectation", "sum the weights"),
    ("expectation", "for a constant mean mu of the signal"),
    ("bias correction", "divide"),
    ("drift", "for a mean that moves at most L a step"),
    ("variance", "for uncorrelated signals of variance sigma^2"),
    ("variance", "effective sample size (1 + a)(1 - a^n)/((1 - a)(1 + a^n))"),
}


class Runs:
    """A slot in runs of the rule."""

    def __init__(self, rule: Rule, slot: str, found: World) -> None:
        self.rule, self.slot, self.found = rule, slot, found
        self.balls = arithmetic("ball")
        self.player = Player(rule, found.parameters)
        self.signal_of = compile_expr(linear(one_coordinate(rule))[slot].signal, self.balls, 1)
        self.chances = {w: self.balls.number(p) for w, p in found.outcomes.items()}
        self.runs = {w: run(rule, found.parameters, found.history(w), found.iterates) for w in found.outcomes}

    def after(self, rounds: list[Round], n: int) -> Any:
        """The slot after n rounds."""
        initial = next(s.initial for s in self.rule.slots if s.name == self.slot)
        return rounds[n - 1].slots[self.slot] if n else self.balls.number(initial)

    def mean(self, n: int) -> Any:
        return sum((p * self.after(self.runs[w], n) for w, p in self.chances.items()), flint.arb(0))

    def variance(self, n: int) -> Any:
        middle = self.mean(n)
        return sum((p * (self.after(self.runs[w], n) - middle) ** 2 for w, p in self.chances.items()), flint.arb(0))

    # --- signals and weights ---

    def signal(self, t: int, one: Round, g: F) -> Any:
        """What the slot's line adds in a round, apart from its weight."""
        held = {**one.before, **self.player.scalars(t)}
        held |= {"g": self.balls.number(g), "x": self.balls.number(self.found.iterates[t - 1,])}
        return self.signal_of({Name(name): [value] for name, value in held.items()}, 0)

    def mean_signal(self, t: int) -> Any:
        parts = (p * self.signal(t, self.runs[w][t - 1], self.found.history(w)[t - 1]) for w, p in self.chances.items())
        return sum(parts, flint.arb(0))

    @cached_property
    def weights(self) -> list[Any]:
        """W_n, to which the weights of n rounds sum: W_n = a_n W_{n-1} + k_n, from a run in which no signal is 0.

        a_n is by how much the slot moves where its old value is moved by 1, k_n u_n what the round adds to a_n s_{n-1}.
        """
        random = Random(0)
        history = [F(random.choice((-1, 1)) * random.randint(1, 40), random.randint(1, 9)) for _ in range(STEPS)]
        found = [flint.arb(0)]
        for t, one in enumerate(run(self.rule, self.found.parameters, history, self.found.iterates), 1):
            rate = self.rate(t, one, history[t - 1])
            added = one.slots[self.slot] - rate * one.before[self.slot]
            found.append(rate * found[-1] + added / self.signal(t, one, history[t - 1]))
        return found

    def rate(self, t: int, one: Round, g: F) -> Any:
        """By how much the slot moves where its old value is moved by 1; twice as much where it is moved by 2."""
        moved = []
        for by in (1, 2):
            other = self.player.round(
                t, {**one.before, self.slot: one.before[self.slot] + by}, self.found.iterates[t - 1,], g
            )
            moved.append(other.slots[self.slot] - one.slots[self.slot])
        assert not numbers(*moved) or close(2 * moved[0], moved[1]), "the slot is not linear"
        return moved[0]


def told_by_runs(finding: Finding, runs: Runs, n: int, right: Any) -> Any:
    """What runs of the rule have for the right side of the finding after n rounds; for a drift, the right side or more.

    None where a run divides by 0, or leaves a comparison open.
    """
    assert (finding.topic, finding.head) in LINES
    if finding.topic == "drift":
        gap = abs(runs.mean(n) - runs.weights[n] * runs.mean_signal(n))
        value = gap if gap > right else right
    elif finding.head == "sum the weights":
        value = runs.weights[n]
    elif finding.head == "divide":
        value = runs.mean(n) / runs.weights[n]
    elif finding.topic != "variance":
        value = runs.mean(n)
    else:
        value = runs.variance(n) if finding.head.startswith("for uncorr") else runs.variance(n) / runs.weights[n] ** 2
    return value if numbers(value) else None


def slot_agrees(rule: Rule, finding: Finding, found: World) -> int:
    """Compare the right side with runs wherever the hypotheses hold; how often."""
    assert finding.claim is not None
    runs, compared = Runs(rule, finding.subject, found), 0
    for values in found.places:
        (n,) = values.values()
        if n > STEPS or (finding.topic == "drift" and n < 1):
            continue
        right = value_of(found.meaning, finding.claim.right, values)
        value = None if right is None else told_by_runs(finding, runs, n, right)
        if value is not None:
            assert close(value, right), f"{finding.head} after {n} rounds: {value} in runs, {right} in the sentence"
            compared += 1
    return compared
