"""The least regret over random signs: every sequence of signs played, against binomials and planted faults."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product
from math import comb, isclose, sqrt
from typing import Any

import pytest

from adamtheory.logic.evaluate import Interpretation
from adamtheory.logic.notation import integers
from adamtheory.proofs import regret_lower_bound as theorem

H = 6
SEQUENCES = list(product((1, 0), repeat=H))
i, m, n, t, T = integers("i m n t T")


def outcomes(play: Any, sequences: list[tuple[int, ...]] = SEQUENCES) -> Interpretation:
    """D = 2, G = 3; play(signs, k) is what is played in round k."""
    coins = {(k, j): row[k - 1] for j, row in enumerate(sequences, 1) for k in range(1, H + 1)}
    played = {(k, j): play([2 * c - 1 for c in row], k) for j, row in enumerate(sequences, 1) for k in range(1, H + 1)}
    families = {"D": 2, "G": 3, "M": len(sequences), "H": H, "coin": coins, "X": played}
    return Interpretation(families, None, theorem.setting.theory)


def descent(signs: list[int], k: int) -> F:
    """Gradient descent with steps 1/(2 t), on [-1, 1]."""
    x = F(0)
    for step in range(1, k):
        x = min(max(x - F(signs[step - 1], 2 * step), F(-1)), F(1))
    return x


def broken(at: Interpretation) -> set[str]:
    """The assumptions that fail somewhere."""
    ranges = {"coins": [{t: a, i: 1} for a in range(1, H + 1)], "fair": [{n: a} for a in range(H)],
              "exchange": [{t: a, n: b} for b in range(1, H + 1) for a in range(1, b + 1)],
              "unforeseen": [{t: a} for a in range(1, H + 1)]}  # fmt: skip
    entries = {e[1]: e[5] for e in theorem.setting.theory.entries if e[0] == "assume"}
    return {name for name, places in ranges.items() for place in places if not at.holds(entries[name], place)}


def sides(at: Interpretation, rounds: int) -> tuple[float, float]:
    claim, values = theorem.statement().claim, {T: rounds, m: (rounds + 1) // 2}
    return float(at.value(claim.left, values)), float(at.value(claim.right, values))


@pytest.mark.parametrize("play", [descent, lambda signs, k: 0, lambda signs, k: F(sum(signs[: k - 1]), H)])
def test_every_algorithm_pays_the_mean_distance_of_the_walk(play: Any) -> None:
    at = outcomes(play)
    assert not broken(at)
    for rounds in range(1, H + 1):
        half = (rounds + 1) // 2
        least, mean = sides(at, rounds)
        assert isclose(mean, 3 * 2 * half * comb(2 * half, half) / 4**half)  # D G/2 E|W_T|
        assert isclose(least, 3 * sqrt(rounds / 2)) and least <= mean * (1 + 1e-12)
        assert isclose(least, mean) == (rounds == 2)


def test_who_foresees_a_sign_pays_less() -> None:
    at = outcomes(lambda signs, k: -signs[k - 1])
    assert broken(at) == {"unforeseen"}
    least, mean = sides(at, H)
    assert mean < 0 < least


def test_coins_that_know_each_other_may_cost_less() -> None:
    """Where the second coin is always the other side of the first, two rounds cost nothing."""
    at = outcomes(lambda signs, k: 0, [row for row in SEQUENCES if row[1] != row[0]])
    assert "fair" in broken(at) and "coins" not in broken(at)
    least, mean = sides(at, 2)
    assert mean == 0 < least
