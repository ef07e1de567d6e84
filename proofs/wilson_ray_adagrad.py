"""AdaGrad on data with X sign(X'y) = c y stays on the ray of sign(X'y): w_n = tau_n sign(X'y) for every n.

Words   Full gradients of |Xw - y|^2/2 with any labels, w_0 = 0, eps = 0, any step sizes alpha_t. Then w_n is tau_n
        sign(X'y), with sign 0 = 0, where tau is the run of the same text on the one-dimensional gradient c tau - 1,
        from 0. How large X'y is in a coordinate does not matter.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the lemma on the sign solution (number *unverified*); the exact
        form was derived for this project. From the text of `adagrad`.
Note    What w_n converges to is another matter: `wilson_ray_converges_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_ray import Run, j, n, on_ray, one_example, ray_square_nonneg
from adamtheory.rules.adagrad import adagrad

run = Run(adagrad, {"S": 2})


def statement() -> Statement:
    return Statement(run.setting, run.claim(n), [0 <= n, 1 <= j, j <= run.data.d], run.assumed)


def witness() -> Witness:
    # with alpha = 1 the first step ends at the label
    reached = ([j, n], 1 - power(0, n))
    return one_example(run, alpha=([n], 1), w=reached, S=reached)


def prove() -> Theorem:
    p = Prover(run.setting)
    return on_ray(p, run, ray_square_nonneg(p, run, "S"))
