"""Gamma is negative for Adam without bias correction where beta2_t is below 1 - 1/t and the gradient vanishes.

Words   With rates b_t >= 0 for beta2 in step t, alpha_t = alpha/sqrt(t) and eps = 0: if b_{n+1} < 1 - 1/(n+1) for
        an n >= 1, v_n > 0 and g_{n+1} = 0, then sqrt(v_{n+1})/alpha_{n+1} - sqrt(v_n)/alpha_n < 0. So the condition of
        `gamma_schedule` is the weakest one.
Source  Derived for this project; from the texts of `adam_uncorrected` and `inverse_sqrt`.
"""

from collections.abc import Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_gamma import begun, gamma_negative, method, n, t
from adamtheory.rules.adam import adam_uncorrected

b = Family("b")
play = method(adam_uncorrected, ("v",), beta2=lambda t: b(t), eps=0)
setting, g = play.setting, play.g
setting.assume("rate_nonnegative", 0 <= b(t), [1 <= t])
fast, still = b(n + 1) < 1 - 1 / (n + 1), eq(g(n + 1), 0)


def v(n: Any) -> Any:
    return play.slot("v", n)


def statement() -> Statement:
    hyps = [1 <= n, fast, still, 0 < v(n)]
    return Statement(setting, play.gamma(n) < 0, hyps, ["step_positive", "rate_nonnegative"])


def witness() -> Witness:
    return Witness({"g": ([t], 2 - t), "alpha": ([], 1), "b": ([t], 0)}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With g = (1, 0) and b = 0, v_1 is 1; the rest at once."""
    first = p.cut(p.next("v", 0), p.certify(0 <= lift(0))) if goal.right.families else None
    return p.certify(goal, *guards, *([first] if first else []))


def prove() -> Theorem:
    p = Prover(setting)
    before, _ = begun(p)
    positive = p.certify(0 < n + 1, p.assume(1 <= n))
    low = p.using(p.given("rate_nonnegative", n + 1), p.certify(1 <= n + 1, p.assume(1 <= n)))
    little = p.certify(0 < n - (n + 1) * b(n + 1), p.assume(fast), p.inverse(positive), positive)
    old, quiet = p.assume(0 < v(n), still)
    shrunk = p.certify(eq(v(n + 1), b(n + 1) * v(n)), p.using(p.next("v", n), before), quiet)
    falls = p.certify((n + 1) * v(n + 1) < n * v(n), shrunk, little, old)
    return gamma_negative(p, play, p.restate(0 <= v(n), old), p.certify(0 <= v(n + 1), shrunk, low, old), falls)
