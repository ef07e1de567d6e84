"""Nadam as Keras has it is Nadam as PyTorch has it with momentum_decay = 1.

Words   Whatever the gradients, `nadam_torch` with momentum_decay = 1 and `nadam_keras` are at the same place after
        every step, with equal lr, beta1, beta2 and eps, for any of them: the schedule .96^t is over after a hundred
        steps where Dozat's .96^(t/250) takes 24000.
Source  Keras 3 Nadam (read in its source, *unverified* against the running library), PyTorch NAdam; from the texts of
        both rules.
Note    With PyTorch's default momentum_decay = 1/250 they part in the first step
        (`forms_nadam_torch_nadam_keras_refuted`).
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import same
from adamtheory.proofs.lemmas_forms import Walk

forms = same("nadam_torch", "nadam_keras")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    return walk.walk_alike(walk.alike("m", "v", "P", "p2"), walk.one())
