"""Adam with eps-hat is Adam without bias correction with the step size lr sqrt(1 - beta2^t)/(1 - beta1^t).

Words   Whatever the gradients, `adam_eps_hat` with lr and `adam_uncorrected` with lr sqrt(1 - beta2^t)/(1 - beta1^t)
        in step t are at the same place after every step, with one eps and for any parameters.
Source  Kingma & Ba 2015, end of section 2; from the texts of both rules.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("adam_eps_hat", "adam_uncorrected")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    return walk.walk_alike(walk.alike("m", "v"), walk.one(), *walk.in_powers(forms.first))
