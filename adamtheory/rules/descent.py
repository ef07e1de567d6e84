"""Descent without a preconditioner: SGD, momentum, Nesterov's method, SGD with weight decay.

What to use when: `sgd` is online gradient descent; `momentum` and `nesterov` are the accelerated classics; `sgdw` is
the form to take when the weights shall shrink at a rate of its own, `sgd_l2` when the penalty is part of the loss.
"""

from adamtheory.language import decay, nonnegative, rule


@rule(family="sgd", moment="g", denominator="1")
def sgd(x, g, *, lr: nonnegative = 0.001):
    """Stochastic (online) gradient descent.

    x_t = x_{t-1} - alpha_t g_t

    lr  step size alpha, >= 0 (PyTorch's default; the paper has none)

    Source: Robbins & Monro 1951; as an online algorithm Zinkevich 2003, section 2, with alpha_t = t**(-1/2).
    PyTorch 2.13 SGD and optax 0.2.8 sgd are this form.
    """
    return x - lr*g


@rule(family="momentum", moment="h", denominator="1")
def momentum(x, g, h=0, *, lr: nonnegative = 0.001, mu: decay = 0.9):
    """Momentum, the heavy ball: the buffer sums old gradients.

    h_t = mu h_{t-1} + g_t,   x_t = x_{t-1} - alpha_t h_t

    lr  step size alpha, >= 0
    mu  momentum coefficient in [0, 1)

    Source: Polyak 1964 for constant alpha and mu, there x_t - x_{t-1} = mu (x_{t-1} - x_{t-2}) - alpha g_t. The buffer
    is that of PyTorch SGD(momentum=mu) with dampening 0 and of optax.sgd(momentum=mu).
    Disagreement: where alpha changes, the step stored with the rate inside (`momentum_velocity`) is another method:
    this buffer rescales all of the past at once.
    """
    h = mu*h + g
    return x - lr*h, h


@rule(family="momentum")
def momentum_velocity(x, g, V=0, *, lr: nonnegative = 0.01, mu: decay = 0.9):
    """Momentum with the step size inside the velocity.

    V_t = mu V_{t-1} - alpha_t g_t,   x_t = x_{t-1} + V_t

    lr  step size alpha, >= 0
    mu  momentum coefficient in [0, 1)

    Source: Sutskever, Martens, Dahl & Hinton 2013, equations (1) and (2).
    Disagreement: Keras SGD stores this velocity, PyTorch and optax the buffer of `momentum`; they coincide while alpha
    is constant.
    """
    V = mu*V - lr*g                             # (1)
    return x + V, V                             # (2)


@rule(family="momentum", moment="m", denominator="1")
def momentum_average(x, g, m=0, *, lr: nonnegative = 0.01, beta1: decay = 0.9):
    """Momentum as a moving average of the gradients.

    m_t = beta1 m_{t-1} + (1 - beta1) g_t,   x_t = x_{t-1} - alpha_t m_t

    lr     step size alpha, >= 0
    beta1  decay rate in [0, 1)

    Source: the framework of Reddi, Kale & Kumar 2018, section 2, with this phi_t and psi_t = 1.
    Disagreement: m_t is (1 - beta1) times the heavy-ball buffer, so the same run needs alpha/(1 - beta1) of `momentum`.
    """
    m = beta1*m + (1 - beta1)*g
    return x - lr*m, m


@rule(family="nesterov")
def nesterov(x, g, V=0, *, lr: nonnegative = 0.01, mu: decay = 0.9):
    """Nesterov's accelerated gradient; x is the look-ahead point, where the gradient is taken.

    V_t = mu V_{t-1} - alpha_t g_t,   x_t = x_{t-1} + mu V_t - alpha_t g_t
    With theta_t = theta_{t-1} + V_t this is x_t = theta_t + mu V_t: the main sequence is theta_t = x_t - mu V_t.

    lr  step size alpha, >= 0
    mu  momentum coefficient in [0, 1)

    Source: Nesterov 1983 in the form of Sutskever, Martens, Dahl & Hinton 2013, equations (3) and (4); the rewriting to
    the look-ahead point holds for any sequence alpha_t.
    Disagreement: PyTorch and optax keep the rate out of the buffer (`nesterov_torch`), which is another method where
    alpha changes; Keras SGD(nesterov=True) keeps it inside, as here.
    """
    V = mu*V - lr*g                             # (3)
    return x + mu*V - lr*g, V                   # (4), at the look-ahead point


@rule(family="nesterov", moment="d", denominator="1")
def nesterov_torch(x, g, h=0, *, lr: nonnegative = 0.001, mu: decay = 0.9):
    """Nesterov's method as PyTorch and optax have it: the buffer does not hold the step size.

    h_t = mu h_{t-1} + g_t,   x_t = x_{t-1} - alpha_t (g_t + mu h_t)

    lr  step size alpha, >= 0
    mu  momentum coefficient in [0, 1)

    Source: PyTorch 2.13 SGD(momentum=mu, nesterov=True); optax 0.2.8 sgd(momentum=mu, nesterov=True).
    Disagreement: equals `nesterov` while alpha is constant. At the first step after a change from alpha to alpha' the
    iterates differ by mu**2 h_{t-1} (alpha - alpha').
    """
    h = mu*h + g
    d = g + mu*h
    return x - lr*d, h


@rule(family="sgd")
def sgd_l2(x, g, m=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, weight_decay: nonnegative = 0.0001):
    """SGD with momentum on the loss plus the L2 penalty (weight_decay/2) |x|**2.

    g'_t = g_t + lambda x_{t-1},   m_t = beta1 m_{t-1} + alpha_t g'_t,   x_t = x_{t-1} - m_t

    lr            step size alpha_t (the paper's eta_t alpha), >= 0
    beta1         momentum coefficient in [0, 1); 0 gives plain SGD with L2
    weight_decay  lambda, >= 0 (the paper has no default)

    Source: Loshchilov & Hutter 2019, Algorithm 1, with L2 regularisation (line numbers *unverified*).
    Disagreement: PyTorch SGD(weight_decay=lambda) keeps the rate out of the buffer; it coincides while alpha is
    constant. With momentum and s = alpha lambda < (1 - sqrt(beta1))**2 the factor of the weights tends to the larger
    root of z**2 = (1 + beta1 - s) z - beta1, at most 1 - s/(1 - beta1); for larger s they oscillate, by sqrt(beta1).
    """
    g = g + weight_decay*x                      # line 6
    m = beta1*m + lr*g                          # line 8
    return x - m, m                             # line 9


@rule(family="sgd")
def sgdw(x, g, m=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, weight_decay: nonnegative = 0.0001, eta):
    """SGD with momentum and decoupled weight decay (SGDW).

    m_t = beta1 m_{t-1} + eta_t alpha g_t,   x_t = x_{t-1} - m_t - eta_t lambda x_{t-1}

    lr            alpha, >= 0, before the schedule; eta_t is the multiplier of the schedule
    beta1         momentum coefficient in [0, 1); 0 gives plain SGD
    weight_decay  lambda, the share of the weights that decays in a step, >= 0 (the paper has no default)

    Source: Loshchilov & Hutter 2019, Algorithm 1, with decoupled weight decay (line numbers *unverified*).
    Disagreement: with beta1 = 0 it is `sgd_l2` with the penalty lambda/alpha; with momentum no penalty gives it.
    """
    m = beta1*m + eta*lr*g                      # line 8
    return x - m - eta*weight_decay*x, m        # line 9
