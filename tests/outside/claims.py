"""Which rule is which program, and the words of the rule's docstring that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    """`rule` is the program `program` of `framework`.

    words     what the docstring of the rule says about it; "" where the text claims nothing and the program is put
              together from the framework's parts or switches to be the rule
    fixed     parameters without which the claim is not made
    constant  whether it is made for a constant step size only
    """

    rule: str
    framework: str
    program: str
    words: str = ""
    fixed: Mapping[str, float] = field(default_factory=dict)
    constant: bool = False

    def __str__(self) -> str:
        return f"{self.rule} = {self.framework} {self.program}"


BOTH_SGD = "PyTorch 2.13 SGD and optax 0.2.8 sgd are this form"
BUFFER = "that of PyTorch SGD(momentum=mu) with dampening 0 and of optax.sgd(momentum=mu)"
BOTH_ADADELTA = "PyTorch 2.13 and optax 0.2.8 multiply delta by their rate after it has entered F, as here"
BOTH_ADAM = "PyTorch 2.13 Adam and optax 0.2.8 adam are this form"
BY_ALPHA = "(`adamw_torch`): their lambda is this one divided by alpha"
COINCIDE = "PyTorch and optax the buffer of `momentum`; they coincide while alpha is constant"
INSIDE = "keep the rate out of the buffer (`nesterov_torch`), which is another method where alpha changes"

CLAIMS = (
    Claim("sgd", "torch", "SGD", BOTH_SGD),
    Claim("sgd", "optax", "sgd", BOTH_SGD),
    Claim("sgd_l2", "torch", "SGD weight_decay", "it coincides while alpha is constant", constant=True),
    Claim("sgd_l2", "torch", "SGD weight_decay", "keeps the rate out of the buffer", fixed={"beta1": 0}),
    Claim("sgd_l2", "optax", "decay, then trace"),
    Claim("sgdw", "optax", "trace, then decay"),
    Claim("momentum", "torch", "SGD momentum", BUFFER),
    Claim("momentum", "optax", "sgd momentum", BUFFER),
    Claim("momentum_velocity", "torch", "SGD momentum", COINCIDE, constant=True),
    Claim("momentum_velocity", "optax", "sgd momentum", COINCIDE, constant=True),
    Claim("momentum_velocity", "optax", "trace of the scaled gradient"),
    Claim("momentum_average", "optax", "ema"),
    Claim("nesterov", "torch", "SGD nesterov", INSIDE, constant=True),
    Claim("nesterov", "optax", "sgd nesterov", INSIDE, constant=True),
    Claim("nesterov_torch", "torch", "SGD nesterov", "PyTorch 2.13 SGD(momentum=mu, nesterov=True)"),
    Claim("nesterov_torch", "optax", "sgd nesterov", "optax 0.2.8 sgd(momentum=mu, nesterov=True)"),
    Claim("adagrad", "torch", "Adagrad", "PyTorch 2.13 Adagrad is this form"),
    Claim("adagrad_optax", "optax", "adagrad", "optax 0.2.8 adagrad(initial_accumulator_value=0.1, eps=1e-7)"),
    Claim("rmsprop", "torch", "RMSprop", "PyTorch 2.13 RMSprop is this form"),
    Claim("rmsprop", "optax", "rmsprop outside"),
    Claim("rmsprop_optax", "optax", "rmsprop", "optax 0.2.8 rmsprop(eps_in_sqrt=True), its default"),
    Claim("rmsprop_centered", "torch", "RMSprop centered", "PyTorch 2.13 RMSprop(centered=True)"),
    Claim("rmsprop_centered", "optax", "rmsprop outside centered"),
    Claim("rmsprop_graves", "optax", "rmsprop centered momentum",
          "optax 0.2.8 rmsprop(centered=True, momentum=mu) is this form"),
    Claim("rmsprop_corrected", "optax", "rmsprop corrected", "rmsprop(eps_in_sqrt=False, bias_correction=True) is"),
    Claim("rmsprop_momentum", "torch", "RMSprop momentum", "PyTorch 2.13 RMSprop(momentum=mu)"),
    Claim("adadelta", "torch", "Adadelta", BOTH_ADADELTA),
    Claim("adadelta", "optax", "adadelta", BOTH_ADADELTA),
    Claim("adam", "torch", "Adam", BOTH_ADAM),
    Claim("adam", "optax", "adam", BOTH_ADAM),
    Claim("adam_eps_inside", "optax", "adam eps_root", "optax 0.2.8 adam(eps=0, eps_root=eps)"),
    Claim("adam_l2", "torch", "Adam weight_decay", "PyTorch 2.13 Adam(weight_decay=lambda) is this form"),
    Claim("adam_l2", "optax", "decay, then adam"),
    Claim("adamax", "torch", "Adamax", "the paper has none, 0 gives it", fixed={"eps": 0}),
    Claim("adamax_torch", "torch", "Adamax", "PyTorch 2.13 Adamax"),
    Claim("adamax_torch", "optax", "adamax", "optax 0.2.8 adamax"),
    Claim("nadam_dozat", "optax", "nadam", "apart from eps this is `nadam_optax`", fixed={"eps": 0}),
    Claim("nadam_torch", "torch", "NAdam", "PyTorch 2.13 NAdam"),
    Claim("nadam_torch", "optax", "nadam", "switches it off and gives `nadam_optax`", fixed={"momentum_decay": 1e9}),
    Claim("nadam_optax", "optax", "nadam", "optax 0.2.8 nadam, scale_by_adam(nesterov=True)"),
    Claim("amsgrad", "optax", "amsgrad uncorrected", "optax with both its corrections switched off is this form"),
    Claim("amsgrad_torch", "torch", "Adam amsgrad", "PyTorch 2.13 Adam(amsgrad=True)"),
    Claim("amsgrad_optax", "optax", "amsgrad", "optax 0.2.8 amsgrad, scale_by_amsgrad with its defaults"),
    Claim("adamw", "torch", "AdamW, decay divided by lr", BY_ALPHA),
    Claim("adamw", "optax", "adam, then decay"),
    Claim("adamw_torch", "torch", "AdamW", "PyTorch 2.13 AdamW"),
    Claim("adamw_torch", "optax", "adamw", "optax 0.2.8 adamw"),
    Claim("yogi_optax", "optax", "yogi", "optax 0.2.8 yogi, scale_by_yogi with its defaults"),
    Claim("adabelief", "optax", "adabelief", "optax 0.2.8 adabelief with eps = eps_root"),
    Claim("radam", "optax", "radam threshold 4"),
    Claim("radam_torch", "torch", "RAdam", "PyTorch 2.13 RAdam"),
    Claim("radam_optax", "optax", "radam", "optax 0.2.8 radam(threshold=5.0), its default"),
    Claim("lion", "optax", "lion", "optax 0.2.8 lion is this form"),
    Claim("adopt", "optax", "contrib.adopt unclipped", "optax 0.2.8 contrib.adopt(use_clipping=False)"),
    Claim("adopt_clipped", "optax", "contrib.adopt", "optax 0.2.8 contrib.adopt, its default"),
)  # fmt: skip
