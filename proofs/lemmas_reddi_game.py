"""The game of Reddi, Kale & Kumar (2018), read from the texts of loss, interval and rule; shared steps."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, TypeAlias

from adamtheory.language.rule import Rule
from adamtheory.logic import kernel
from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import (
    Setting,
    eq,
    indicator,
    integer,
    inv,
    lift,
    maximum,
    real,
    reals,
    sqrt,
    total,
)
from adamtheory.logic.reading import read
from adamtheory.logic.terms import Rel, key
from adamtheory.losses.linear import reddi
from adamtheory.sets import box

k, t, T = integer("k"), integer("t"), integer("T")
HALF = Fraction(1, 2)
Slopes: TypeAlias = tuple[Theorem, Theorem, Theorem]  # the gradients of the three rounds of a block
SHARE = reals("c slope n1 n2 u1 u2")


class Losses:
    """The periodic losses, read into a setting, with N = 3 and scale 1."""

    def __init__(self, loss: Rule = reddi) -> None:
        self.setting = Setting()
        self.C = self.setting.constant("C")
        scalars = {"C": self.C, "N": 3, "scale": 1}
        self.losses = read(loss, self.setting, scalars={s.name: scalars[s.name] for s in loss.scalars})

    def phase(self, n: Any) -> Any:
        """The phase of round n + 1."""
        return self.losses.slot("phase", n)

    def slope(self, n: Any, x: Any) -> Any:
        """The gradient of round n + 1 at x."""
        return self.losses.value("gradient", n, x=x)

    def loss(self, t: Any, u: Any) -> Any:
        """f_t(u)."""
        return self.losses.value("result", t - 1, x=u)

    def paid(self, T: Any, u: Any) -> Any:
        """sum_{t=1}^{T} f_t(u)."""
        return total(t, 1, T, self.loss(t, u))


class Game(Losses):
    """The losses, the interval [-1, 1] (or no constraint) and the rule, read into one setting.

    beta1 = 0, eps = 0, beta2 = 1/(1 + C^2), step size alpha/sqrt(t), first iterate 1.
    """

    def __init__(self, rule: Rule, loss: Rule = reddi, constrained: bool = True) -> None:
        super().__init__(loss)
        setting, C = self.setting, self.C
        self.alpha = alpha = setting.constant("alpha")
        self.beta2 = 1 / (1 + C**2)
        self.interval = read(box, setting, scalars={"low": -1, "high": 1}) if constrained else None
        self.method = read(
            rule,
            setting,
            inputs={"g": lambda t, x: self.slope(t - 1, x)},
            scalars={"lr": lambda t: alpha / sqrt(t), "beta1": 0, "beta2": self.beta2, "eps": 0},
            start=1,
            project=self.project if constrained else None,
            names={"x": "iterate"},
        )
        self.hyps = (0 < alpha, 2 < C)

    def x(self, n: Any) -> Any:
        """The iterate after n steps, on which round n + 1 is played."""
        return self.method.slot("x", n)

    def project(self, y: Any) -> Any:
        """The projection onto [-1, 1]."""
        return self.interval.value("result", 0, y=y) if self.interval else y

    def cost(self, t: Any) -> Any:
        """f_t(x_t) - f_t(-1)."""
        return self.loss(t, self.x(t - 1)) - self.loss(t, -1)

    def regret(self, T: Any) -> Any:
        """R_T = sum_{t=1}^{T} f_t(x_t) - f_t(-1); -1 is the best fixed point (`reddi_comparator`)."""
        return total(t, 1, T, self.cost(t))


class Remembering(Prover):
    """A prover that looks for each step once: the lemmas ask for the same small facts again and again."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.known: dict[Any, Theorem] = {}

    def certify(self, goal: Rel, *facts: Theorem, **options: Any) -> Theorem:
        weights = tuple(tuple(map(_stated, product)) for product in options.get("weights", ()))
        others = (tuple(options.get("squares", ())), options.get("degree"), options.get("rounds"))
        asked = (goal.kind, goal.left, goal.right, tuple(map(_stated, facts)), weights, others)
        if asked not in self.known:
            self.known[asked] = super().certify(goal, *facts, **options)
        return self.known[asked]


def _stated(theorem: Theorem) -> Any:
    return key(theorem.claim), theorem.hyps


