"""Adam's corrected first moment is itself a moving average, with a decay rate that grows from 0 to beta1.

Words   With b = beta1 (1 - beta1^n)/(1 - beta1^(n+1)) and 0 <= beta1 < 1, m_hat at n + 1 is b times m_hat at n plus
        (1 - b) g_{n+1}, for n >= 1.
Source  Derived for this project; from the text of `adam`.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, integer, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_defined import adam_text, corrections_positive
from adamtheory.proofs.lemmas_gamma import after

n = integer("n")
setting, reading = adam_text("beta1")
beta1, g = reading.scalars["beta1"], Family("g")
rate = beta1 * (1 - power(beta1, n)) / (1 - power(beta1, n + 1))


def m_hat(n: Any) -> Any:
    """The corrected moment of step n, in terms of the slots after it."""
    return after(reading, "m_hat", n)


def statement() -> Statement:
    claim = eq(m_hat(n + 1), rate * m_hat(n) + (1 - rate) * g(n + 1))
    return Statement(setting, claim, [1 <= n], ["beta1_nonnegative", "beta1_below_one"])


def witness() -> Witness:
    return Witness({"g": ([n], n)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    (held, kept), (next_held, next_kept) = corrections_positive(p, reading, "p1", "beta1", n)
    before = p.certify(0 <= n, p.assume(1 <= n))
    following = (p.using(p.next("m", n), before), p.using(p.power_next(beta1, before), before))
    # the corrections of the text, in powers of beta1
    old = p.rewrite(held, lambda q: reading.slot("m", n) / (1 - q))
    new = p.rewrite(next_held, lambda q: reading.slot("m", n + 1) / (1 - q))
    return p.certify(statement().claim, old, new, *following, p.inverse(kept), p.inverse(next_kept))
