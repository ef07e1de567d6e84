"""Adam on data with X sign(X'y) = c y stays on the ray of sign(X'y): w_n = tau_n sign(X'y) for every n.

Words   Full gradients of |Xw - y|^2/2 with any labels, w_0 = 0, eps = 0, 0 <= beta2 < 1, any beta1 and step sizes
        alpha_t. Then w_n is tau_n sign(X'y), with sign 0 = 0, where tau is the run of the same text on the
        one-dimensional gradient c tau - 1, from 0.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the lemma on the sign solution (number *unverified*); the exact
        form was derived for this project. From the text of `adam`.
Witness alpha = 0, so that w stays 0: with alpha > 0 the iterates have no closed form in the language. The
        assumptions are what a run does; runs with alpha > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_defined import correction_positive
from adamtheory.proofs.lemmas_ray import Run, half, j, n, on_ray, one_example, ray_square_nonneg
from adamtheory.rules.adam import adam

run = Run(adam, {"m": 1, "v": 2})
DECAY = decaying(run.setting, run.ray.scalars["beta2"], "beta2")


def statement() -> Statement:
    return Statement(run.setting, run.claim(n), [0 <= n, 1 <= j, j <= run.data.d], [*run.assumed, *DECAY])


def witness() -> Witness:
    grown = 1 - power(half, n)
    rates = {"beta1": ([], half), "beta2": ([], half)}
    return one_example(run, m=([j, n], -grown), v=([j, n], grown), **rates)


def prove() -> Theorem:
    p = Prover(run.setting)
    new = ray_square_nonneg(p, run, "v", *map(p.given, DECAY))
    room = p.inv_positive(correction_positive(p, run.ray, "p2", "beta2"))
    return on_ray(p, run, p.certify(0 <= run.ray.value("v_hat", n), new, room))
