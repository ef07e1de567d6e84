"""The average of the repaired SWATS is an average: it is at least L where all rates that entered are.

Words   If the rate gamma_t of every step with p.g not 0 is at least L and 0 <= beta2 < 1, so is the corrected average
        of `swats_repaired` once a step has entered, that is where beta2^n < 1 for the count n of these steps.
Source  Derived for this project; from the text of `swats_repaired`, which mends Keskar & Socher 2017, Algorithm 1.
Note    The lines of the text that set p.g and gamma are left open, so that the sentence is about any such sequences,
        in any number of coordinates. For the printed algorithm it is false: `swats_skipped_steps_refuted`.
Witness beta2 = 0. By exact evaluation the hypotheses also hold for beta2 = 3/4.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_swats_repaired import average_at_least, partly
from adamtheory.proofs.lemmas_twins import n, t

setting = Setting()
pg, gamma, L = setting.family("pg", "Z"), setting.family("gamma", "Z"), setting.constant("L")
reading = partly(setting, ["ell", "pn"], pg=pg, gamma=gamma)
setting.assume("rates_at_least", L <= gamma(t), [1 <= t, 0 < absolute(pg(t))])
ASSUMED = ["rates_at_least", *decaying(setting, reading.scalars["beta2"], "beta2")]
entered = reading.value("pn", n) < 1


def statement() -> Statement:
    return Statement(setting, L <= reading.value("rate", n), [0 <= n, entered], ASSUMED)


def witness() -> Witness:
    """beta2 = 0, and the first step counts: p.g = 1."""

    def shown(p, goal, guards):
        if not goal.families:
            return p.certify(goal, *guards)
        first = p.indicator_on(p.certify(0 < absolute(1) - 0, p.max_left(1, -lift(1))))
        counted = p.indicator_on(p.certify(0 < (0 + first.claim.left * (lift(1) - 0)) - 0, first))
        return p.certify(goal, counted)

    return Witness({"pg": ([t], 1)}, values={n: 0}, prove=shown)


def prove() -> Theorem:
    return average_at_least(Prover(setting), reading, L)
