"""No eps inside the root does what an eps > 0 after it does: the gradients 1 and 2 show it in the first step.

Words   If `adam` with eps >= 0 and `adam_eps_inside` with any e >= 0 are at the same place after one step for the first
        gradient 1 and also for the first gradient 2, then eps = e = 0; for lr > 0, beta1 < 1 and beta2 < 1.
Source  Derived for this project; from the texts of both rules.
Note    g + eps = sqrt(g^2 + e) gives e = 2 g eps + eps^2, which no e does for both g. With eps = 0 they are the same
        (`forms_adam_adam_eps_inside`).
"""

from collections.abc import Sequence
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, eq, inv, lift, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.framework_forms import assume, begin, beta1, beta2, eps, g, h, lr, play, step_of, t
from adamtheory.proofs.lemmas_forms import rewritten

NEEDS = ("lr_positive", "beta1_below_one", "beta2_below_one", "eps_nonnegative")
setting = begin("start lr beta1 beta2 eps e", g, h)
e = Family("e")()
on_g, on_h = (
    [play(setting, name, changed, None, history) for name, changed in (("adam", {}), ("adam_eps_inside", {"eps": e}))]
    for history in (g, h)
)
assume(setting, NEEDS)
setting.assume("e_nonnegative", 0 <= e)


def agree(forms: list[Reading]) -> Any:
    """Both forms are at the same place after one step."""
    return eq(forms[0].slot("x", 1), forms[1].slot("x", 1))


def statement() -> Statement:
    hyps = [eq(g(1), 1), eq(h(1), 2), agree(on_g), agree(on_h)]
    return Statement(setting, eq(eps + e, 0), hyps, [*NEEDS, "e_nonnegative"])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "h": ([t], 2), "lr": ([], 1)}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """With lr = 1 and the other parameters 0 both denominators are sqrt(g^2)."""
    forms = [form for form in (*on_g, *on_h) if form.slot("x", 1) in (goal.left, goal.right)]
    return p.certify(goal, *guards, *(landed(p, form) for form in forms))


def landed(p: Prover, form: Reading) -> Theorem:
    """Where a form is after one step, in terms of the first gradient."""
    first = update(p, form)
    moved = rewritten(p, first.claim.right, *map(p.start, form.families.values()))
    return p.chain(eq(form.slot("x", 1), moved.claim.right), first, moved)


def update(p: Prover, form: Reading) -> Theorem:
    """The first update of the iterate, as the text has it."""
    return p.cut(p.next(form.families["x"], 0), p.certify(0 <= lift(0)))


def prove() -> Theorem:
    p = Prover(setting)
    one, two = offset(p, on_g, p.assume(eq(g(1), 1)), 1), offset(p, on_h, p.assume(eq(h(1), 2)), 2)
    return p.certify(eq(eps + e, 0), one, two, p.given("eps_nonnegative"))


def offset(p: Prover, forms: list[Reading], gradient: Theorem, c: int) -> Theorem:
    """2 c eps + eps^2 = e where both forms take the same first step for the gradient c."""
    starts = [p.start(family) for form in forms for family in form.families.values()]
    over = [p.inverse(p.certify(0 < 1 - beta, p.given(f"{beta.args[0]}_below_one"))) for beta in (beta1, beta2)]
    # the radicand (1 - beta2) g^2/(1 - beta2) is c^2, and m_hat is c
    square = p.certify(eq((1 - beta2) * gradient.claim.left**2 / (1 - beta2), c * c), over[1], gradient)
    moment = p.certify(eq(lr * ((1 - beta1) * gradient.claim.left / (1 - beta1)), lr * c), over[0], gradient)
    low = p.certify(0 < c + eps, p.given("eps_nonnegative"))
    radicand = p.certify(0 < c * c + e, p.given("e_nonnegative"))
    high = p.sqrt_positive(radicand)
    outside = p.chain(eq(sqrt(square.claim.left) + eps, c + eps), p.rewrite(square, sqrt), root_of_square(p, c))
    denominators = outside, p.rewrite(square, lambda q: sqrt(q + e))
    places = []
    for form, bottom in zip(forms, denominators, strict=True):
        N, D = (rewritten(p, form.value(part, lift(0)), *starts) for part in step_of(form.rule).args)
        parts = p.chain(eq(N.claim.left, lr * c), N, moment), p.chain(eq(D.claim.left, bottom.claim.right), D, bottom)
        quotient = rewritten(p, N.claim.left / D.claim.left, *parts)
        places.append(
            p.chain(eq(form.slot("x", 1), form.slot("x", 0) - quotient.claim.right), update(p, form), quotient)
        )
    begun = [p.start(form.families["x"]) for form in forms]
    same = p.chain(eq(lr * c * inv(c + eps), lr * c * inv(high.claim.right)), p.assume(agree(forms)), *places, *begun)
    equal = p.certify(eq(high.claim.right, c + eps), same, *map(p.inverse, (p.given("lr_positive"), low, high)))
    return p.certify(eq(2 * c * eps + eps**2, e), equal, p.sqrt_square(radicand))


def root_of_square(p: Prover, c: int) -> Theorem:
    """sqrt(c^2) = c for a numeral c."""
    root = p.sqrt_square(p.certify(0 <= lift(c * c)))
    return p.squares_equal(
        p.restate(eq(sqrt(c * c) ** 2, lift(c) ** 2), root), p.sqrt_nonneg(c * c), p.certify(0 <= lift(c))
    )
