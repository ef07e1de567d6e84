"""False: Theorem 4.1 of Kingma & Ba, the regret bound of Adam: it fails without momentum after 225 rounds.

Words   Claimed, in one coordinate: for convex losses with slopes of at most G, Adam with alpha_t = alpha/sqrt(t),
        beta1_t = beta1 decay^(t-1), gamma = beta1^2/sqrt(beta2) < 1 and distances of at most D has for every T >= 1
        R_T <= D^2/(2 alpha (1-beta1)) sqrt(T v_hat_T)
        + alpha (1+beta1) G/((1-beta1) sqrt(1-beta2) (1-gamma)^2) |g_{1:T}|
        + D^2 G sqrt(1-beta2)/(2 alpha (1-decay)^2) times the larger of 1/beta1 and 1/(1-beta1).
        False for f_t(x) = 3 max(x, -1) if t = 1 mod 3, else -min(x, 1), with G = 3, D = 3, u = -1, x_1 = 1,
        alpha = 9/10, beta1 = 0, beta2 = 1/10, decay = 1/2 at T = 225: 168.224 against 167.079.
Source  Kingma & Ba 2015, Theorem 4.1 (wording unverified); two printed versions differ in the last term, of which the
        larger is taken. Losses after Reddi, Kale & Kumar 2018, Theorem 1, without projection; the refutation was
        derived for this project. From the texts of `adam_uncorrected`, whose step size holds the two corrections, and
        `reddi_unbounded`.
Note    That all distances are at most D is written as: x_1, ..., x_T and u lie between low and low + D. 1/0 counts as
        0. `phase` belongs to the losses of the counterexample, which are convex with slopes of at most 3
        (`reddi_projection_free_convex`, `reddi_projection_free_slopes`); -1 is their best point
        (`reddi_projection_free_comparator`). With momentum:
        `kb_theorem_4_1_momentum_refuted`; proved for every step size: `kb_theorem_4_1_linear_refuted`.
Printed Theorem 4.1: with bounded gradients and distances, the regret of Adam is at most a bound of order sqrt(T).
Wrong   The proof telescopes over sqrt(v_hat_t)/alpha_t as if it never fell; the regret can grow like T.
Instead AMSGrad, which divides by the largest v so far, has such a bound; with Adam's v one needs beta2_t = 1 - 1/t.
Theorem amsgrad_regret, adamnc_regret
"""

from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_kingma_theorem import T, theorem_4_1

play = theorem_4_1()


def statement() -> Statement:
    return Statement(play.setting, play.regret(T) <= play.bound(T), play.hyps, play.assumed)


def counterexample() -> Model:
    return play.model(225, 0)
