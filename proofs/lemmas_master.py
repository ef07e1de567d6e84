"""A moving average of gradients on a box with any steps alpha_t and denominators w_t: the game of `master_theorem`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Family, Setting, eq, total
from adamtheory.proofs.lemmas_box_game import Game, distance, i, play, projected, t
from adamtheory.proofs.lemmas_momentum import Known, Player
from adamtheory.rules.descent import momentum_average


@dataclass(frozen=True, eq=False)
class Monotone:
    """The game with alpha_t > 0, and w_t >= 0 for which w_t/alpha_t does not fall."""

    game: Game
    alpha: Family
    w: Family

    @property
    def width(self) -> Any:
        """D_i."""
        return self.game.high(i) - self.game.low(i)

    def widths(self, n: Any) -> Any:
        """sum_i D_i^2 w_{n,i}."""
        return self.game.over(self.width**2 * self.w(n, i))

    def averages(self, n: Any) -> Any:
        """sum_t alpha_t sum_i m_t^2/w_t."""
        return total(t, 1, n, self.alpha(t) * self.game.over(self.game.m(t) ** 2 / self.w(t, i)))


def monotone_game(setting: Setting, rate: Any = None) -> Monotone:
    """The game, with the rates rate(t) or a constant beta1; what it needs besides is for the caller to assume."""
    d = setting.constant("d", "Z")
    alpha, w = setting.family("alpha", "Z"), setting.family("w", "ZZ")
    scalars = {"lr": lambda t: alpha(t) / w(t, i), **({"beta1": rate} if rate else {})}
    return Monotone(play(momentum_average, setting, d, scalars), alpha, w)


def here(m: Monotone) -> tuple[Any, ...]:
    """1 <= t, 1 <= i, i <= d."""
    return (1 <= t, 1 <= i, i <= m.game.d)


def assume_steps(setting: Setting, m: Monotone) -> tuple[str, ...]:
    """0 < alpha_t and 0 <= w_t; the names of the assumptions."""
    setting.assume("steps_positive", 0 < m.alpha(t), [1 <= t])
    setting.assume("denominators_nonnegative", 0 <= m.w(t, i), here(m))
    return "steps_positive", "denominators_nonnegative"


def assume_positive(setting: Setting, m: Monotone) -> tuple[str]:
    """0 < w_t where the gradient is not 0."""
    setting.assume("denominators_positive", 0 < m.w(t, i), [*here(m), 0 < m.game.g(t, i) ** 2])
    return ("denominators_positive",)


def assume_monotone(setting: Setting, m: Monotone) -> tuple[str]:
    """w_t/alpha_t does not fall."""
    setting.assume("monotone", m.w(t, i) / m.alpha(t) <= m.w(t + 1, i) / m.alpha(t + 1), here(m))
    return ("monotone",)


def player(p: Prover, m: Monotone, a: Any, decay: tuple[Theorem, Theorem], positive: Known | None = None) -> Player:
    """Coordinate i; decay: 0 <= a and a < 1; positive in place of the assumption of `assume_positive`."""
    game, w = m.game, m.w

    def step(t: Any) -> Any:
        return m.alpha(t) * game.m(t) / w(t, i)

    def nearer(n: Any, z: Any) -> Theorem:
        moved = p.certify(eq(game.reading.value("x", n), game.x(n) - step(n + 1)), p.next("m", i, n))
        return projected(p, game, n, z, step(n + 1), moved)

    return Player(
        g=lambda t: game.g(t, i), m=game.m, w=lambda t: w(t, i), alpha=m.alpha, a=a,
        begun=p.start("m", i), following=lambda n: p.next("m", i, n), decay=decay,
        step_positive=lambda t: p.given("steps_positive", t),
        nonneg=lambda t: p.given("denominators_nonnegative", i, t),
        positive=positive or (lambda t: p.given("denominators_positive", i, t)),
        rising=lambda t: p.given("monotone", i, t),
        x=game.x, u=game.u(i), width=m.width, nearer=nearer, close=lambda n: distance(p, game, n, m.width),
    )  # fmt: skip
