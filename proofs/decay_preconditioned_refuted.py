"""That every M_t is a multiple of the identity does not give an L2 coefficient: M_1 = 1, M_2 = 2 has none.

Words   In one dimension, with alpha = 1, M_1 = 1, M_2 = 2, no loss, x_0 = 1 and the decay lambda = 1/10: for every
        lambda' the iterates of the run with the penalty lambda' differ from those of the run with decay after one
        step or after two. (Step 1 needs lambda' = 1/10, step 2 needs 1/20.)
Source  Loshchilov & Hutter 2019, Proposition 2; from the texts of `sgd_l2` and `sgdw` with beta1 = 0 and the step
        size t.
Printed Proposition 2 sets apart the optimizers with M_t != k I (k real), for which no L2 coefficient is equivalent to
        decoupled decay.
Wrong   The hypothesis is not the dividing line: with M_t = k_t I in every step there need not be a coefficient
        either.
Instead The two are equivalent for all losses and weights if and only if alpha_t M_t = (lambda/lambda') I for all t
        with one scalar.
Theorem decay_preconditioned, decay_preconditioned_converse
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_regret import zero_of_square
from adamtheory.proofs.lemmas_twins import run, unfolded
from adamtheory.rules.descent import sgd_l2, sgdw

setting = Setting()
penalty, tenth = setting.constant("penalty"), Fraction(1, 10)
shared = {"start": lift(1), "lr": lambda t: t, "beta1": 0}
decoupled = run(sgdw, setting, "D", lambda t, x: 0, weight_decay=tenth, eta=1, **shared)
penalised = run(sgd_l2, setting, "L", lambda t, x: 0, weight_decay=penalty, **shared)
gaps = [penalised.slot("x", n) - decoupled.slot("x", n) for n in (1, 2)]


def statement() -> Statement:
    return Statement(setting, 0 < gaps[0] ** 2 + gaps[1] ** 2)


def prove() -> Theorem:
    p = Prover(setting)
    X, Y = decoupled.families["x"], penalised.families["x"]
    text = unfolded(p, decoupled, 2), unfolded(p, penalised, 2)
    kept = [p.certify(eq(X(1), 1 - tenth), *text[0]), p.certify(eq(Y(1), 1 - penalty), *text[1])]
    kept += [p.certify(eq(X(2), (1 - tenth) ** 2), kept[0], *text[0])]
    kept += [p.certify(eq(Y(2), (1 - penalty) * (1 - 2 * penalty)), kept[1], *text[1])]
    whole = gaps[0] ** 2 + gaps[1] ** 2
    equal = p.assume(whole <= 0)
    first, second = (
        zero_of_square(p, p.certify(gap**2 <= 0, equal, squares=[other])) for gap, other in (gaps, gaps[::-1])
    )
    coefficient = p.certify(eq(penalty, tenth), first, *kept)
    lost = p.absurd(0 < whole, second, *kept, coefficient)
    return p.cases(lost, p.assume(0 < whole), whole, 0)
