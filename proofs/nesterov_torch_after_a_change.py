"""After a change of the step size PyTorch's Nesterov leaves the method by mu^2 h (alpha - alpha').

Words   If before a step `nesterov_torch` and `nesterov` stand at the same point and the velocity is -alpha times the
        buffer h, as it is while the step size alpha is constant, and the step has the step size alpha', then their
        iterates differ after it by mu^2 h (alpha - alpha'), PyTorch's minus the method's, whatever the gradients.
Source  PyTorch SGD(nesterov=True), optax sgd(nesterov=True); from the texts of `nesterov_torch` and `nesterov`.
Note    That the premise holds while the step size is constant is `nesterov_torch_is_nesterov`.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import n, run, step
from adamtheory.rules.descent import nesterov, nesterov_torch

setting = Setting()
g, rate, first, alpha = setting.family("g", "Z"), setting.family("rate", "Z"), *setting.constants("x0 alpha")
A = run(nesterov, setting, "N", lambda t, x: g(t), start=first, lr=rate)
B = run(nesterov_torch, setting, "T", lambda t, x: g(t), start=first, lr=rate)
mu, h = A.scalars["mu"], B.slot("h", n)
same = [eq(B.slot("x", n), A.slot("x", n)), eq(A.slot("V", n), -alpha * h)]


def statement() -> Statement:
    return Statement(
        setting, eq(B.slot("x", n + 1) - A.slot("x", n + 1), mu**2 * h * (alpha - rate(n + 1))), [0 <= n, *same]
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
