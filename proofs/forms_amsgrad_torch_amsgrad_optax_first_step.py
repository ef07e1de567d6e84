"""AMSGrad as PyTorch has it and as optax has it take the same first step.

Words   Whatever the first gradient, `amsgrad_torch` and `amsgrad_optax` are at the same place after one step, with
        equal parameters, for beta2 < 1 and any lr, beta1 and eps.
Source  Derived for this project; from the texts of both rules.
Note    So the two gradients on which `forms_amsgrad_torch_amsgrad_optax_refuted` tells them apart are the fewest.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import unchanged
from adamtheory.proofs.lemmas_forms import Walk, amsgrad_begins

forms = unchanged("amsgrad_torch", "amsgrad_optax", ("beta2_below_one",))


def statement() -> Statement:
    return forms.first_step()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    return amsgrad_begins(Walk(forms))