class Clip:
    """Clipping to [-1, 1], as the text of the projection has it: theorems about clip(y) for a given term y."""

    def __init__(self, game: Game, p: Prover) -> None:
        self.p, self.clip, self.y = p, game.project, real("y")

    def at(self, y: Any, main: Theorem, *sides: Theorem) -> Theorem:
        """A theorem about clip(y) for this y, its hypotheses discharged."""
        return self.p.using(self.p.inst(main, {self.y: y}), *sides)

    @cached_property
    def high(self) -> Theorem:
        """1 <= y |- clip(y) = 1."""
        p, y = self.p, self.y
        above = p.assume(1 <= y)
        off = p.indicator_off(p.certify(-1 - y <= 0, above))
        one = p.antisym(p.assume(y - 1 <= 0), p.certify(0 <= y - 1, above))
        goal = eq(self.clip(y), 1)
        touching = p.certify(goal, off, p.indicator_off(p.assume(y - 1 <= 0)), one)
        beyond = p.certify(goal, off, p.indicator_on(p.assume(0 < y - 1)))
        return p.cases(touching, beyond, y - 1, 0)

    @cached_property
    def inside(self) -> Theorem:
        """-1 <= y, y <= 1 |- clip(y) = y."""
        p, y = self.p, self.y
        low, high = p.assume(-1 <= y, y <= 1)
        off = [p.indicator_off(p.certify(-1 - y <= 0, low)), p.indicator_off(p.certify(y - 1 <= 0, high))]
        return p.certify(eq(self.clip(y), y), *off)

    @cached_property
    def low(self) -> Theorem:
        """y < -1 |- clip(y) = -1."""
        p, y = self.p, self.y
        below = p.assume(y < -1)
        off = p.indicator_off(p.certify(y - 1 <= 0, below))
        return p.certify(eq(self.clip(y), -1), off, p.indicator_on(p.certify(0 < -1 - y, below)))

    def everywhere(self, claim: Callable[[Any, Any], Rel]) -> Theorem:
        """claim(y, clip(y)) for every y, from the three cases."""
        p, y = self.p, self.y
        goal = claim(y, self.clip(y))
        low, inside, high = p.assume(y < -1), p.assume(-1 <= y), p.assume(y <= 1)
        upper = p.using(self.high, p.restate(1 <= y, p.assume(1 < y)))
        above = p.certify(goal, upper, p.assume(1 < y))
        between = p.cases(p.certify(goal, self.inside, inside, high), above, y, 1)
        return p.cases(between, p.certify(goal, self.low, low), -1, y)

    @cached_property
    def at_most(self) -> Theorem:
        """clip(y) <= 1."""
        return self.everywhere(lambda y, clipped: clipped <= 1)

    @cached_property
    def raises(self) -> Theorem:
        """y <= 1 |- y <= clip(y)."""
        p, y = self.p, self.y
        low = p.certify(y <= self.clip(y), self.low, p.assume(y < -1))
        return p.cases(p.restate(y <= self.clip(y), self.inside), low, -1, y)


@cache
def share(p: Prover) -> Theorem:
    """0 < n1, n2, u1, u2, c^2 s^2 n2 u2 <= n1 u1 |- c s/(sqrt(n1) sqrt(u1)) <= 1/(sqrt(n2) sqrt(u2))."""
    c, s, *under = SHARE
    positive = [p.assume(0 < z) for z in under]
    n1, n2, u1, u2 = under
    small = p.assume(c**2 * s**2 * n2 * u2 <= n1 * u1)
    inverses = [inverse_root(p, z) for z in positive]
    r1, r2, q1, q2 = (inv(sqrt(z)) for z in under)
    # the two sides squared, times n1 u1 n2 u2
    squares = p.certify(
        (c * s * r1 * q1) ** 2 <= (r2 * q2) ** 2, small, *inverses, squares=[r1 * r2 * q1 * q2], degree=1, rounds=2
    )
    roots = [p.inv_nonneg(p.sqrt_nonneg(z)) for z in (n2, u2)]
    return p.restate(c * s * (r1 * q1) <= r2 * q2, p.squares(squares, p.certify(0 <= r2 * q2, *roots)))


def shorter(p: Prover, c: Any, n: Theorem, u: Theorem, small: Theorem) -> Theorem:
    """c/(sqrt(n) sqrt(u)) < 1 from 0 < n, 0 < u and c^2 < n u."""
    r, q = (inv(sqrt(z.claim.right)) for z in (n, u))
    weights = [[n, u]]
    squares = p.certify(
        (c * (r * q)) ** 2 < lift(1) ** 2, small, inverse_root(p, n), inverse_root(p, u), weights=weights
    )
    return p.restate(c * (r * q) < 1, p.squares_strict(squares, p.certify(lift(0) <= 1)))


def inverse_root(p: Prover, positive: Theorem) -> Theorem:
    """inv(sqrt(z))^2 z = 1 from 0 < z."""
    z = positive.claim.right
    root = p.sqrt_positive(positive)
    return p.certify(eq(inv(sqrt(z)) ** 2 * z, 1), p.inverse(root), p.sqrt_square(positive))


