"""Adam's corrected second moment has no recursion without the factor 1 - beta2^(t-1).

Words   Claimed: v_hat_t = (beta2 v_hat_{t-1} + (1 - beta2) g_t^2)/(1 - beta2^t) for t >= 2. False at t = 2 for beta2
        = 1/2 and the gradients 1, 1: v_hat_2 is 1, the right side 4/3.
Source  A table of Wilson, Roelofs, Stern, Srebro & Recht 2017 (*unverified*, from memory); from the text of `adam`.
Printed In the table of adaptive methods, for Adam (*unverified*): H_k^2 = beta2/(1 - beta2^k) H_{k-1}^2 + (1 -
        beta2)/(1 - beta2^k) g_k^2.
Wrong   H_{k-1}^2 is corrected already; its share in the new average is beta2 (1 - beta2^(k-1))/(1 - beta2^k).
Instead v_hat_t = (beta2 (1 - beta2^(t-1)) v_hat_{t-1} + (1 - beta2) g_t^2)/(1 - beta2^t).
Theorem adam_v_hat_recursion
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq, power
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_twins import n, run
from adamtheory.rules.adam import adam

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
reading = run(adam, setting, "A", lambda t, x: g(t), start=first)
b = reading.scalars["beta2"]
DECAY = decaying(setting, b, "beta2")


def statement() -> Statement:
    old, new = (reading.value("v_hat", k) for k in (n, n + 1))
    return Statement(setting, eq(new, (b * old + (1 - b) * g(n + 2) ** 2) / (1 - power(b, n + 2))), [0 <= n], DECAY)


def counterexample() -> Model:
    return Model({n: 0}, {"g": 1, "beta2": Fraction(1, 2), "beta1": 0, "lr": 1, "eps": 0, "x0": 0})
