"""Step sizes alpha_t as rules of the language, and normalised weight decay.

What to use when: `inverse_sqrt` is the rate of the regret theorems, `inverse` that of strongly convex losses,
`constant` that of practice and of AdaGrad; the others are the field's. The first step has t = 1, so T_cur = 0. `lr` is
the optimizer's. For a rule that asks for `eta` (AdamW, SGDW, AdaBound) the schedule runs with lr = 1 and returns the
multiplier: give `end` and `lr_min` as shares of the optimizer's lr then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.language import at_least_one, cospi, minimum, nonnegative, positive, schedule, sqrt, unit, where
from adamtheory.language.rule import Rule


@schedule
def constant(t, *, lr: nonnegative):
    """alpha_t = lr.

    lr  >= 0
    """
    return lr


@schedule
def inverse_sqrt(t, *, lr: nonnegative):
    """alpha_t = lr/sqrt(t).

    lr  the first step size, >= 0

    Source: Zinkevich 2003, Theorem 1; Kingma & Ba 2015, Theorem 4.1; Reddi, Kale & Kumar 2018.
    """
    return lr/sqrt(t)


@schedule
def inverse(t, *, lr: nonnegative):
    """alpha_t = lr/t; with lr = 1/lambda the rate 1/(lambda t) for lambda-strongly convex losses.

    lr  the first step size, >= 0

    Source: Hazan, Agarwal & Kale 2007, Theorem 1.
    """
    return lr/t


@schedule
def polynomial(t, *, lr: nonnegative, power: nonnegative = 0.5):
    """alpha_t = lr/t**power.

    lr     the first step size, >= 0
    power  theta >= 0; 1/2 is `inverse_sqrt`, 1 is `inverse`
    """
    return lr/t**power


@schedule
def polynomial_decay(t, *, lr: nonnegative, end: nonnegative = 0, power: positive = 1, steps: at_least_one = 1000):
    """From lr down to end: alpha_t = end + (lr - end)(1 - (t - 1)/steps)**power, and end from t = steps + 1 on.

    lr     step size at t = 1, >= 0
    end    the last step size, >= 0
    power  > 0; 1 is linear decay
    steps  number of steps until `end` is reached, >= 1

    Source: optax 0.2.8 polynomial_schedule with count = t - 1 and transition_begin = 0.
    """
    return where(t - 1 < steps, end + (lr - end)*(1 - (t - 1)/steps)**power, end)


@schedule
def step_decay(t, k=0, scale=1, *, lr: nonnegative, factor: unit = 0.1, every: at_least_one = 1000):
    """alpha_t = lr factor**floor((t - 1)/every): a drop after every so many steps.

    The state k counts the steps of the present stage in whole numbers, so no quotient is rounded down.

    lr      step size of the first stage, >= 0
    factor  in [0, 1]
    every   length of a stage, a whole number >= 1 (otherwise it acts as the next larger one)

    Source: PyTorch 2.13 StepLR(step_size=every, gamma=factor), one scheduler step an update.
    """
    scale = where(k < every, scale, scale*factor)
    k = where(k < every, k + 1, 1)
    return lr*scale, k, scale


@schedule
def linear_warmup(t, *, lr: nonnegative, steps: at_least_one = 1000):
    """alpha_t = lr min(t/steps, 1): lr/steps at t = 1, lr at t = steps and from then on.

    lr     the last step size, >= 0
    steps  length of the warm-up, >= 1; 1 is no warm-up
    """
    return lr*minimum(t/steps, 1)


@schedule
def cosine(t, *, lr: nonnegative, lr_min: nonnegative = 0, steps: at_least_one = 1000):
    """Half a cosine wave from lr to lr_min, then lr_min.

    alpha_t = lr_min + (lr - lr_min)(1 + cos(pi T_cur/steps))/2 with T_cur = min(t - 1, steps): lr at t = 1, lr_min at
    t = steps + 1.

    lr      the largest step size, >= 0
    lr_min  the smallest, >= 0
    steps   >= 1

    Source: Loshchilov & Hutter 2017 (SGDR), equation (5), one run (*unverified* against the paper itself).
    """
    T_cur = minimum(t - 1, steps)
    return lr_min + 0.5*(lr - lr_min)*(1 + cospi(T_cur/steps))


@schedule
def cosine_restarts(t, T_cur=0, T_i=0, i=0, *, lr: nonnegative, lr_min: nonnegative = 0, T0: at_least_one = 100,
                    multiplier: at_least_one = 2):
    """Cosine waves with warm restarts; the i-th run has T_i = T0 multiplier**i steps.

    alpha_t = lr_min + (lr - lr_min)(1 + cos(pi T_cur/T_i))/2, T_cur = 0, ..., T_i - 1 within a run. The first step
    has T_cur = 0; lr_min is never reached. With T0 = 100 and multiplier = 2, restarts are at t - 1 = 100, 300, 700.

    T_cur, T_i and the index i are counted in whole numbers by the state, never through a logarithm.

    lr          the largest step size, >= 0
    lr_min      the smallest, >= 0
    T0          length of the first run, a whole number >= 1 (exact in float32 up to 2**24 steps a run)
    multiplier  a whole number >= 1; 1 restarts periodically

    Source: Loshchilov & Hutter 2017 (SGDR), equation (5) (*unverified* against the paper itself).
    Disagreement: PyTorch 2.13 CosineAnnealingWarmRestarts agrees when stepped without argument; step(epoch) takes the
    index from a floating logarithm and misses exact restarts, e.g. epoch 121 with T_0 = 1, T_mult = 3.
    """
    length = where(T_i < 1, T0, T_i)                        # T_i = 0 only before the first step
    rate = lr_min + 0.5*(lr - lr_min)*(1 + cospi(T_cur/length))
    done = T_cur + 1
    following = where(done < length, length, length*multiplier)
    return rate, where(done < length, done, 0), following, where(done < length, i, i + 1)


SCHEDULES: Mapping[str, Rule] = MappingProxyType({
    rule.name: rule
    for rule in (
        constant, inverse_sqrt, inverse, polynomial, polynomial_decay, step_decay, linear_warmup, cosine,
        cosine_restarts,
    )
})  # fmt: skip


def get_schedule(name: str) -> Rule:
    """The schedule of that name; raises `UnknownNameError`."""
    if name not in SCHEDULES:
        raise UnknownNameError("schedule", name, SCHEDULES)
    return SCHEDULES[name]


def restart_index(epoch: int, T0: int, mult: int) -> int:
    """The index n of the cosine run that contains an epoch.

    The largest n with T0 (1 + mult + ... + mult**(n-1)) <= epoch.

    epoch  whole number >= 0, the first is 0
    T0     length of the first run, whole number >= 1
    mult   whole number >= 1

    Raises `ParameterError` for anything else. Exact for integers of any size.

    Source: Loshchilov & Hutter 2017 (SGDR). The closed form floor(log_mult(1 + epoch (mult - 1)/T0)), for mult >= 2, is
    wrong in floating point: log(243, 3) is 4.999999999999999.
    """
    for name, value, low in (("epoch", epoch, 0), ("T0", T0, 1), ("mult", mult, 1)):
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise ParameterError(f"{name}={value!r} of restart_index must be a whole number >= {low}")
    if mult == 1:
        return epoch // T0
    n, length, start_of_next = 0, T0, T0
    while start_of_next <= epoch:
        n, length = n + 1, length*mult
        start_of_next += length
    return n


def normalized_weight_decay(lambda_norm: float, updates: int) -> float:
    """The weight decay of one step from the normalised one: lambda = lambda_norm/sqrt(N).

    With batch size b, B training points and T epochs N = B T/b, so this is lambda_norm sqrt(b/(B T)).

    lambda_norm  >= 0, of the order of 0.025 to 0.05 in the paper
    updates      N, the number of updates of the run (with restarts: of the present run), >= 1

    Raises `ParameterError` for values out of range.

    Source: Loshchilov & Hutter 2019, normalised weight decay. The total shrink (1 - lambda)**N still depends on
    N, since N lambda = lambda_norm sqrt(N) grows; exactly invariant is lambda = 1 - S**(1/N).
    """
    if not lambda_norm >= 0:
        raise ParameterError(f"lambda_norm={lambda_norm} of normalized_weight_decay must be >= 0")
    if not updates >= 1:
        raise ParameterError(f"updates={updates} of normalized_weight_decay must be >= 1")
    return lambda_norm/math.sqrt(updates)
