"""The language of rules: a straight-line Python function in the paper's letters, parsed and never executed.

    from adamtheory.language import decay, nonnegative, rule, sqrt

    @rule(moment="m", denominator="sqrt(v) + eps")
    def my_rmsprop(x, g, v=0, *, lr: nonnegative = 0.01, beta2: decay = 0.9, eps: nonnegative = 1e-8):
        v = beta2*v + (1 - beta2)*g*g
        return x - lr*g/(sqrt(v) + eps), v

What to use when: `rule` declares an update rule, `loss` a loss sequence, `schedule` a step size, `feasible_set` a
projection; `parse` reads all of these from a text without importing it; `reading` runs one as plain Python.
"""

from adamtheory.language.arithmetic import arithmetic as arithmetic
from adamtheory.language.grammar import feasible_set as feasible_set
from adamtheory.language.grammar import loss as loss
from adamtheory.language.grammar import parse as parse
from adamtheory.language.grammar import rule as rule
from adamtheory.language.grammar import schedule as schedule
from adamtheory.language.reading import reading as reading
from adamtheory.language.rule import RANGES
from adamtheory.language.rule import Bound as Bound
from adamtheory.language.rule import Rule as Rule
from adamtheory.language.split import split as split
from adamtheory.language.words import absolute as absolute
from adamtheory.language.words import cospi as cospi
from adamtheory.language.words import exp as exp
from adamtheory.language.words import log as log
from adamtheory.language.words import maximum as maximum
from adamtheory.language.words import minimum as minimum
from adamtheory.language.words import row as row
from adamtheory.language.words import sqrt as sqrt
from adamtheory.language.words import target as target
from adamtheory.language.words import total as total
from adamtheory.language.words import uniform as uniform
from adamtheory.language.words import where as where

# Names of the ranges of parameters, for use as annotations in a rule's signature.
real = RANGES["real"]
positive = RANGES["positive"]
nonnegative = RANGES["nonnegative"]
decay = RANGES["decay"]
unit = RANGES["unit"]
at_least_one = RANGES["at_least_one"]
at_least_two = RANGES["at_least_two"]
