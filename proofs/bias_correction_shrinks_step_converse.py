"""If both bias corrections together do not lengthen Adam's first step, then beta1 (2 - beta1) <= beta2.

Words   With 0 < alpha, beta1 < 1 and beta2 < 1: if in the first step alpha sqrt(1 - beta2)/(1 - beta1) is at most
        alpha, then beta1 (2 - beta1) <= beta2, that is 1 - beta1 >= sqrt(1 - beta2).
Source  Derived for this project; from the text of `adam_eps_hat`, Kingma & Ba 2015, end of section 2.
Note    With `bias_correction_shrinks_step`: the corrections lengthen no step if and only if they do not lengthen the
        first.
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, inv, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_witness import root_is
from adamtheory.rules.adam import adam_eps_hat

setting = Setting()
reading = read(adam_eps_hat, setting, slots=["p1", "p2"])
lr, beta1, beta2 = (reading.scalars[name] for name in ("lr", "beta1", "beta2"))
setting.assume("lr_positive", 0 < lr)
setting.assume("beta1_below_one", beta1 < 1)
setting.assume("beta2_below_one", beta2 < 1)
shorter = reading.value("alpha", 0) <= lr


def statement() -> Statement:
    assumes = ["lr_positive", "beta1_below_one", "beta2_below_one"]
    return Statement(setting, beta1 * (2 - beta1) <= beta2, [shorter], assumes)


def witness() -> Witness:
    """beta1 = 1/4 and beta2 = 3/4: sqrt(1 - beta2)/(1 - beta1) = 2/3."""
    low, high = Fraction(1, 4), Fraction(3, 4)

    def shown(p, goal, guards):
        if not goal.families:
            return p.certify(goal, *guards)
        root, share = (p.rewrite(p.start("p2"), lambda q: sqrt(1 - q * high)),
                       p.rewrite(p.start("p1"), lambda q: inv(1 - q * low)))  # fmt: skip
        return p.certify(goal, root, share, root_is(p, low, Fraction(1, 2)), rounds=2)

    return Witness({"lr": ([], 1), "beta1": ([], low), "beta2": ([], high)}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    root, kept = sqrt(1 - beta2), p.certify(0 < 1 - beta1, p.given("beta1_below_one"))
    whole = p.rewrite(p.start("p2"), lambda q: sqrt(1 - q * beta2))
    ratio = p.rewrite(p.start("p1"), lambda q: inv(1 - q * beta1))
    positive = p.given("lr_positive")
    first = p.certify(lr * root * inv(1 - beta1) <= lr, p.assume(shorter), whole, ratio)
    least = p.certify(root <= 1 - beta1, first, p.inverse(kept), kept, weights=[[positive]])
    square = p.sqrt_square(p.certify(0 <= 1 - beta2, p.given("beta2_below_one")))
    return p.certify(statement().claim, least, square, p.sqrt_nonneg(1 - beta2), kept)
