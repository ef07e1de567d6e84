"""Nesterov's method in the forms of the literature, as sequences of a setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic.notation import Family, Setting

Gradient = Callable[[Any, Any], Any]


def nesterov_setting() -> tuple[Setting, Family, Family, Any]:
    """Step sizes alpha(t), gradients grad(t, y) of f_t at y, and the first point x0."""
    setting = Setting()
    alpha, grad = setting.family("alpha", "Z"), setting.family("grad", "ZR")
    return setting, alpha, grad, setting.constant("x0")


def look_ahead(setting: Setting, alpha: Family, mu: Any, grad: Gradient, first: Any) -> tuple[Family, ...]:
    """W and theta: W_t = mu_t W_{t-1} - alpha_t grad f_t(theta_{t-1} + mu_t W_{t-1}), theta_t = theta_{t-1} + W_t."""

    def velocity(n: Any, W: Any, theta: Any) -> Any:
        return mu(n + 1) * W - alpha(n + 1) * grad(n + 1, theta + mu(n + 1) * W)

    return setting.define({"W": (0, velocity), "theta": (first, lambda n, W, theta: theta + velocity(n, W, theta))})
