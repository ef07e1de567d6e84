"""RMSprop on the data of Wilson et al.: once the loss has fallen, new points of both classes get one sign.

Words   Full gradients, w_0 = 0, eps = 0, 0 <= beta2 < 1, any step sizes, N >= 1 examples of `wilson_data` with more
        labels 1 than -1. For a new point with the label h = 1 or -1, whose own features did not occur, the prediction
        after n steps is at least (h + 2)/8 times 1 - |Xw_n - y|^2/N, and N is what the loss is at the start. So once
        the loss has fallen every point of the class -1 is misclassified.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, section 3 (read in secondary sources, numbers *unverified*); the
        bound was derived for this project. From the text of `rmsprop`.
Note    Multiplied by 8 N. The solution of the least norm is right on both classes: `wilson_minimum_norm`.
Witness alpha = 0, so that w stays 0: with alpha > 0 the iterates have no closed form in the language. The
        assumptions are what a run does; runs with alpha > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, power, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_ray import Run, half, n, on_ray, ray_square_nonneg
from adamtheory.proofs.lemmas_wilson import Wilson, learned, learned_on_ray, resting
from adamtheory.rules.rmsprop import rmsprop

h = real("h")
run = Run(rmsprop, {"v": 2}, Wilson)
DECAY = decaying(run.setting, run.ray.scalars["beta2"], "beta2")


def statement() -> Statement:
    return Statement(run.setting, learned(run, n, h), [0 <= n, eq(h**2, 1)], [*run.assumed, *DECAY])


def witness() -> Witness:
    return resting(run, {n: 1, h: -1}, v=1 - power(half, n))


def prove() -> Theorem:
    p = Prover(run.setting)
    return learned_on_ray(p, run, n, h, on_ray(p, run, ray_square_nonneg(p, run, "v", *map(p.given, DECAY))))
