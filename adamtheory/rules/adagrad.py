"""AdaGrad: the step of each coordinate is divided by the root of the sum of its squared gradients."""

from adamtheory.language import nonnegative, rule, sqrt


@rule(family="adagrad", moment="g", denominator="sqrt(S) + eps", schedule="constant")
def adagrad(x, g, S=0, *, lr: nonnegative = 0.01, eps: nonnegative = 1e-10):
    """AdaGrad with diagonal matrices.

    S_t = S_{t-1} + g_t**2,   x_t = x_{t-1} - alpha g_t/(sqrt(S_t) + eps)
    This is the rate alpha/sqrt(t) with V_t = S_t/t; alpha itself stays constant.

    lr   step size alpha (the paper's eta), >= 0 (PyTorch's default; the paper has none)
    eps  the paper's delta >= 0, added after the root (PyTorch's default); 0 is allowed by the paper

    Source: Duchi, Hazan & Singer 2011, Figure 1, H_t = delta I + diag(s_t), and the projected subgradient update (1).
    The numbering is *unverified*. PyTorch 2.13 Adagrad is this form; its lr_decay is a schedule alpha/(1 + c (t - 1)).
    Disagreement: optax adds eps under the root and starts the sum at 0.1 (`adagrad_optax`).
    """
    S = S + g*g
    return x - lr*g/(sqrt(S) + eps), S


@rule(family="adagrad", moment="g", denominator="sqrt(S + eps)", schedule="constant")
def adagrad_optax(x, g, S=0.1, *, lr: nonnegative = 0.01, eps: nonnegative = 1e-7):
    """AdaGrad as optax has it: eps under the root, and the sum of squares starts at 0.1.

    S_0 = 0.1,   S_t = S_{t-1} + g_t**2,   x_t = x_{t-1} - alpha g_t/sqrt(S_t + eps)

    lr   step size alpha, >= 0 (optax has no default)
    eps  >= 0, added under the root

    Source: optax 0.2.8 adagrad(initial_accumulator_value=0.1, eps=1e-7), scale_by_rss.
    Disagreement: the paper and PyTorch start at 0 (`adagrad`); with 0.1 the first step is
    at most alpha |g|/sqrt(0.1).
    """
    S = S + g*g
    return x - lr*g/sqrt(S + eps), S
