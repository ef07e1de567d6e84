"""Weight decay against the L2 penalty: the two rules side by side, on the same gradients from the same point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, integer, lift
from adamtheory.logic.reading import Reading
from adamtheory.proofs.lemmas_twins import n, run, step
from adamtheory.rules.descent import sgd, sgd_l2, sgdw

i = integer("i")


@dataclass(frozen=True)
class Twins:
    """`sgdw` and `sgd_l2`; `decay` is lambda, `penalty` lambda', the step sizes are alpha and `factor` multiplied."""

    setting: Setting
    decoupled: Reading
    penalised: Reading
    alpha: Any
    decay: Any
    penalty: Any
    factor: Any
    first: Any

    @property
    def runs(self) -> tuple[Reading, Reading]:
        return self.decoupled, self.penalised


def sgd_twins(constant: bool = False, **scalars: Any) -> Twins:
    """Both rules from x0; with a constant schedule eta_t = 1."""
    setting = Setting()
    alpha, decay, penalty, first = setting.constants("alpha decay penalty x0")
    eta: Any = (lambda t: lift(1)) if constant else setting.family("eta", "Z")
    g = setting.family("g", "Z")

    def gradient(t: Any, x: Any) -> Any:
        return g(t)

    rates = {"lr": lambda t: eta(t) * alpha, "weight_decay": penalty}
    decoupled = run(
        sgdw, setting, "D", gradient, start=first, lr=alpha, weight_decay=decay, eta=lambda t: eta(t), **scalars
    )
    penalised = run(sgd_l2, setting, "L", gradient, start=first, **rates, **scalars)
    return Twins(setting, decoupled, penalised, alpha, decay, penalty, eta, first)


def penalised_run() -> tuple[Setting, Reading, Any, Any]:
    """`sgd_l2` without loss from x0: the setting, the run, the step size alpha and the penalty lambda'."""
    setting = Setting()
    alpha, penalty, first = setting.constants("alpha penalty x0")
    found = run(sgd_l2, setting, "L", lambda t, x: 0, start=first, lr=alpha, weight_decay=penalty)
    return setting, found, alpha, penalty


def recursion(p: Prover, found: Reading, alpha: Any, penalty: Any) -> Theorem:
    """0 <= n |- x_{n+2} = (1 + beta1 - alpha lambda') x_{n+1} - beta1 x_n, of a `penalised_run`."""
    beta1, later = found.scalars["beta1"], p.certify(0 <= n + 1, p.assume(0 <= n))
    moved = [step(p, found, "m"), step(p, found), p.cut(step(p, found, "x", n + 1), later)]
    next_but_one = (1 + beta1 - alpha * penalty) * found.slot("x", n + 1) - beta1 * found.slot("x", n)
    return p.certify(eq(found.slot("x", n + 2), next_but_one), *moved)


def characteristic(z: Any, beta1: Any, s: Any) -> Any:
    """What is 0 where x_n = z^n solves the recursion, s = alpha lambda'."""
    return z**2 - (1 + beta1 - s) * z + beta1


def root_at_most(p: Prover, root: Theorem, above: Theorem, shrinks: Theorem, low: Theorem, high: Theorem) -> Theorem:
    """z <= 1 - s from characteristic(z, beta1, s) = 0, 0 < z, 0 < s, 0 <= beta1 and beta1 < 1."""
    z, s, beta1 = above.claim.right, shrinks.claim.right, low.claim.right
    slow, large, small = p.assume(1 - s < z, 1 <= z, z < 1)
    kept = p.certify(0 < 1 - beta1, high)
    # the characteristic is (z - 1)(z - beta1) + s z, and (s - (1 - z)) z + beta1 (1 - z)
    beyond = p.certify(0 <= (z - 1) * (z - beta1), large, p.certify(0 < z - beta1, large, kept))
    far = p.absurd(z <= 1 - s, beyond, p.certify(0 < s * z, shrinks, above), root)
    middle = p.certify(0 < (s - (1 - z)) * z, slow, above)
    between = p.absurd(z <= 1 - s, root, middle, p.certify(0 <= beta1 * (1 - z), low, small))
    return p.cases(p.assume(z <= 1 - s), p.cases(far, between, 1, z), z, 1 - s)


def preconditioned() -> Twins:
    """Both rules with the step size alpha_t M_t(i) in coordinate i: a diagonal preconditioner that is given."""
    setting = Setting()
    decay, penalty = setting.constants("decay penalty")
    alpha, M, g, first = (setting.family(*f) for f in (("alpha", "Z"), ("M", "ZZ"), ("g", "ZZ"), ("x0", "Z")))
    shared = {"lr": lambda t: alpha(t) * M(t, i), "beta1": 0, "start": first(i), "coordinates": [i]}
    decoupled = run(sgdw, setting, "D", lambda t, x: g(t, i), weight_decay=decay, eta=1, **shared)
    penalised = run(sgd_l2, setting, "L", lambda t, x: g(t, i), weight_decay=penalty, **shared)
    return Twins(setting, decoupled, penalised, alpha, decay, penalty, M, first)


def fixed_preconditioner(coefficient: Callable[[Any, Any], Any]) -> Twins:
    """SGD with the step size alpha/s_i: with decay, and with the gradient coefficient(lambda, alpha) s_i x_i added."""
    setting = Setting()
    alpha, decay = setting.constants("alpha decay")
    s, first, g = (setting.family(*f) for f in (("s", "Z"), ("x0", "Z"), ("g", "ZZ")))
    scale = coefficient(decay, alpha)
    shared = {"lr": alpha / s(i), "start": first(i), "coordinates": [i]}
    decoupled = run(sgdw, setting, "D", lambda t, x: g(t, i), weight_decay=decay, eta=1, beta1=0, **shared)
    penalised = run(sgd, setting, "L", lambda t, x: g(t, i) + scale * s(i) * x, **shared)
    return Twins(setting, decoupled, penalised, alpha, decay, scale, s, first)
