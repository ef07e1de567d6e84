"""AdamNC's second moment is the mean of all squared gradients.

Words   With beta2_t = 1 - 1/t, n v_n = g_1^2 + ... + g_n^2.
Source  Reddi, Kale & Kumar 2018, section 4; from the text of `adamnc`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import adamnc_sum, method, n, t
from adamtheory.rules.amsgrad import adamnc

play = method(adamnc, ("v",))
setting, g, v = play.setting, play.g, play.reading.families["v"]


def statement() -> Statement:
    return Statement(setting, eq(n * v(n), total(t, 1, n, g(t) ** 2)), [0 <= n])


def witness() -> Witness:
    return play.witness()


def prove() -> Theorem:
    p = Prover(setting)
    claim = eq(n * v(n), total(t, 1, n, g(t) ** 2))
    last = p.sum_step(t, 1, n, g(t) ** 2, p.assume(0 <= n))
    base = p.certify(eq(0 * v(0), total(t, 1, 0, g(t) ** 2)), p.sum_none(t, 1, g(t) ** 2))
    longer = eq((n + 1) * v(n + 1), total(t, 1, n + 1, g(t) ** 2))
    return p.induction(n, 0, claim, base, p.certify(longer, p.assume(claim), adamnc_sum(p, play), last))
