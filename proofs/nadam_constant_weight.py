"""With constant momentum Nadam's direction exceeds a constant gradient by an exact, fading share.

Words   For the constant gradient 1 and 0 <= beta1 < 1 the m_bar_t of `nadam_optax` is 1 + beta1^t (1 - beta1)^2/((1 -
        beta1^t)(1 - beta1^(t+1))).
Source  Derived for this project; from the text of `nadam_optax`, which is Dozat 2016 with constant mu and without the
        factor beta2.
Note    n steps are done, so t = n + 1. For beta1 = 9/10: 1.4737, 1.1573, 1.0782, ...; the sum of the excess tends to
        beta1 (`nadam_total_weight_limit`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nadam import Constant
from adamtheory.proofs.lemmas_twins import n

nadam = Constant()


def statement() -> Statement:
    return Statement(nadam.setting, nadam.weight_claim(n), [0 <= n], nadam.assumed)


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return nadam.weight(Prover(nadam.setting))
