"""A moving average costs no more than the gradients: sum alpha_t m_t^2/w_t <= sum alpha_t g_t^2/w_t.

Words   For constant beta1 in [0, 1), step sizes alpha_t > 0 and any w_t >= 0 with w_t/alpha_t nondecreasing and w_t > 0
        where g_t is not 0: the sum over t = 1, ..., T of alpha_t m_t^2/w_t is at most that of alpha_t g_t^2/w_t.
Source  Derived for this project; the mechanism (constant beta1) is that of Alacaoglu, Malitsky, Mertikopoulos & Cevher
        2020. The moving average is that of `momentum_average`.
Note    One coordinate; w_t stands for sqrt(v_t). Where w_t = 0 the quotient is 0 (there m_t = g_t = 0).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_momentum import Coordinate, momentum_sum
from adamtheory.rules.descent import momentum_average

T, t = integers("T t")

setting = Setting()
g, w, alpha = (setting.family(name, "Z") for name in ("g", "w", "alpha"))
reading = read(momentum_average, setting, inputs={"g": lambda t, x: g(t)}, slots=["m"])
beta1 = reading.scalars["beta1"]
setting.assume("decay_nonnegative", 0 <= beta1)
setting.assume("decay_below_one", beta1 < 1)
setting.assume("steps_positive", 0 < alpha(t), [1 <= t])
setting.assume("denominators_nonnegative", 0 <= w(t), [1 <= t])
setting.assume("denominators_positive", 0 < w(t), [1 <= t, 0 < g(t) ** 2])
setting.assume("monotone", w(t) / alpha(t) <= w(t + 1) / alpha(t + 1), [1 <= t])

ASSUMED = (
    "decay_nonnegative",
    "decay_below_one",
    "steps_positive",
    "denominators_nonnegative",
    "denominators_positive",
    "monotone",
)


def statement() -> Statement:
    m = reading.slot("m", t)
    costs = total(t, 1, T, alpha(t) * m**2 / w(t)), total(t, 1, T, alpha(t) * g(t) ** 2 / w(t))
    return Statement(setting, costs[0] <= costs[1], hyps=[1 <= T], assumes=ASSUMED)


def witness() -> Witness:
    return Witness({"g": ([t], 1), "w": ([t], 1), "alpha": ([t], 1), "beta1": ([], 0)}, values={T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    c = Coordinate(
        g=g, m=lambda n: reading.slot("m", n), w=w, alpha=alpha, a=beta1,
        begun=p.start("m"), following=lambda n: p.next("m", n),
        decay=(p.given("decay_nonnegative"), p.given("decay_below_one")),
        step_positive=lambda t: p.given("steps_positive", t),
        nonneg=lambda t: p.given("denominators_nonnegative", t),
        positive=lambda t: p.given("denominators_positive", t),
        rising=lambda t: p.given("monotone", t),
    )  # fmt: skip
    return momentum_sum(p, c, T)
