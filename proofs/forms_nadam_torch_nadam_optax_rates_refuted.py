"""No schedule of step sizes makes optax's Nadam of PyTorch's Nadam: two histories show it.

Words   Claimed: with equal parameters in their ranges and eps = 0, the steps of `nadam_torch` and `nadam_optax` have
        the same quotient on any two histories, as they have where step sizes that depend on t alone take one to the
        other. False in the second step, for the gradients 1, 1 and 1, 0: with lr = 1, beta1 = 9/10, beta2 = 999/1000,
        r = (24/25)^(1/250), the step of the first on 1, 1 times that of the second on 1, 0, less the same with the
        histories exchanged, is 0.258352.
Source  Derived for this project; from the texts of both rules.
Note    In the first step the quotient is the same for all gradients but 0, so two gradients are the fewest.
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.framework_forms import rates

forms = rates("nadam_torch", "nadam_optax")


def statement() -> Statement:
    return forms.statement()


def counterexample() -> Model:
    return forms.model((1, 1), (1, 0))
