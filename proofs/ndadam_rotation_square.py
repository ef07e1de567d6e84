"""ND-Adam's second moment does not see rotations: from a turned state and gradient the text makes v_{n+1}.

Words   Q has orthonormal columns. From the state Q w_n, v_n and with the raw gradient Q g_bar the text makes the same
        v_{n+1} as of w_n, v_n and g_bar.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Note    A part of `ndadam_rotation`.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import n
from adamtheory.proofs.lemmas_turn import ASSUMED, Turned, turned_witness

turn = Turned("square")


def statement() -> Statement:
    claim = eq(turn.next("v"), turn.run.v(n + 1))
    return Statement(turn.run.setting, claim, [0 <= n], [*ASSUMED, "follows_square"])


def witness() -> Witness:
    return turned_witness(turn)


def prove() -> Theorem:
    return turn.square()
