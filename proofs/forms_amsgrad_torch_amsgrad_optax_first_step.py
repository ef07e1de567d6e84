"""AMSGrad as PyTorch has it and as optax has it take the same first step.

Words   Whatever the first gradient, `amsgrad_torch` and `amsgrad_optax` are at the same place after one step, with
        equal parameters, for beta2 < 1 and any lr, beta1 and eps.
Source  Derived for this project; from the texts of both rules.
Note    So the two gradients on which `forms_amsgrad_torch_amsgrad_optax_refuted` tells them apart are the fewest.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import beta2, g, unchanged
from adamtheory.proofs.lemmas_forms import Walk, root_of_quotient

forms = unchanged("amsgrad_torch", "amsgrad_optax", ("beta2_below_one",))


def statement() -> Statement:
    return forms.first_step()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    p = walk.p
    room = p.certify(0 < 1 - beta2, p.given("beta2_below_one"))
    v = (1 - beta2) * g(1) ** 2
    nonneg = p.certify(0 <= v, room, squares=[g(1)])
    ratio = p.certify(0 <= v / (1 - beta2), nonneg, p.inv_positive(room))
    largest = [p.rewrite(p.max_is(fact), sqrt) for fact in (nonneg, ratio)]
    return walk.begin_alike(*largest, root_of_quotient(p, nonneg, room))
