"""Under a given preconditioner decoupled decay is an L2 penalty if alpha_t M_t is one scalar for all t.

Words   With x_t = x_{t-1} - alpha_t M_t (...), M_t diagonal and given: the run on the loss with the penalty lambda'/2
        |x|^2 and the run with decay lambda have the same iterates in every coordinate, whatever the gradients, if
        lambda' alpha_t M_t(i) = lambda for all t and i.
Source  Loshchilov & Hutter 2019, Proposition 2, made exact for this project; from the texts of `sgd_l2` and `sgdw`
        with beta1 = 0 and the step sizes alpha_t M_t(i).
Note    Nothing else will do: `decay_preconditioned_converse`. M_t must not depend on the penalty, as Adam's does.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import i, preconditioned
from adamtheory.proofs.lemmas_twins import n, sequence, start, step, t, together

twins = preconditioned()
setting, decoupled, penalised = twins.setting, twins.decoupled, twins.penalised
setting.assume("one_scalar", eq(twins.penalty * twins.alpha(t) * twins.factor(t, i), twins.decay), [1 <= t])


def statement() -> Statement:
    claim = eq(penalised.slot("x", n), decoupled.slot("x", n))
    return Statement(setting, claim, [0 <= n], ["one_scalar"])


def witness() -> Witness:
    return Witness({"penalty": ([], 1), "decay": ([], 1), "alpha": ([t], 1), "M": ([t, i], 1)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(eq(penalised.slot("x", 0), decoupled.slot("x", 0)), *(start(p, r) for r in twins.runs))
    scalar = p.using(p.given("one_scalar", t=n + 1, i=i), p.certify(1 <= n + 1, p.assume(0 <= n)))
    steps = [step(p, r) for r in twins.runs]
    goal = eq(penalised.slot("x", n + 1), decoupled.slot("x", n + 1))
    pair = sequence(penalised), sequence(decoupled)
    return together(p, [pair], [begun], lambda equal: [p.certify(goal, *equal, *steps, scalar)])[0]
