"""Gamma is never negative for AMSGrad with the maximum of the corrected second moments.

Words   (sqrt(V_{n+1}) + eps)/alpha_{n+1} - (sqrt(V_n) + eps)/alpha_n >= 0 for n >= 1, for all gradients: the maximum
        V never falls. Nothing is asked of beta2 (where beta2^t = 1 the correction is read with 1/0 = 0).
Source  Derived for this project; from the texts of `amsgrad_optax` and `inverse_sqrt`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import gamma_of_maximum, method, n
from adamtheory.rules.amsgrad import amsgrad_optax

play = method(amsgrad_optax, ("v_max",))
setting, EPS = play.setting, play.assume_eps()


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive", EPS])


def witness() -> Witness:
    return play.witness()


def prove() -> Theorem:
    return gamma_of_maximum(Prover(setting), play)
