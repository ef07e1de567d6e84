"""A solution of Xw = y among the X'a is the shortest: |X'a| <= |v| for every v with Xv = y.

Words   If w = X'a and Xw = y, then |w|^2 <= |v|^2 for every v with Xv = y; N >= 0 examples.
Source  Known; used by Wilson, Roelofs, Stern, Srebro & Recht 2017, since gradient descent from 0 stays among the X'a.
Note    w is orthogonal to v - w, because X(v - w) = 0.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_ray import j, k, square_nonneg
from adamtheory.proofs.lemmas_sphere import at_two

setting = Setting()
N, d = setting.constant("N", "Z"), setting.constant("d", "Z")
X, a, label, v = setting.family("X", "ZZ"), *(setting.family(name, "Z") for name in ("a", "label", "v"))


def w(j):
    return total(k, 1, N, X(k, j) * a(k))


def scores(w):
    return total(j, 1, d, X(k, j) * w(j))


setting.assume("combination_fits", eq(scores(w), label(k)), [1 <= k, k <= N])
setting.assume("other_fits", eq(scores(v), label(k)), [1 <= k, k <= N])


def statement() -> Statement:
    claim = total(j, 1, d, w(j) ** 2) <= total(j, 1, d, v(j) ** 2)
    return Statement(setting, claim, [0 <= N], ["combination_fits", "other_fits"])


def witness() -> Witness:
    # one example with two features 1 and the label 2: w = (1, 1) and v = (2, 0)
    families = {"N": ([], 1), "d": ([], 2), "X": ([k, j], 1), "a": ([k], 1), "label": ([k], 2), "v": ([j], 4 - 2 * j)}
    return Witness(families, prove=at_two)


def prove() -> Theorem:
    p = Prover(setting)
    n = p.fresh("n")
    same = p.chain(eq(scores(w), scores(v)), p.given("combination_fits", k), p.given("other_fits", k))
    summed = p.sum_of(p.rewrite(same, lambda z: a(k) * z), k, 1, N)
    both = [p.inst(exchanged(p, k, n, j, d, a(k) * X(k, j) * f(j)), {n: N}) for f in (w, v)]
    crossed = p.chain(eq(total(j, 1, d, w(j) ** 2), total(j, 1, d, w(j) * v(j))), summed, *both)
    gap = p.sum_of(square_nonneg(p, w(j) - v(j)), j, 1, d)
    return p.chain(statement().claim, crossed, gap)
