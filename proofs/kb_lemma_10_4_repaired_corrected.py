"""Lemma 10.4 of Kingma & Ba, repaired, with bias correction and under their condition beta1^2/sqrt(beta2) < 1.

Words   For 0 <= beta1, 0 < beta2 < 1, gamma = beta1^2/sqrt(beta2) < 1, any gradients and T >= 1: the sum of
        m_hat^2/sqrt(t v_hat) over t = 1, ..., T is at most
        1/(sqrt(1-beta2) (1-sqrt(gamma))^2) sqrt(1 + log T) |g_{1:T}|. Where v_hat = 0 the quotient is 0.
Source  Replaces Kingma & Ba 2015, Lemma 10.4, which is false (`kb_lemma_10_4_refuted`); derived for this project, from
        the text of `adam`.
Note    beta1 < 1 follows from the condition. `kb_lemma_10_4_repaired` is the same without bias correction.
"""

from fractions import Fraction

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import inv, lift, log, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_kingma import T, norm, t
from adamtheory.proofs.lemmas_kingma_corrected import Corrected
from adamtheory.proofs.lemmas_kingma_repaired import averages
from adamtheory.proofs.lemmas_witness import root_is
from adamtheory.rules.adam import adam

s = averages(adam, "m", "v", "p1", "p2")


def statement() -> Statement:
    costs = total(t, 1, T, Corrected(s, T).body(t))
    constant = 1 / (s.c * (1 - s.q) ** 2)
    return Statement(s.setting, costs <= constant * sqrt(1 + log(T)) * norm(T), [1 <= T, s.gamma < 1], s.assumed)


def witness() -> Witness:
    """beta1 = 1/2 and beta2 = 1/4: gamma = 1/2."""
    quarter, half = Fraction(1, 4), Fraction(1, 2)

    def shown(p, goal, guards):
        root = p.rewrite(root_is(p, quarter, half), inv)
        return p.certify(goal, *guards, *([root] if not goal.free and goal.left is not lift(0) else []))

    return Witness({"g": ([t], 1), "beta1": ([], half), "beta2": ([], quarter)}, values={T: 1}, prove=shown)


def prove() -> Theorem:
    return Corrected(s, T).corrected(statement().claim)
