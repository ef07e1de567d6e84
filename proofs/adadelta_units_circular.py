"""The ratio of AdaDelta's two root mean squares returns whatever step was made: it fixes no scale.

Words   If every step so far was kappa g_i for one kappa >= 0, then after n steps RMS[delta] = kappa RMS[g], the
        averages taken with the same rho in [0, 1) and without eps. So RMS[delta]/RMS[g] is kappa for every kappa, of
        which Newton's 1/f'' is one.
Source  Derived for this project; it is about the argument of Zeiler 2012, section 3.2 (*unverified* against the report
        itself). The averages are read from the text of `adadelta_two_eps`.
Note    E2 is the text's average of squares, taken of the steps kappa g_i as the text's F takes it.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import averages, induct, n, nonneg, t
from adamtheory.proofs.lemmas_roots import scaled_root

setting = Setting()
kappa = setting.constant("kappa")
g = setting.family("g", "Z")
gradients = averages(setting, g, "E")
steps = averages(setting, lambda t: kappa * g(t), "E2")
setting.assume("rho_nonnegative", 0 <= gradients.scalar("rho"))
setting.assume("rho_below_one", gradients.scalar("rho") < 1)
setting.assume("kappa_nonnegative", 0 <= kappa)


def statement() -> Statement:
    claim = eq(sqrt(steps.E(n)), kappa * sqrt(gradients.E(n)))
    return Statement(setting, claim, [0 <= n], ["rho_nonnegative", "rho_below_one", "kappa_nonnegative"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "kappa": ([], 2)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.assume(0 <= n)
    start = p.certify(eq(steps.E(lift(0)), kappa**2 * gradients.E(lift(0))), p.start("E"), p.start("E2"))
    following = (p.using(p.next(name, n), begun) for name in ("E", "E2"))
    squares = induct(p, lambda n: eq(steps.E(n), kappa**2 * gradients.E(n)), start, *following)
    root = scaled_root(p, p.given("kappa_nonnegative"), nonneg(p, gradients, "E"))
    return p.chain(statement().claim, p.rewrite(squares, sqrt), root)
