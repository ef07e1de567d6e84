"""If an L2 penalty gives decoupled decay under a preconditioner, alpha_t M_t is one scalar for all t.

Words   With x_t = x_{t-1} - alpha_t M_t (...), M_t diagonal and given, lambda' not 0: if the runs with penalty
        lambda' and with decay lambda agree before and after step n + 1 in coordinate i and before and after step k +
        1 in coordinate j, and neither weight is 0 there, then alpha_{n+1} M_{n+1}(i) = alpha_{k+1} M_{k+1}(j).
Source  Loshchilov & Hutter 2019, Proposition 2, made exact for this project; from the texts of `sgd_l2` and `sgdw`
        with beta1 = 0 and the step sizes alpha_t M_t(i).
Note    The common value is lambda/lambda'. For two coordinates and one step: M_t is a multiple of the identity.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integers
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_decay import i, preconditioned
from adamtheory.proofs.lemmas_twins import n, step, t, unfolded

j, k = integers("j k")
twins = preconditioned()
setting, decoupled, penalised = twins.setting, twins.decoupled, twins.penalised
X, Y = (r.families["x"] for r in twins.runs)
places = ((i, n), (j, k))


def statement() -> Statement:
    hyps = [0 < twins.penalty**2]
    for c, m in places:
        hyps += [0 <= m, eq(Y(c, m), X(c, m)), eq(Y(c, m + 1), X(c, m + 1)), 0 < X(c, m) ** 2]
    return Statement(setting, eq(rate(*places[0]), rate(*places[1])), hyps)


def rate(c, m):
    return twins.alpha(m + 1) * twins.factor(m + 1, c)


def witness() -> Witness:
    def shown(p, goal, guards):
        moved = [p.inst(fact, {i: 1}) for r in twins.runs for fact in unfolded(p, r, 1)]
        return p.certify(goal, *guards, *(moved if goal.families else ()))

    ones = {"penalty": ([], 1), "decay": ([], 1), "alpha": ([t], 1), "M": ([t, i], 1), "x0": ([i], 1)}
    return Witness(ones, values={n: 0, k: 0, i: 1, j: 1}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)

    def scalar(c, m) -> Theorem:
        """lambda' alpha_{m+1} M_{m+1}(c) = lambda."""
        before, after = p.assume(eq(Y(c, m), X(c, m)), eq(Y(c, m + 1), X(c, m + 1)))
        steps = [p.inst(step(p, r), {i: c, n: m}) for r in twins.runs]
        product = p.certify(eq(X(c, m) * (twins.penalty * rate(c, m) - twins.decay), 0), before, after, *steps)
        weight = p.inverse(p.assume(0 < X(c, m) ** 2))
        return p.certify(eq(twins.penalty * rate(c, m), twins.decay), product, weight)

    inverse = p.inverse(p.assume(0 < twins.penalty**2))
    return p.certify(statement().claim, *(scalar(*place) for place in places), inverse)
