"""AMSGrad's maximum dominates the gradients: T V_T is at least (1-beta2) times the sum of the squared gradients.

Words   In every coordinate i, (1-beta2) sum_{t=1}^T g_{t,i}^2 <= T V_{T,i}, for every beta2 in [0, 1).
Source  Derived for this project, from the text of `amsgrad`; it makes the bound of `amsgrad_regret` free of log T.
Note    V_{t+1} >= V_t and V_{t+1} >= (1-beta2) g_{t+1}^2, so (t+1) V_{t+1} - t V_t >= (1-beta2) g_{t+1}^2.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_amsgrad import amsgrad_game, amsgrad_witness, maximum_and_squares

T = integer("T")

setting = Setting()
method = amsgrad_game(setting)


def statement() -> Statement:
    claim = (1 - method.beta2) * method.squares(T) <= T * method.v_max(T)
    return Statement(setting, claim, hyps=[0 <= T], assumes=["beta2_below_one", "beta2_nonnegative"])


def witness() -> Witness:
    return amsgrad_witness(method, T)


def prove() -> Theorem:
    p = Prover(setting)
    return p.restate(statement().claim, maximum_and_squares(p, method, T))
