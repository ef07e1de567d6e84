"""In the SGD phase of SWATS the j-th step on a constant gradient c is (1 - beta1^j) Lam c.

Words   If `swats` is in the SGD phase after N steps, its buffer V is 0 as it is at the switch, and the gradients are
        the constant c, then x_{N+j} = x_{N+j-1} - (1 - beta1^j) Lam c for every j >= 1, with the Lam of step N.
Source  Keskar & Socher 2017, Algorithm 1; from the text of `swats`.
Note    n = j - 1. The lines of the text that set p, the average (rate) and whether it has settled are left open: in
        this phase they do not matter.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, lift, power
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_twins import n, t, together
from adamtheory.rules.swats import swats

setting = Setting()
c, first, N = *setting.constants("c x0"), setting.constant("N", "Z")
left_open = {name: setting.family(name, "Z") for name in ("p", "rate", "settled")}
given = {"inputs": {"g": lambda t, x: c}, "lines": left_open, "names": {"x": "X"}}
reading = read(swats, setting, slots=["V", "phase", "Lam", "x"], start=first, **given)
beta1 = reading.scalars["beta1"]
X, V, phase, Lam = (reading.families[name] for name in ("x", "V", "phase", "Lam"))
setting.assume("switched", eq(phase(N), 1))
setting.assume("buffer_empty", eq(V(N), 0))
setting.assume("after_the_start", 0 <= N)


def statement() -> Statement:
    claim = eq(X(N + n + 1), X(N + n) - (1 - power(beta1, n + 1)) * Lam(N) * c)
    return Statement(setting, claim, [0 <= n], ["switched", "buffer_empty", "after_the_start"])


def witness() -> Witness:
    """The first step switches, N = 1: settled is 1."""

    def shown(p, goal, guards):
        zero = p.certify(0 <= n - n)
        begun = [fact for f in (V, phase, Lam) for fact in (p.start(f), p.using(p.next(f, 0), zero))]
        free = p.indicator_on(p.certify(0 < 1 - phase(0), p.start(phase)))
        on = p.indicator_on(p.certify(0 < (0 + free.claim.left * (lift(1) - 0)) - 0, free))
        return p.certify(goal, *guards, *([*begun, free, on] if goal.families else []))

    return Witness({"settled": ([t], 1), "N": ([], 1)}, values={n: 0}, prove=shown)


def prove() -> Theorem:
    p = Prover(setting)
    pairs = [
        (lambda n: phase(N + n), lambda n: lift(1)),
        (lambda n: Lam(N + n), lambda n: Lam(N)),
        (lambda n: (1 - beta1) * V(N + n), lambda n: (1 - power(beta1, n)) * c),
    ]
    reached = p.certify(0 <= N + n, p.given("after_the_start"), p.assume(0 <= n))
    steps = [p.cut(p.next(f, N + n), reached) for f in (X, V, phase, Lam)]
    known = p.given("switched"), p.given("buffer_empty")
    base = [p.certify(eq(a(lift(0)), b(lift(0))), *known) for a, b in pairs]
    longer = p.power_next(beta1, p.assume(0 <= n))

    def quiet(later):
        """In phase 1 nothing switches, and the buffer is kept."""
        over = p.indicator_off(p.certify(1 - phase(N + n) <= 0, later))
        none = p.indicator_off(p.certify((0 + over.claim.left * (left_open["settled"](N + n + 1) - 0)) - 0 <= 0, over))
        return over, none

    def following(equal):
        facts = (*equal, *steps, *quiet(equal[0]), longer)
        return [p.certify(eq(a(n + 1), b(n + 1)), *facts) for a, b in pairs]

    found = together(p, pairs, base, following)
    return p.certify(statement().claim, *found, *steps, *quiet(found[0]), longer)
