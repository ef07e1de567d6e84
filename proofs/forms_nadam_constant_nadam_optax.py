"""Printed Nadam with constant momentum is optax's with lr and eps divided by sqrt(beta2).

Words   Whatever the gradients, `nadam_constant` with lr and eps and `nadam_optax` with lr/sqrt(beta2) and
        eps/sqrt(beta2) are at the same place after every step, for 0 < beta2 < 1 and any lr, beta1 and eps.
Source  Derived for this project; Dozat 2016, Algorithm 2 (*unverified* against the report itself) has the factor
        beta2. From the texts of both rules.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam_constant", "nadam_optax")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    root = walk.root_of_factor()
    factor = walk.factor(walk.ratio(walk.second_moment(forms.second), forms.second))
    slots = walk.alike("m", "n v", "p1", "p2")
    return walk.walk_alike(slots, root, walk.p.inverse(root), factor)
