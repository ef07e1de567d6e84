"""The construction of Wilson et al. needs a majority of labels 1: for 1, -1 X sign(X'y) is no multiple of y.

Words   Claimed for the features of `wilson_data` without the majority: X sign(X'y) is a multiple of y, so that
        (X s)_1 y_2 = (X s)_2 y_1 for two examples. False for the labels 1 and -1, where X s = (2, -6).
Source  Derived for this project, on the construction of Wilson, Roelofs, Stern, Srebro & Recht 2017, section 3 (read in
        secondary sources, numbers *unverified*), who draw labels of which more are 1 in the mean.
Note    There the features 2 and 3 have X'y = 0, so their sign is 0.
"""

from adamtheory.logic.notation import Setting, eq, lift
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.logic.terms import substitute
from adamtheory.proofs.lemmas_ray import k
from adamtheory.proofs.lemmas_wilson import AnyLabels

setting = Setting()
data = AnyLabels(setting)


def score(example):
    """The product of an example with the sign of X'y."""
    return substitute(data.scores(data.s), {k: lift(example)})


def statement() -> Statement:
    claim = eq(score(1) * data.y(2), score(2) * data.y(1))
    return Statement(setting, claim, [eq(data.N, 2)], data.assumed)


def counterexample() -> Model:
    first = {(1, 1): 1, (1, 2): 1, (1, 3): 1, (1, 4): 1}
    second = {(2, 1): -1, (2, 2): 1, (2, 3): 1, **{(2, j): 1 for j in range(9, 14)}}
    return Model({}, {"N": 2, "label": {(1,): 1, (2,): -1}, "X": {**first, **second}})
