"""AdamX divides by a running maximum: sqrt(V_t)/(1 - a_t) is the larger of its last value and sqrt(v_t)/(1 - a_t).

Words   In every coordinate and every round, with the rates a_t = beta1 lam^(t-1) that the text keeps in its state a:
        sqrt(V_{n+1})/(1-a_{n+1}) = max(sqrt(V_n)/(1-a_n), sqrt(v_{n+1})/(1-a_{n+1})), and V_0 = 0.
Source  Derived for this project, from the text of `adamx`; Tran & Phong 2019 for the algorithm. By induction it says
        sqrt(V_t)/(1-a_t) = max over s <= t of sqrt(v_s)/(1-a_s).
Note    eps plays no part in it. a(i, 0) = 0 is the state before the first round.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, maximum, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adamx import adamx_game, adamx_witness, closed_form

n = integer("n")

setting = Setting()
method = adamx_game(setting)


def statement() -> Statement:
    old = sqrt(method.v_max(n)) / (1 - method.last(n))
    new = sqrt(method.v(n + 1)) / (1 - method.last(n + 1))
    claim = eq(sqrt(method.v_max(n + 1)) / (1 - method.last(n + 1)), maximum(old, new))
    assumes = ["beta2_below_one", "beta2_nonnegative", *method.schedule.assumes]
    return Statement(setting, claim, hyps=[0 <= n], assumes=assumes)


def witness() -> Witness:
    return adamx_witness(method, n)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, closed_form(p, method, n))