def follow(p: Prover, *equations: Theorem) -> Theorem:
    """a = c from a = b, b = c, and so on: their sum, without a search, since the sides may be long."""
    goal = eq(equations[0].claim.left, equations[-1].claim.right)
    once = tuple((j, lift(1)) for j in range(len(equations)))
    return kernel.certificate(p.theory, goal, equations, (), once, ((Fraction(1), ()),))


def turned(p: Prover, equation: Theorem) -> Theorem:
    """b = a from a = b."""
    goal = eq(equation.claim.right, equation.claim.left)
    return kernel.certificate(p.theory, goal, (equation,), (), ((0, lift(-1)),), ((Fraction(1), ()),))


def every(p: Prover, claim: Callable[[Any], Rel], thirds: tuple[Theorem, Theorem, Theorem], n: Any) -> Theorem:
    """0 <= n |- claim(n), from claim(3k), claim(3k+1), claim(3k+2) for 0 <= k; the claim is <= or <.

    gap(j) >= 0 is 0 exactly where the claim holds. Summed over j = 0, ..., 3k+2 it is 0, and n <= 3n+2.
    """
    i, m = p.fresh("i", n), p.fresh("m", n)
    gap, closed, nonneg, opened = gaps(p, claim)
    last = p.certify(0 <= k, p.assume(0 <= k))

    def through(n: Any) -> Any:
        return total(i, 0, n, gap(i))

    steps = [p.sum_step(i, 0, 3 * k - 1 + j, gap(i), last) for j in (0, 1, 2)]
    nothing = [closed(third, 3 * k + j) for j, third in enumerate(thirds)]
    longer = p.chain(eq(through(3 * k + 2), through(3 * k - 1)), *steps, *nothing)
    step = p.chain(eq(through(3 * (k + 1) - 1), 0), p.assume(eq(through(3 * k - 1), 0)), longer)
    base = p.restate(eq(through(lift(-1)), 0), p.sum_none(i, 0, gap(i)))
    none = p.induction(k, 0, eq(through(3 * k - 1), 0), base, step)
    # the sums grow: through(n) <= through(n + m)
    start, more = p.assume(0 <= n), p.assume(0 <= m)
    further = p.sum_step(i, 0, n + m, gap(i), p.certify(0 <= n + m, start, more))
    grown = p.chain(
        through(n) <= through(n + m + 1), p.assume(through(n) <= through(n + m)), further, nonneg(n + m + 1)
    )
    grows = p.induction(m, 0, through(n) <= through(n + m), p.certify(through(n) <= through(n + 0)), grown)
    grows = p.using(p.inst(grows, {m: 2 * n + 2}), p.certify(0 <= 2 * n + 2, start))
    ended = p.using(p.inst(none, {k: n + 1}), p.certify(0 <= n + 1, start))
    before = p.sum_of(nonneg(i), i, 0, n - 1)
    here = p.chain(gap(n) <= 0, grows, ended, before, p.sum_step(i, 0, n - 1, gap(i), start))
    return opened(here, n)


def gaps(p: Prover, claim: Callable[[Any], Rel]) -> tuple[Callable[..., Any], ...]:
    """gap(n); gap(n) = 0 from claim(n); 0 <= gap(n); claim(n) from gap(n) <= 0."""

    def excess(n: Any) -> Any:
        return claim(n).left - claim(n).right

    if claim(k).kind == "le":
        return (
            lambda n: maximum(excess(n), 0),
            lambda third, n: p.max_is(p.restate(excess(n) <= 0, third)),
            lambda n: p.max_right(excess(n), 0),
            lambda none, n: p.chain(claim(n), p.max_left(excess(n), 0), none),
        )

    def gap(n: Any) -> Any:
        return 1 - indicator(-excess(n))

    def closed(third: Theorem, n: Any) -> Theorem:
        return p.restate(eq(gap(n), 0), p.indicator_on(p.restate(0 < -excess(n), third)))

    def nonneg(n: Any) -> Theorem:
        on, off = p.assume(0 < -excess(n)), p.assume(-excess(n) <= 0)
        low, high = (p.chain(0 <= gap(n), fact) for fact in (p.indicator_off(off), p.indicator_on(on)))
        return p.cases(low, high, -excess(n), 0)

    def opened(none: Theorem, n: Any) -> Theorem:
        on, off = p.assume(0 < -excess(n)), p.assume(-excess(n) <= 0)
        return p.cases(p.absurd(claim(n), p.indicator_off(off), none), p.restate(claim(n), on), -excess(n), 0)

    return gap, closed, nonneg, opened
