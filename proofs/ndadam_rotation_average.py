"""ND-Adam's average commutes with rotations: from a turned state and a turned gradient the text makes Q m_{n+1}.

Words   Q has orthonormal columns. From the state Q w_n, Q m_n and with the raw gradient Q g_bar the text makes the
        average Q m_{n+1}, in every coordinate, where m_{n+1} is what it makes of w_n, m_n and g_bar.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Note    A part of `ndadam_rotation`.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import n
from adamtheory.proofs.lemmas_turn import ASSUMED, Turned, turned_witness

turn = Turned("average")


def statement() -> Statement:
    claim = eq(turn.next("m"), turn.image(lambda j: turn.run.m(j, n + 1)))
    return Statement(turn.run.setting, claim, [0 <= n], [*ASSUMED, "follows_average"])


def witness() -> Witness:
    return turned_witness(turn)


def prove() -> Theorem:
    return turn.average()
