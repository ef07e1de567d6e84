"""AMSGrad and its kin: second moments that make the step sizes of the regret proofs decrease.

What to use when: `amsgrad` is the method of the theorem; `adamnc` keeps all of the past instead of the maximum;
`adamx` is the repair for a scheduled beta1.
"""

from adamtheory.language import decay, maximum, nonnegative, rule, sqrt, unit


@rule(family="amsgrad", moment="m", denominator="sqrt(v_max) + eps")
def amsgrad(x, g, m=0, v=0, v_max=0, *,
            lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """AMSGrad: Adam without bias correction, divided by the root of the largest second moment so far.

    m_t = beta1 m_{t-1} + (1 - beta1) g_t,   v_t = beta2 v_{t-1} + (1 - beta2) g_t**2
    V_t = max(V_{t-1}, v_t),   x_t = x_{t-1} - alpha_t m_t/(sqrt(V_t) + eps)

    lr     step size alpha_t, >= 0 (the paper: alpha/sqrt(t))
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0; the paper has none, 0 gives it

    Source: Reddi, Kale & Kumar 2018, Algorithm 2, with constant beta1. optax with both its corrections switched off is
    this form.
    Disagreement: optax takes the maximum of the corrected v (`amsgrad_optax`), PyTorch and Keras correct the maximum
    (`amsgrad_torch`); all three also correct m.
    """
    m = beta1*m + (1 - beta1)*g                 # line 5
    v = beta2*v + (1 - beta2)*g*g               # line 6
    v_max = maximum(v_max, v)                   # line 7
    return x - lr*m/(sqrt(v_max) + eps), m, v, v_max  # line 8


@rule(family="amsgrad", moment="m/(1 - p1)", denominator="sqrt(v_max)/sqrt(1 - p2) + eps")
def amsgrad_torch(x, g, m=0, v=0, v_max=0, p1=1, p2=1, *,
                  lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """AMSGrad as PyTorch has it: the maximum of the raw second moments is corrected afterwards.

    V_t = max(V_{t-1}, v_t),   x_t = x_{t-1} - alpha/(1 - beta1**t) m_t/(sqrt(V_t)/sqrt(1 - beta2**t) + eps)

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: PyTorch 2.13 Adam(amsgrad=True). Keras 3 Adam(amsgrad=True) is the same for eps = 0; it adds eps to
    sqrt(V_t) before the correction (read in its source, *unverified* against the running library).
    Disagreement: V_t/(1 - beta2**t) is not monotone: g = (1, 0, 0, ...) makes it decrease for ever. With
    alpha/sqrt(t) the theorem's Gamma_t >= 0 still holds, with constant alpha it fails.
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    v_max = maximum(v_max, v)
    p1 = p1*beta1
    p2 = p2*beta2
    step_size = lr/(1 - p1)
    return x - step_size*m/(sqrt(v_max)/sqrt(1 - p2) + eps), m, v, v_max, p1, p2


@rule(family="amsgrad", moment="m_hat", denominator="sqrt(v_max) + eps")
def amsgrad_optax(x, g, m=0, v=0, v_max=0, p1=1, p2=1, *,
                  lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """AMSGrad as optax has it: the maximum of the corrected second moments.

    V_t = max(V_{t-1}, v_t/(1 - beta2**t)),   x_t = x_{t-1} - alpha m_t/(1 - beta1**t)/(sqrt(V_t) + eps)

    lr     step size alpha, >= 0 (optax has no default)
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: optax 0.2.8 amsgrad, scale_by_amsgrad with its defaults.
    Disagreement: its two switches bias_correction_mu and bias_correction_nu, both off, give the paper's `amsgrad`.
    """
    m = (1 - beta1)*g + beta1*m
    v = (1 - beta2)*g*g + beta2*v
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    v_max = maximum(v_max, v/(1 - p2))
    return x - lr*m_hat/(sqrt(v_max) + eps), m, v, v_max, p1, p2


@rule(family="adamx", moment="m", denominator="sqrt(v_max) + eps")
def adamx(x, g, m=0, v=0, v_max=0, q=1, a=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
          lam: unit = 0.999, eps: nonnegative = 1e-8):
    """AdamX: AMSGrad repaired for a beta1 that changes with t.

    a_t = beta1 lam**(t-1),   m_t = a_t m_{t-1} + (1 - a_t) g_t,   v_t = beta2 v_{t-1} + (1 - beta2) g_t**2
    V_1 = v_1,   V_t = max(((1 - a_t)/(1 - a_{t-1}))**2 V_{t-1}, v_t),   x_t = x_{t-1} - alpha_t m_t/(sqrt(V_t) + eps)
    The state q holds lam**(t-1) of the next step, a the last a_t.

    lr     step size alpha_t, >= 0 (the paper: alpha/sqrt(t))
    beta1  the first a_1, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    lam    decay of a_t, in [0, 1]; 1 gives `amsgrad` (the default is a choice of this project)
    eps    >= 0; the paper has none, 0 gives it

    Source: Tran & Phong 2019, algorithm AdamX, with the schedule of its corollary (wording *unverified*).
    Disagreement: `amsgrad` keeps V_t = max(V_{t-1}, v_t); its printed proof needs sqrt(V_t)/(alpha_t (1 - a_t)) to
    be nondecreasing, which this change provides.
    """
    a_t = beta1*q
    c = (1 - a_t)/(1 - a)
    m = a_t*m + (1 - a_t)*g
    v = beta2*v + (1 - beta2)*g*g
    v_max = maximum(c*c*v_max, v)               # at t = 1 the first argument is 0
    return x - lr*m/(sqrt(v_max) + eps), m, v, v_max, q*lam, a_t


@rule(family="adamnc", moment="m", denominator="sqrt(v) + eps")
def adamnc(x, g, m=0, v=0, *, lr: nonnegative = 0.001, beta1: decay = 0.9, eps: nonnegative = 1e-8, t):
    """AdamNC with beta2_t = 1 - 1/t: the second moment is the mean of all squared gradients.

    m_t = beta1 m_{t-1} + (1 - beta1) g_t,   v_t = (1 - 1/t) v_{t-1} + g_t**2/t = (g_1**2 + ... + g_t**2)/t
    x_t = x_{t-1} - alpha_t m_t/(sqrt(v_t) + eps)
    With alpha_t = alpha/sqrt(t), beta1 = 0 and eps = 0 it is AdaGrad.

    lr     step size alpha_t, >= 0 (the paper: alpha/sqrt(t))
    beta1  decay rate of the first moment, in [0, 1)
    eps    >= 0; the paper has none, 0 gives it

    Source: Reddi, Kale & Kumar 2018, section 4, AdamNC with the schedule of Corollary 2 (wording *unverified*), here
    with constant beta1.
    """
    beta2 = 1 - 1/t
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    return x - lr*m/(sqrt(v) + eps), m, v
