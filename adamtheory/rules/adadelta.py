"""AdaDelta: the root mean square of the past steps takes the place of a learning rate."""

from adamtheory.language import decay, nonnegative, rule, sqrt


@rule(family="adadelta", moment="g", denominator="rms_g/rms_x", schedule="constant")
def adadelta(x, g, E=0, F=0, *, lr: nonnegative = 1, rho: decay = 0.95, eps: nonnegative = 1e-6):
    """AdaDelta.

    E_t = rho E_{t-1} + (1 - rho) g_t**2,   delta_t = sqrt(F_{t-1} + eps)/sqrt(E_t + eps) g_t
    F_t = rho F_{t-1} + (1 - rho) delta_t**2,   x_t = x_{t-1} - alpha delta_t

    lr   factor alpha of the step, >= 0; the paper has none, which is 1
    rho  decay rate in [0, 1) of both averages (PyTorch and optax: 0.9)
    eps  > 0 in both roots; sqrt(eps/(1 - rho)) is a hidden learning rate, and eps = 0 never moves

    Source: Zeiler 2012, Algorithm 1, with E = E[g**2], F = E[dx**2] (*unverified* against the report itself).
    PyTorch 2.13 and optax 0.2.8 multiply delta by their rate after it has entered F, as here.
    Disagreement: only in the defaults: PyTorch and optax rho = 0.9, eps = 1e-6; Keras rho = 0.95, eps = 1e-7.
    """
    E = rho*E + (1 - rho)*g*g                   # line 4
    rms_g = sqrt(E + eps)
    rms_x = sqrt(F + eps)
    delta = rms_x/rms_g*g                       # line 5
    F = rho*F + (1 - rho)*delta*delta           # line 6
    return x - lr*delta, E, F                   # line 7


@rule(family="adadelta", moment="g", denominator="rms_g/rms_x", schedule="constant")
def adadelta_two_eps(x, g, E=0, F=0, *, lr: nonnegative = 1, rho: decay = 0.95, eps_n: nonnegative = 1e-6,
                     eps_d: nonnegative = 1e-6):
    """AdaDelta with its two eps apart, the form in which units can be discussed.

    E_t = rho E_{t-1} + (1 - rho) g_t**2,   delta_t = sqrt(F_{t-1} + eps_n)/sqrt(E_t + eps_d) g_t
    F_t = rho F_{t-1} + (1 - rho) delta_t**2,   x_t = x_{t-1} - alpha delta_t
    Changing the unit of x by kappa changes the steps by kappa iff eps_n changes by kappa**2 and eps_d by 1/kappa**2.

    lr     factor alpha of the step, >= 0
    rho    decay rate in [0, 1) of both averages
    eps_n  >= 0, in the numerator, in units of x**2; 0 never moves
    eps_d  >= 0, in the denominator, in units of g**2

    Source: Zeiler 2012, Algorithm 1, where eps_n = eps_d = eps (*unverified* against the report itself).
    """
    E = rho*E + (1 - rho)*g*g
    rms_g = sqrt(E + eps_d)
    rms_x = sqrt(F + eps_n)
    delta = rms_x/rms_g*g
    F = rho*F + (1 - rho)*delta*delta
    return x - lr*delta, E, F
