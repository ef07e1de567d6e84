"""Where the drift is positive, the regret of Adam with step sizes alpha/sqrt(t) grows like T, from a given block on.

Words   Adam without bias correction, eps = 0, with alpha_t = alpha/sqrt(t) on [-1, 1], for the losses f_t(x) = C x if
        t = 1 mod N, else -x. With s = C/sqrt(1-beta2) and s_J = alpha s/sqrt(N J + 1), if 1 <= J <= L and
            2 (N (C beta1^J + C^3 beta2^J/sqrt(1-beta2)) + N s/J) <= drift,   C N s_J <= C-N+1   and
            2 - alpha drift/N (sqrt(N L + 1) - sqrt(N J + 1)) <= N s_J,
        then for all j >= L the regret against -1 grows by at least (C-N+1) (j-L) from round N L to round N j.
Source  Reddi, Kale & Kumar 2018, Theorem 2 (wording *unverified*), which has such a sequence with these step sizes for
        every beta1 < sqrt(beta2). Derived for this project, from the texts of `adam_uncorrected`, `reddi` and `box`.
Note    For a positive drift, C > N-1 and alpha > 0 large J satisfy the first two conditions, then large L the third, so
        that R_T >= (C-N+1)/N T - O(1) for T = N j. No condition ties beta1 to beta2: for all beta1, beta2 < 1 and
        N >= 3 there are C with a positive drift (`drift_positive_near_balance`). `iterate(n)` is the paper's x_{n+1}.
"""

from collections.abc import Sequence
from fractions import Fraction

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import eq, integer, inv, lift, sqrt
from adamtheory.logic.printing import text
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.terms import Rel
from adamtheory.proofs.lemmas_cycle import Cycle, j
from adamtheory.proofs.lemmas_cycle_falling import climbed, excess, linear, longest, moves
from adamtheory.proofs.lemmas_cycle_regret import regret
from adamtheory.proofs.lemmas_drift import drift, k, meant
from adamtheory.proofs.lemmas_drift_polynomial import terms
from adamtheory.rules.adam import adam_uncorrected

J, L = integer("J"), integer("L")
cycle = Cycle(adam_uncorrected, ["m", "v", "x"], steps="inverse_sqrt", constrained=True)
setting, C, N, alpha = cycle.setting, cycle.C, cycle.N, cycle.size
small = 2 * excess(cycle, J) <= moves(cycle)
far = 2 - climbed(cycle, J, L) <= N * longest(cycle, J)
short = C * (N * longest(cycle, J)) <= C - N + 1


def statement() -> Statement:
    decays = [*cycle.decay_hyps("beta1"), *cycle.decay_hyps("beta2")]
    hyps = [1 <= C, 1 <= N, *decays, 0 <= alpha, -1 <= cycle.start, 1 <= J, J <= L, small, far, short, L <= j]
    return Statement(setting, (C - N + 1) * (j - L) <= regret(cycle, N * j) - regret(cycle, N * L), hyps)


def witness() -> Witness:
    tenth = Fraction(1, 10)
    families = {"C": 3, "N": 3, "beta1": tenth, "beta2": tenth, "alpha": Fraction(1, 4)}
    return Witness({f: ([], value) for f, value in families.items()}, values={J: 56, L: 1240, j: 1241}, prove=shown)


def shown(p: Prover, goal: Rel, guards: Sequence[Theorem]) -> Theorem:
    """The drift is 1/2 at least; N J + 1 = 13^2 and N L + 1 = 61^2."""
    if "sqrt(" not in text(goal):
        return p.certify(goal, *guards)
    tenth = lift(Fraction(1, 10))
    facts = (least_drift(p), inverse_root(p, Fraction(9, 10), Fraction(53, 50), below=False))
    facts += (p.inv_positive(p.sqrt_positive(p.certify(0 < lift(Fraction(9, 10))))),)
    roots = [whole_root(p, n) for n in (13, 61)]
    rise = p.certify(drift(lift(3), tenth, tenth, lift(3)) * (sqrt(3721) - sqrt(169)) >= 24, facts[0], *roots)
    return p.certify(goal, *guards, *facts, rise, *roots, p.rewrite(roots[0], inv))


def whole_root(p: Prover, n: int) -> Theorem:
    """sqrt(n^2) = n."""
    square, root = p.certify(0 <= lift(n * n)), p.certify(0 <= lift(n))
    return p.squares_equal(
        p.restate(eq(sqrt(n * n) ** 2, lift(n) ** 2), p.sqrt_square(square)), p.sqrt_nonneg(n * n), root
    )


def inverse_root(p: Prover, x: Fraction, c: Fraction, below: bool) -> Theorem:
    """c <= 1/sqrt(x), or 1/sqrt(x) <= c, for numbers."""
    positive = p.certify(0 < lift(x))
    root, square = p.sqrt_positive(positive), p.sqrt_square(positive)
    one, side = lift(1) ** 2, (lift(c) * sqrt(x)) ** 2
    unit = (
        p.squares(p.certify(side <= one, square), p.certify(0 <= lift(1)))
        if below
        else p.squares(p.certify(one <= side, square), p.certify(0 <= c * sqrt(x), root))
    )
    goal = c <= inv(sqrt(x)) if below else inv(sqrt(x)) <= c
    return p.certify(goal, unit, p.inverse(root), weights=[[root]], degree=1)


def least_drift(p: Prover) -> Theorem:
    """1/2 <= drift for C = N = 3 and beta1 = beta2 = 1/10: about .510."""
    tenth = lift(Fraction(1, 10))
    moved = drift(lift(3), tenth, tenth, lift(3))
    first = inverse_root(p, Fraction(911, 111), Fraction(50, 143), below=False)
    later = [
        inverse_root(p, Fraction(v, 111), c, below=True) for v, c in ((191, Fraction(25, 33)), (119, Fraction(25, 26)))
    ]
    return p.certify(Fraction(1, 2) <= moved, *terms(p, 0, 2, moved.args[3], k), first, *later)


def prove() -> Theorem:
    p = Prover(setting)
    found = p.restate(statement().claim, linear(p, cycle, J, L, *p.assume(small, far, short)))
    return meant(p, found, C, *(cycle.method.scalars[name] for name in ("beta1", "beta2")), N)
