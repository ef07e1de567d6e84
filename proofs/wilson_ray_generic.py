"""Every adaptive method of the form of Wilson et al. stays on the ray of sign(X'y) where X sign(X'y) = c y.

Words   w_{k+1} = w_k - alpha_k H_k^-1 g_k + b_k H_k^-1 H_{k-1} (w_k - w_{k-1}), with g_k the full gradient of
        |Xw - y|^2/2 at w_k + ahead_k (w_k - w_{k-1}), H_k the diagonal of the roots of the sums of eta(k, i) g_i^2 over
        i = 0, ..., k, any eta >= 0, any alpha, b, ahead, and w_{-1} = w_0 = 0. Then w_n = tau_n sign(X'y) for every n,
        with sign 0 = 0, where tau follows the same with c (tau_k + ahead_k (tau_k - tau_{k-1})) - 1 for g_k.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the generic iteration and the lemma on the sign solution (read in
        secondary sources, numbers *unverified*); this exact form was derived for this project.
Note    Read from texts of rules: `wilson_ray_adagrad`, `wilson_ray_rmsprop`, `wilson_ray_adam`.
Witness alpha = 0, so that w stays 0: with alpha > 0 the iterates have no closed form in the language. The
        assumptions are what a run does; runs with alpha > 0 are evaluated in the tests.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_generic_ray import ASSUMED, data, generic_witness, on_ray, setting, tau, w
from adamtheory.proofs.lemmas_ray import j, n


def statement() -> Statement:
    return Statement(setting, eq(w(j, n), tau(n) * data.s(j)), [0 <= n, 1 <= j, j <= data.d], ASSUMED)


def witness() -> Witness:
    return generic_witness()


def prove() -> Theorem:
    return on_ray(Prover(setting))
