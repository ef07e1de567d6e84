"""Nadam: Adam with Nesterov's look-ahead. Six forms, no two of them alike by default.

What to use when: `nadam` is the printed algorithm; `nadam_constant` the same without the schedule of mu;
`nadam_torch`, `nadam_keras`, `nadam_optax` and `nadam_dozat` are what the programs do.
"""

from adamtheory.language import decay, nonnegative, rule, sqrt


@rule(family="nadam", moment="m_bar", denominator="sqrt(n_hat) + eps")
def nadam(x, g, m=0, n=0, P=1, p2=1, *, lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999,
          eps: nonnegative = 1e-8, t):
    """Nadam as printed, with the schedule of the momentum.

    mu_t = beta1 (1 - 0.96**(t/250)/2),   P_t = mu_1 ... mu_t
    m_t = mu_t m_{t-1} + (1 - mu_t) g_t,   n_t = beta2 n_{t-1} + (1 - beta2) g_t**2
    m_bar = mu_{t+1} m_t/(1 - P_{t+1}) + (1 - mu_t) g_t/(1 - P_t),   n_hat = beta2 n_t/(1 - beta2**t)
    x_t = x_{t-1} - alpha m_bar/(sqrt(n_hat) + eps)

    lr     step size alpha, >= 0
    beta1  limit of the momentum mu_t, in [0, 1)
    beta2  the paper's nu, decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: Dozat 2016, Algorithm 2 (*unverified* against the report itself), with its schedule 0.96**(t/250).
    Disagreement: the factor beta2 in n_hat stands in no other form; it multiplies the step by 1/sqrt(beta2). PyTorch
    and Keras keep m at the constant beta1 and correct it with the products P (`nadam_torch`, `nadam_keras`).
    """
    mu = beta1*(1 - 0.5*0.96**(t/250))
    mu_next = beta1*(1 - 0.5*0.96**((t + 1)/250))
    P = P*mu
    p2 = p2*beta2
    m = mu*m + (1 - mu)*g
    n = beta2*n + (1 - beta2)*g*g
    m_bar = mu_next*m/(1 - P*mu_next) + (1 - mu)*g/(1 - P)
    n_hat = beta2*n/(1 - p2)
    return x - lr*m_bar/(sqrt(n_hat) + eps), m, n, P, p2


