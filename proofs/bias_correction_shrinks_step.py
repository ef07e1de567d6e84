"""Both bias corrections together never lengthen Adam's step if beta1 (2 - beta1) <= beta2.

Words   With 0 <= beta1 < 1, beta2 < 1 and beta1 (2 - beta1) <= beta2 (that is 1 - beta1 >= sqrt(1 - beta2)), the
        corrected step size alpha sqrt(1 - beta2^t)/(1 - beta1^t) is at most alpha in every step. The defaults
        9/10 and 999/1000 are such; at t = 1 the condition is needed too.
Source  Derived for this project; from the text of `adam_eps_hat`, Kingma & Ba 2015, end of section 2.
Note    n steps are done, so the sentence is about step t = n + 1.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integer, lift, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_defined import corrections_together
from adamtheory.rules.adam import adam_eps_hat

n = integer("n")
setting = Setting()
reading = read(adam_eps_hat, setting, slots=["p1", "p2"])
lr, beta1, beta2 = (reading.scalars[name] for name in ("lr", "beta1", "beta2"))
setting.assume("lr_nonnegative", 0 <= lr)
setting.assume("beta1_nonnegative", 0 <= beta1)
setting.assume("beta1_below_one", beta1 < 1)
setting.assume("beta2_below_one", beta2 < 1)
setting.assume("beta2_large", beta1 * (2 - beta1) <= beta2)


def statement() -> Statement:
    assumes = ["lr_nonnegative", "beta1_nonnegative", "beta1_below_one", "beta2_below_one", "beta2_large"]
    return Statement(setting, reading.value("alpha", n) <= lr, [0 <= n], assumes)


def witness() -> Witness:
    values = {"lr": 1 / lift(1000), "beta1": 9 / lift(10), "beta2": 999 / lift(1000)}
    return Witness({name: ([], value) for name, value in values.items()}, values={n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    p1, p2 = reading.slot("p1", n) * beta1, reading.slot("p2", n) * beta2
    kept, below = corrections_together(p, reading, n)  # 0 < 1 - p1, and 0 <= 1 - p2 <= (1 - p1)^2
    root = p.sqrt_square(below[0])
    shorter = p.squares(p.certify(sqrt(1 - p2) ** 2 <= (1 - p1) ** 2, root, below[1]), p.certify(0 <= 1 - p1, kept))
    goal = reading.value("alpha", n) <= lr
    return p.certify(goal, shorter, p.given("lr_nonnegative"), p.inverse(kept), weights=[[kept]])
