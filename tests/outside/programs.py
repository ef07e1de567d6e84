"""The outside programs: every optimizer of PyTorch and optax that a rule of the registry can be compared with.

A program is a function from hyper-parameters, under this package's names, to an optimizer of the framework. Beside the
names of the rules' parameters it may ask for

    lr    PyTorch: a rate (the runner then sets that of every step); optax: the schedule, step 0, 1, ... -> rate
    lr0   the rate before the schedule
    eta   the schedule's multiplier, step 0, 1, ... -> multiplier (optax only)

`torch` programs take `torch.optim` and the parameters, `optax` programs take `optax`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TORCH: Mapping[str, Callable[..., Any]] = {
    "SGD": lambda o, w, lr: o.SGD(w, lr),
    "SGD momentum": lambda o, w, lr, mu: o.SGD(w, lr, momentum=mu),
    "SGD nesterov": lambda o, w, lr, mu: o.SGD(w, lr, momentum=mu, nesterov=True),
    "SGD dampening": lambda o, w, lr, beta1: o.SGD(w, lr, momentum=beta1, dampening=beta1),
    "SGD weight_decay": lambda o, w, lr, beta1, weight_decay: o.SGD(w, lr, beta1, weight_decay=weight_decay),
    "Adagrad": lambda o, w, lr, eps: o.Adagrad(w, lr, eps=eps),
    "RMSprop": lambda o, w, lr, beta2, eps: o.RMSprop(w, lr, beta2, eps),
    "RMSprop centered": lambda o, w, lr, beta2, eps: o.RMSprop(w, lr, beta2, eps, centered=True),
    "RMSprop momentum": lambda o, w, lr, beta2, mu, eps: o.RMSprop(w, lr, beta2, eps, momentum=mu),
    "Adadelta": lambda o, w, lr, rho, eps: o.Adadelta(w, lr, rho, eps),
    "Adam": lambda o, w, lr, beta1, beta2, eps: o.Adam(w, lr, (beta1, beta2), eps),
    "Adam weight_decay": lambda o, w, lr, beta1, beta2, eps, weight_decay: o.Adam(
        w, lr, (beta1, beta2), eps, weight_decay
    ),
    "Adam amsgrad": lambda o, w, lr, beta1, beta2, eps: o.Adam(w, lr, (beta1, beta2), eps, amsgrad=True),
    "AdamW": lambda o, w, lr, beta1, beta2, eps, weight_decay: o.AdamW(w, lr, (beta1, beta2), eps, weight_decay),
    "AdamW, decay divided by lr": lambda o, w, lr0, beta1, beta2, eps, weight_decay: o.AdamW(
        w, lr0, (beta1, beta2), eps, weight_decay / lr0
    ),
    "Adamax": lambda o, w, lr, beta1, beta2, eps: o.Adamax(w, lr, (beta1, beta2), eps),
    "NAdam": lambda o, w, lr, beta1, beta2, eps, momentum_decay: o.NAdam(
        w, lr, (beta1, beta2), eps, momentum_decay=momentum_decay
    ),
    "RAdam": lambda o, w, lr, beta1, beta2, eps: o.RAdam(w, lr, (beta1, beta2), eps),
}

OPTAX: Mapping[str, Callable[..., Any]] = {
    "sgd": lambda o, lr: o.sgd(lr),
    "sgd momentum": lambda o, lr, mu: o.sgd(lr, mu),
    "sgd nesterov": lambda o, lr, mu: o.sgd(lr, mu, nesterov=True),
    "trace of the scaled gradient": lambda o, lr, mu: o.chain(o.scale_by_learning_rate(lr), o.trace(mu)),
    "ema": lambda o, lr, beta1: o.chain(o.ema(beta1, debias=False), o.scale_by_learning_rate(lr)),
    "decay, then trace": lambda o, lr, beta1, weight_decay: o.chain(
        o.add_decayed_weights(weight_decay), o.scale_by_learning_rate(lr), o.trace(beta1)
    ),
    "trace, then decay": lambda o, lr, eta, beta1, weight_decay: o.chain(
        o.scale_by_schedule(lr), o.trace(beta1), o.add_decayed_weights(lambda n: weight_decay * eta(n)), o.scale(-1)
    ),
    "adagrad": lambda o, lr, eps: o.adagrad(lr, eps=eps),
    "rmsprop": lambda o, lr, beta2, eps: o.rmsprop(lr, beta2, eps),
    "rmsprop outside": lambda o, lr, beta2, eps: o.rmsprop(lr, beta2, eps, eps_in_sqrt=False),
    "rmsprop outside centered": lambda o, lr, beta2, eps: o.rmsprop(lr, beta2, eps, eps_in_sqrt=False, centered=True),
    "rmsprop corrected": lambda o, lr, beta2, eps: o.rmsprop(lr, beta2, eps, eps_in_sqrt=False, bias_correction=True),
    "rmsprop momentum": lambda o, lr, beta2, mu, eps: o.rmsprop(lr, beta2, eps, momentum=mu),
    "rmsprop centered momentum": lambda o, lr, beta2, mu, eps: o.rmsprop(lr, beta2, eps, centered=True, momentum=mu),
    "adadelta": lambda o, lr, rho, eps: o.adadelta(lr, rho, eps),
    "adam": lambda o, lr, beta1, beta2, eps: o.adam(lr, beta1, beta2, eps),
    "adam eps_root": lambda o, lr, beta1, beta2, eps: o.adam(lr, beta1, beta2, eps=0, eps_root=eps),
    "decay, then adam": lambda o, lr, beta1, beta2, eps, weight_decay: o.chain(
        o.add_decayed_weights(weight_decay), o.adam(lr, beta1, beta2, eps)
    ),
    "adamw": lambda o, lr, beta1, beta2, eps, weight_decay: o.adamw(lr, beta1, beta2, eps, weight_decay=weight_decay),
    "adam, then decay": lambda o, lr0, eta, beta1, beta2, eps, weight_decay: o.chain(
        o.scale_by_adam(beta1, beta2, eps),
        o.scale(lr0),
        o.add_decayed_weights(weight_decay),
        o.scale_by_learning_rate(eta),
    ),
    "adamax": lambda o, lr, beta1, beta2, eps: o.adamax(lr, beta1, beta2, eps),
    "nadam": lambda o, lr, beta1, beta2, eps: o.nadam(lr, beta1, beta2, eps),
    "amsgrad": lambda o, lr, beta1, beta2, eps: o.amsgrad(lr, beta1, beta2, eps),
    "amsgrad uncorrected": lambda o, lr, beta1, beta2, eps: o.amsgrad(
        lr, beta1, beta2, eps, bias_correction_mu=False, bias_correction_nu=False
    ),
    "radam": lambda o, lr, beta1, beta2, eps: o.radam(lr, beta1, beta2, eps),
    "radam threshold 4": lambda o, lr, beta1, beta2, eps: o.radam(lr, beta1, beta2, eps, threshold=4.0),
    "yogi": lambda o, lr, beta1, beta2, eps: o.yogi(lr, beta1, beta2, eps),
    "adabelief": lambda o, lr, beta1, beta2, eps: o.adabelief(lr, beta1, beta2, eps, eps_root=eps),
    "lion": lambda o, lr, beta1, beta2, weight_decay: o.lion(lr, beta1, beta2, weight_decay=weight_decay),
    "contrib.adopt": lambda o, lr, beta1, beta2, eps: o.contrib.adopt(lr, beta1, beta2, eps),
    "contrib.adopt unclipped": lambda o, lr, beta1, beta2, eps: o.contrib.adopt(
        lr, beta1, beta2, eps, use_clipping=False
    ),
}
