"""Without a loss the first step of Adam with an L2 penalty has the length alpha, whatever the penalty.

Words   `adam_l2` with eps = 0, beta1 < 1, beta2 < 1, no loss, the penalty lambda' > 0 and x_0 > 0 has x_1 = x_0 -
        alpha. Decoupled decay has x_1 = (1 - lambda) x_0, in proportion to the weight: no lambda' gives it for two
        weights at once.
Source  Derived for this project; from the text of `adam_l2` (Loshchilov & Hutter 2019, Algorithm 2, with L2).
Note    That the whole run does not see lambda' is `adam_l2_ignores_lambda`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import run, step, unfolded
from adamtheory.rules.adam import adam_l2

setting = Setting()
penalty, first = setting.constants("penalty x0")
reading = run(adam_l2, setting, "A", lambda t, x: 0, start=first, eps=0, weight_decay=penalty)
lr, beta1, beta2 = (reading.scalars[name] for name in ("lr", "beta1", "beta2"))
setting.assume("penalty_positive", 0 < penalty)
setting.assume("weight_positive", 0 < first)
setting.assume("beta1_below_one", beta1 < 1)
setting.assume("beta2_below_one", beta2 < 1)


def statement() -> Statement:
    assumes = ["penalty_positive", "weight_positive", "beta1_below_one", "beta2_below_one"]
    return Statement(setting, eq(reading.slot("x", 1), first - lr), assumes=assumes)


def witness() -> Witness:
    return Witness({"penalty": ([], 1), "x0": ([], 1)})


def prove() -> Theorem:
    p = Prover(setting)
    begun = unfolded(p, reading, 0)
    size = p.certify(0 < penalty * first, p.given("penalty_positive"), p.given("weight_positive"))
    rooms = [p.certify(0 < 1 - b, p.given(f"{name}_below_one")) for name, b in (("beta1", beta1), ("beta2", beta2))]
    corrections = [
        p.rewrite(p.start(reading.families[slot]), lambda q, b=b: inv(1 - q * b))
        for slot, b in (("p1", beta1), ("p2", beta2))
    ]
    inverses = [p.inverse(room) for room in rooms]
    moment = p.certify(eq(reading.value("m_hat", 0), penalty * first), *begun, corrections[0], inverses[0])
    square = p.certify(eq(reading.value("v_hat", 0), (penalty * first) ** 2), *begun, corrections[1], inverses[1])
    whole = p.certify(0 <= (penalty * first) ** 2, squares=[penalty * first])
    nonneg = p.sqrt_nonneg((penalty * first) ** 2)
    same = eq(sqrt((penalty * first) ** 2) ** 2, (penalty * first) ** 2)
    root = p.squares_equal(p.restate(same, p.sqrt_square(whole)), nonneg, p.certify(0 <= penalty * first, size))
    length = p.rewrite(
        p.chain(eq(sqrt(reading.value("v_hat", 0)), penalty * first), p.rewrite(square, sqrt), root), inv
    )
    moved = p.using(step(p, reading, n=0), p.certify(0 <= penalty - penalty))
    return p.certify(statement().claim, moved, *begun[-1:], moment, length, p.inverse(size))
