"""What AMSGrad's printed proof needs of a schedule of beta1: n (1 - b_{n+1})^2 <= (n+1) (1 - b_n)^2.

Words   For AMSGrad with alpha_t = alpha/sqrt(t), eps = 0 and rates b_t < 1 for beta1: where
        n (1-b_{n+1})^2 <= (n+1) (1-b_n)^2, sqrt(V_n)/(alpha_n (1-b_n)) <= sqrt(V_{n+1})/(alpha_{n+1} (1-b_{n+1})),
        for all gradients.
Source  Derived for this project from the text of `amsgrad` and `inverse_sqrt`; that the proof of Reddi, Kale & Kumar
        2018, Theorem 4, needs the inequality was found by Tran & Phong 2019.
Note    Rates that rise satisfy it. It is the weakest condition (`gamma_momentum_converse`), and common schedules do not
        satisfy it (`gamma_momentum_inverse_refuted`, `gamma_momentum_geometric_refuted`); the theorem holds all
        the same (`amsgrad_regret_scheduled`).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_gamma import begun, n, t
from adamtheory.proofs.lemmas_gamma_momentum import assume_below_one, root_squares, shares, weights

b = Family("b")
w = weights(lambda t: b(t))
RATES = assume_below_one(w)
slow = n * (1 - b(n + 1)) ** 2 <= (n + 1) * (1 - b(n)) ** 2


def statement() -> Statement:
    claim = w.weight(n) <= w.weight(n + 1)
    return Statement(w.play.setting, claim, [1 <= n, slow], ["step_positive", RATES])


def witness() -> Witness:
    return w.play.witness(b=([t], 0))


def prove() -> Theorem:
    p = Prover(w.play.setting)
    before, _ = begun(p)
    old, new = shares(p, w)
    squares = p.certify(
        (sqrt(n) * (1 - b(n + 1))) ** 2 <= (sqrt(n + 1) * (1 - b(n))) ** 2, p.assume(slow), *root_squares(p)
    )
    steps = p.squares(squares, p.certify(0 <= sqrt(n + 1) * (1 - b(n)), p.sqrt_nonneg(n + 1), old))
    following = p.using(p.next("v_max", n), before)
    rises = p.chain(w.v_max(n) <= w.v_max(n + 1), p.max_left(*following.claim.right.args), following)
    roots = p.sqrt_monotone(rises, p.using(maximum_nonneg(p), before))
    # sqrt(n) (1 - b_{n+1}) sqrt(V_n) <= sqrt(n+1) (1 - b_n) sqrt(V_{n+1}), divided by alpha (1 - b_n) (1 - b_{n+1})
    first = p.certify(steps.claim.left * sqrt(w.v_max(n)) <= steps.claim.right * sqrt(w.v_max(n)), steps,
                      p.sqrt_nonneg(w.v_max(n)))  # fmt: skip
    more = p.certify(0 <= steps.claim.right, p.sqrt_nonneg(n + 1), old)
    second = p.certify(steps.claim.right * sqrt(w.v_max(n)) <= steps.claim.right * sqrt(w.v_max(n + 1)), roots, more)
    both = p.chain(first.claim.left <= second.claim.right, first, second)
    up = p.inv_positive(p.given("step_positive"))
    scaled = p.certify(up.claim.right * both.claim.left <= up.claim.right * both.claim.right, both, up)
    return p.certify(statement().claim, scaled, p.inverse(old), p.inverse(new), weights=[[old, new]], degree=1)


def maximum_nonneg(p: Prover) -> Theorem:
    """0 <= n |- 0 <= V_n."""
    following = p.next("v_max", n)
    step = p.chain(0 <= w.v_max(n + 1), p.assume(0 <= w.v_max(n)), p.max_left(*following.claim.right.args), following)
    return p.induction(n, 0, 0 <= w.v_max(n), p.certify(0 <= w.v_max(0), p.start("v_max")), step)
