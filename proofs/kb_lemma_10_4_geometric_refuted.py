"""False: a step in the proof of Lemma 10.4 of Kingma & Ba bounds the sum of t gamma^j over j by 1/(1-gamma)^2.

Words   Claimed: for 0 <= gamma < 1 and 1 <= t <= T the sum of t gamma^j over j = 0, ..., T is at most 1/(1-gamma)^2.
        False for gamma = 1/2 and t = T = 8: 511/32 against 4.
Source  Kingma & Ba 2015, proof of Lemma 10.4 (wording unverified).
Note    True is that the sum of j gamma^j is less than 1/(1-gamma)^2: the factor t was taken for the summation index j.
Printed Proof of Lemma 10.4: sum_{j=0}^T t gamma^j <= 1/(1-gamma)^2, "using" sum_t t gamma^t < 1/(1-gamma)^2.
Wrong   The summation index is j, not t; the sum is about t/(1-gamma), which grows with t.
Instead Keep the weight 1/sqrt(t) <= 1/sqrt(k) of the term g_k: then the plain geometric sum 1/(1-gamma) suffices.
Theorem geometric_swap, kb_lemma_10_4_repaired
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, integer, power, real, total
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma import T, t

gamma, j = real("gamma"), integer("j")

setting = Setting()


def statement() -> Statement:
    claim = total(j, 0, T, t * power(gamma, j)) <= 1 / (1 - gamma) ** 2
    return Statement(setting, claim, [0 <= gamma, gamma < 1, 1 <= t, t <= T])


def counterexample() -> Model:
    return Model({gamma: Fraction(1, 2), t: 8, T: 8})
