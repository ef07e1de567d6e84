"""The recursion of Adam's corrected second moment.

Words   With 0 <= beta2 < 1: v_hat_t = (beta2 (1 - beta2^(t-1)) v_hat_{t-1} + (1 - beta2) g_t^2)/(1 - beta2^t), t >=
        2.
Source  Derived for this project; from the text of `adam`.
Note    n steps are done before the first of the two, so t = n + 2. Without the factor 1 - beta2^(t-1) it is false:
        `adam_v_hat_recursion_refuted`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_framework import correction_is, correction_room, moment_of_step
from adamtheory.proofs.lemmas_twins import n, run
from adamtheory.rules.adam import adam

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
reading = run(adam, setting, "A", lambda t, x: g(t), start=first)
b = reading.scalars["beta2"]
DECAY = decaying(setting, b, "beta2")


def statement() -> Statement:
    old, new = (reading.value("v_hat", k) for k in (n, n + 1))
    right = (b * (1 - power(b, n + 1)) * old + (1 - b) * g(n + 2) ** 2) / (1 - power(b, n + 2))
    return Statement(setting, eq(new, right), [0 <= n], DECAY)


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    held, room = correction_is(p, reading, "p2", "beta2", n), correction_room(p, reading, "beta2", n)
    next_held = p.cut(correction_is(p, reading, "p2", "beta2", n + 1), later)
    ratios = [p.rewrite(h, lambda q: inv(1 - q)) for h in (held, next_held)]
    moment = moment_of_step(p, reading, "v")
    kept = p.certify(eq((1 - power(b, n + 1)) * reading.value("v_hat", n), reading.slot("v", n + 1)),
                     moment, ratios[0], p.inverse(room))  # fmt: skip
    return p.certify(statement().claim, kept, ratios[1])
