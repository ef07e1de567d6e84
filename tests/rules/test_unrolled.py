"""Every step again from the whole history: averages as explicit weighted sums, powers as powers, nothing recursive."""

from __future__ import annotations

import math

import numpy as np
import pytest

from adamtheory.rules import RULES

B1, B2, LR = 0.8, 0.95, 0.01
RANDOM = np.random.default_rng(2018)
HISTORY = RANDOM.normal(size=60) * np.exp(RANDOM.normal(size=60))


def weights(beta, t):
    """(1 - beta) beta**(t - i) for i = 1, ..., t."""
    return (1 - beta) * beta ** np.arange(t - 1, -1, -1.0)


def m(g, beta=B1):
    return weights(beta, len(g)) @ g


def m_hat(g):
    return m(g) / (1 - B1 ** len(g))


def v(g, beta=B2):
    return weights(beta, len(g)) @ g**2


def v_hat(g):
    return v(g) / (1 - B2 ** len(g))


def every(function, g):
    """The function on every prefix of the history."""
    return np.array([function(g[:t]) for t in range(1, len(g) + 1)])


def adabelief(g, eps):
    s = weights(B2, len(g)) @ ((g - every(m, g)) ** 2 + eps / (1 - B2))
    return m_hat(g) / (math.sqrt(s / (1 - B2 ** len(g))) + eps)


def radam(g, eps, threshold, hat):
    t, rho_inf = len(g), 2 / (1 - B2) - 1
    rho = rho_inf - 2 * t * B2**t / (1 - B2**t)
    if rho <= threshold:
        return m_hat(g)
    r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
    root = math.sqrt(v(g)) + eps if hat else math.sqrt(v_hat(g)) + eps
    return r * m_hat(g) / root * (math.sqrt(1 - B2**t) if hat else 1)


def mu(t, decay):
    return B1 * (1 - 0.5 * 0.96 ** (t * decay))


def nadam(g, eps, decay, own_decay, factor):
    """`own_decay`: m runs with mu_t (the report) instead of the constant beta1 (PyTorch)."""
    t = len(g)
    product = np.prod([mu(i, decay) for i in range(1, t + 1)])
    now, following = mu(t, decay), mu(t + 1, decay)
    average = m(g)
    if own_decay:
        average = sum((1 - mu(i, decay)) * g[i - 1] * np.prod([mu(k, decay) for k in range(i + 1, t + 1)])
                      for i in range(1, t + 1))  # fmt: skip
    bar = following * average / (1 - product * following) + (1 - now) * g[-1] / (1 - product)
    return bar / (math.sqrt(factor * v_hat(g)) + eps)


def yogi(g, eps, start, corrected):
    moment, second, t = start, start, len(g)
    for value in g:
        moment = moment + (1 - B1) * (value - moment)
        second = second - (1 - B2) * math.copysign(value**2, second - value**2)
    if corrected:
        moment, second = moment / (1 - B1**t), second / (1 - B2**t)
    return moment / (math.sqrt(second) + eps)


def adabound(g, eps):
    t = len(g)
    low, high = 0.1 * (1 - 1 / ((1 - B2) * t + 1)), 0.1 * (1 + 1 / ((1 - B2) * t))
    return m(g) * float(np.clip(LR / (math.sqrt(v(g)) + eps), low, high)) / LR


def adopt(g, eps, clip):
    """The second moment starts at g_1**2 and enters one step late."""
    total = 0.0
    for i in range(2, len(g) + 1):
        past = B2 ** (i - 2) * g[0] ** 2 + weights(B2, i - 2) @ g[1 : i - 1] ** 2
        quotient = g[i - 1] / max(math.sqrt(past), eps)
        bound = (i - 1) ** 0.25 if clip else math.inf
        total += (1 - B1) * B1 ** (len(g) - i) * min(max(quotient, -bound), bound)
    return total


