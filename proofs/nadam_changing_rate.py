"""Where the rate changes Nadam is the look-ahead of momentum but for the change times what looks ahead.

Words   Let theta_t = theta_{t-1} - s_t m_t/(1 - P_t), where m and P are the averages of `nadam` with any schedule
        mu_t, and y_t = theta_t - s_{t+1} mu_{t+1} m_t/(1 - P_{t+1}). Then y_t = y_{t-1} - s_t m_bar_t - (s_{t+1} -
        s_t) mu_{t+1} m_t/(1 - P_{t+1}) with the m_bar of the text; Nadam leaves the last term out.
Source  Derived for this project; Dozat 2016 (*unverified* against the report itself). From the text of `nadam` with
        mu_t in place of its schedule.
Note    n steps are done, so t = n + 1. With a frozen rate: `nadam_is_look_ahead`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nadam import open_schedule
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.nadam import nadam

setting = Setting()
g, mu, s, first = *(setting.family(name, "Z") for name in ("g", "mu", "s")), setting.constant("x0")
reading = open_schedule(nadam, setting, mu, g)
m, P = reading.families["m"], reading.families["P"]
(theta,) = setting.define({"theta": (first, lambda n, theta: theta - s(n + 1) * m(n + 1) / (1 - P(n + 1)))})


def ahead(n):
    """mu_{n+1} m_n/(1 - P_{n+1})."""
    return mu(n + 1) * m(n) / (1 - P(n + 1))


def y(n):
    return theta(n) - s(n + 1) * ahead(n)


def statement() -> Statement:
    left_out = (s(n + 2) - s(n + 1)) * ahead(n + 1)
    return Statement(setting, eq(y(n + 1), y(n) - s(n + 1) * reading.value("m_bar", n) - left_out), [0 <= n])


def witness() -> Witness:
    return Witness(values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    later = p.certify(0 <= n + 1, p.assume(0 <= n))
    products = p.next(P, n), p.cut(p.next(P, n + 1), later)
    whole = p.certify(eq(P(n) * mu(n + 1) * mu(n + 2), P(n + 2)), *products)
    ratios = p.rewrite(products[0], lambda q: inv(1 - q)), p.rewrite(whole, lambda q: inv(1 - q))
    return p.certify(statement().claim, p.next(theta, n), p.next(m, n), *ratios)
