"""The box of AdamW's limits, 1/lambda, is not kept on the way: a run that begins in it can leave it.

Words   Claimed: `adamw_torch` with 0 <= alpha lambda <= 1, 0 < lambda, 0 <= alpha and |x_0| <= 1/lambda has |x_n| <=
        1/lambda for every n. False at n = 2 for the defaults of Adam, eps = 0, alpha = lambda = 1/10, x_0 = 10 and
        the gradients -1, -111/100, whose second step is longer than alpha.
Source  Derived for this project. Xie & Li 2024 have the box for the limits of converging runs (read in the abstract
        only, *unverified*), which this does not touch. From the text of `adamw_torch`.
Note    What holds is the radius C/lambda with the sharp bound C of Adam's steps: `adamw_ball`.
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, absolute
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_twins import n, run
from adamtheory.rules.adamw import adamw_torch

setting = Setting()
g, first = setting.family("g", "Z"), setting.constant("x0")
reading = run(adamw_torch, setting, "W", lambda t, x: g(t), start=first, eps=0)
lr, decay = reading.scalars["lr"], reading.scalars["weight_decay"]
setting.assume("decay_positive", 0 < decay)
setting.assume("lr_nonnegative", 0 <= lr)
setting.assume("shrink_at_most_one", lr * decay <= 1)


def statement() -> Statement:
    hyps = [0 <= n, absolute(first) <= 1 / decay]
    claim = absolute(reading.slot("x", n)) <= 1 / decay
    return Statement(setting, claim, hyps, ["decay_positive", "lr_nonnegative", "shrink_at_most_one"])


def counterexample() -> Model:
    tenth, gradients = Fraction(1, 10), {(1,): -1, (2,): Fraction(-111, 100)}
    rates = {"beta1": Fraction(9, 10), "beta2": Fraction(999, 1000), "lr": tenth, "weight_decay": tenth}
    return Model({n: 2}, {"g": gradients, "x0": 10, **rates})
