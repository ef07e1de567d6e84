"""AdamW: Adam with decoupled weight decay, as in the paper and as in the programs."""

from adamtheory.language import decay, nonnegative, rule, sqrt


@rule(family="adamw")
def adamw(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
          eps: nonnegative = 1e-8, weight_decay: nonnegative = 0.0001, eta):
    """AdamW: the weights decay at a rate of their own, which only the schedule multiplies.

    x_t = x_{t-1} - eta_t (alpha m_hat/(sqrt(v_hat) + eps) + lambda x_{t-1}), the moments as in `adam`

    lr            alpha, >= 0, before the schedule; eta_t is the multiplier of the schedule
    beta1, beta2  decay rates of the moments, in [0, 1)
    eps           >= 0
    weight_decay  lambda, the share of the weights that decays in a step, >= 0. The paper has no default; 1e-4 is what
                  its normalised decay 0.025/sqrt(N) gives for N = 62500 updates

    Source: Loshchilov & Hutter 2019, Algorithm 2, with decoupled weight decay (line numbers *unverified*).
    Disagreement: PyTorch, Keras and optax multiply lambda by alpha as well (`adamw_torch`): their lambda is this one
    divided by alpha.
    """
    m = beta1*m + (1 - beta1)*g                 # line 7
    v = beta2*v + (1 - beta2)*g*g               # line 8
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)                          # line 9
    v_hat = v/(1 - p2)                          # line 10
    step = lr*m_hat/(sqrt(v_hat) + eps)
    return x - eta*(step + weight_decay*x), m, v, p1, p2  # line 12


@rule(family="adamw")
def adamw_torch(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
                eps: nonnegative = 1e-8, weight_decay: nonnegative = 0.01):
    """AdamW as PyTorch, Keras and optax have it: the decay is multiplied by the learning rate.

    x_t = (1 - alpha_t lambda) x_{t-1} - alpha_t m_hat/(sqrt(v_hat) + eps), the moments as in `adam`

    lr            step size alpha_t, >= 0
    beta1, beta2  decay rates of the moments, in [0, 1)
    eps           >= 0
    weight_decay  lambda, >= 0, in units of 1/alpha (PyTorch 0.01, optax 1e-4)

    Source: PyTorch 2.13 AdamW; optax 0.2.8 adamw; Keras 3 (*unverified* against the running library).
    Disagreement: the paper decouples lambda from alpha (`adamw`). With C the sharp bound of Adam's step, the
    iterates end within C/lambda of zero here and within alpha C/lambda there.
    """
    x = x*(1 - lr*weight_decay)
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    v_hat = v/(1 - p2)
    return x - lr*m_hat/(sqrt(v_hat) + eps), m, v, p1, p2
