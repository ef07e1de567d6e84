"""Adam with a large eps and the step size alpha eps is momentum: the denominators no longer count.

Words   With eps = k and the step size alpha k the step of `adam`, alpha k m_hat/(sqrt(v_hat) + k), tends to alpha
        m_hat as k grows, in every step of every history.
Source  Derived for this project; from the text of `adam`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, absolute, eq, integer, inv, sqrt, tends
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import n
from adamtheory.rules.adam import adam

k = integer("k")
setting = Setting()
g, alpha = setting.family("g", "Z"), setting.constant("alpha")
scalars = {"eps": k, "lr": alpha * k}
reading = read(adam, setting, inputs={"g": lambda t, x: g(t)}, slots=["m", "v", "p1", "p2"], scalars=scalars)
m_hat, v_hat = reading.value("m_hat", n), reading.value("v_hat", n)
length = reading.scalars["lr"] * m_hat / reading.value("denominator", n)


def statement() -> Statement:
    return Statement(setting, tends(absolute(length - alpha * m_hat), 0, k))


def witness() -> Witness:
    return Witness()


def prove() -> Theorem:
    p = Prover(setting)
    s, moved, begun = sqrt(v_hat), alpha * m_hat, p.assume(1 <= k)
    root, positive = p.sqrt_nonneg(v_hat), p.certify(0 < k, begun)
    whole = p.certify(0 < s + k, root, positive)
    shorter = p.reciprocal(p.certify(k <= s + k, root), positive)  # 1/(s + k) <= 1/k
    size = absolute(moved)
    # the step is alpha m_hat (1 - s/(s + k))
    gap = p.certify(eq(length - moved, -moved * (s * inv(s + k))), p.inverse(whole))
    share = p.certify(s * inv(s + k) <= s * inv(k), shorter, root)
    low = p.certify(0 <= s * inv(s + k), root, p.inv_positive(whole))
    bound, part = size * s * inv(k), low.claim.right
    sides = p.max_left(moved, -moved), p.max_right(moved, -moved)
    positive_size = p.certify(0 <= size, *sides)
    most = p.certify(size * (s * inv(s + k)) <= bound, share, positive_size)
    above, below = (
        p.certify(
            sign * (length - moved) <= bound, gap, most, p.certify(-sign * moved * part <= size * part, side, low)
        )
        for sign, side in ((1, sides[1]), (-1, sides[0]))
    )
    limit = p.lim_op("mul", p.lim_const(size * s, k), p.lim_recip(k))
    outer = p.max_least(above, p.restate(-(length - moved) <= bound, below))
    e = length - moved
    nonneg = p.certify(0 <= absolute(e), p.max_left(e, -e), p.max_right(e, -e))
    return p.lim_squeeze(p.lim_const(0, k), limit, 1, nonneg, outer)
