"""Without momentum the sparsest history is the worst: one gradient after zeros attains the bound of the step.

Words   With beta1 = 0, 0 < beta2 < 1 and eps = 0: if g_1, ..., g_n are 0 (the sum of their squares is), then in step t
        = n + 1 |m_hat| = sqrt([t]_beta2) sqrt(v_hat), where [t]_beta2 = 1 + beta2 + ... + beta2^(t-1).
Source  Derived for this project; from the text of `adam`. So "the most severe case of sparsity" of Kingma & Ba 2015,
        section 2.1, is the worst case only for beta1 = 0 (compare `adam_step_attained`).
"""

from collections.abc import Sequence

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, sqrt, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_step import n, powers, t
from adamtheory.proofs.lemmas_step_special import no_momentum, spike_equal

s = no_momentum(eps=0)
ASSUMES = s.assume("beta2_positive", "beta2_below_one")
constant = sqrt(powers(s.scalar("beta2"), n))
zeros = eq(total(t, 1, n, s.gradient(t) ** 2), 0)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The sum of the squares of t - 1 over t = 1 is 0."""
    facts = [p.sum_one(t, 1, (t - 1) ** 2)] if goal.kind == "eq" else []
    return p.certify(goal, *guards, *facts)


def statement() -> Statement:
    return Statement(
        s.setting, eq(absolute(s.value("moment", n)), constant * s.value("denominator", n)), [0 <= n, zeros], ASSUMES
    )


def witness() -> Witness:
    return Witness({**s.witness().families, "g": ([t], t - 1)}, values={n: 1}, prove=shown)


def prove() -> Theorem:
    return spike_equal(Prover(s.setting), s, n)
