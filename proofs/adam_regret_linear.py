"""Where the drift is positive, the regret of Adam with a small constant step size grows like T.

Words   As in `adam_ends_at_the_worst_point`, with s = alpha C/sqrt(1-beta2), 0 <= J <= L and
        2 N (C beta1^J + C^3 beta2^J/sqrt(1-beta2)) <= drift; if besides 2 - alpha drift (L-J)/2 <= N s and
        C N s <= C-N+1, then for all j >= L the regret against -1 grows by at least (C-N+1) (j-L) from round N L to
        round N j.
Source  Derived for this project; Theorem 2 of Reddi, Kale & Kumar 2018 (wording *unverified*) has such a sequence for
        every beta1 < sqrt(beta2), with step sizes alpha/sqrt(t). From the texts of `adam_uncorrected`, `reddi`, `box`.
Note    For C > N-1 and a positive drift the last condition asks for a small alpha, the others for large J and L. That
        there are such C for all beta1, beta2 < 1 and N >= 3, so also for beta1 >= sqrt(beta2), is
        `drift_positive_near_balance`. `iterate(n)` is the paper's x_{n+1}.
Witness beta1 = beta2 = 0, for which the drift is rational. By exact evaluation the hypotheses also hold for
        C = N = 3, beta1 = beta2 = 1/10, alpha = 1/30, J = 10, L = 500.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integer, inv, lift, sqrt
from adamtheory.logic.printing import text
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import Cycle, j
from adamtheory.proofs.lemmas_cycle_end import longest, remainder
from adamtheory.proofs.lemmas_cycle_regret import linear, regret
from adamtheory.proofs.lemmas_drift import drift, k, meant
from adamtheory.proofs.lemmas_drift_polynomial import terms
from adamtheory.rules.adam import adam_uncorrected

J, L = integer("J"), integer("L")
cycle = Cycle(adam_uncorrected, ["m", "v", "x"], steps="constant", constrained=True)
setting, C, N, alpha, s = cycle.setting, cycle.C, cycle.N, cycle.alpha(1), longest(cycle)
moves = drift(C, *(cycle.method.scalars[name] for name in ("beta1", "beta2")), N)
small, far, short = 2 * remainder(cycle, J) <= moves, 2 - alpha * moves / 2 * (L - J) <= N * s, C * (N * s) <= C - N + 1


def statement() -> Statement:
    decays = [*cycle.decay_hyps("beta1"), *cycle.decay_hyps("beta2")]
    hyps = [1 <= C, 1 <= N, *decays, 0 <= alpha, -1 <= cycle.start, 0 <= J, J <= L, small, far, short, L <= j]
    return Statement(setting, (C - N + 1) * (j - L) <= regret(cycle, N * j) - regret(cycle, N * L), hyps)


def witness() -> Witness:
    """Without momentum and memory, C = 3 and N = 3: the steps of a period are -3/3, 1 and 1."""
    families = {"C": ([], 3), "N": ([], 3), "alpha": ([], Fraction(1, 27))}
    return Witness(families, values={J: 1, L: 91, j: 92}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The drift is 1, and s is 1/9."""
    if "sum(" not in text(goal) and "sqrt(" not in text(goal):
        return p.certify(goal, *guards)
    nine, three = p.certify(0 <= lift(9)), p.certify(0 <= lift(3))
    root = p.squares_equal(p.restate(eq(sqrt(9) ** 2, lift(3) ** 2), p.sqrt_square(nine)), p.sqrt_nonneg(9), three)
    values = (p.rewrite(root, inv), p.rewrite(root_of_one(p), inv))
    body = drift(lift(3), lift(0), lift(0), lift(3)).args[3]
    return p.certify(goal, *guards, *terms(p, 0, 2, body, k), *values)


def prove() -> Theorem:
    p = Prover(setting)
    found = p.restate(statement().claim, linear(p, cycle, J, L, *p.assume(small, far, short)))
    return meant(p, found, C, *(cycle.method.scalars[name] for name in ("beta1", "beta2")), N)
