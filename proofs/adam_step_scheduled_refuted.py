"""With a decaying beta1 the factor 1-beta1 of the bound of Adam's step is lost: the second step can break it.

Words   Claimed: with beta1_t = beta1 lambda^(t-1) and beta1^2 < beta2, without bias correction, |m_t| is at most
        (1-beta1) sqrt(beta2/((1-beta2)(beta2-beta1^2))) sqrt(v_t), as it is for a constant beta1. False for beta1 =
        9/10, beta2 = 999/1000, lambda = 1/100 and the gradients 0, 1: the ratio is 31.3, the bound 7.27.
Source  Kingma & Ba 2015, Theorem 4.1 with its proof (*unverified*), which lets beta1 decay and keeps 1-beta1; from the
        text of `adam_uncorrected`. The refutation is derived for this project.
Printed the weights (1 - beta1) beta1^(t-i) of a constant beta1, where beta1_t = beta1 lambda^(t-1) decays
Wrong   The newest gradient has the weight 1 - beta1_t, which tends to 1: no factor 1 - beta1 remains.
Instead |m_t| <= sqrt(v_t)/sqrt((1 - beta2)(1 - r)) with r = beta1^2/beta2 < 1
Theorem adam_step_bound_scheduled, adam_step_bound_scheduled_uniform
"""

from fractions import Fraction

from adamtheory.logic.notation import Family, Setting, absolute, power
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_step import Text, n
from adamtheory.proofs.lemmas_step_constant import limit_value
from adamtheory.rules.adam import adam_uncorrected

setting = Setting()
g, (a, decay) = setting.family("g", "Z"), setting.constants("beta1 decay")
scalars = {"beta1": lambda t: a * power(decay, t - 1)}
s = Text(setting, read(adam_uncorrected, setting, inputs={"g": lambda t, x: g(t)}, slots=["m", "v"], scalars=scalars))
b = Family("beta2")()
ASSUMES = (*decaying(setting, a), *decaying(setting, decay, "decay"), *s.assume("beta2_below_one", "eps_nonnegative"))


def statement() -> Statement:
    claim = absolute(s.value("moment", n)) <= limit_value(a, b) * s.value("denominator", n)
    return Statement(setting, claim, [0 <= n, a**2 < b], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "decay": Fraction(1, 100), "eps": 0}
    return Model({n: 1}, {"g": {(2,): 1}, **rates})
