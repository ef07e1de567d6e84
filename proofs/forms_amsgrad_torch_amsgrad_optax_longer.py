"""For all parameters, AMSGrad as PyTorch has it takes a longer second step than optax's after a gradient that vanishes.

Words   For gradients g > 0 and then 0, lr > 0, 0 < beta1 < 1, 0 < beta2 < 1 and eps >= 0, `amsgrad_torch` is after two
        steps further down than `amsgrad_optax` with equal parameters. Its denominator has fallen to g/sqrt(1 + beta2),
        that of optax is g still.
Source  Derived for this project; from the texts of both rules.
Note    The first step is the same (`forms_amsgrad_torch_amsgrad_optax_first_step`). The size of the difference at the
        default decay rates: `forms_amsgrad_torch_amsgrad_optax_refuted`.
"""

from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, inv, lift, sqrt
from adamtheory.logic.reading import Reading
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.framework_forms import beta1, beta2, eps, g, lr, n, step_of, unchanged
from adamtheory.proofs.lemmas_forms import Walk, amsgrad_begins, rewritten

NEEDS = ("lr_positive", "beta1_positive", "beta1_below_one", "beta2_positive", "beta2_below_one", "eps_nonnegative")
forms = unchanged("amsgrad_torch", "amsgrad_optax", NEEDS)
first, second = forms.first, forms.second
rising, gone = 0 < g(1), eq(g(2), 0)


def statement() -> Statement:
    return Statement(forms.setting, first.slot("x", 2) < second.slot("x", 2), [rising, gone], NEEDS)


def witness() -> Witness:
    half, one = ([], 1 / lift(2)), ([], 1)
    return Witness({"g": ([n], 2 - n), "lr": one, "beta1": half, "beta2": half})


square, room, shares = g(1) ** 2, 1 - beta2, 1 - beta2 * beta2
v, q = room * square, sqrt(room * square) / sqrt(shares)
moment = lr * inv(1 - beta1 * beta1) * (beta1 * ((1 - beta1) * g(1)))


class Play:
    """The first two steps."""

    def __init__(self) -> None:
        self.p = p = Prover(forms.setting)
        self.positive, self.beta2 = p.assume(rising), p.given("beta2_positive")
        self.room = p.certify(0 < room, p.given("beta2_below_one"))
        self.shares = p.certify(0 < shares, self.room, self.beta2)
        self.square = p.certify(0 < square, self.positive)

    def steps(self) -> tuple[Theorem, Theorem]:
        """The quotients N/D of the second step are N/(q + eps) and N/(g + eps)."""
        p, over = self.p, self.p.inv_positive(self.shares)
        # v stays the largest, since beta2 v <= v, and g^2 does, since beta2 v/(1 - beta2^2) <= g^2
        kept = p.certify(beta2 * v <= v, p.certify(0 <= v * room, self.room, self.square, degree=3))
        rest = p.certify(0 <= room * over.claim.right * square, self.room, over, self.square, degree=3)
        also = p.certify(beta2 * v / shares <= square, rest, p.inverse(self.shares))
        old = p.sqrt_square(p.restate(0 <= square, self.square))
        root = p.squares_equal(p.restate(eq(sqrt(square) ** 2, g(1) ** 2), old), p.sqrt_nonneg(square), self.nonneg())
        return self.step(first, v, kept), self.step(second, square, also, root)

    def nonneg(self) -> Theorem:
        """0 <= g(1)."""
        return self.p.restate(0 <= g(1), self.positive)

    def step(self, form: Reading, largest: Any, kept: Theorem, *facts: Theorem) -> Theorem:
        """N/D of the second step, in terms of the first gradient, where the largest second moment is the first."""
        p, known = self.p, self.after_first(form, largest)
        known.append(p.restate(eq(g(lift(1) + 1), 0), p.assume(gone)))
        N, D = (rewritten(p, form.value(part, lift(1)), *known) for part in step_of(form.rule).args)
        top = p.restate(eq(N.claim.left, moment), N)
        root = p.rewrite(p.max_is(kept), sqrt)
        bottom = p.certify(eq(D.claim.left, (q if form is first else g(1)) + eps), D, root, *facts)
        return rewritten(p, N.claim.left / D.claim.left, top, bottom)

    def after_first(self, form: Reading, largest: Any) -> list[Theorem]:
        """The slots after one step."""
        p, starts = self.p, [self.p.start(family) for family in form.families.values()]
        zero = p.certify(0 <= lift(0))
        updates = {name: p.cut(p.next(family, 0), zero) for name, family in form.families.items()}
        values = {"m": (1 - beta1) * g(1), "v": v, "p1": beta1, "p2": beta2}
        known = [p.certify(eq(form.slot(name, 1), value), updates[name], *starts) for name, value in values.items()]
        begun = rewritten(p, updates["v_max"].claim.right, *starts)
        new = p.certify(eq(begun.claim.right.args[1], largest), p.inverse(self.room))
        above = p.max_is(p.certify(0 <= begun.claim.right.args[1], new, self.square, self.room))
        return [*known, p.chain(eq(form.slot("v_max", 1), largest), updates["v_max"], begun, above, new)]

    def smaller(self) -> Theorem:
        """q < g, since q^2 = g^2/(1 + beta2)."""
        p, over = self.p, self.p.inv_positive(self.shares)
        base = p.sqrt_positive(self.shares)
        gap = p.certify(
            0 < square * room * beta2 * over.claim.right, self.square, self.room, self.beta2, over, degree=4
        )
        roots = p.sqrt_square(p.certify(0 < v, self.room, self.square)), p.sqrt_square(self.shares)
        less = p.certify(q**2 < g(1) ** 2, gap, *roots, p.inverse(base), p.inverse(self.shares))
        return p.squares_strict(less, self.nonneg())


def prove() -> Theorem:
    play = Play()
    p, steps = play.p, play.steps()
    root = p.sqrt_positive(p.certify(0 < v, play.room, play.square))
    positive = p.certify(0 < q, root, p.inv_positive(p.sqrt_positive(play.shares)))
    bottom = p.certify(0 < q + eps, positive, p.given("eps_nonnegative"), degree=1)
    reciprocals = p.reciprocal(p.certify(q + eps < g(1) + eps, play.smaller()), bottom)
    low, top = p.certify(0 < 1 - beta1, p.given("beta1_below_one")), p.given("beta1_positive")
    over = p.inv_positive(p.certify(0 < 1 - beta1 * beta1, low, top))
    scaled = p.certify(0 < lr * over.claim.right, p.given("lr_positive"), over)
    moved = p.certify(0 < moment, scaled, p.certify(0 < (1 - beta1) * g(1), low, play.positive), top, degree=3)
    longer = p.certify(moment * reciprocals.claim.left < moment * reciprocals.claim.right, reciprocals, moved)
    once = p.certify(0 <= lift(1))
    updates = [p.cut(p.next(form.families["x"], 1), once) for form in (first, second)]
    return p.chain(statement().claim, longer, *steps, *updates, amsgrad_begins(Walk(forms)))
