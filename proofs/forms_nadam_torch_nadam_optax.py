"""Nadam as PyTorch has it, with 0 for the powers in its schedule, is Nadam as optax has it.

Words   Whatever the gradients, `nadam_torch` with 0 for the powers 0.96^(t psi) of its schedule, their limit for psi
        = momentum_decay -> infinity, and `nadam_optax` are at the same place after every step, for any parameters.
Source  Derived for this project; from the texts of both rules.
Note    The power 0.96^(t psi) is read as r^t with r = 0.96^psi. No psi gives r = 0 exactly; in floating point a large
        one does. psi = 0 gives r = 1, which freezes mu_t at beta1/2.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam_torch", "nadam_optax")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    off = walk.no_schedule()
    return walk.walk_alike([*off, *walk.alike("m", "v", "P p1", "p2", facts=off)], walk.one())
