"""RMSprop: the gradient divided by a moving root mean square of its past, with its six forms.

What to use when: `rmsprop` is the lecture's method and PyTorch's; `rmsprop_corrected` is Adam without momentum.
"""

from adamtheory.language import decay, nonnegative, rule, sqrt


@rule(family="rmsprop", moment="g", denominator="sqrt(v) + eps")
def rmsprop(x, g, v=0, *, lr: nonnegative = 0.001, beta2: decay = 0.9, eps: nonnegative = 1e-8):
    """RMSprop with eps outside the root.

    v_t = beta2 v_{t-1} + (1 - beta2) g_t**2,   x_t = x_{t-1} - alpha g_t/(sqrt(v_t) + eps)

    lr     step size alpha, >= 0
    beta2  decay rate in [0, 1)
    eps    >= 0; the lecture has none, 0 gives it

    Source: Tieleman & Hinton 2012, lecture 6e (decay 0.9; the rate 0.001 is *unverified*). PyTorch 2.13 RMSprop is this
    form with the defaults lr = 0.01, alpha = 0.99, eps = 1e-8.
    Disagreement: optax and TensorFlow put eps under the root (`rmsprop_optax`). None of these corrects the bias of v:
    the first step is alpha/sqrt(1 - beta2).
    """
    v = beta2*v + (1 - beta2)*g*g
    return x - lr*g/(sqrt(v) + eps), v


@rule(family="rmsprop", moment="g", denominator="sqrt(v + eps)")
def rmsprop_optax(x, g, v=0, *, lr: nonnegative = 0.001, beta2: decay = 0.9, eps: nonnegative = 1e-8):
    """RMSprop with eps inside the root.

    v_t = beta2 v_{t-1} + (1 - beta2) g_t**2,   x_t = x_{t-1} - alpha g_t/sqrt(v_t + eps)

    lr     step size alpha, >= 0
    beta2  decay rate in [0, 1)
    eps    >= 0, added under the root: the smallest denominator is sqrt(eps), 1e-4 by default

    Source: optax 0.2.8 rmsprop(eps_in_sqrt=True), its default; TensorFlow's place of eps is *unverified*.
    Disagreement: with the same number eps this is another method than `rmsprop`: 1e-8 here acts like 1e-4 there.
    """
    v = (1 - beta2)*g*g + beta2*v
    return x - lr*g/sqrt(v + eps), v


@rule(family="rmsprop", moment="g", denominator="sqrt(v - b*b) + eps")
def rmsprop_centered(x, g, v=0, b=0, *, lr: nonnegative = 0.01, beta2: decay = 0.99, eps: nonnegative = 1e-8):
    """RMSprop divided by a moving standard deviation, eps outside the root.

    v_t = beta2 v_{t-1} + (1 - beta2) g_t**2,   b_t = beta2 b_{t-1} + (1 - beta2) g_t
    x_t = x_{t-1} - alpha g_t/(sqrt(v_t - b_t**2) + eps)

    lr     step size alpha, >= 0
    beta2  decay rate of both averages, in [0, 1)
    eps    >= 0

    Source: PyTorch 2.13 RMSprop(centered=True); the idea is that of Graves 2013 (`rmsprop_graves`).
    Disagreement: Graves and optax add eps under the root. Exactly v_t >= b_t**2, since the weights of an average sum to
    at most 1; in floating point the difference can round below zero for a constant gradient, and the root is then not a
    number, here as in PyTorch.
    """
    v = beta2*v + (1 - beta2)*g*g
    b = beta2*b + (1 - beta2)*g
    return x - lr*g/(sqrt(v - b*b) + eps), v, b


@rule(family="rmsprop")
def rmsprop_graves(x, g, n=0, b=0, delta=0, *, lr: nonnegative = 0.0001, beta2: decay = 0.95, mu: decay = 0.9,
                   eps: nonnegative = 0.0001):
    """Centred RMSprop with momentum, eps inside the root.

    n_t = beta2 n_{t-1} + (1 - beta2) g_t**2,   b_t = beta2 b_{t-1} + (1 - beta2) g_t
    delta_t = mu delta_{t-1} - alpha g_t/sqrt(n_t - b_t**2 + eps),   x_t = x_{t-1} + delta_t

    lr     step size alpha, >= 0
    beta2  decay rate of both averages, in [0, 1)
    mu     momentum coefficient in [0, 1)
    eps    > 0 in the paper, added under the root

    Source: Graves 2013, equations (38) to (41) and the constants below them (numbering *unverified*). optax 0.2.8
    rmsprop(centered=True, momentum=mu) is this form.
    Disagreement: PyTorch centres with eps outside the root (`rmsprop_centered`) and keeps the rate out of its buffer.
    """
    n = beta2*n + (1 - beta2)*g*g                           # (38)
    b = beta2*b + (1 - beta2)*g                             # (39)
    delta = mu*delta - lr*g/sqrt(n - b*b + eps)             # (40)
    return x + delta, n, b, delta                           # (41)


@rule(family="rmsprop", moment="g", denominator="sqrt(v_hat) + eps")
def rmsprop_corrected(x, g, v=0, p2=1, *, lr: nonnegative = 0.001, beta2: decay = 0.9, eps: nonnegative = 1e-8):
    """RMSprop with the bias of v corrected: Adam with beta1 = 0.

    v_t = beta2 v_{t-1} + (1 - beta2) g_t**2,   x_t = x_{t-1} - alpha g_t/(sqrt(v_t/(1 - beta2**t)) + eps)

    lr     step size alpha, >= 0
    beta2  decay rate in [0, 1)
    eps    >= 0

    Source: Kingma & Ba 2015, Algorithm 1 with beta1 = 0 (compared in their section 5); optax 0.2.8
    rmsprop(eps_in_sqrt=False, bias_correction=True) is this form.
    """
    v = beta2*v + (1 - beta2)*g*g
    p2 = p2*beta2
    v_hat = v/(1 - p2)
    return x - lr*g/(sqrt(v_hat) + eps), v, p2


@rule(family="rmsprop")
def rmsprop_momentum(x, g, v=0, h=0, *, lr: nonnegative = 0.01, beta2: decay = 0.99, mu: decay = 0.9,
                     eps: nonnegative = 1e-8):
    """RMSprop with momentum on the rescaled gradient.

    v_t = beta2 v_{t-1} + (1 - beta2) g_t**2,   h_t = mu h_{t-1} + g_t/(sqrt(v_t) + eps),   x_t = x_{t-1} - alpha h_t

    lr     step size alpha, >= 0
    beta2  decay rate in [0, 1)
    mu     momentum coefficient in [0, 1) (PyTorch's default is 0)
    eps    >= 0

    Source: PyTorch 2.13 RMSprop(momentum=mu).
    Disagreement: this is not Adam, whose average is of the raw gradient and divided by the newest root. optax
    rmsprop(momentum=mu) keeps the rate inside the buffer and, by default, eps under the root.
    """
    v = beta2*v + (1 - beta2)*g*g
    h = mu*h + g/(sqrt(v) + eps)
    return x - lr*h, v, h
