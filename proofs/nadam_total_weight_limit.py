"""With constant momentum Nadam travels beta1 steps more than Adam in total on a constant gradient.

Words   For the constant gradient 1 and 0 <= beta1 < 1 the m_bar_t of `nadam_optax` have |sum_{t=1}^n (m_bar_t - 1) -
        beta1| -> 0 as n grows.
Source  Derived for this project; from the text of `nadam_optax`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, tends, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nadam import Constant
from adamtheory.proofs.lemmas_twins import n, t

nadam = Constant()


def statement() -> Statement:
    excess = total(t, 1, n, nadam.reading.value("m_bar", t - 1) - 1)
    return Statement(nadam.setting, tends(absolute(excess - nadam.beta1), 0, n), assumes=nadam.assumed)


def witness() -> Witness:
    return Witness()


def prove() -> Theorem:
    return nadam.limit(Prover(nadam.setting))
