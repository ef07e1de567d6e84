"""ND-Adam: Adam on the unit sphere, one rate for each weight vector."""

from adamtheory.language import decay, nonnegative, rule, sqrt, total


@rule(family="ndadam")
def ndadam(x, g, m=0, v=0, p1=1, p2=1, *,
           lr: nonnegative = 0.05, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-8):
    """Normalised direction-preserving Adam; x is one weight vector (a group), started with norm 1.

    g = g_bar - (g_bar . w_{t-1}) w_{t-1},   m_t = beta1 m_{t-1} + (1 - beta1) g
    v_t = beta2 v_{t-1} + (1 - beta2) |g|**2
    w_bar = w_{t-1} - alpha m_hat/(sqrt(v_hat) + eps),   w_t = w_bar/|w_bar|
    v is one number for the vector; norms are Euclidean.

    lr     step size alpha, >= 0; for eps = 0 the first step turns w by arctan(alpha) (the default is *unverified*)
    beta1  decay rate of the first moment, in [0, 1)
    beta2  decay rate of the second moment, in [0, 1)
    eps    >= 0

    Source: Zhang, Ma, Li & Wu 2017, Algorithm 1, the part for the weight vectors.
    Disagreement: the projected gradient is orthogonal to w_{t-1} iff w_{t-1} has norm 1, which the step preserves but
    does not bring about at the start; the authors' PyTorch code has no normalisation of w_0 in the optimizer, and adds
    eps before the correction of v where their TensorFlow code adds it after, as here. The paper's claim that g stays in
    the span of the historical gradients is false: w_0 is missing.
    """
    along = total(g*x)
    g = g - along*x                             # projection on the tangent space
    m = beta1*m + (1 - beta1)*g
    v = beta2*v + (1 - beta2)*total(g*g)
    p1 = p1*beta1
    p2 = p2*beta2
    m_hat = m/(1 - p1)
    v_hat = v/(1 - p2)
    w = x - lr*m_hat/(sqrt(v_hat) + eps)
    return w/sqrt(total(w*w)), m, v, p1, p2     # back to the sphere