@rule(family="nadam", moment="m_bar", denominator="sqrt(n_hat) + eps")
def nadam_constant(x, g, m=0, n=0, p1=1, p2=1, *,
                   lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Nadam as printed, with constant momentum mu_t = beta1.

    m_bar = beta1 m_t/(1 - beta1**(t+1)) + (1 - beta1) g_t/(1 - beta1**t),   n_hat = beta2 n_t/(1 - beta2**t)
    x_t = x_{t-1} - alpha m_bar/(sqrt(n_hat) + eps)

    lr     step size alpha, >= 0
    beta1  the paper's mu, in [0, 1)
    beta2  the paper's nu, in [0, 1)
    eps    >= 0

    Source: Dozat 2016, Algorithm 2 with mu_t = mu (*unverified* against the report itself).
    Disagreement: without the factor beta2 in n_hat this is `nadam_optax`.
    """
    p1 = p1*beta1
    p2 = p2*beta2
    m = beta1*m + (1 - beta1)*g
    n = beta2*n + (1 - beta2)*g*g
    m_bar = beta1*m/(1 - p1*beta1) + (1 - beta1)*g/(1 - p1)
    n_hat = beta2*n/(1 - p2)
    return x - lr*m_bar/(sqrt(n_hat) + eps), m, n, p1, p2


@rule(family="nadam", moment="m_bar", denominator="sqrt(v + eps)")
def nadam_dozat(x, g, m=0, v=0, p1=1, p2=1, *,
                lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.9, eps: nonnegative = 1e-16):
    """Nadam as its author's program has it: corrections inside the averages, eps inside the root.

    mu_t = beta1 (1 - beta1**(t-1))/(1 - beta1**t),   nu_t likewise with beta2
    m_t = mu_t m_{t-1} + (1 - mu_t) g_t,   m_bar = mu_{t+1} m_t + (1 - mu_t) g_t
    v_t = nu_t v_{t-1} + (1 - nu_t) g_t**2
    x_t = x_{t-1} - alpha m_bar/sqrt(v_t + eps)

    lr     step size alpha, >= 0
    beta1  the program's mu, in [0, 1)
    beta2  the program's ups, in [0, 1); its default is 0.9
    eps    >= 0, under the root

    Source: Dozat's TensorFlow code (2016), nadam.py, the class docstring and _apply_dense.
    Disagreement: m_t and v_t are the corrected moments, so apart from eps this is `nadam_optax`; the report's factor
    beta2 and its schedule are absent.
    """
    q1 = p1*beta1
    q2 = p2*beta2
    mu = beta1*(1 - p1)/(1 - q1)
    mu_next = beta1*(1 - q1)/(1 - q1*beta1)
    ups = beta2*(1 - p2)/(1 - q2)
    m = mu*m + (1 - mu)*g
    m_bar = mu_next*m + (1 - mu)*g
    v = ups*v + (1 - ups)*g*g
    return x - lr*m_bar/sqrt(v + eps), m, v, q1, q2


@rule(family="nadam", moment="m_bar", denominator="sqrt(v_hat) + eps")
def nadam_torch(x, g, m=0, v=0, P=1, p2=1, *, lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999,
                eps: nonnegative = 1e-8, momentum_decay: nonnegative = 0.004, t):
    """Nadam as PyTorch has it: m decays with beta1, the correction with the scheduled mu.

    mu_t = beta1 (1 - 0.96**(t psi)/2),   P_t = mu_1 ... mu_t,   m_t = beta1 m_{t-1} + (1 - beta1) g_t
    m_bar = mu_{t+1} m_t/(1 - P_{t+1}) + (1 - mu_t) g_t/(1 - P_t)
    x_t = x_{t-1} - alpha m_bar/(sqrt(v_t/(1 - beta2**t)) + eps)

    lr              step size alpha, >= 0
    beta1           decay rate of m and limit of mu_t, in [0, 1)
    beta2           decay rate of the second moment, in [0, 1)
    eps             >= 0
    momentum_decay  psi, >= 0; 0 does not switch the schedule off but freezes mu_t at beta1/2, a large value
                    (1e9) switches it off and gives `nadam_optax`

    Source: PyTorch 2.13 NAdam. The legacy optimizer of tf_keras is the same (*unverified* against the running library).
    Disagreement: correcting m, whose decay is beta1, with products of mu under-normalises it: the direction for a
    constant gradient 1 is 1.0565, 0.7837, 0.7322, ... instead of tending to 1 from above. The printed algorithm runs m
    with mu_t (`nadam`). PyTorch keeps P_t in its default dtype: with parameters in float64 and the default float32 its
    own steps are off by about 1e-9.
    """
    mu = beta1*(1 - 0.5*0.96**(t*momentum_decay))
    mu_next = beta1*(1 - 0.5*0.96**((t + 1)*momentum_decay))
    P = P*mu
    p2 = p2*beta2
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    m_bar = mu_next*m/(1 - P*mu_next) + (1 - mu)*g/(1 - P)
    v_hat = v/(1 - p2)
    return x - lr*m_bar/(sqrt(v_hat) + eps), m, v, P, p2


@rule(family="nadam", moment="m_bar", denominator="sqrt(v_hat) + eps")
def nadam_keras(x, g, m=0, v=0, P=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
                eps: nonnegative = 1e-7, t):
    """Nadam as Keras 3 has it: PyTorch's form with the schedule 0.96**t.

    mu_t = beta1 (1 - 0.96**t/2),   P_t = mu_1 ... mu_t,   m_t = beta1 m_{t-1} + (1 - beta1) g_t
    m_bar = mu_{t+1} m_t/(1 - P_{t+1}) + (1 - mu_t) g_t/(1 - P_t)
    x_t = x_{t-1} - alpha m_bar/(sqrt(v_t/(1 - beta2**t)) + eps)

    lr     step size alpha, >= 0
    beta1  decay rate of m and limit of mu_t, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: Keras 3 Nadam (read in its source, *unverified* against the running library).
    Disagreement: the exponent t where Dozat has t/250, so the schedule is over after a hundred steps; otherwise
    `nadam_torch` with momentum_decay = 1. Its documentation calls eps the eps-hat of Kingma and Ba; its code does not.
    """
    mu = beta1*(1 - 0.5*0.96**t)
    mu_next = beta1*(1 - 0.5*0.96**(t + 1))
    P = P*mu
    p2 = p2*beta2
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    m_bar = mu_next*m/(1 - P*mu_next) + (1 - mu)*g/(1 - P)
    v_hat = v/(1 - p2)
    return x - lr*m_bar/(sqrt(v_hat) + eps), m, v, P, p2


@rule(family="nadam", moment="m_bar", denominator="sqrt(v_hat) + eps")
def nadam_optax(x, g, m=0, v=0, p1=1, p2=1, *,
                lr: nonnegative = 0.002, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Nadam as optax has it: constant momentum, second moment as in Adam.

    m_bar = beta1 m_t/(1 - beta1**(t+1)) + (1 - beta1) g_t/(1 - beta1**t)
    x_t = x_{t-1} - alpha m_bar/(sqrt(v_t/(1 - beta2**t)) + eps)

    lr     step size alpha, >= 0 (optax has no default)
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: optax 0.2.8 nadam, scale_by_adam(nesterov=True).
    Disagreement: no schedule and no factor beta2, see `nadam` and `nadam_constant`.
    """
    m = (1 - beta1)*g + beta1*m
    v = (1 - beta2)*g*g + beta2*v
    p1 = p1*beta1
    p2 = p2*beta2
    m_bar = beta1*(m/(1 - p1*beta1)) + (1 - beta1)*(g/(1 - p1))
    v_hat = v/(1 - p2)
    return x - lr*m_bar/(sqrt(v_hat) + eps), m, v, p1, p2
