"""Nadam as PyTorch has it is not corrected for its bias: a constant gradient 1 soon gives less than 4/5.

Words   With beta1 = 9/10 and the schedule mu_t = beta1 (1 - q^t/2) for any 0 < q <= 1 with q^250 >= 24/25, as
        momentum_decay from 0 to its default .004 has it (q = .96^momentum_decay): for the constant gradient 1 the
        direction m_bar_2 of `nadam_torch` is less than 4/5. (At the default it is .7837.)
Source  PyTorch NAdam; from the text of `nadam_torch` with mu_t in place of its schedule, whose real exponent has no
        term.
Printed The update corrects the average m, which decays with beta1, by products of the scheduled mu, as if it decayed
        with mu.
Wrong   mu_t starts near beta1/2, so m is divided by too much: the weights of the gradients sum to less than 1 for
        many steps.
Instead The weights sum to mu_{t+1} (1 - beta1^t)/(1 - P_{t+1}) + (1 - mu_t)/(1 - P_t); with m_t = mu_t m_{t-1} + (1 -
        mu_t) g_t, as printed in Dozat 2016, the excess over 1 is the look-ahead.
Theorem nadam_hybrid_weight, nadam_total_weight
"""

from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, power
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, put
from adamtheory.proofs.lemmas_nadam import open_schedule
from adamtheory.proofs.lemmas_shrink import shrunk_at_most
from adamtheory.proofs.lemmas_twins import unfolded
from adamtheory.rules.nadam import nadam_torch

BETA1 = Fraction(9, 10)
setting = Setting()
q = setting.constant("q")


def mu(t):
    return BETA1 * (1 - power(q, t) / 2)


reading = open_schedule(nadam_torch, setting, mu, lambda t: 1, beta1=BETA1)
setting.assume("q_positive", 0 < q)
setting.assume("q_at_most_one", q <= 1)
setting.assume("slow_schedule", Fraction(24, 25) <= power(q, 250))


def statement() -> Statement:
    claim = reading.value("m_bar", 1) < Fraction(4, 5)
    return Statement(setting, claim, assumes=["q_positive", "q_at_most_one", "slow_schedule"])


def witness() -> Witness:
    def shown(p: Prover, goal, guards) -> Theorem:
        if goal.right.op != "power":
            return p.certify(goal, *guards)
        one = p.using(p.power_claim(lift(1), lambda z: 1 <= z, n=lift(250)), p.certify(0 <= lift(250)))
        return p.certify(goal, one)

    return Witness({"q": ([], 1)}, prove=shown)


def below(p: Prover, a, b, c) -> Theorem:
    """c 19/100/(1 - a b c) + (1 - b)/(1 - a b) < 4/5 for a, b, c in (0, 91/200] with b >= 9/20."""
    top = Fraction(91, 200)
    known = p.assume(0 < a, 0 < b, 0 < c, a <= top, b <= top, c <= top)
    pair = p.certify(a * b <= Fraction(21, 100), known[0], known[3], known[4])
    three = p.certify(a * b * c <= Fraction(1, 10), pair, known[2], known[5])
    rooms = p.certify(Fraction(9, 10) <= 1 - a * b * c, three), p.certify(Fraction(79, 100) <= 1 - a * b, pair)
    low = [p.certify(0 < lift(r.claim.left)) for r in rooms]
    first, second = (p.reciprocal(room, positive) for room, positive in zip(rooms, low, strict=True))
    old = p.certify(c * inv(1 - a * b * c) <= top * inv(lift(Fraction(9, 10))), first, known[2], known[5])
    kept = p.certify(0 <= 1 - b, known[4])
    least = p.assume(Fraction(9, 20) <= b)
    new = p.certify((1 - b) * inv(1 - a * b) <= Fraction(11, 20) * inv(lift(Fraction(79, 100))), second, kept, least)
    goal = c * Fraction(19, 100) * inv(1 - a * b * c) + (1 - b) * inv(1 - a * b) < Fraction(4, 5)
    return p.certify(goal, old, new, *(p.inverse(positive) for positive in low))


def prove() -> Theorem:
    p = Prover(setting)
    low, high = p.given("q_positive"), p.given("q_at_most_one")
    shrunk = shrunk_at_most(p, p.certify(0 <= 1 - q, high), p.certify(1 - q <= 1, low), lift(250))
    slow = p.using(shrunk, p.certify(0 <= lift(250)))  # q^250 (1 + 250 (1 - q)) <= 1
    kept = p.certify(0 <= 1 - q, high)
    near = p.certify(Fraction(5999, 6000) <= q, slow, p.given("slow_schedule"), kept)
    square = p.certify(Fraction(99, 100) <= q**2, near)
    cube = p.certify(Fraction(99, 100) <= q**3, p.certify(Fraction(5998, 6000) <= q**2, near), near)
    above = [p.certify(q**2 <= 1, high, low), p.certify(q**3 <= 1, p.certify(q**2 <= 1, high, low), high, low)]
    rates = a, b, c = [BETA1 * (1 - q**t / 2) for t in (1, 2, 3)]
    known = []
    for rate, least, most in zip(rates, (near, square, cube), (high, *above), strict=True):
        known += [p.certify(0 < rate, most), p.certify(rate <= Fraction(91, 200), least)]
    x, y, z = variables = apart(p, "x y z")
    lemma = put(p, below(p, x, y, z), variables, rates, *known, p.certify(Fraction(9, 20) <= b, above[0]))
    begun = unfolded(p, reading, 1)
    moment = p.certify(eq(reading.value("m", 1), Fraction(19, 100)), *begun)
    product = p.certify(eq(reading.slot("P", 1), a), *begun)
    ratios = [p.rewrite(product, lambda w, f=f: inv(1 - w * f)) for f in (b, b * c)]
    return p.certify(statement().claim, lemma, moment, *ratios)
