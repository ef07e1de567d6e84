"""AdaGrad's lemma: the sum of g_t^2/sqrt(S_t) is at most 2 sqrt(S_T), where S_t sums the squared gradients up to t.

Words   For every sequence of gradients, S read from the text of `adagrad`; where S_t = 0 the quotient counts as 0.
Source  Duchi, Hazan & Singer 2011, Lemma 4 for one coordinate (numbering unverified; there with the bound 2 sqrt(S_T)).
"""

from adamtheory.logic.derive import Prover
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.notation import Setting, integers, sqrt, total
from adamtheory.logic.reading import read
from adamtheory.logic.statement import Statement, Witness
from adamtheory.proofs.lemmas_regret import lemma_a
from adamtheory.rules.adagrad import adagrad

T, t = integers("T t")

setting = Setting()
g = setting.family("g", "Z")
reading = read(adagrad, setting, inputs={"g": lambda t, x: g(t)}, slots=["S"])
S = reading.families["S"]


def statement() -> Statement:
    return Statement(setting, total(t, 1, T, g(t) ** 2 / sqrt(S(t))) <= 2 * sqrt(S(T)), hyps=[0 <= T])


def witness() -> Witness:
    return Witness({"g": ([t], 1), "lr": ([], 1), "eps": ([], 0)}, values={T: 1})


def prove() -> Theorem:
    p = Prover(setting)
    return lemma_a(p, S, g, T, p.start("S"), lambda k: p.next("S", k))
