"""Adam and its near kin: eps-hat, eps inside the root, without bias correction, with an L2 penalty; AdaMax.

What to use when: `adam` is Algorithm 1; `adam_uncorrected` is the Adam of the convergence papers since Reddi et al.
"""

from adamtheory.language import absolute, decay, maximum, nonnegative, rule, sqrt


@rule(family="adam", moment="m_hat", denominator="sqrt(v_hat) + eps")
def adam(x, g, m=0, v=0, p1=1, p2=1, *,
         lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Adam: a moving average of gradients over the root of one of their squares, both corrected for bias.

    m_t = beta1 m_{t-1} + (1 - beta1) g_t,   v_t = beta2 v_{t-1} + (1 - beta2) g_t**2
    x_t = x_{t-1} - alpha m_hat/(sqrt(v_hat) + eps),   m_hat = m_t/(1 - beta1**t),   v_hat = v_t/(1 - beta2**t)
    The state p1, p2 holds beta1**t and beta2**t.

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0, added after the root of the corrected moment

    Source: Kingma & Ba 2015, Algorithm 1. PyTorch 2.13 Adam and optax 0.2.8 adam are this form.
    Disagreement: Keras and TensorFlow add eps before the correction (`adam_eps_hat`); the convergence literature leaves
    the correction out (`adam_uncorrected`). The two bounds of the step that the paper claims (section 2.1) fail.
    Claim: |step| <= lr*(1 - beta1)/sqrt(1 - beta2) if sqrt(1 - beta2) < 1 - beta1
    Claim: |step| <= lr if 1 - beta1 <= sqrt(1 - beta2)
    """
    m = beta1*m + (1 - beta1)*g                 # biased first moment
    v = beta2*v + (1 - beta2)*g*g               # biased second raw moment
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)                          # bias-corrected first moment
    v_hat = v/(1 - p2)                          # bias-corrected second raw moment
    return x - lr*m_hat/(sqrt(v_hat) + eps), m, v, p1, p2


@rule(family="adam", moment="m", denominator="sqrt(v) + eps")
def adam_uncorrected(x, g, m=0, v=0, *,
                     lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Adam without bias correction.

    m_t = beta1 m_{t-1} + (1 - beta1) g_t,   v_t = beta2 v_{t-1} + (1 - beta2) g_t**2
    x_t = x_{t-1} - alpha m_t/(sqrt(v_t) + eps)

    lr     step size alpha_t, >= 0 (the paper: alpha/sqrt(t))
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0; the paper has none, 0 gives it

    Source: Reddi, Kale & Kumar 2018, section 2, the case of their generic Algorithm 1 that they call Adam.
    Disagreement: `adam` corrects both moments. The first step is here alpha (1 - beta1)/sqrt(1 - beta2), 3.16 alpha by
    default, there alpha.
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    return x - lr*m/(sqrt(v) + eps), m, v


@rule(family="adam", moment="m/(1 - p1)", denominator="(sqrt(v) + eps)/sqrt(1 - p2)")
def adam_eps_hat(x, g, m=0, v=0, p1=1, p2=1, *,
                 lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Adam with the corrections moved into the step size: eps-hat is added before the correction of v.

    alpha_t = alpha sqrt(1 - beta2**t)/(1 - beta1**t),   x_t = x_{t-1} - alpha_t m_t/(sqrt(v_t) + eps_hat)

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    the paper's eps-hat, >= 0 (Keras: 1e-7)

    Source: Kingma & Ba 2015, end of section 2, the more efficient order. Keras 3 Adam is this form
    (read in its source, *unverified* against the running library).
    Disagreement: equals `adam` with eps = eps_hat/sqrt(1 - beta2**t), 31.6 times larger at the first step by default.
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    p1 = p1*beta1
    p2 = p2*beta2
    alpha = lr*sqrt(1 - p2)/(1 - p1)
    return x - alpha*m/(sqrt(v) + eps), m, v, p1, p2


@rule(family="adam", moment="m_hat", denominator="sqrt(v_hat + eps)")
def adam_eps_inside(x, g, m=0, v=0, p1=1, p2=1, *,
                    lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Adam with eps inside the root, which makes the step differentiable at zero.

    x_t = x_{t-1} - alpha m_hat/sqrt(v_hat + eps), the moments as in `adam`

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0, added under the root (optax has no default but 0)

    Source: optax 0.2.8 adam(eps=0, eps_root=eps).
    Disagreement: the paper adds eps after the root (`adam`); 1e-8 here bounds the denominator by 1e-4.
    """
    m = (1 - beta1)*g + beta1*m
    v = (1 - beta2)*g*g + beta2*v
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    v_hat = v/(1 - p2)
    return x - lr*m_hat/sqrt(v_hat + eps), m, v, p1, p2


@rule(family="adam", moment="m_hat", denominator="sqrt(v_hat) + eps")
def adam_l2(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
            eps: nonnegative = 1e-8, weight_decay: nonnegative = 0.0001):
    """Adam on the loss plus the L2 penalty (weight_decay/2) |x|**2.

    g'_t = g_t + lambda x_{t-1}, then `adam` with g'

    lr            step size alpha, >= 0
    beta1, beta2  decay rates of the moments, in [0, 1)
    eps           >= 0
    weight_decay  lambda, >= 0 (the paper has no default, PyTorch 0)

    Source: Loshchilov & Hutter 2019, Algorithm 2, with L2 regularisation (line numbers *unverified*); PyTorch
    2.13 Adam(weight_decay=lambda) is this form.
    Disagreement: the step is scale invariant, so the penalty is divided out: with no loss and eps = 0 the run is the
    same for every lambda > 0. Decay that obeys its rate is `adamw`.
    """
    g = g + weight_decay*x                      # line 6
    m = beta1*m + (1 - beta1)*g                 # line 7
    v = beta2*v + (1 - beta2)*g*g               # line 8
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)                          # line 9
    v_hat = v/(1 - p2)                          # line 10
    return x - lr*m_hat/(sqrt(v_hat) + eps), m, v, p1, p2  # line 12


