"""Lemmas for the sequence of Reddi, Kale & Kumar (2018): slope C once in three rounds, else -1; Adam without momentum.

The game is read from the texts of the loss, the interval [-1, 1] and the rule. Rounds are counted from 1, steps done
from 0: `x(3k)` is the iterate before round 3k + 1, the paper's x_{3k+1}, and `v(3k+1)` is its v_{3k+1}. The iterate is
the family `iterate`: the kernel's facts have a variable x.

    play = Uncorrected(Game(adam_uncorrected))
    play.returns()                  # 0 < alpha, 2 < C, 0 <= k |- iterate(3k) = 1
"""

from adamtheory.proofs.lemmas_reddi_free import Free
from adamtheory.proofs.lemmas_reddi_moments import Hatted, Plain
from adamtheory.proofs.lemmas_reddi_play import Interval


class Uncorrected(Interval, Plain):
    """On the interval, without bias correction."""


class Corrected(Interval, Hatted):
    """On the interval, with bias correction."""

    uncorrected = Uncorrected


class FreeUncorrected(Free, Plain):
    """Without constraint, without bias correction."""


class FreeCorrected(Free, Hatted):
    """Without constraint, with bias correction."""

    uncorrected = FreeUncorrected
