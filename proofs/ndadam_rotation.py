"""ND-Adam commutes with rotations: from a turned state and a turned gradient the text makes Q w_{n+1}.

Words   Q has orthonormal columns. From the state Q w_n, Q m_n, v_n and with the raw gradient Q g_bar the text makes
        the weights Q w_{n+1}, in every coordinate, where w_{n+1} is what it makes of w_n, m_n, v_n and g_bar.
Source  Derived for this project; from the text of `ndadam`, Zhang, Ma, Li & Wu 2017, Algorithm 1.
Note    The moments turn along: `ndadam_rotation_average`, `ndadam_rotation_square`. Adam does not commute with
        rotations: `adam_rotation_refuted`.
Witness lr = 0, so that the weights rest: with lr > 0 they have no closed form in the language. The assumptions
        are what a run does; runs with lr > 0 are evaluated in the tests.
"""

from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_sphere import n
from adamtheory.proofs.lemmas_turn import ASSUMED, Turned, turned_witness

turn = Turned("weights")


def statement() -> Statement:
    claim = eq(turn.next("x"), turn.image(lambda j: turn.run.w(j, n + 1)))
    return Statement(turn.run.setting, claim, [0 <= n], [*ASSUMED, "follows_weights"])


def witness() -> Witness:
    return turned_witness(turn)


def prove() -> Theorem:
    return turn.weights()
