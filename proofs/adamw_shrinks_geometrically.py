"""Without a loss AdamW multiplies the weights by 1 - lambda in every step.

Words   `adamw` with eta_t = 1 and no loss has x_n = (1 - lambda)^n x_0, whatever its other parameters.
Source  Loshchilov & Hutter 2019, Algorithm 2, with decoupled decay; from the text of `adamw`.
Note    No L2 penalty does that: `adam_l2_ignores_lambda`. In N steps the share (1 - lambda)^N is left, so the decay
        that leaves the share S after N steps is the one with (1 - lambda)^N = S.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_shrink import adamw_still
from adamtheory.proofs.lemmas_twins import n, run
from adamtheory.rules.adamw import adamw

setting = Setting()
first = setting.constant("x0")
reading = run(adamw, setting, "D", lambda t, x: 0, start=first, eta=1)
decay = reading.scalars["weight_decay"]


def statement() -> Statement:
    return Statement(setting, eq(reading.slot("x", n), power(1 - decay, n) * first), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    return adamw_still(Prover(setting), reading, decay, first)
