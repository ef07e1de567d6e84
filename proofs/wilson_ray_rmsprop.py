"""RMSprop on data with X sign(X'y) = c y stays on the ray of sign(X'y): w_n = tau_n sign(X'y) for every n.

Words   Full gradients of |Xw - y|^2/2 with any labels, w_0 = 0, eps = 0, 0 <= beta2 < 1, any step sizes alpha_t. Then
        w_n is tau_n sign(X'y), with sign 0 = 0, where tau is the run of the same text on the one-dimensional gradient
        c tau - 1, from 0.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the lemma on the sign solution (number *unverified*); the exact
        form was derived for this project. From the text of `rmsprop`.
Witness alpha = 0, so that w stays 0: with alpha > 0 the iterates have no closed form in the language. The
        assumptions are what a run does; runs with alpha > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_ray import Run, half, j, n, on_ray, one_example, ray_square_nonneg
from adamtheory.rules.rmsprop import rmsprop

run = Run(rmsprop, {"v": 2})
DECAY = decaying(run.setting, run.ray.scalars["beta2"], "beta2")


def statement() -> Statement:
    return Statement(run.setting, run.claim(n), [0 <= n, 1 <= j, j <= run.data.d], [*run.assumed, *DECAY])


def witness() -> Witness:
    return one_example(run, beta2=([], half), v=([j, n], 1 - power(half, n)))


def prove() -> Theorem:
    p = Prover(run.setting)
    return on_ray(p, run, ray_square_nonneg(p, run, "v", *map(p.given, DECAY)))