@rule(family="adamax", moment="m_hat", denominator="u + eps")
def adamax(x, g, m=0, u=0, p1=1, *,
           lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """AdaMax: Adam with the exponentially weighted maximum norm.

    u_t = max(beta2 u_{t-1}, |g_t|),   x_t = x_{t-1} - alpha m_hat/(u_t + eps),   m_hat = m_t/(1 - beta1**t)

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the norm, in [0, 1)
    eps    >= 0; the paper has none, 0 gives it

    Source: Kingma & Ba 2015, Algorithm 2. Keras 3 Adamax is this form with eps = 1e-7, lr = 0.001 (read in its source,
    *unverified* against the running library).
    Disagreement: PyTorch and optax add eps to |g| inside the maximum (`adamax_torch`). The paper's bound
    "|step| <= alpha" (section 7.1) is false: g = (1, 999/1000) gives 2110/2109 alpha.
    Claim: |step| <= lr
    """
    m = beta1*m + (1 - beta1)*g                 # biased first moment
    u = maximum(beta2*u, absolute(g))           # exponentially weighted infinity norm
    p1 = p1*beta1
    m_hat = m/(1 - p1)
    return x - lr*m_hat/(u + eps), m, u, p1


@rule(family="adamax", moment="m_hat", denominator="u")
def adamax_torch(x, g, m=0, u=0, p1=1, *,
                 lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """AdaMax as PyTorch and optax have it: eps is added to the gradient inside the maximum.

    u_t = max(beta2 u_{t-1}, |g_t| + eps),   x_t = x_{t-1} - alpha m_hat/u_t

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the norm, in [0, 1)
    eps    >= 0

    Source: PyTorch 2.13 Adamax; optax 0.2.8 adamax (which has no default lr).
    Disagreement: the paper has no eps, Keras adds it to u (`adamax`).
    """
    m = beta1*m + (1 - beta1)*g
    u = maximum(beta2*u, absolute(g) + eps)
    p1 = p1*beta1
    m_hat = m/(1 - p1)
    return x - lr*m_hat/u, m, u, p1
