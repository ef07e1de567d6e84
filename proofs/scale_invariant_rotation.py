"""Scale invariance with decoupled decay: a step takes w to w' with w' w = (1 - lambda) |w|^2, for every alpha.

Words   If the gradient of the loss is orthogonal to w, a step of SGDW without momentum turns w by an angle with cosine
        (1 - lambda) |w|/|w'|: the decay and the two lengths fix it. Once the length has settled, |w'| = |w|, the cosine
        is 1 - lambda: the step size has no part in it, nor has the loss.
Source  Derived for this project; from the text of `sgdw` with beta1 = 0 and eta = 1.
Note    With an L2 penalty lambda is alpha times the penalty: `scale_invariant_rate`. The experiment `decay_rotation`
        measures both. The gradient is orthogonal to w where the loss is scale invariant: `scale_invariant_gradient`.
"""

from dataclasses import replace
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import at_two
from adamtheory.rules.descent import sgdw

i = integer("i")
setting = Setting()
d = setting.constant("d", "Z")
w, g = setting.family("w", "Z"), setting.family("g", "Z")
alpha, decay = setting.constants("alpha lambda")
scalars = {"lr": alpha, "beta1": 0, "weight_decay": decay, "eta": 1}
reading = replace(
    read(sgdw, setting, inputs={"g": lambda t, x: g(i)}, scalars=scalars, slots=[], dimension=d), coordinates=(i,)
)
moved = reading.next_slot("x", reading.environment(0, state={"x": w(i), "m": 0}))
orthogonal = eq(total(i, 1, d, w(i) * g(i)), 0)


def statement() -> Statement:
    turned, norm = total(i, 1, d, moved * w(i)), total(i, 1, d, w(i) ** 2)
    return Statement(setting, eq(turned, (1 - decay) * norm), [orthogonal])


def witness() -> Witness:
    families = {"d": ([], 2), "w": ([i], 2 - i), "g": ([i], i - 1)}
    return Witness({**families, "alpha": ([], 1), "lambda": ([], Fraction(2, 5))}, prove=at_two)


def prove() -> Theorem:
    p = Prover(setting)
    return p.certify(statement().claim, p.assume(orthogonal))
