"""Losses on data, one row a round: logistic regression, hinge loss and least squares."""

from adamtheory.language import absolute, exp, log, loss, maximum, row, target, total, where


@loss(family="regression", start=0, radius=10, margin="1e30*y")
def logistic(x, a: row, y: target):
    """Logistic loss of one labelled row: f_t(x) = log(1 + exp(-y_t <a_t, x>)), y_t = -1 or +1.

    Written as max(-s, 0) + log(1 + exp(-|s|)) with the margin s = y_t <a_t, x>, which no margin overflows; the gradient
    is -y_t a_t/(1 + exp(s)).

    Source: Kingma & Ba 2015, section 6.1 (logistic regression); online: Zinkevich 2003.
    """
    s = y * total(a * x)
    f = maximum(-s, 0) + log(1 + exp(-absolute(s)))
    return f, -y / (1 + exp(s)) * a


@loss(family="regression", start=0, radius=10, margin="y")
def hinge(x, a: row, y: target):
    """Hinge loss of one labelled row: f_t(x) = max(0, 1 - y_t <a_t, x>), y_t = -1 or +1.

    The subgradient is -y_t a_t where the margin y_t <a_t, x> is below 1, else 0.

    Source: support vector machines (Cortes & Vapnik 1995); online, e.g. Shalev-Shwartz 2012, section 2.
    """
    s = y * total(a * x)
    return maximum(1 - s, 0), where(s < 1, -y, 0) * a


@loss(family="regression", start=0, radius=10, margin="y")
def least_squares(x, a: row, y: target):
    """Squared error of one row: f_t(x) = (<a_t, x> - y_t)^2/2.

    Source: online linear regression, e.g. Cesa-Bianchi & Lugosi 2006, chapter 11.
    """
    residual = total(a * x) - y
    return residual * residual / 2, residual * a
