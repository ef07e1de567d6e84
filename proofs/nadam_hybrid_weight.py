"""The weights of Nadam as PyTorch and Keras have it: m decays with beta1, its correction with mu.

Words   For the constant gradient c and any schedule mu_t the m_bar_t of `nadam_torch` is c (mu_{t+1} (1 - beta1^t)/(1
        - P_{t+1}) + (1 - mu_t)/(1 - P_t)), P_t = mu_1 ... mu_t.
Source  PyTorch NAdam; the Nadam of Keras and of tf_keras have the same weights with their own schedules (*unverified*
        against the running libraries). From the text of `nadam_torch` with mu_t in place of its schedule.
Note    n steps are done, so t = n + 1. The printed algorithm has 1 - P_t for 1 - beta1^t (`nadam_total_weight`);
        since mu_t < beta1 this is more.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nadam import average_by_powers, open_schedule
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.nadam import nadam_torch

setting = Setting()
c, mu = setting.constant("c"), setting.family("mu", "Z")
reading = open_schedule(nadam_torch, setting, mu, lambda t: c)
beta1, P = reading.scalars["beta1"], reading.families["P"]


def statement() -> Statement:
    old = mu(n + 2) * (1 - power(beta1, n + 1)) / (1 - P(n + 2))
    return Statement(setting, eq(reading.value("m_bar", n), c * (old + (1 - mu(n + 1)) / (1 - P(n + 1)))), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    products = p.next(P, n), p.cut(p.next(P, n + 1), later)
    whole = p.certify(eq(P(n) * mu(n + 1) * mu(n + 2), P(n + 2)), *products)
    ratios = p.rewrite(products[0], lambda q: inv(1 - q)), p.rewrite(whole, lambda q: inv(1 - q))
    return p.certify(statement().claim, average_by_powers(p, reading, c), *ratios)
