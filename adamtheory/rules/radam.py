"""RAdam: momentum until the variance of the adaptive step can be trusted, then Adam with a factor."""

from adamtheory.language import decay, nonnegative, rule, sqrt, where


@rule(family="radam", moment="m_hat", denominator="where(4 < rho, (sqrt(v_hat) + eps)/r, 1)")
def radam(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
          eps: nonnegative = 1e-8, t):
    """RAdam: Adam with a factor that rectifies the variance of the early steps.

    rho_inf = 2/(1 - beta2) - 1,   rho_t = rho_inf - 2 t beta2**t/(1 - beta2**t)
    r_t = sqrt((rho_t - 4)(rho_t - 2) rho_inf/((rho_inf - 4)(rho_inf - 2) rho_t))
    x_t = x_{t-1} - alpha r_t m_hat/(sqrt(v_hat) + eps) if rho_t > 4, else x_{t-1} - alpha m_hat

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1); below 3/5 rho_t never reaches 4 and the method is momentum
    eps    >= 0; the paper has none, 0 gives it

    Source: Liu et al. 2020, Algorithm 2 (line numbers *unverified*).
    Disagreement: PyTorch and optax switch at rho_t > 5 and rho_t >= 5 (`radam_torch`, `radam_optax`), the authors'
    program too; PyTorch adds eps before the correction of v.
    """
    m = beta1*m + (1 - beta1)*g                 # line 6
    v = beta2*v + (1 - beta2)*g*g               # line 5
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)                          # line 7
    rho_inf = 2/(1 - beta2) - 1                 # line 2
    rho = rho_inf - 2*t*p2/(1 - p2)             # line 8
    v_hat = v/(1 - p2)                          # line 10
    r = where(rho > 4, sqrt((rho - 4)*(rho - 2)*rho_inf/((rho_inf - 4)*(rho_inf - 2)*rho)), 1)  # line 11
    return x - lr*where(rho > 4, r*m_hat/(sqrt(v_hat) + eps), m_hat), m, v, p1, p2  # lines 12, 14


@rule(family="radam", moment="m_hat", denominator="where(5 < rho, (sqrt(v) + eps)/(sqrt(1 - p2)*r), 1)")
def radam_torch(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
                eps: nonnegative = 1e-8, t):
    """RAdam as PyTorch has it: switch at rho_t > 5, eps before the correction of v.

    x_t = x_{t-1} - alpha r_t m_hat sqrt(1 - beta2**t)/(sqrt(v_t) + eps) if rho_t > 5, else x_{t-1} - alpha m_hat

    lr     step size alpha, >= 0
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: PyTorch 2.13 RAdam.
    Disagreement: the paper switches at rho_t > 4 (`radam`), optax adds eps after the correction (`radam_optax`).
    """
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*g*g
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    rho_inf = 2/(1 - beta2) - 1
    rho = rho_inf - 2*t*p2/(1 - p2)
    r = where(rho > 5, sqrt((rho - 4)*(rho - 2)*rho_inf/((rho_inf - 4)*(rho_inf - 2)*rho)), 1)
    return x - where(rho > 5, m_hat*lr*(sqrt(1 - p2)/(sqrt(v) + eps))*r, m_hat*lr), m, v, p1, p2


@rule(family="radam", moment="m_hat", denominator="where(5 <= rho, (sqrt(v_hat) + eps)/r, 1)")
def radam_optax(x, g, m=0, v=0, p1=1, p2=1, *, lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999,
                eps: nonnegative = 1e-8, t):
    """RAdam as optax has it: switch at rho_t >= 5, eps after the correction of v.

    x_t = x_{t-1} - alpha r_t m_hat/(sqrt(v_hat) + eps) if rho_t >= 5, else x_{t-1} - alpha m_hat

    lr     step size alpha, >= 0 (optax has no default)
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: optax 0.2.8 radam(threshold=5.0), its default.
    Disagreement: the paper switches at rho_t > 4 (`radam`), PyTorch adds eps before the correction (`radam_torch`).
    """
    m = (1 - beta1)*g + beta1*m
    v = (1 - beta2)*g*g + beta2*v
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    rho_inf = 2/(1 - beta2) - 1
    rho = rho_inf - 2*t*p2/(1 - p2)
    v_hat = v/(1 - p2)
    r = where(rho >= 5, sqrt((rho - 4)*(rho - 2)*rho_inf/((rho_inf - 4)*(rho_inf - 2)*rho)), 1)
    return x - lr*where(rho >= 5, r*m_hat/(sqrt(v_hat) + eps), m_hat), m, v, p1, p2
