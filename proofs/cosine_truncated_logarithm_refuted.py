"""False: a logarithm that is right to 2^-50 gives the index of a cosine run when its digits are cut off.

Words   Claimed, of a number L that stands for log_q(e (q-1)/T0 + 1) at the n-th restart e = T0 (q^n - 1)/(q - 1), where
        the logarithm is n: if n - 2^-50 <= L <= n + 2^-50 then n <= L, so that cutting L off gives n. False for n = 5
        and L = 5 - 2^-50, which cut off is 4.
Source  PyTorch 2.15.0, `CosineAnnealingWarmRestarts.step(epoch)`: int(math.log(epoch/T_0*(T_mult-1) + 1, T_mult)).
Note    In double precision math.log(243, 3) is exactly 5 - 2^-50: epoch 121 with T_0 = 1 and T_mult = 3 begins run 5,
        and the program takes it for the end of run 4. Floating point has no terms in the logic; L is any real number.
Printed The index of the run is the logarithm with its digits cut off, in floating point.
Wrong   At a restart the logarithm is a whole number, and the smallest error downwards takes one from the index.
Instead Count the steps of the run in whole numbers, as `step()` without argument does.
Theorem cosine_run_index, cosine_restart_times
"""

from fractions import Fraction

from adamtheory.logic.notation import Setting, integer, real
from adamtheory.logic.refute import Model
from adamtheory.logic.statement import Statement

n, L = integer("n"), real("L")
error = Fraction(1, 2**50)


def statement() -> Statement:
    return Statement(Setting(), n <= L, [0 <= n, n - error <= L, L <= n + error])


def counterexample() -> Model:
    return Model({n: 5, L: 5 - error})
