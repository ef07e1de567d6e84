"""Where (n+1) (1 - b_n)^2 < n (1 - b_{n+1})^2 and V stays, the quantity of AMSGrad's printed proof falls.

Words   For AMSGrad with alpha_t = alpha/sqrt(t), eps = 0 and rates b_t < 1 for beta1: if
        (n+1) (1-b_n)^2 < n (1-b_{n+1})^2 and V_{n+1} = V_n > 0, then
        sqrt(V_{n+1})/(alpha_{n+1} (1-b_{n+1})) < sqrt(V_n)/(alpha_n (1-b_n)).
Source  Derived for this project from the text of `amsgrad` and `inverse_sqrt`; that the proof of Reddi, Kale & Kumar
        2018, Theorem 4, needs the opposite was found by Tran & Phong 2019.
Note    So the condition of `gamma_momentum` is the weakest one.
Witness beta2 = 0. By exact evaluation the hypotheses also hold for beta2 = 1/2.
"""

from collections.abc import Sequence

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_gamma import n, t
from adamtheory.proofs.lemmas_gamma_momentum import assume_below_one, root_squares, shares, weights

b = Family("b")
w = weights(lambda t: b(t))
RATES = assume_below_one(w)
fast = (n + 1) * (1 - b(n)) ** 2 < n * (1 - b(n + 1)) ** 2


def statement() -> Statement:
    hyps = [1 <= n, fast, eq(w.v_max(n + 1), w.v_max(n)), 0 < w.v_max(n)]
    return Statement(w.play.setting, w.weight(n + 1) < w.weight(n), hyps, ["step_positive", RATES])


def witness() -> Witness:
    rates = ([t], (2 - t) * lift(1) / 2)
    return Witness({"g": ([t], 2 - t), "alpha": ([], 1), "b": rates}, values={n: 1}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With g = (1, 0) and beta2 = 0, v = (1, 0) and V = (1, 1); the rates are 1/2 and 0."""
    if not goal.right.families and not goal.left.families:
        return p.certify(goal, *guards)
    begun = [p.certify(0 <= lift(k)) for k in (0, 1)]
    moments = [p.using(p.next("v", k), begun[k]) for k in (0, 1)]
    largest = [p.using(p.next("v_max", k), begun[k]) for k in (0, 1)]
    old, new = largest[0].claim.right.args
    first = p.max_is(p.certify(old <= new, p.start("v_max"), p.start("v")))
    one = p.certify(eq(w.v_max(1), 1), largest[0], first, p.start("v"))
    old, new = largest[1].claim.right.args
    second = p.max_is(p.certify(new <= old, one, moments[0], p.start("v")))
    return p.certify(goal, largest[1], second, one)


def prove() -> Theorem:
    p = Prover(w.play.setting)
    old, new = shares(p, w)
    same, V = p.rewrite(p.assume(eq(w.v_max(n + 1), w.v_max(n))), sqrt), p.sqrt_positive(p.assume(0 < w.v_max(n)))
    squares = p.certify(
        (sqrt(n + 1) * (1 - b(n))) ** 2 < (sqrt(n) * (1 - b(n + 1))) ** 2, p.assume(fast), *root_squares(p)
    )
    steps = p.squares_strict(squares, p.certify(0 <= sqrt(n) * (1 - b(n + 1)), p.sqrt_nonneg(n), new))
    up = p.inv_positive(p.given("step_positive"))
    root = up.claim.right * sqrt(w.v_max(n))
    weight = p.certify(0 < root, up, V)
    scaled = p.certify(root * steps.claim.left < root * steps.claim.right, steps, weight)
    facts = (scaled, same, p.inverse(old), p.inverse(new))
    return p.certify(statement().claim, *facts, weights=[[old, new]], degree=1)
