"""Theorem 4.1 of Kingma & Ba fails for every step size: its bound grows like sqrt(T), the regret like T.

Words   f_t(x) = C max(x, -1) if t = 1 mod 3, else -min(x, 1), with C > 2, which are convex with slopes of at most C;
        Adam as Kingma & Ba print it, with beta1 = 0, eps = 0, beta2 = 1/(1 + C^2), alpha_t = alpha/sqrt(t), x_1 = 1.
        With r = sqrt(1-beta2) and L = D^2 C r/(2 alpha (1-decay)^2): once
        D^2/(2 alpha) C sqrt(T) + alpha C/r C sqrt(T) + L < (2C - 4) T/3, the bound
        D^2/(2 alpha) sqrt(T v_hat_T) + alpha C/r |g_{1:T}| + L is less than the regret against -1.
Source  Kingma & Ba 2015, Theorem 4.1 (wording unverified), claims the opposite. Derived for this project, after Reddi,
        Kale & Kumar 2018, Theorem 1; from the texts of `adam` and `reddi_unbounded`.
Note    All iterates stay within alpha/r of 1 (`reddi_projection_free_range_corrected`), so D = 2 + 2 alpha/r is an
        honest diameter. For C = 3, alpha = 9/10, D = 3, decay = 1/2 it fails at T = 225 (`kb_theorem_4_1_refuted`).
Printed Theorem 4.1: with bounded gradients and distances, the regret of Adam is at most a bound of order sqrt(T).
Wrong   On a periodic sequence of convex losses the regret is at least (2C - 4) T/3 for every step size.
Instead AMSGrad, which divides by the largest v so far, has such a bound; with Adam's v one needs beta2_t = 1 - 1/t.
Theorem amsgrad_regret, adamnc_regret
"""

from fractions import Fraction

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma_linear import Linear, T, game, late, printed, setting, ten_thousand_rounds


def statement() -> Statement:
    return Statement(setting, printed(T) < game.regret(T), [*game.hyps, 1 <= T, late(T)])


def witness() -> Witness:
    numbers = {"alpha": Fraction(9, 10), "C": 3, "D": 3, "decay": Fraction(1, 2)}
    families = {name: ([], value) for name, value in numbers.items()}
    return Witness(families, values={T: 10000}, prove=ten_thousand_rounds)


def prove() -> Theorem:
    return Linear().exceeded()
