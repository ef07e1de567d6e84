"""After a change of the step size the two forms of the heavy ball differ by mu h (alpha - alpha').

Words   If before a step `momentum` and `momentum_velocity` stand at the same point and the velocity is -alpha times
        the buffer h, as it is while the step size alpha is constant, and the step has the step size alpha', then
        their iterates differ after it by mu h (alpha - alpha'), that of the buffer minus that of the velocity.
Source  PyTorch and optax store the buffer, Keras the velocity (*unverified* against the running library); from the
        texts of `momentum` and `momentum_velocity`.
Note    That the premise holds while the step size is constant is `momentum_velocity_is_momentum`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import n, run, step
from adamtheory.rules.descent import momentum, momentum_velocity

setting = Setting()
g, rate, first, alpha = setting.family("g", "Z"), setting.family("rate", "Z"), *setting.constants("x0 alpha")
A = run(momentum_velocity, setting, "V", lambda t, x: g(t), start=first, lr=rate)
B = run(momentum, setting, "M", lambda t, x: g(t), start=first, lr=rate)
mu, h = B.scalars["mu"], B.slot("h", n)
same = [eq(B.slot("x", n), A.slot("x", n)), eq(A.slot("V", n), -alpha * h)]


def statement() -> Statement:
    return Statement(
        setting, eq(B.slot("x", n + 1) - A.slot("x", n + 1), mu * h * (alpha - rate(n + 1))), [0 <= n, *same]
    )


def witness() -> Witness:
    """Before the first step both velocities are 0."""

    def shown(p, goal, guards):
        begun = [p.start(f) for r in (A, B) for f in r.families.values()]
        return p.certify(goal, *guards, *begun)

    return Witness(values={n: 0}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    steps = [step(p, r, slot) for r in (A, B) for slot in r.families]
    return p.certify(statement().claim, *p.assume(*same), *steps)
