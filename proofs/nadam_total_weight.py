"""Nadam's directions exceed a constant gradient by the look-ahead in total, and by no more.

Words   For the constant gradient c and any schedule 0 <= mu_t < 1, the m_bar_t of `nadam` have sum_{t=1}^T (m_bar_t -
        c) = c (mu_{T+1} - P_{T+1})/(1 - P_{T+1}), P_t = mu_1 ... mu_t.
Source  Derived for this project; from the text of `nadam` with mu_t in place of its schedule.
Note    With mu_t -> mu and P_t -> 0 the total is mu c: the displacement of the look-ahead, no error. For constant mu
        see `nadam_constant_weight`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, inv, lift, total
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_nadam import RATES, average_of_constant, open_schedule, product_room, rates_between
from adamtheory.proofs.lemmas_twins import n, t
from adamtheory.rules.nadam import nadam

T = integer("T")
setting = Setting()
c, mu = setting.constant("c"), setting.family("mu", "Z")
reading = open_schedule(nadam, setting, mu, lambda t: c)
m, P = reading.families["m"], reading.families["P"]
rates_between(setting, mu)
excess = reading.value("m_bar", t - 1) - c


def ahead(n):
    """c (mu_{n+1} - P_{n+1})/(1 - P_{n+1})."""
    return c * (mu(n + 1) - P(n + 1)) / (1 - P(n + 1))


def statement() -> Statement:
    return Statement(setting, eq(total(t, 1, T, excess), ahead(T)), [0 <= T], RATES)


def witness() -> Witness:
    return Witness(values={T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.assume(0 <= n)
    later = p.certify(0 <= n + 1, begun)
    room = product_room(p, mu, n)
    next_room = p.cut(p.inst(room, {n: n + 1}), later)
    products = p.next(P, n), p.cut(p.next(P, n + 1), later)
    whole = p.certify(eq(P(n) * mu(n + 1) * mu(n + 2), P(n + 2)), *products)
    ratios = p.rewrite(products[0], lambda q: inv(1 - q)), p.rewrite(whole, lambda q: inv(1 - q))
    average = p.cut(p.inst(average_of_constant(p, reading, c), {n: n + 1}), later)
    text = p.certify(eq(reading.value("m", n), c * (1 - P(n + 1))), average, p.next(m, n))
    inverses = p.inverse(room), p.inverse(next_room)
    step = p.certify(eq(ahead(n) + reading.value("m_bar", n) - c, ahead(n + 1)), text, *ratios, *inverses, products[1])
    base = p.certify(eq(0, ahead(lift(0))), p.start(P), p.using(p.next(P, 0), p.certify(0 <= lift(0))))
    return p.inst(p.sum_induction(t, 1, n, excess, ahead, "eq", step, base=base), {n: T})
