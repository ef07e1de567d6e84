"""On the ray of Wilson et al. an adaptive method need not converge: Adam with a constant step can jump for ever.

Words   Adam on the ray, from 0 and with the gradient c tau - 1, c > 0, with beta1 = 0, eps = 0, 0 <= beta2 < 1 and the
        constant step size 2/c: (c tau_n - 1)^2 = 1 for every n, which is what it is at the start. So the loss
        |Xw_n - y|^2, which is |y|^2 times this, does not fall at all, and tau_n jumps between 0 and 2/c.
Source  Wilson, Roelofs, Stern, Srebro & Recht 2017, the lemma on the sign solution (read in secondary sources, number
        *unverified*). This witness was derived for this project; from the text of `adam`.
Note    The run on the ray is that of `wilson_ray_adam`. RMSprop with any constant step: `wilson_ray_two_cycle`.
Printed If X sign(X'y) = c y, then AdaGrad, RMSprop and Adam from 0 converge to the solution on the ray of sign(X'y).
Wrong   They stay on the ray, but need not converge: with a constant step RMSprop and Adam have exact two-cycles.
Instead w_n = tau_n sign(X'y) for every n, with tau the run of the method on the gradient c tau - 1.
Theorem wilson_ray_generic, wilson_ray_adagrad, wilson_ray_rmsprop, wilson_ray_adam, wilson_ray_two_cycle
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, inv, lift, sqrt
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import root_of_one
from adamtheory.proofs.lemmas_average import decaying, n
from adamtheory.proofs.lemmas_defined import correction_positive
from adamtheory.proofs.lemmas_roots import zeros
from adamtheory.rules.adam import adam

setting = Setting()
c = setting.constant("c")
reading = read(
    adam,
    setting,
    inputs={"g": lambda t, x: c * x - 1},
    scalars={"lr": 2 / c, "beta1": 0, "eps": 0},
    start=lift(0),
    names={"x": "tau"},
)
DECAY = decaying(setting, reading.scalars["beta2"], "beta2")
setting.assume("c_positive", 0 < c)


def residual(n: Any) -> Any:
    return c * reading.slot("x", n) - 1


def statement() -> Statement:
    return Statement(setting, eq(residual(n) ** 2, 1), [0 <= n], [*DECAY, "c_positive"])


def witness() -> Witness:
    return Witness({"c": ([], 4)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun, unit = p.assume(0 <= n), p.inverse(p.given("c_positive"))

    def claim(n: Any) -> Any:
        """(c tau - 1)^2 = 1 and v = 1 - p2, together."""
        return eq((residual(n) ** 2 - 1) ** 2 + (reading.slot("v", n) - 1 + reading.slot("p2", n)) ** 2, 0)

    size, square = zeros(p, p.assume(claim(n)))
    corrected = p.inverse(correction_positive(p, reading, "p2", "beta2"))
    v_hat = p.certify(eq(reading.value("v_hat", n), 1), size, square, corrected)
    root = p.chain(
        eq(1 / sqrt(v_hat.claim.left), 1), p.rewrite(v_hat, lambda z: 1 / sqrt(z)), p.rewrite(root_of_one(p), inv)
    )
    following = {name: p.using(p.next(name, n), begun) for name in ("tau", "v", "p2")}
    turned = p.certify(eq(residual(n + 1), -residual(n)), following["tau"], root, unit)
    new_size = p.certify(eq(residual(n + 1) ** 2 - 1, 0), turned, size)
    new_square = p.certify(
        eq(reading.slot("v", n + 1) - 1 + reading.slot("p2", n + 1), 0), following["v"], following["p2"], size, square
    )
    start = p.certify(claim(lift(0)), p.start("tau"), p.start("v"), p.start("p2"))
    both = p.induction(n, 0, claim(n), start, p.certify(claim(n + 1), new_size, new_square))
    return p.restate(statement().claim, p.using(size, both))
