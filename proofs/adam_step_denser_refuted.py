"""Less sparse gradients can make longer steps of Adam: one nonzero gradient after zeros is not the worst case.

Words   Claimed: if 1-beta1 > sqrt(1-beta2), a step whose gradient is the first that is not zero is the longest, for
        other histories the step is smaller. False for beta1 = 9/10, beta2 = 999/1000 at step 1002: 1000 zeros and then
        1, 1 give 3.38 lr, 1001 zeros and then 1 only 2.52 lr.
Source  Kingma & Ba 2015, section 2.1; from the text of `adam`, read for two histories g and h. The refutation is
        derived for this project.
Printed the first case only happens in the most severe case of sparsity: a gradient has been zero at all timesteps
        except the current one; for less sparse cases, the effective stepsize will be smaller
Wrong   The second of two equal gradients after many zeros makes a longer step than the first, the twelfth the longest.
Instead the longest steps are those of growing gradients, g_i = c (beta2/beta1)^i
Theorem adam_step_attained, adam_step_length
"""

from fractions import Fraction

from adamtheory.logic.notation import absolute, eq, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_step import DECAYS, Text, n, t, text, y
from adamtheory.rules.adam import adam

SLOTS = ("m", "v", "p1", "p2")
s = text(adam, SLOTS)
h = s.setting.family("h", "Z")
names = {slot: f"sparse_{slot}" for slot in SLOTS}
sparse = Text(s.setting, read(adam, s.setting, inputs={"g": lambda t, x: h(t)}, slots=SLOTS, names=names))
ASSUMES = s.assume(*DECAYS, "eps_nonnegative", "rate_nonnegative")
a, b = s.betas


def statement() -> Statement:
    alone = [eq(total(t, 1, n, h(t) ** 2), 0), 0 < h(n + 1) ** 2]
    claim = absolute(s.step(n)) <= absolute(sparse.step(n))
    return Statement(s.setting, claim, [0 <= n, sqrt(1 - b) < 1 - a, *alone], ASSUMES)


def counterexample() -> Model:
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "lr": 1, "eps": 0}
    return Model({n: 1001, y: 0}, {"g": {(1001,): 1, (1002,): 1}, "h": {(1002,): 1}, **rates})
