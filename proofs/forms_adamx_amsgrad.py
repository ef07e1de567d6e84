"""AdamX with lam = 1 is AMSGrad.

Words   Whatever the gradients, `adamx` with lam = 1 and `amsgrad` are at the same place after every step, with equal
        lr, beta1, beta2 and eps, for beta1 < 1 and any of the others.
Source  Tran & Phong 2019 (wording *unverified*) offer AdamX as a repair for a beta1 that changes with t; from the texts
        of both rules.
Note    The state `a` of the text is 0 before the first step and beta1 from then on; the maximum that it scales is 0 at
        first. With lam < 1 they part in the second step (`forms_adamx_amsgrad_refuted`).
"""

from typing import Any

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import beta1, n, same
from adamtheory.proofs.lemmas_forms import Walk, rewritten

forms = same("adamx", "amsgrad")


def statement() -> Statement:
    return forms.statement()


def witness() -> Witness:
    return forms.witness()


def prove() -> Theorem:
    walk = Walk(forms)
    p, first = walk.p, forms.first
    ones, old = walk.slot("q", lambda n: lift(1)), walk.shared("v")
    scaled, kept, update = scaled_maximum(walk, ones)
    # by induction the maxima are the same
    mine, yours = first.families["v_max"], forms.second.families["v_max"]
    claim = eq(mine(n), yours(n))
    moved = rewritten(p, update.claim.right, p.chain(eq(scaled, yours(n)), kept, p.assume(claim)), old)
    step = p.chain(eq(mine(n + 1), yours(n + 1)), update, moved, walk.next(forms.second, "v_max"))
    largest = p.induction(n, 0, claim, p.chain(eq(mine(0), yours(0)), p.start(mine), p.start(yours)), step)
    slots = [p.chain(eq(scaled, yours(n)), kept, largest), ones, old, *walk.alike("m", facts=[ones])]
    return walk.walk_alike(slots, walk.one())


def scaled_maximum(walk: Walk, ones: Theorem) -> tuple[Any, Theorem, Theorem]:
    """The scaled old maximum c^2 V of the text; 0 <= n |- c^2 V = V; and how the text updates V."""
    p, first = walk.p, forms.first
    V, a = first.families["v_max"], first.families["a"]
    high = p.given("beta1_below_one")
    later = p.certify(eq(a(n + 1), beta1), walk.next(first, "a"), ones)
    base, following = p.certify(eq((beta1 - a(0)) * V(0), 0), p.start(V)), eq((beta1 - a(n + 1)) * V(n + 1), 0)
    none = p.induction(n, 0, eq((beta1 - a(n)) * V(n), 0), base, p.certify(following, later))
    below = p.induction(n, 0, a(n) < 1, p.certify(a(0) < 1, p.start(a)), p.certify(a(n + 1) < 1, later, high))
    over = p.inverse(p.certify(0 < 1 - a(n), below))
    once = p.certify(eq((1 - beta1 * first.slot("q", n)) * inv(1 - a(n)) * V(n), V(n)), ones, none, over)
    update = walk.next(first, "v_max")
    scaled = update.claim.right.args[0]
    return scaled, p.certify(eq(scaled, V(n)), once), update
