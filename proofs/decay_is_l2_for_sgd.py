"""For SGD without momentum, decoupled weight decay is the L2 penalty with the coefficient lambda/alpha.

Words   `sgdw` with beta1 = 0, decay lambda and the multipliers eta_t, and `sgd_l2` with beta1 = 0, penalty lambda'
        and the step sizes eta_t alpha have the same iterates, whatever the gradients, if lambda' alpha = lambda.
Source  Loshchilov & Hutter 2019, Proposition 1; from the texts of `sgdw` and `sgd_l2`.
Note    The two runs see the same gradients g_t: where the iterates agree, so do the gradients of a loss there. Each
        coordinate by itself. The converse is `decay_is_l2_for_sgd_converse`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import sgd_twins
from adamtheory.proofs.lemmas_twins import n, sequence, start, step, together

twins = sgd_twins(beta1=0)
setting, decoupled, penalised = twins.setting, twins.decoupled, twins.penalised
same = eq(twins.penalty * twins.alpha, twins.decay)


def statement() -> Statement:
    return Statement(setting, eq(penalised.slot("x", n), decoupled.slot("x", n)), [0 <= n, same])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(eq(penalised.slot("x", 0), decoupled.slot("x", 0)), *(start(p, r) for r in twins.runs))
    steps = [step(p, r, slot) for r in twins.runs for slot in ("x", "m")]
    coefficient = p.assume(same)

    def following(equal):
        goal = eq(penalised.slot("x", n + 1), decoupled.slot("x", n + 1))
        return [p.certify(goal, *equal, *steps, coefficient)]

    (found,) = together(p, [(sequence(penalised), sequence(decoupled))], [begun], following)
    return found
