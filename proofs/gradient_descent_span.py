"""Gradient descent on |Xw - y|^2/2 from 0 stays in the span of the examples.

Words   A vector u that is orthogonal to all examples is orthogonal to w_n for every n, whatever the step sizes; in
        finite dimension: w_n is an X'a. N >= 0 examples.
Source  Known; used by Wilson, Roelofs, Stern, Srebro & Recht 2017. From the text of `sgd`, with full gradients.
Note    So where it converges to a solution, it is the shortest one: `least_norm`. Adaptive methods leave the span:
        their limit on the data of Wilson et al. is another solution.
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, eq, power, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.logic.sums import exchanged
from adamtheory.proofs.lemmas_ray import Data, half, j, k, n
from adamtheory.proofs.lemmas_sphere import at_two
from adamtheory.rules.descent import sgd


class Examples(Data):
    """Any examples and labels."""

    def declare(self) -> None:
        self.d, self.y = self.setting.constant("d", "Z"), self.label("R")


setting = Setting()
data = Examples(setting)
alpha, u = setting.family("alpha", "Z"), setting.family("u", "Z")
w = setting.family("w", "ZZ")
inputs = {"g": lambda t, x: data.gradient(lambda i: w(i, t - 1), j)}
descent = read(sgd, setting, inputs=inputs, scalars={"lr": lambda t: alpha(t)}, slots=[])
proposed = descent.next_slot("x", descent.environment(n, state={"x": w(j, n)}))
inside = [1 <= j, j <= data.d]
setting.assume("starts", eq(w(j, 0), 0), inside)
setting.assume("follows", eq(w(j, n + 1), proposed), [0 <= n, *inside])
setting.assume("orthogonal", eq(data.scores(u), 0), [1 <= k, k <= data.N])


def product(n):
    return total(j, 1, data.d, u(j) * w(j, n))


def statement() -> Statement:
    return Statement(setting, eq(product(n), 0), [0 <= n, 0 <= data.N], ["starts", "follows", "orthogonal"])


def witness() -> Witness:
    # one example (1, 1) with the label 2, which w_n = 1 - 2^-n approaches with alpha = 1/4; u = (1, -1)
    data = {"N": ([], 1), "d": ([], 2), "X": ([k, j], 1), "label": ([k], 2)}
    run = {"alpha": ([n], half / 2), "w": ([j, n], 1 - power(half, n)), "u": ([j], 3 - 2 * j)}
    return Witness({**data, **run}, {n: 1}, at_two)


def prove() -> Theorem:
    p = Prover(setting)
    first = p.sum_of(p.rewrite(p.given("starts", j), lambda z: u(j) * z), j, 1, data.d)
    moved = p.using(p.given("follows", j, n), p.assume(0 <= n))
    moved = p.sum_of(p.rewrite(moved, lambda z: u(j) * z), j, 1, data.d)
    # u . X'r = sum_k r_k (X u)_k = 0
    missed = data.scores(lambda i: w(i, n)) - data.y(k)
    m = p.fresh("m")
    both = p.inst(exchanged(p, k, m, j, data.d, data.X(k, j) * u(j) * missed), {m: data.N})
    none = p.sum_of(p.rewrite(p.given("orthogonal", k), lambda z: missed * z), k, 1, data.N)
    steps = p.certify(eq(alpha(n + 1) * both.claim.right, 0), both, none)
    step = p.chain(eq(product(n + 1), 0), p.assume(eq(product(n), 0)), moved, steps)
    return p.induction(n, 0, eq(product(n), 0), p.restate(eq(product(0), 0), first), step)
