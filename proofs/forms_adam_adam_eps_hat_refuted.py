"""Adam and Adam with eps-hat are not the same method for one number eps: they part in the first step.

Words   Claimed: with equal parameters in their ranges, `adam` and `adam_eps_hat` are at the same place after every
        step. False after one step with g = 1: no sequence is shorter. With lr = 1, beta1 = 9/10, beta2 = 999/1000,
        eps = 10^-8 the iterate of the first less that of the second is -3.06228e-7.
Source  Kingma & Ba 2015, end of section 2; Keras 3 Adam (read in its source, *unverified* against the running
        library). Derived for this project; from the texts of both rules.
Printed the order of computation can be changed for efficiency: alpha_t = alpha sqrt(1 - beta2^t)/(1 - beta1^t), x_t =
        x_{t-1} - alpha_t m_t/(sqrt(v_t) + eps-hat); Keras 3 runs this form
Wrong   With the same number for eps and eps-hat it is another method: eps-hat counts 1/sqrt(1 - beta2^t) times as
        much, 31.6 times at t = 1.
Instead Both are the same for eps = eps-hat/sqrt(1 - beta2^t) in step t.
Theorem forms_adam_adam_eps_hat
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import unchanged

forms = unchanged("adam", "adam_eps_hat")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model(1, eps=Fraction(1, 10**8))
