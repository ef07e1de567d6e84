"""Nesterov's method as PyTorch has it is not Nesterov's method when the step size changes.

Words   Claimed: for all step sizes `nesterov_torch` and `nesterov` have the same iterates. False at n = 2 for mu =
        1/2, the step sizes 1, 1/2 and the gradients 1, 1, by mu^2 (1 - 1/2) = 1/8.
Source  PyTorch SGD, documentation; from the texts of `nesterov_torch` and `nesterov`.
Printed The documentation of torch.optim.SGD bases its Nesterov momentum on Sutskever et al. 2013 and notes that its
        form, with the step size outside of the buffer, differs subtly (*unverified*, from memory).
Wrong   With a schedule the buffer rescales all of the past by the new step size, so that it is another method from
        the first change on.
Instead Equal while the step size is constant; after a change from alpha to alpha' the iterates differ by mu^2 h
        (alpha - alpha').
Theorem nesterov_torch_is_nesterov, nesterov_torch_after_a_change
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement
from adamtheory.proofs.lemmas_twins import n, run
from adamtheory.rules.descent import nesterov, nesterov_torch

setting = Setting()
g, rate, first = setting.family("g", "Z"), setting.family("rate", "Z"), setting.constant("x0")
A = run(nesterov, setting, "N", lambda t, x: g(t), start=first, lr=rate)
B = run(nesterov_torch, setting, "T", lambda t, x: g(t), start=first, lr=rate)


def statement() -> Statement:
    return Statement(setting, eq(B.slot("x", n), A.slot("x", n)), [0 <= n])


def counterexample() -> Model:
    half = Fraction(1, 2)
    return Model({n: 2}, {"g": 1, "rate": {(1,): 1, (2,): half}, "mu": half, "x0": 0})
