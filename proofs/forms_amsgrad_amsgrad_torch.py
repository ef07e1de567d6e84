"""AMSGrad as PyTorch has it is AMSGrad with a scheduled step size and eps.

Words   Whatever the gradients, `amsgrad` with lr sqrt(1 - beta2^t)/(1 - beta1^t) and eps sqrt(1 - beta2^t) in step t
        and `amsgrad_torch` with lr and eps are at the same place after every step, for 0 <= beta2 < 1 and any lr,
        beta1 and eps.
Source  Derived for this project; from the texts of both rules.
Note    With equal parameters they part in the first step (`forms_amsgrad_amsgrad_torch_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("amsgrad", "amsgrad_torch")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    second = forms.second
    room = walk.p.sqrt_positive(walk.correction(second))
    slots = [*walk.alike("m", "v"), walk.maxima()]
    return walk.walk_alike(slots, room, walk.p.inverse(room), *walk.in_powers(second))
