"""SWATS: Adam until the projected learning rate has settled, then SGD with that rate.

What to use when: `swats` is the printed algorithm, to study it; `swats_repaired` is the one to run.
"""

from adamtheory.language import absolute, decay, nonnegative, rule, sqrt, total, where


@rule(family="swats")
def swats(x, g, m=0, a=0, V=0, ell=0, p1=1, p2=1, k=0, phase=0, Lam=0, *,
          lr: nonnegative = 0.001, beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-9):
    """SWATS as printed.

    Phase 0 (Adam): p_k = -alpha sqrt(1 - beta2**k)/(1 - beta1**k) m_k/(sqrt(a_k) + eps),   w_k = w_{k-1} + p_k
    gamma_k = p.p/(-p.g) where p.g != 0,   ell_k = beta2 ell_{k-1} + (1 - beta2) gamma_k
    switch when k > 1 and |ell_k/(1 - beta2**k) - gamma_k| < eps, with Lam = ell_k/(1 - beta2**k)
    Phase 1 (SGD): V_k = beta1 V_{k-1} + g_k,   w_k = w_{k-1} - (1 - beta1) Lam V_k

    lr     step size alpha of the Adam phase, >= 0; the SGD phase does not look at it
    beta1  decay rate of the first moment and momentum of the SGD phase, in [0, 1)
    beta2  decay rate of the second moment and of the average of gamma, in [0, 1)
    eps    > 0, stabiliser of Adam's denominator and tolerance of the switch; 0 never switches

    Source: Keskar & Socher 2017, Algorithm 1 (line numbers *unverified*).
    Disagreement: three defects are kept here and mended in `swats_repaired`: a skipped average (p.g = 0) is still
    counted in the correction; the tolerance is absolute, so large gradients switch at once; a negative rate can be
    accepted, and SGD then ascends.
    """
    k = k + 1                                                           # line 4
    p1 = p1*beta1
    p2 = p2*beta2
    V = where(phase < 1, 0, beta1*V + g)                                # line 7
    sgd = x - (1 - beta1)*Lam*V                                         # line 8
    m = beta1*m + (1 - beta1)*g                                         # line 11
    a = beta2*a + (1 - beta2)*g*g                                       # line 12
    p = -lr*sqrt(1 - p2)/(1 - p1)*m/(sqrt(a) + eps)                     # line 13
    pg = total(p*g)
    pp = total(p*p)
    gamma = where(absolute(pg) > 0, -pp/pg, 0)                          # line 16
    ell = where(absolute(pg) > 0, beta2*ell + (1 - beta2)*gamma, ell)   # line 17
    rate = ell/(1 - p2)
    settled = where(k > 1, where(absolute(pg) > 0, where(absolute(rate - gamma) < eps, 1, 0), 0), 0)  # line 18
    switch = where(phase < 1, settled, 0)
    Lam = where(switch > 0, rate, Lam)                                  # line 21
    w = where(phase < 1, x + p, sgd)                                    # line 14
    return w, m, a, V, ell, p1, p2, k, where(switch > 0, 1, phase), Lam


@rule(family="swats")
def swats_repaired(x, g, m=0, a=0, V=0, ell=0, p1=1, p2=1, n=0, pn=1, phase=0, Lam=0, *, lr: nonnegative = 0.001,
                   beta1: decay = 0.9, beta2: decay = 0.999, eps: nonnegative = 1e-9, tol: nonnegative = 1e-6):
    """SWATS with its three defects mended.

    As `swats`, but the average is corrected with the number n of the steps that entered it, beta2**n for beta2**k;
    switch when n > 1, Lam > 0 and |Lam - gamma_k| < tol |gamma_k|.

    lr     step size alpha of the Adam phase, >= 0
    beta1  decay rate of the first moment and momentum of the SGD phase, in [0, 1)
    beta2  decay rate of the second moment and of the average of gamma, in [0, 1)
    eps    >= 0, stabiliser of Adam's denominator
    tol    relative tolerance of the switch, >= 0; 1e-6 is the paper's 1e-9 for rates of the size of alpha = 1e-3

    Source: Keskar & Socher 2017, Algorithm 1, with repairs of this project: the count, the relative tolerance (with
    eps = 0 the loss c*f then switches at the step where f does) and the sign.
    """
    p1 = p1*beta1
    p2 = p2*beta2
    V = where(phase < 1, 0, beta1*V + g)                                # line 7
    sgd = x - (1 - beta1)*Lam*V                                         # line 8
    m = beta1*m + (1 - beta1)*g                                         # line 11
    a = beta2*a + (1 - beta2)*g*g                                       # line 12
    p = -lr*sqrt(1 - p2)/(1 - p1)*m/(sqrt(a) + eps)                     # line 13
    pg = total(p*g)
    pp = total(p*p)
    counted = where(absolute(pg) > 0, 1, 0)                             # line 15
    gamma = where(absolute(pg) > 0, -pp/pg, 0)                          # line 16
    ell = where(counted > 0, beta2*ell + (1 - beta2)*gamma, ell)        # line 17
    n = n + counted
    pn = where(counted > 0, pn*beta2, pn)
    rate = where(pn < 1, ell/(1 - pn), 0)
    near = where(absolute(rate - gamma) < tol*absolute(gamma), 1, 0)
    settled = where(n > 1, where(counted > 0, where(rate > 0, near, 0), 0), 0)  # line 18
    switch = where(phase < 1, settled, 0)
    Lam = where(switch > 0, rate, Lam)                                  # line 21
    w = where(phase < 1, x + p, sgd)                                    # line 14
    return w, m, a, V, ell, p1, p2, n, pn, where(switch > 0, 1, phase), Lam
