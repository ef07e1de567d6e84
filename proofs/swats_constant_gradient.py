"""For a constant gradient the rate of SWATS is alpha d/|g|_1 in every step, so that it settles at once.

Words   In d coordinates, with eps = 0, decay rates in [0, 1), alpha not 0 and the constant gradient c, no c_i being
        0: the gamma of `swats` is alpha d/(|c_1| + ... + |c_d|) in every step, if that sum is not 0.
Source  Keskar & Socher 2017, Algorithm 1; the value is of this project. From the text of `swats`.
Note    The corrected average of a constant is the constant, so the switch comes at the second step; as the text needs
        eps > 0 for that, the rates differ by about eps. Example: c = (1, 2, -3), alpha = 1/1000: gamma = 1/2000.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import absolute, eq, inv, power, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import apart, constant_sum, put
from adamtheory.proofs.lemmas_average import decaying
from adamtheory.proofs.lemmas_framework import correction_is, correction_room, inverse_of_product, root_of_square
from adamtheory.proofs.lemmas_swats import Step, i
from adamtheory.proofs.lemmas_twins import go_together, n, sequence, t

step = Step(eps=0)
setting, reading = step.setting, step.reading
lr, beta1, beta2 = (reading.scalars[name] for name in ("lr", "beta1", "beta2"))
c = setting.family("c", "Z")
setting.assume("constant_gradient", eq(step.family(t, i), c(i)), [1 <= t])
setting.assume("nowhere_zero", 0 < c(i) ** 2, [1 <= i, i <= step.d])
RATES = [*decaying(setting, beta1), *decaying(setting, beta2, "beta2")]
length = step.over(absolute(c(i)))


def statement() -> Statement:
    claim = eq(step.gamma, lr * step.d / length)
    assumes = ["constant_gradient", "nowhere_zero", "dimension", *RATES]
    return Statement(setting, claim, [0 <= n, 0 < lr**2, 0 < length**2], assumes)


def witness() -> Witness:
    return step.witness(c=([i], 1))


def sign(p: Prover) -> Theorem:
    """0 <= n |- p(i) |c| = -alpha c where c = c(i) is not 0."""
    start = p.assume(0 <= n)
    constant = p.using(p.given("constant_gradient", t=n + 1, i=i), p.certify(1 <= n + 1, start))
    powers = [p.power_next(b, start) for b in (beta1, beta2)]
    rows = [(sequence(reading, "m"), lambda n: (1 - power(beta1, n)) * c(i))]
    rows.append((sequence(reading, "a"), lambda n: (1 - power(beta2, n)) * c(i) ** 2))
    first, second = (go_together(p, [row], (reading,), constant, *powers)[0] for row in rows)
    q, r = power(beta1, n + 1), power(beta2, n + 1)
    moment = p.certify(eq(reading.value("m", n), (1 - q) * c(i)), first, constant, powers[0])
    square = p.certify(eq(reading.value("a", n), (1 - r) * c(i) ** 2), second, constant, powers[1])
    rooms = [correction_room(p, reading, name, n) for name in ("beta1", "beta2")]
    held = correction_is(p, reading, "p1", "beta1", n), correction_is(p, reading, "p2", "beta2", n)
    ratio, root = p.rewrite(held[0], lambda z: inv(1 - z)), p.rewrite(held[1], lambda z: sqrt(1 - z))
    nonneg = p.certify(0 <= c(i) ** 2, squares=[c(i)])
    whole = p.chain(
        eq(sqrt(reading.value("a", n)), sqrt(1 - r) * absolute(c(i))),
        p.rewrite(square, sqrt), p.sqrt_product(p.certify(0 <= 1 - r, rooms[1]), nonneg),
        p.rewrite(root_of_square(p, c(i)), lambda z: sqrt(1 - r) * z),
    )  # fmt: skip
    positive = p.sqrt_positive(rooms[1])
    inverse = inverse_of_product(p, positive, absolute(c(i)))
    facts = [moment, ratio, root, p.rewrite(whole, inv), inverse, p.inverse(positive), p.inverse(rooms[0])]
    return p.certify(eq(step.p, -lr * c(i) * inv(absolute(c(i)))), *facts)


def prove() -> Theorem:
    p = Prover(setting)
    step_is, size = sign(p), p.max_square(c(i))  # |c|^2 = c^2
    some = p.given("nowhere_zero", i=i)
    inverse = p.inverse(p.certify(0 < absolute(c(i)) ** 2, size, some))
    constant = p.using(p.given("constant_gradient", t=n + 1, i=i), p.certify(1 <= n + 1, p.assume(0 <= n)))
    product = p.certify(eq(step.p * step.g, -lr * absolute(c(i))), step_is, constant, size, inverse)
    square = p.certify(eq(step.p**2, lr**2), step_is, size, inverse)
    falls, moves = (p.sum_of(each, i, 1, step.d) for each in (product, square))
    counted = p.using(constant_sum(p, i, step.d, lr**2), p.certify(0 <= step.d, p.given("dimension")))
    pg = p.restate(eq(step.pg, -lr * length), falls)
    pp = p.certify(eq(step.pp, lr**2 * step.d), moves, counted)
    turned = 0 < step.pg**2
    nonzero = p.certify(turned, p.certify(0 < (-lr * length) ** 2, *p.assume(0 < lr**2, 0 < length**2)), pg)
    a, b, w, x, y = variables = apart(p, "a b w x y")
    known = p.assume(eq(w * x, -y), eq(x, -a * b), eq(y, a**2 * step.d))
    inverses = p.inverse(p.assume(0 < a**2)), p.inverse(p.assume(0 < b**2))
    lemma = p.certify(eq(w, a * step.d / b), *known, *inverses)
    rate = p.using(step.rate(p), nonzero)
    return put(p, lemma, variables, (lr, length, step.gamma, step.pg, step.pp), rate, pg, pp)
