"""What a proof file states, before anything is proved: the sentence, what it may rest on, and a witness.

A file of `proofs/` (or a user's own) has a docstring whose first line says the theorem in words, and

    def statement() -> Statement          the sentence; no proof in sight
    def prove() -> Theorem                a theorem of exactly this sentence, or
    def counterexample() -> Model         where the sentence is false, a model that shows it

and, where the theory has assumptions or the sentence hypotheses, `def witness() -> Witness`: that they hold somewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adamtheory.language.rule import Rule
from adamtheory.logic.bridge import stated
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.notation import Setting, lift
from adamtheory.logic.terms import ONE_MONOMIAL, Rel, Term, difference, need


@dataclass(frozen=True)
class Statement:
    """theory ; hyps |- claim, with the names of the assumptions and axioms that the proof may use, all of them.

    `rules` are the update rules, losses and schedules that the theory was read from, `readings` how (they tell what a
    family of the theory is in a run). Claim and hypotheses may be SymPy relations, read as `bridge.stated` says.
    Raises `Refused` where the claim is decided by its normal form alone.
    """

    theory: Theory
    claim: Rel
    hyps: tuple[Rel, ...] = ()
    assumes: tuple[str, ...] = ()
    axioms: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    readings: tuple[Any, ...] = field(default=(), compare=False, repr=False)

    def __init__(
        self,
        setting: Setting | Theory,
        claim: Any,
        hyps: Iterable[Any] = (),
        assumes: Iterable[str] = (),
        axioms: Iterable[str] = (),
    ) -> None:
        built = isinstance(setting, Setting)
        object.__setattr__(self, "theory", setting.theory if isinstance(setting, Setting) else setting)
        object.__setattr__(self, "rules", tuple(setting.rules) if built else ())
        object.__setattr__(self, "readings", tuple(setting.readings) if built else ())
        claim = stated(claim, self.theory)
        object.__setattr__(self, "claim", claim)
        object.__setattr__(self, "hyps", tuple(stated(h, self.theory) for h in hyps))
        object.__setattr__(self, "assumes", tuple(sorted(assumes)))
        object.__setattr__(self, "axioms", tuple(sorted(axioms)))
        if claim.kind != "lim":
            trivial = all(m == ONE_MONOMIAL for m, _ in difference(claim))
            need(not trivial, "the claim is decided by its normal form alone: it states nothing")


Prove = Callable[[Any, Rel, Sequence[Theorem]], Theorem]


@dataclass(frozen=True)
class Witness:
    """An interpretation in which the assumptions and hypotheses hold.

    families  name -> (variables, term): `{"g": ([t], 1)}`; every declared family, by terms without families
    values    values for the free variables of the hypotheses
    prove     how to prove a goal that is not certified at once: (prover, goal, assumed guards) -> theorem
    """

    families: Mapping[str, tuple[Sequence[Term], Any]] = field(default_factory=dict)
    values: Mapping[Term, Any] = field(default_factory=dict)
    prove: Prove | None = None

    def entries(self) -> list[tuple[str, tuple[Term, ...], Term]]:
        """The interpretation with all numbers lifted to terms."""
        return [(name, tuple(variables), lift(value)) for name, (variables, value) in self.families.items()]
