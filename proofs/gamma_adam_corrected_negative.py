"""Gamma is negative for Adam with bias correction whenever the gradient vanishes after one that did not.

Words   With alpha_t = alpha/sqrt(t), eps = 0 and 0 <= beta2 < 1: if g_{n+1} = 0 and v_n > 0 for an n >= 1, then
        sqrt(v_hat) at n + 1 over alpha_{n+1} is less than sqrt(v_hat) at n over alpha_n, however near beta2 is to 1.
Source  Derived for this project; from the texts of `adam` and `inverse_sqrt`.
"""

from collections.abc import Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import held_power
from adamtheory.proofs.lemmas_gamma import begun, corrections_positive, gamma_negative, method, n, share_falls, t
from adamtheory.rules.adam import adam

play = method(adam, ("v", "p2"), eps=0)
setting, g, b, DECAY = play.setting, play.g, play.scalar("beta2"), play.assume_beta2()
still = eq(g(n + 1), 0)


def v(n: Any) -> Any:
    return play.slot("v", n)


def p2(n: Any) -> Any:
    return play.slot("p2", n)


def statement() -> Statement:
    return Statement(setting, play.gamma(n) < 0, [1 <= n, still, 0 < v(n)], ["step_positive", *DECAY])


def witness() -> Witness:
    return Witness({"g": ([t], 2 - t), "alpha": ([], 1)}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With g = (1, 0) and beta2 = 0, v_1 is 1; the rest at once."""
    first = [p.cut(p.next("v", 0), p.certify(0 <= lift(0)))] if goal.right.families else []
    return p.certify(goal, *guards, *first)


def prove() -> Theorem:
    p = Prover(setting)
    before, low, high = begun(p)[0], *(p.given(name) for name in DECAY)
    old, quiet = p.assume(0 < v(n), still)
    shrunk = p.certify(eq(v(n + 1), b * v(n)), p.using(p.next("v", n), before), quiet)
    kept, next_kept = corrections_positive(p, play, low, high)
    share = share_falls(p, b, low, high)  # (n+1) b (1 - b^n) < n (1 - b^(n+1))
    held, following = p.using(held_power(p, "p2", b, n), before), p.using(p.next("p2", n), before)
    powers = (held, following, p.using(p.power_next(b, p.assume(0 <= n)), before))
    less = p.certify((n + 1) * b * (1 - p2(n)) < n * (1 - p2(n + 1)), share, *powers)
    # divided by both corrections: (n+1) b/(1 - p2(n+1)) < n/(1 - p2(n))
    A, B = inv(1 - p2(n)), inv(1 - p2(n + 1))
    inverses = (p.inverse(kept), p.inverse(next_kept))
    ratio = p.certify((n + 1) * b * B < n * A, less, *inverses, weights=[[kept, next_kept]], degree=1)
    falls = p.certify((n + 1) * (v(n + 1) * B) < n * (v(n) * A), shrunk, ratio, old)
    first = p.certify(0 <= v(n) * A, old, p.inv_positive(kept))
    second = p.certify(0 <= v(n) * B, old, p.inv_positive(next_kept))
    return gamma_negative(p, play, first, p.certify(0 <= v(n + 1) * B, shrunk, second, low), falls)
