"""AMSGrad's denominator never falls, but as PyTorch has it it falls whenever a gradient is 0.

Words   With 0 < beta2 < 1 the denominator is sqrt(V_n)/sqrt(1-beta2^n) + eps. If g_{n+1} = 0 and V_n > 0, n >= 1, then
        it is strictly smaller in step n + 1 than in step n, whatever came before: for the gradients 1, 0, 0, ... it
        falls for ever.
Source  PyTorch 2.13 Adam(amsgrad=True), as the text of `amsgrad_torch` has it (and Keras 3, for eps = 0, *unverified*);
        Reddi, Kale & Kumar 2018, section 4, for the method. Derived for this project.
Note    For the regret see `gamma_amsgrad_torch` and `gamma_amsgrad_torch_constant_refuted`.
Printed PyTorch and Keras divide by sqrt(max_{s<=t} v_s)/sqrt(1 - beta2^t) + eps under the name of AMSGrad
Wrong   The maximum never falls, but the correction of an old maximum fades: the denominator falls, the step size rises.
Instead the maximum of the corrected moments (optax) and that of the raw ones (the paper) give denominators that never
        fall
Theorem amsgrad_optax_denominator_rises, gamma_amsgrad
"""

from collections.abc import Sequence

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_average import held_power
from adamtheory.proofs.lemmas_gamma import after, corrections_positive
from adamtheory.proofs.lemmas_step import n, second_nonneg, t, text
from adamtheory.rules.amsgrad import amsgrad_torch

s = text(amsgrad_torch, ("v", "v_max", "p2"))
ASSUMES = s.assume("beta2_positive", "beta2_below_one")
b = s.scalar("beta2")
V, v, p2 = (s.reading.families[name] for name in ("v_max", "v", "p2"))


def statement() -> Statement:
    claim = after(s.reading, "denominator", n + 1) < after(s.reading, "denominator", n)
    return Statement(s.setting, claim, [1 <= n, eq(s.gradient(n + 1), 0), 0 < V(n)], ASSUMES)


def witness() -> Witness:
    return Witness({**s.witness().families, "g": ([t], 2 - t)}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With g = (1, 0) and beta2 = 1/2, V_1 = v_1 = 1/2; the rest at once."""
    if "v_max" not in {name for name, *_ in goal.right.families}:
        return p.certify(goal, *guards)
    following = p.cut(p.next("v_max", 0), p.certify(0 <= lift(0)))
    larger = p.max_right(*following.claim.right.args)
    return p.certify(goal, following, larger, p.start("v"))


def prove() -> Theorem:
    p = Prover(s.setting)
    first, low, high = p.assume(1 <= n), p.certify(0 <= b, p.given("beta2_positive")), p.given("beta2_below_one")
    before = p.certify(0 <= n, first)
    kept, next_kept = corrections_positive(p, s, low, high)
    # the maximum stays: v(n+1) = b v(n) <= v(n) <= V(n)
    following = p.next("v_max", n)
    reached = p.chain(v(n + 1) <= V(n + 1), p.max_right(*following.claim.right.args), p.next("v", n), following)
    below = p.induction(n, 0, v(n) <= V(n), p.certify(v(0) <= V(0), p.start("v"), p.start("v_max")), reached)
    new, old = s.value("v", n), second_nonneg(p, s, n)
    faded = p.certify(new <= b * v(n), p.assume(eq(s.gradient(n + 1), 0)))
    less = p.certify(b * v(n) <= v(n), p.certify(0 <= (1 - b) * v(n), high, old))
    same = p.chain(eq(V(n + 1), V(n)), following, p.max_is(p.chain(new <= V(n), faded, less, below)))
    # the correction fades: p2(n+1) = b p2(n) < p2(n)
    power_positive = p.power_positive(p.given("beta2_positive"), n)
    positive = p.certify(0 < p2(n), held_power(p, "p2", b, n), power_positive)
    falls = p.certify(p2(n + 1) < p2(n), p.next("p2", n), p.certify(0 < (1 - b) * p2(n), high, positive))
    squares = p.sqrt_square(kept), p.sqrt_square(next_kept)
    square = p.certify(sqrt(1 - p2(n)) ** 2 < sqrt(1 - p2(n + 1)) ** 2, falls, *squares)
    wider = p.squares_strict(square, p.sqrt_nonneg(1 - p2(n + 1)))
    ratio = p.reciprocal(wider, p.sqrt_positive(kept))
    root = p.rewrite(same, sqrt)
    return p.using(p.certify(statement().claim, ratio, p.sqrt_positive(p.assume(0 < V(n))), root), before)
