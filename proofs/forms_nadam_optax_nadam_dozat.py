"""The program of Nadam's author is Nadam as optax has it where eps is 0.

Words   Whatever the gradients, `nadam_optax` and `nadam_dozat` with eps = 0 are at the same place after every step,
        for beta1 and beta2 in [0, 1) and any lr: the moments that the program keeps are the corrected ones.
Source  Dozat's TensorFlow code (2016) and optax nadam; from the texts of both rules.
Note    For eps > 0 they part in the first step (`forms_nadam_optax_nadam_dozat_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam_optax", "nadam_dozat")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    m, v = walk.uncorrected("m", "v")
    one, roots, _ = walk.corrected(v)
    return walk.walk_alike([*walk.alike("p1", "p2"), m, v], walk.one(), one, roots)
