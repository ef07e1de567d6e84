"""A moving average is the weighted sum of all gradients: the first moment of Adam, unrolled.

Words   After n steps m is (1 - beta1) times the sum of beta1^(n-i) g_i over i = 1, ..., n.
Source  Kingma & Ba 2015, equation (1), there for the second moment; from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integers, lift, power, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.rules.adam import adam

n, i = integers("n i")

setting = Setting()
g = setting.family("g", "Z")
reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m"])
beta1 = reading.scalars["beta1"]


def claim(n):
    return eq(reading.slot("m", n), (1 - beta1) * total(i, 1, n, power(beta1, n - i) * g(i)))


def statement() -> Statement:
    return Statement(setting, claim(n), hyps=[0 <= n])


def witness() -> Witness:
    return Witness({"g": ([n], 1), "beta1": ([], 0)}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    start = p.assume(0 <= n)
    # beta1^(n+1-i) = beta1 beta1^(n-i) for i = 1, ..., n, summed
    each = p.power_next(beta1, p.certify(0 <= n - i, p.assume(i <= n)))
    longer = p.restate(eq(power(beta1, n + 1 - i) * g(i), beta1 * power(beta1, n - i) * g(i)), each)
    summed = p.sum_of(longer, i, 1, n)
    last = p.sum_step(i, 1, n, power(beta1, n + 1 - i) * g(i), start)
    begin = p.certify(claim(lift(0)), p.start("m"), p.sum_none(i, 1, power(beta1, -i) * g(i)))
    step = p.certify(claim(n + 1), p.assume(claim(n)), p.using(p.next("m", n), start), last, summed)
    return p.induction(n, 0, claim(n), begin, step)
