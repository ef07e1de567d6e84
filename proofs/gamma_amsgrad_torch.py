"""Gamma is never negative for AMSGrad as PyTorch has it, with the step size alpha/sqrt(t).

Words   PyTorch corrects the maximum: the denominator is sqrt(V_n)/sqrt(1 - beta2^n) + eps. With 0 <= beta2 < 1 and
        alpha_t = alpha/sqrt(t), denominator over step size never falls, for n >= 1 and all gradients, though the
        denominator itself may fall.
Source  Derived for this project; from the texts of `amsgrad_torch` and `inverse_sqrt`.
Note    With a constant step size it is false (`gamma_amsgrad_torch_constant_refuted`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import gamma_of_corrected_maximum, method, n
from adamtheory.rules.amsgrad import amsgrad_torch

play = method(amsgrad_torch, ("v_max", "p2"))
setting, EPS, DECAY = play.setting, play.assume_eps(), play.assume_beta2()


def statement() -> Statement:
    return Statement(setting, 0 <= play.gamma(n), [1 <= n], ["step_positive", EPS, *DECAY])


def witness() -> Witness:
    return play.witness()


def prove() -> Theorem:
    p = Prover(setting)
    return gamma_of_corrected_maximum(p, play, *(p.given(name) for name in DECAY))
