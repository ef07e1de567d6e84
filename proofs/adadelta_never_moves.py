"""AdaDelta with eps_n = 0 never moves: it stays where it starts, for every history.

Words   If eps_n = 0 then x_n = x_0 for every n >= 0, whatever the gradients, rho, eps_d and the factor of the step are.
Source  Derived for this project; from the text of `adadelta_two_eps`, Zeiler 2012, Algorithm 1.
Note    The scale of the steps comes from eps alone: F_{n-1} = 0 gives delta_n = 0, and that F_n = 0.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, sqrt
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_adadelta import induct, n, plain, t
from adamtheory.proofs.lemmas_roots import root_of_zero

setting = Setting()
start = setting.constant("x_start")
g, run = plain(setting, start, eps_n=0)


def statement() -> Statement:
    return Statement(setting, eq(run.x(n), start), [0 <= n])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "x_start": ([], 1)}, {n: 1})


def prove() -> Theorem:
    p = Prover(setting)
    begun = p.assume(0 <= n)

    def still(zero: Theorem) -> Theorem:
        """delta = 0 from F(n) = 0."""
        root = p.chain(eq(sqrt(run.F(n)), 0), p.rewrite(zero, sqrt), root_of_zero(p))
        return p.certify(eq(run.delta(n), 0), root)

    at_zero = still(p.assume(eq(run.F(n), 0)))
    F = induct(p, lambda n: eq(run.F(n), 0), p.start("F"), p.using(p.next("F", n), begun), at_zero)
    first = p.restate(eq(run.x(lift(0)), start), p.start("X"))
    return induct(p, lambda n: eq(run.x(n), start), first, p.using(p.next("X", n), begun), still(F))
