"""AdaGrad trained on the data of Wilson et al. predicts tau_n (y + 2) for a new point: one sign for all.

Words   Full gradients, w_0 = 0, eps = 0, any step sizes, N >= 1 examples with more labels 1 than -1. For a new point
        with the label h, whose own features did not occur, the prediction after n steps is tau_n (h + 2), where tau is
        the run of the same text on the gradient 4 tau - 1, from 0. So with tau_n > 0 all points of the class -1 are
        misclassified, although the training loss is 0 where tau_n = 1/4.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, section 3 (read in secondary sources, numbers *unverified*); the
        proof was derived for this project. From the text of `adagrad`.
Note    At tau = 1/4 the prediction is (h + 2)/4. The least-norm solution is right on both: `wilson_minimum_norm`.
Witness alpha = 0, so that w stays 0: with alpha > 0 the iterates have no closed form in the language. The
        assumptions are what a run does; runs with alpha > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, real
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_ray import Run, n, on_ray, ray_square_nonneg
from adamtheory.proofs.lemmas_wilson import Wilson, fresh, fresh_on_ray, resting
from adamtheory.rules.adagrad import adagrad

h = real("h")
run = Run(adagrad, {"S": 2}, Wilson)


def statement() -> Statement:
    claim = eq(fresh(lambda j: run.w(j, n), h), run.tau(n) * (h + 2))
    return Statement(run.setting, claim, [0 <= n], run.assumed)


def witness() -> Witness:
    return resting(run, {n: 1}, S=n)


def prove() -> Theorem:
    p = Prover(run.setting)
    return fresh_on_ray(p, run, n, h, on_ray(p, run, ray_square_nonneg(p, run, "S")))
