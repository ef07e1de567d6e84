"""The long-run mean square of m_t/sqrt(v_t) in Adam is bounded wherever log(v_T/v_1) stays small against T.

Words   With 0 <= beta1 < beta2 < 1, no bias correction and g_1 not 0: the sum of m_t^2/v_t over t = 1, ..., T is at
        most (1-beta1) beta2/((beta2-beta1)(1-beta2)) times 1 + log(v_T/v_1) + (T-1) log(1/beta2).
Source  Derived for this project; from the text of `adam_uncorrected`. It is the correct reading of Kingma & Ba 2015,
        section 2.1, where the step is "approximately bounded" by its rate: if v_T/v_1 stays bounded, the root mean
        square of m/sqrt(v) is in the long run at most 1.0048 for the default decay rates.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_step import DECAYS, text
from adamtheory.proofs.lemmas_step_average import gradients_sum, log_growth, moments_sum, squares_over
from adamtheory.rules.adam import adam_uncorrected

T = integer("T")
s = text(adam_uncorrected, ("m", "v"))
ASSUMES = (*s.assume(*DECAYS), "ordered")
a, b = s.betas
s.setting.assume("ordered", a < b)
factor = (1 - a) * b / (b - a) / (1 - b)


def statement() -> Statement:
    return Statement(
        s.setting,
        squares_over(s, "m", 1, T) <= factor * (1 + log_growth(s, T)),
        [1 <= T, 0 < s.gradient(1) ** 2],
        ASSUMES,
    )


def witness() -> Witness:
    return Witness(s.witness(beta1=0).families, values={T: 1})


def prove() -> Theorem:
    p = Prover(s.setting)
    moments = p.using(moments_sum(p, s, T), p.certify(0 <= T, p.assume(1 <= T)))
    room, kept = p.certify(0 < b - a, p.given("ordered")), p.certify(0 < 1 - a, p.given("beta1_below_one"))
    weight = p.certify(0 <= (1 - a) * b / (b - a), p.inv_positive(room), kept, p.given("beta2_positive"), degree=3)
    goal = weight.claim.right * squares_over(s, "g", 1, T) <= factor * (1 + log_growth(s, T))
    return p.chain(statement().claim, moments, p.certify(goal, gradients_sum(p, s, 1, T), weight))
