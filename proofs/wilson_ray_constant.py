"""If X sign(X'y) = c y, then c |y|^2 is the sum of the |(X'y)_j|: the scalar c is not negative.

Words   For all data with N >= 0 examples. So c is positive unless X'y = 0, and the ray's point sign(X'y)/c fits all
        labels.
Source  Derived for this project; Wilson, Roelofs, Stern, Srebro & Recht 2017 name no value of c.
Note    y . X sign(X'y) = X'y . sign(X'y).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_ray import Data, at_one, j, k
from adamtheory.proofs.lemmas_roots import over_root

setting = Setting()
data = Data(setting)


def statement() -> Statement:
    sizes = total(j, 1, data.d, absolute(data.u(j)))
    claim = eq(data.c * total(k, 1, data.N, data.y(k) ** 2), sizes)
    return Statement(setting, claim, [0 <= data.N], ["aligned"])


def witness() -> Witness:
    ones = {name: ([], 1) for name in ("N", "d", "c")}
    return Witness({**ones, "X": ([k, j], 1), "label": ([k], 1)}, prove=at_one)


def prove() -> Theorem:
    p = Prover(setting)
    N = data.N
    fitted = p.sum_of(p.rewrite(data.aligned(p), lambda z: data.y(k) * z), k, 1, N)
    n = p.fresh("n")
    both = p.inst(exchanged(p, k, n, j, data.d, data.y(k) * data.X(k, j) * data.s(j)), {n: N})
    sizes = p.sum_of(over_root(p, data.u(j)), j, 1, data.d)
    return p.chain(statement().claim, fitted, both, sizes)
