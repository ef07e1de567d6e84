"""1/sqrt(3k+2) + 1/sqrt(3k+3) is at least 2/sqrt(2(3k+1)) for every k >= 1.

Words   The two up-steps of a block against its down-step, without the second moments, from the second block on.
Source  Reddi, Kale & Kumar 2018, proof of Theorem 1, where k >= 0 is allowed.
Note    False for k = 0: `reddi_first_block_chain_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, sqrt
from adamtheory.logic.statement import Statement, Witness

k = integer("k")

setting = Setting()


def statement() -> Statement:
    both = 1 / sqrt(3 * k + 2) + 1 / sqrt(3 * k + 3)
    return Statement(setting, 2 / sqrt(2 * (3 * k + 1)) <= both, hyps=[1 <= k])


def witness() -> Witness:
    return Witness(values={k: 1})


def prove() -> Theorem:
    p = Prover(setting)
    later = p.assume(1 <= k)

    def least(m):
        """1/sqrt(2(3k+1)) <= 1/sqrt(m), since m <= 2(3k+1)."""
        below = p.sqrt_monotone(p.certify(m <= 2 * (3 * k + 1), later), p.certify(0 <= m, later))
        return p.reciprocal(below, p.sqrt_positive(p.certify(0 < m, later)))

    return p.chain(statement().claim, least(3 * k + 2), least(3 * k + 3))
