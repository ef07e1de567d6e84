"""False: Theorem 4.1 of Kingma & Ba, also with momentum: it fails with beta1 = 1/10 after 1281 rounds.

Words   The sentence of `kb_theorem_4_1_refuted` with 0 < beta1. False for the same losses and alpha = 9/10,
        beta1 = 1/10, beta2 = 1/10, decay = 1/2, G = 3, D = 3, u = -1, x_1 = 1 at T = 1281: 897.547 against 897.473.
Source  Kingma & Ba 2015, Theorem 4.1 (wording unverified). The refutation was derived for this project.
Note    The last term is the larger of its two printed forms, here the one divided by beta1. The step size holds
        the corrections 1 - beta1^t and 1 - beta2^t of the paper's Algorithm 1, with the constant beta1.
Printed Theorem 4.1: with bounded gradients and distances, the regret of Adam is at most a bound of order sqrt(T).
Wrong   The proof telescopes over sqrt(v_hat_t)/alpha_t as if it never fell; the regret can grow like T.
Instead AMSGrad, which divides by the largest v so far, has such a bound; with Adam's v one needs beta2_t = 1 - 1/t.
Theorem amsgrad_regret, adamnc_regret
"""

from fractions import Fraction

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma_theorem import T, theorem_4_1

play = theorem_4_1()


def statement() -> Statement:
    return Statement(play.setting, play.regret(T) <= play.bound(T), [0 < play.beta1, *play.hyps], play.assumed)


def counterexample() -> Model:
    return play.model(1281, Fraction(1, 10))
