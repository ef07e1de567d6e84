"""ND-Adam from a state that an orthogonal map has turned: what the text makes of Q w, Q m, v and Q g."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integers, sqrt
from adamtheory.logic.statement import Witness
from adamtheory.logic.sums import apart, put
from adamtheory.logic.terms import Rel, substitute
from adamtheory.proofs.lemmas_delta import collapse, delta, image, isometry, orthogonal_map
from adamtheory.proofs.lemmas_sphere import at_two, i, n, resting, sphere

ASSUMED = ("dimension", "orthonormal")


class Turned:
    """The run of `sphere`, and one step of the text from its image under Q."""

    def __init__(self, *follows: str) -> None:
        self.run = sphere(*follows)
        self.Q = orthogonal_map(self.run.setting, self.run.d)
        s = self.run
        gradient = self.image(lambda j: s.g(n + 1, j))
        powers = {name: s.reading.slot(name, n) for name in ("p1", "p2")}
        weights, average = self.image(lambda j: s.w(j, n)), self.image(lambda j: s.m(j, n))
        state = {"x": weights, "m": average, "v": s.v(n), **powers}
        self.plain = replace(s.reading, coordinates=(i,))
        self.found = self.plain.environment(n, {"g": gradient}, state)

    def image(self, a: Callable[[Any], Any]) -> Any:
        """Coordinate i of Q a."""
        return image(self.Q, i, self.run.d, a)

    def next(self, slot: str) -> Any:
        """The slot that the text makes of the turned state; `x` are the weights."""
        return self.plain.next_slot(slot, self.found)

    def value(self, name: str) -> Any:
        """A name of the text in the turned step, as it stands at its end."""
        return self.found[max((known for known in self.found if known.id == name), key=lambda known: known.version)]

    def old(self, name: str) -> Callable[[Any], Any]:
        """The same name in the run's own step, in coordinate j."""
        term = self.run.value(name, n)
        return lambda j: substitute(term, {i: j})

    # --- proofs ---

    def products(self, p: Prover) -> list[Theorem]:
        """Qg . Qw = g . w, |Qg|^2 = |g|^2, |Qw|^2 = |w|^2."""
        s = self.run

        def g(j: Any) -> Any:
            return s.g(n + 1, j)

        def w(j: Any) -> Any:
            return s.w(j, n)

        return [isometry(p, self.Q, i, s.d, a, b) for a, b in ((g, w), (g, g), (w, w))]

    def square(self) -> Theorem:
        """The text's new v is v_{n+1}."""
        p = Prover(self.run.setting)
        return p.certify(eq(self.next("v"), self.run.v(n + 1)), *self.products(p), p.given("follows_square", n))

    def average(self) -> Theorem:
        """The text's new m is Q m_{n+1}."""
        p, (j,) = Prover(self.run.setting), integers("j")
        follows = p.rewrite(p.given("follows_average", j, n), lambda z: self.Q(i, j) * z)
        summed = p.sum_of(follows, j, 1, self.run.d)
        turned = eq(self.next("m"), self.image(lambda j: self.run.m(j, n + 1)))
        return p.certify(turned, self.products(p)[0], summed)

    def weights(self) -> Theorem:
        """The text's new weights are Q w_{n+1}."""
        p, s = Prover(self.run.setting), self.run
        eps, products = s.scalar("eps"), self.products(p)
        v_hat = p.certify(eq(self.value("v_hat"), s.value("v_hat", n)), *products)
        scale = p.rewrite(v_hat, lambda z: 1 / (sqrt(z) + eps))
        moved = p.certify(eq(self.value("w"), self.image(self.old("w"))), scale, products[0])
        squared = p.sum_of(p.rewrite(moved, lambda z: z**2), i, 1, s.d)
        kept = isometry(p, self.Q, i, s.d, self.old("w"), self.old("w"))
        length = p.chain(eq(s.over(self.value("w") ** 2), s.length(n)), squared, kept)
        # divided by the same length: Q w_bar/|w_bar| = Q (w_bar/|w_bar|)
        a, b, q, r = apart(p, "a b q r")
        product = p.certify(eq(a * q, b * r), *p.assume(eq(a, b), eq(q, r)))
        sides = moved.claim.left, moved.claim.right, 1 / sqrt(length.claim.left), 1 / sqrt(length.claim.right)
        divided = put(p, product, (a, b, q, r), sides, moved, p.rewrite(length, lambda z: 1 / sqrt(z)))
        (j,) = integers("j")
        follows = p.rewrite(p.given("follows_weights", j, n), lambda z: self.Q(i, j) * z)
        return p.chain(eq(self.next("x"), self.image(lambda j: s.w(j, n + 1))), divided, p.sum_of(follows, j, 1, s.d))


def turned_witness(turn: Turned) -> Witness:
    """The resting run in two coordinates, and Q the identity."""
    j, k = integers("j k")

    def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
        columns = collapse(p, i, 2, j, lambda i: delta(i, k))
        within = [guard for guard in guards if guard.claim.kind == "le"]
        return at_two(p, goal, [*guards, *((p.using(columns, *within),) if len(within) == 4 else ())])

    return replace(resting(turn.run, {n: 1}, Q=([i, j], delta(i, j))), prove=shown)
