"""Later methods, a few lines each: AdaBound, Yogi, AdaBelief, Lion, ADOPT."""

from adamtheory.language import decay, maximum, minimum, nonnegative, positive, rule, sqrt, where


@rule(family="adabound", moment="m", denominator="lr/rate")
def adabound(x, g, m=0, v=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
             eps: nonnegative = 1e-8, final_lr: positive = 0.1, eta, t):
    """AdaBound: Adam whose rate is clipped between bounds that close in on the rate of SGD.

    low_t = final_lr (1 - 1/((1 - beta2) t + 1)),   high_t = final_lr (1 + 1/((1 - beta2) t))
    rate_t = min(max(alpha/(sqrt(v_t) + eps), low_t), high_t),   x_t = x_{t-1} - eta_t rate_t m_t

    lr        alpha, >= 0, before the schedule; eta_t is the multiplier of the schedule (the paper: 1/sqrt(t))
    beta1     decay rate of the first moment, in [0, 1)
    beta2     decay rate of the second moment, in [0, 1); 1 - beta2 is the speed of the bounds
    eps       >= 0; the paper has none, 0 gives it
    final_lr  the rate of SGD in the end, > 0

    Source: Luo, Xiong, Liu & Sun 2019, Algorithm 2, with the bounds 0.1 - 0.1/((1 - beta2) t + 1) and
    0.1 + 0.1/((1 - beta2) t) of its experiments (wording *unverified*).
    Disagreement: the authors' program corrects the bias of both moments, has a separate speed gamma = 0.001 in place of
    1 - beta2, and no 1/sqrt(t) of its own.
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    low = final_lr*(1 - 1/((1 - beta2)*t + 1))
    high = final_lr*(1 + 1/((1 - beta2)*t))
    rate = minimum(maximum(lr/(sqrt(v) + eps), low), high)
    return x - eta*rate*m, m, v


@rule(family="yogi", moment="m", denominator="sqrt(v) + eps")
def yogi(x, g, m=0, v=0, *,
         lr: nonnegative = 0.01, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 0.001):
    """Yogi: the second moment moves by a step of the size of g**2, whatever its own size.

    v_t = v_{t-1} - (1 - beta2) sign(v_{t-1} - g_t**2) g_t**2,   x_t = x_{t-1} - alpha m_t/(sqrt(v_t) + eps)

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: Zaheer, Reddi, Sachan, Kale & Kumar 2018, Algorithm 2 (defaults and start v_0 = 0 *unverified*).
    Disagreement: optax corrects the bias of both moments and starts both at 1e-6 (`yogi_optax`).
    """
    m = beta1*m + (1 - beta1)*g
    sign = where(v < g*g, -1, where(g*g < v, 1, 0))
    v = v - (1 - beta2)*sign*g*g
    return x - lr*m/(sqrt(v) + eps), m, v


@rule(family="yogi", moment="m_hat", denominator="sqrt(v_hat) + eps")
def yogi_optax(x, g, m=1e-6, v=1e-6, p1=1, p2=1, *,
               lr: nonnegative = 0.01, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 0.001):
    """Yogi as optax has it: bias correction, and both moments start at 1e-6.

    m_0 = v_0 = 1e-6,   v_t = v_{t-1} - (1 - beta2) sign(v_{t-1} - g_t**2) g_t**2
    x_t = x_{t-1} - alpha m_hat/(sqrt(v_hat) + eps),   m_hat = m_t/(1 - beta1**t),   v_hat = v_t/(1 - beta2**t)

    lr     step size alpha, >= 0 (optax has no default)
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: optax 0.2.8 yogi, scale_by_yogi with its defaults.
    Disagreement: the start of m at 1e-6 moves x although every gradient is zero; the correction divides a start that is
    not zero by 1 - beta2**t, which is 1/1000 at first. The paper's algorithm has neither (`yogi`).
    """
    m = (1 - beta1)*g + beta1*m
    sign = where(v < g*g, -1, where(g*g < v, 1, 0))
    v = v - (1 - beta2)*sign*(g*g)
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    v_hat = v/(1 - p2)
    return x - lr*m_hat/(sqrt(v_hat) + eps), m, v, p1, p2


@rule(family="adabelief", moment="m_hat", denominator="sqrt(s_hat) + eps")
def adabelief(x, g, m=0, s=0, p1=1, p2=1, *,
              lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """AdaBelief: the denominator measures how far the gradient is from its average.

    s_t = beta2 s_{t-1} + (1 - beta2) (g_t - m_t)**2 + eps,   x_t = x_{t-1} - alpha m_hat/(sqrt(s_hat) + eps)

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1); 0 leaves only eps in s
    beta2  decay rate of s, in [0, 1)
    eps    >= 0, added to the stored s and after the root (the authors' program and optax: 1e-16)

    Source: Zhuang et al. 2020, Algorithm 2 (default of eps *unverified*); optax 0.2.8 adabelief with eps = eps_root.
    Disagreement: only in eps: since s keeps it, its share grows to eps/(1 - beta2) while the average lasts.
    """
    m = beta1*m + (1 - beta1)*g
    s = beta2*s + (1 - beta2)*(g - m)*(g - m) + eps
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    s_hat = s/(1 - p2)
    return x - lr*m_hat/(sqrt(s_hat) + eps), m, s, p1, p2


@rule(family="lion")
def lion(x, g, m=0, *, lr: nonnegative = 0.0001, beta1: decay = 0.9, beta2: decay = 0.99,
         weight_decay: nonnegative = 0):
    """Lion: the sign of an interpolation between momentum and gradient.

    c_t = beta1 m_{t-1} + (1 - beta1) g_t,   x_t = x_{t-1} - alpha_t (sign(c_t) + lambda x_{t-1})
    m_t = beta2 m_{t-1} + (1 - beta2) g_t

    lr            step size alpha_t, >= 0
    beta1         weight of the momentum in the sign, in [0, 1)
    beta2         decay rate of the momentum, in [0, 1)
    weight_decay  lambda, >= 0, multiplied by the rate (the paper has no default, optax 0.001)

    Source: Chen et al. 2023, Algorithm 2; optax 0.2.8 lion is this form.
    """
    c = beta1*m + (1 - beta1)*g
    sign = where(c < 0, -1, where(c > 0, 1, 0))
    m = beta2*m + (1 - beta2)*g
    return x - lr*(sign + weight_decay*x), m


@rule(family="adopt")
def adopt(x, g, m=0, v=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.9999,
          eps: positive = 1e-6, t):
    """ADOPT: the gradient is divided by the root of the second moment before it entered, then averaged.

    x_1 = x_0, v_1 = g_1**2;   for t >= 2:   m_t = beta1 m_{t-1} + (1 - beta1) g_t/max(sqrt(v_{t-1}), eps)
    x_t = x_{t-1} - alpha m_t,   v_t = beta2 v_{t-1} + (1 - beta2) g_t**2

    lr     step size alpha, >= 0
    beta1  decay rate of the average, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    > 0, the smallest denominator

    Source: Taniguchi et al. 2024, the algorithm without clipping (numbering *unverified*); optax 0.2.8
    contrib.adopt(use_clipping=False).
    Disagreement: the first gradient only starts v; in the paper it is called g_0, so its step t is step t + 1 here. The
    programs clip by default (`adopt_clipped`).
    """
    u = where(t <= 1, 0, g/maximum(sqrt(v), eps))
    m = beta1*m + (1 - beta1)*u
    v = where(t <= 1, g*g, beta2*v + (1 - beta2)*g*g)
    return x - lr*m, m, v


@rule(family="adopt")
def adopt_clipped(x, g, m=0, v=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.9999,
                  eps: positive = 1e-6, t):
    """ADOPT with the clipping of its later version.

    As `adopt`, with the quotient clipped to [-c_t, c_t], c_t = (t - 1)**(1/4)

    lr     step size alpha, >= 0
    beta1  decay rate of the average, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    > 0, the smallest denominator

    Source: Taniguchi et al. 2024, the algorithm with clipping (numbering *unverified*); optax 0.2.8 contrib.adopt, its
    default, which counts the first step as 0.
    Disagreement: without clipping this is `adopt`.
    """
    c = sqrt(sqrt(t - 1))
    u = where(t <= 1, 0, minimum(maximum(g/maximum(sqrt(v), eps), -c), c))
    m = beta1*m + (1 - beta1)*u
    v = where(t <= 1, g*g, beta2*v + (1 - beta2)*g*g)
    return x - lr*m, m, v