# rule -> the direction (step divided by lr) as a function of the history and eps
CASES = {
    "adagrad": lambda g, e: g[-1] / (math.sqrt(sum(g**2)) + e),
    "adagrad_optax": lambda g, e: g[-1] / math.sqrt(0.1 + sum(g**2) + e),
    "rmsprop": lambda g, e: g[-1] / (math.sqrt(v(g)) + e),
    "rmsprop_optax": lambda g, e: g[-1] / math.sqrt(v(g) + e),
    "rmsprop_centered": lambda g, e: g[-1] / (math.sqrt(v(g) - m(g, B2) ** 2) + e),
    "rmsprop_corrected": lambda g, e: g[-1] / (math.sqrt(v_hat(g)) + e),
    "adam": lambda g, e: m_hat(g) / (math.sqrt(v_hat(g)) + e),
    "adam_uncorrected": lambda g, e: m(g) / (math.sqrt(v(g)) + e),
    "adam_eps_hat": lambda g, e: m_hat(g) * math.sqrt(1 - B2 ** len(g)) / (math.sqrt(v(g)) + e),
    "adam_eps_inside": lambda g, e: m_hat(g) / math.sqrt(v_hat(g) + e),
    "adamax": lambda g, e: m_hat(g) / (max(B2 ** np.arange(len(g) - 1, -1, -1.0) * abs(g)) + e),
    "adamax_torch": lambda g, e: m_hat(g) / max(B2 ** np.arange(len(g) - 1, -1, -1.0) * (abs(g) + e)),
    "amsgrad": lambda g, e: m(g) / (math.sqrt(max(every(v, g))) + e),
    "amsgrad_torch": lambda g, e: m_hat(g) / (math.sqrt(max(every(v, g)) / (1 - B2 ** len(g))) + e),
    "amsgrad_optax": lambda g, e: m_hat(g) / (math.sqrt(max(every(v_hat, g))) + e),
    "adamnc": lambda g, e: m(g) / (math.sqrt(np.mean(g**2)) + e),
    "nadam": lambda g, e: nadam(g, e, 1 / 250, True, B2),
    "nadam_torch": lambda g, e: nadam(g, e, 0.004, False, 1),
    "nadam_keras": lambda g, e: nadam(g, e, 1, False, 1),
    "nadam_optax": lambda g, e: nadam(g, e, 1e9, False, 1),
    "nadam_constant": lambda g, e: nadam(g, e, 1e9, True, B2),
    "nadam_dozat": lambda g, e: nadam(g, 0, 1e9, False, 1) * math.sqrt(v_hat(g) / (v_hat(g) + e)),
    "adabelief": adabelief,
    "radam": lambda g, e: radam(g, e, 4, False),
    "radam_torch": lambda g, e: radam(g, e, 5, True),
    "radam_optax": lambda g, e: radam(g, e, 5, False),
    "yogi": lambda g, e: yogi(g, e, 0, False),
    "yogi_optax": lambda g, e: yogi(g, e, 1e-6, True),
    "adabound": adabound,
    "adopt": lambda g, e: adopt(g, e, False),
    "adopt_clipped": lambda g, e: adopt(g, e, True),
}


@pytest.mark.parametrize("name", CASES)
def test_every_step_from_the_whole_history(follow, name):
    rule, direction, eps = RULES[name], CASES[name], 0.01
    parameters = {k: value for k, value in (("beta1", B1), ("beta2", B2)) if rule.scalar(k)}
    steps = follow(rule, HISTORY.tolist(), lr=LR, eps=eps, **parameters).steps()
    expected = [LR * direction(HISTORY[:t], eps) for t in range(1, len(HISTORY) + 1)]
    assert steps == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_centred_momentum_of_graves(follow):
    """delta_t = -sum mu**(t-i) alpha g_i/sqrt(n_i - b_i**2 + eps)."""
    run = follow(RULES["rmsprop_graves"], HISTORY.tolist(), lr=LR, beta2=B2, mu=0.7, eps=0.01)
    scaled = HISTORY / np.sqrt(every(v, HISTORY) - every(lambda g: m(g, B2), HISTORY) ** 2 + 0.01)
    expected = [LR * 0.7 ** np.arange(t - 1, -1, -1.0) @ scaled[:t] for t in range(1, 61)]
    assert run.steps() == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_adadelta_as_printed(follow):
    """RMS[dx]_{t-1}/RMS[g]_t g_t with the two averages as sums."""
    rho, eps = 0.9, 1e-3
    steps = np.array(follow(RULES["adadelta"], HISTORY.tolist(), rho=rho, eps=eps).steps())
    for t in range(1, 61):
        rms_x = math.sqrt((v(steps[: t - 1], rho) if t > 1 else 0) + eps)
        rms_g = math.sqrt(v(HISTORY[:t], rho) + eps)
        assert steps[t - 1] == pytest.approx(rms_x / rms_g * HISTORY[t - 1], rel=1e-12)


def test_adam_with_l2_is_adam_on_the_penalised_gradient(follow):
    run = follow(RULES["adam_l2"], HISTORY.tolist(), x0=(2,), lr=LR, weight_decay=0.3)
    penalised = [g + 0.3 * x[0] for g, x in zip(HISTORY.tolist(), run.xs, strict=False)]
    assert run.xs == follow(RULES["adam"], penalised, x0=(2,), lr=LR).xs
