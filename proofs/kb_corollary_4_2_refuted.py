"""Corollary 4.2 of Kingma & Ba infers lim R_T/T = 0 from an upper bound: here limsup R_T/T <= -1/2.

Words   The losses |x - c_t| of `kb_cycle_regret`, c_t = 1 or -1 in blocks; Adam with beta1 = 0, any beta2 in [0, 1),
        eps = 0, alpha_t = 2/sqrt(t), x_1 = 0. For every u the positive part of R_T/T + 1/2 tends to 0, R_T being the
        regret against u.
Source  Kingma & Ba 2015, Corollary 4.2 (wording unverified), has "thus lim R_T/T = 0". Derived for this project; from
        the text of `adam`.
Note    Slopes are 1 or -1, distances bounded (`kb_cycle_distances`), and R_T <= -T/2 + 18 sqrt(T) + 128: the bound of
        order sqrt(T) holds, the limit does not follow.
Printed Corollary 4.2: R_T/T = O(1/sqrt(T)), thus lim R_T/T = 0.
Wrong   An upper bound of R_T says nothing against a very negative regret: it may be less than -T/2 in the end.
Instead limsup R_T/T <= 0, for a method whose regret is bounded like that.
Theorem amsgrad_average_regret, average_regret_vanishes
"""

from fractions import Fraction

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import positive_part, tends
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma_cycle import RATES, T, regret, setting
from adamtheory.proofs.lemmas_kingma_cycle_regret import Cost


def statement() -> Statement:
    return Statement(setting, tends(positive_part(regret(T) / T + Fraction(1, 2)), 0, T), assumes=RATES)


def witness() -> Witness:
    return Witness({"beta2": ([], 0)})


def prove() -> Theorem:
    return Cost().average()
