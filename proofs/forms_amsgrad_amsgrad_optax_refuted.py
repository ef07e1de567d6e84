"""AMSGrad and its form in optax are not the same method: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `amsgrad` and `amsgrad_optax` are at the same place after
        every step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 =
        999/1000, eps = 0 the iterate of the first less that of the second is 1 - sqrt(10) = -2.16228.
Source  optax 0.2.8 amsgrad, scale_by_amsgrad with its defaults. Derived for this project; from the texts of both
        rules.
Printed optax.amsgrad is offered as the AMSGrad of Reddi, Kale & Kumar 2018
Wrong   By default it corrects m and v for bias before the maximum is taken; no schedule of step sizes makes it the
        paper's method (`forms_amsgrad_amsgrad_optax_rates_refuted`).
Instead With the two corrections switched off it is the paper's; with them its denominator does not fall either, so
        that Gamma is never negative.
Theorem gamma_amsgrad_corrected, gamma_amsgrad
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("amsgrad", "amsgrad_optax")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1)
