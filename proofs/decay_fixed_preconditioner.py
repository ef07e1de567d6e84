"""Under a fixed preconditioner diag(s)^-1 decoupled decay is the penalty lambda/(2 alpha) sum of s_i x_i^2.

Words   With the step size alpha/s_i in coordinate i: SGD on the loss with the penalty lambda/(2 alpha) sum_i s_i
        x_i^2 has the iterates of SGD with decay lambda, whatever the gradients; alpha and all s_i are not 0.
Source  Loshchilov & Hutter 2019, Proposition 3 and equation (2), with the coefficient of their appendix; from the
        texts of `sgd` and `sgdw` with beta1 = 0.
Note    The gradient of the penalty is lambda/alpha s_i x_i, proportional to s_i. The paper's coefficient with one
        alpha too many is `decay_fixed_preconditioner_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import fixed_preconditioner, i
from adamtheory.proofs.lemmas_twins import n, sequence, start, step, together

game = fixed_preconditioner(lambda decay, alpha: decay / alpha)
setting, decoupled, penalised = game.setting, game.decoupled, game.penalised


def statement() -> Statement:
    claim = eq(penalised.slot("x", n), decoupled.slot("x", n))
    return Statement(setting, claim, [0 <= n, 0 < game.alpha**2, 0 < game.factor(i) ** 2])


def witness() -> Witness:
    return Witness({"alpha": ([], 1), "s": ([i], 1)}, values={n: 1, i: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.certify(eq(penalised.slot("x", 0), decoupled.slot("x", 0)), *(start(p, r) for r in game.runs))
    inverses = [p.inverse(p.assume(0 < factor**2)) for factor in (game.alpha, game.factor(i))]
    goal = eq(penalised.slot("x", n + 1), decoupled.slot("x", n + 1))
    steps = [step(p, r) for r in game.runs]
    pair = sequence(penalised), sequence(decoupled)
    return together(p, [pair], [begun], lambda equal: [p.certify(goal, *equal, *steps, *inverses)])[0]
