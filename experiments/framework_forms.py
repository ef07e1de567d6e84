"""What the frameworks call Adam, AMSGrad and Nadam, on the same sequences.

Claim       Forms that are proved equal under a change of eps, step size or schedule stay within rounding of each other
            for T rounds. All other forms that share a name part on both sequences, and the regret of AMSGrad's three
            forms differs by more than a factor of two.
Refuted if  a pair that is proved equal is further apart than rounding explains; a pair that is proved different is
            not 1000 times further apart; AMSGrad's regrets are within a factor of two; or a direction under a constant
            slope is not the one that is known.
Source      The proofs forms_* (`adamtheory list forms`); the rules' docstrings for PyTorch, Keras, optax, Dozat.
Budget      quick: T = 3*10^4, 15 kernels on two losses, 3 s (30 s the first time). full: T = 10^6, 1 minute.
Note        On a constant slope AMSGrad of PyTorch and of optax are the same: the corrected average is 1 from the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING, Any

from adamtheory import regret, simulate
from adamtheory.errors import ParameterError, UnknownNameError
from adamtheory.laboratory.experiment import Block, Check, Table, Tell, Verdict, checked, close
from adamtheory.laboratory.settings import check_distinct
from adamtheory.language import decay, nonnegative, schedule, sqrt
from adamtheory.losses import quadratic_gaussian, reddi
from adamtheory.rules import get
from adamtheory.schedules import inverse_sqrt
from adamtheory.sets import box

if TYPE_CHECKING:
    from adamtheory import Trajectory


@schedule
def corrected(t, p1=1, p2=1, *, lr: nonnegative, beta1: decay, beta2: decay):  # type: ignore[no-untyped-def]
    """alpha_t = lr/sqrt(t) with the two bias corrections of Adam: times sqrt(1 - beta2**t)/(1 - beta1**t)."""
    p1 = p1 * beta1
    p2 = p2 * beta2
    return lr / sqrt(t) * sqrt(1 - p2) / (1 - p1), p1, p2


@dataclass(frozen=True)
class Form:
    """A rule with what is changed: the step size by a schedule, lr and eps by beta2**-1/2, other parameters."""

    rule: str
    corrected: bool = False
    longer: bool = False
    more: Mapping[str, float] = field(default_factory=dict)


FORMS = {
    "adam": ("adam", "adam_eps_hat", "adam_eps_inside", "adam_uncorrected"),
    "amsgrad": ("amsgrad", "amsgrad_torch", "amsgrad_optax"),
    "nadam": ("nadam", "nadam_constant", "nadam_dozat", "nadam_torch", "nadam_keras", "nadam_optax"),
}
CHANGED = {
    "adam_uncorrected, corrected step": Form("adam_uncorrected", corrected=True),
    "amsgrad, corrected step": Form("amsgrad", corrected=True),
    "nadam_torch, momentum_decay=1": Form("nadam_torch", more={"momentum_decay": 1}),
    "nadam_torch, momentum_decay=1e9": Form("nadam_torch", more={"momentum_decay": 1e9}),
    "nadam_optax, lr and eps over sqrt(beta2)": Form("nadam_optax", longer=True),
}
# pairs that are proved equal, and whether only at eps = 0
EQUAL = {
    ("adam", "adam_eps_hat"): True,
    ("adam", "adam_eps_inside"): True,
    ("adam_eps_hat", "adam_eps_inside"): True,
    ("adam_eps_hat", "adam_uncorrected, corrected step"): False,
    ("amsgrad_torch", "amsgrad, corrected step"): True,
    ("nadam_dozat", "nadam_optax"): True,
    ("nadam_keras", "nadam_torch, momentum_decay=1"): False,
    ("nadam_optax", "nadam_torch, momentum_decay=1e9"): False,
    ("nadam_constant", "nadam_optax, lr and eps over sqrt(beta2)"): False,
}
# directions for a constant gradient 1 at beta = (0.9, 0.999) and eps = 0, at these rounds, as known to four digits
KNOWN_AT = (1, 2, 3, 5, 10, 20, 50, 100)
KNOWN = {
    "nadam_optax": (1.4737, 1.1573, 1.0782, 1.0308, 1.0078, 1.0016, 1.0001, 1.0000),
    "nadam_torch": (1.0565, 0.7837, 0.7322, 0.7460, 0.8431, 0.9452, 0.9977, 1.0001),
    "nadam_keras": (1.0628, 0.7736, 0.7113, 0.7103, 0.7996, 0.9218, 0.9980, 1.0003),
    "nadam": (1.3111, 1.0851, 1.0322, 1.0063, 1.0007, 1.0006, 1.0006, 1.0006),
}
CONSTANT, PERIODIC, QUADRATIC = "constant slope", "periodic", "quadratic"
SIDES = ("first", "second")
APART = 1000  # times the rounding, where forms differ
SEEN = 1e-10  # least eps whose place shows above APART roundings
FACTOR = 2  # between the regrets of AMSGrad's forms


@dataclass(frozen=True)
class Settings:
    """beta1, beta2: pairs; eps: run beside 0; lr: alpha in alpha/sqrt(t); C, N: of the periodic sequence."""

    beta1: tuple[float, ...] = (0.9, 0.5)
    beta2: tuple[float, ...] = (0.999, 0.9)
    eps: float = 1e-8
    lr: float = 0.1
    C: float = 11.0
    N: int = 10
    seeds: int = 2
    horizon: int = 30_000
    families: tuple[str, ...] = tuple(FORMS)
    losses: tuple[str, ...] = (PERIODIC, QUADRATIC)

    def __post_init__(self) -> None:
        if not len(self.beta1) == len(self.beta2) > 0:
            raise ParameterError("beta1 and beta2 must have the same number of values, one for each pair")
        for known, given, what in ((FORMS, self.families, "family"), ((PERIODIC, QUADRATIC), self.losses, "loss")):
            for name in given:
                if name not in known:
                    raise UnknownNameError(what, name, known)
        if PERIODIC not in self.losses:
            raise ParameterError(f"losses must have {PERIODIC}, of which the regrets are told")
        check_distinct(self, "families", "losses")
        if min(*self.beta1, *self.beta2) <= 0:
            raise ParameterError("beta1 and beta2 must be above 0: without momentum forms of Nadam are the same")
        if self.C <= 1 or self.lr > 1:
            raise ParameterError(
                "C must be above 1, for a spike, and lr at most 1, half of the box, for rounding to stay"
            )
        if self.horizon < 2 * KNOWN_AT[-1] or self.eps <= 0:
            raise ParameterError(f"horizon must be at least {2 * KNOWN_AT[-1]}, and eps above 0 (0 is run anyway)")


QUICK = Settings()
FULL = Settings(horizon=1_000_000, seeds=3)


def run(settings: Settings, tell: Tell) -> Iterator[Block]:
    done, whole = 0, len(settings.losses) * sum(len(forms(family)) for family in settings.families)
    for loss in settings.losses:
        for family in settings.families:
            played = {}
            for name, form in forms(family).items():
                tell(done, whole, f"{name}, {loss}")
                done += 1
                played[name] = play(settings, form, loss)
            for first, second in pairs(family):
                yield from compared(settings, loss, first, second, played[first], played[second])


def forms(family: str) -> dict[str, Form]:
    """The forms of a family, and those under a change."""
    changed = {name: form for name, form in CHANGED.items() if form.rule in FORMS[family]}
    return {name: Form(name) for name in FORMS[family]} | changed


def pairs(family: str) -> list[tuple[str, str]]:
    """All pairs without a change, and those that a change makes equal."""
    plain = list(combinations(FORMS[family], 2))
    return plain + [pair for pair in EQUAL if pair[0] in FORMS[family] and pair not in plain]


def rounds(settings: Settings) -> list[int]:
    """The rounds at which pairs are compared."""
    from adamtheory.simulation.simulate import log_checkpoints

    late = log_checkpoints(settings.horizon - settings.horizon % settings.N, settings.N, 6).tolist()
    return [*KNOWN_AT, *(T for T in late if KNOWN_AT[-1] < T)]


def play(settings: Settings, form: Form, loss: str) -> Trajectory:
    """One form: lanes are the sequences (a constant slope and the periodic one, or seeds), the betas, and eps."""
    import numpy as np

    beta1, beta2 = np.array(settings.beta1)[:, None], np.array(settings.beta2)[:, None]
    scale = beta2**-0.5 if form.longer else np.ones_like(beta2)
    rule = get(form.rule)(
        lr=settings.lr * scale, beta1=beta1, beta2=beta2, eps=np.array([0, settings.eps]) * scale, **form.more
    )
    plan = corrected(lr=1, beta1=beta1, beta2=beta2) if form.corrected else inverse_sqrt
    # each round with the one before it, from which its step is known
    at = sorted({T for kept in rounds(settings) for T in (kept - 1, kept) if T > 0})
    if loss == QUADRATIC:
        seeds = np.arange(settings.seeds)[:, None, None]
        return simulate(rule, quadratic_gaussian, at[-1], schedule=plan, seed=seeds, start=1, checkpoints=at)
    # slope -1 in every round, and no wall that it could meet; then the periodic sequence in its box
    C, wall = np.array([-1, settings.C])[:, None, None], np.array([1e9, 1])[:, None, None]
    return simulate(
        rule, reddi(C=C, N=settings.N), at[-1], schedule=plan, feasible=box(low=-wall, high=wall), start=1,
        checkpoints=at,
    )  # fmt: skip


def compared(
    settings: Settings, loss: str, first: str, second: str, one: Trajectory, two: Trajectory
) -> Iterator[Block]:
    """Iterates, steps in units of alpha_t, and regrets of a pair, at every kept round."""
    import numpy as np

    kept = np.isin(one.checkpoints, rounds(settings))
    moves = [steps(settings, played) for played in (one, two)]
    regrets = [regret(played).regret for played in (one, two)]
    alike = EQUAL.get((first, second))
    for lane in np.ndindex(one.shape):
        place, b, e = lane
        yield {
            "loss": loss if loss == QUADRATIC else (CONSTANT, PERIODIC)[place], "first": first, "second": second,
            "equal": alike is False or (alike is True and e == 0), "beta1": settings.beta1[b],
            "beta2": settings.beta2[b], "eps": (0.0, settings.eps)[e], "seed": place if loss == QUADRATIC else 0,
            "T": one.checkpoints[kept], "x_first": one.iterates[lane][kept, 0],
            "x_second": two.iterates[lane][kept, 0], "step_first": moves[0][lane][kept],
            "step_second": moves[1][lane][kept], "regret_first": regrets[0][lane][kept],
            "regret_second": regrets[1][lane][kept],
        }  # fmt: skip


def steps(settings: Settings, played: Trajectory) -> Any:
    """x_{T+1} - x_T in units of alpha_T, where the checkpoint before is the round before; else it means nothing."""
    import numpy as np

    before = np.concatenate([np.ones((*played.shape, 1)), played.iterates[..., :-1, 0]], axis=-1)
    return (played.iterates[..., 0] - before) / settings.lr * np.sqrt(played.checkpoints)


def verdict(table: Table, settings: Settings) -> Verdict:
    checks, apart = [], {True: [0.0], False: []}
    gaps = in_roundings(table, settings)
    for family in settings.families:
        for first, second in pairs(family):
            own = (table["first"] == first) & (table["second"] == second)
            for equal, loss in (
                (True, CONSTANT),
                (True, PERIODIC),
                (True, QUADRATIC),
                (False, PERIODIC),
                (False, QUADRATIC),
            ):
                gap = gaps[own & (table["equal"] == equal) & (table["loss"] == loss)]
                if len(gap):
                    most = float(gap.max())
                    apart[equal].append(most)
                    what = f"{first} / {second}, {loss}: largest gap of x over that of rounding"
                    expected, holds = ("at most 1", most <= 1) if equal else (f"above {APART}", most > APART)
                    hidden = not equal and EQUAL.get((first, second)) is True and settings.eps < SEEN
                    unless = f"eps={settings.eps:g} is too small to be told from rounding" if hidden else ""
                    checks.append(checked(what, most, expected, holds, unless))
    last = last_rounds(table, settings)
    if "amsgrad" in settings.families:
        regrets = final_regrets(last, "amsgrad").values()
        factor = max(regrets) / min(regrets) if min(regrets) > 0 else inf
        staying = 2 * (settings.C - settings.N + 1) / settings.N * rounds(settings)[-1]
        unless = "no form of AMSGrad has come away from the start" if min(regrets) > staying / FACTOR > 0 else ""
        what = "AMSGrad, periodic: largest regret over the least"
        checks.append(checked(what, factor, f"above {FACTOR}", factor > FACTOR, unless))
    checks += directions(table)
    return Verdict(_sentence(last, settings, max(apart[True]), min(apart[False])), tuple(checks))


def in_roundings(table: Table, settings: Settings) -> Any:
    """|x - x'| in units of what rounding can do: an average over n terms has n errors, and the steps' errors add up."""
    import numpy as np

    errors = 2 / (1 - table["beta1"]) + 1.5 / (1 - table["beta2"]) + 16  # of m, of the root of v, of the rest
    allowed = 2.0**-53 * errors * 2 * settings.lr * np.sqrt(table["T"])
    return np.abs(table["x_first"] - table["x_second"]) / allowed


def last_rounds(table: Table, settings: Settings) -> Table:
    """The last round on the periodic sequence, with the first pair of betas."""
    b1, b2 = settings.beta1[0], settings.beta2[0]
    return table.where(loss=PERIODIC, beta1=b1, beta2=b2, eps=settings.eps, T=rounds(settings)[-1])


def final_regrets(last: Table, family: str) -> dict[str, float]:
    """Regret of the forms of a family, out of the rows of the last round."""
    return {row[side]: row[f"regret_{side}"] for row in last.rows() for side in SIDES if row[side] in FORMS[family]}


def directions(table: Table) -> list[Check]:
    """The directions of Nadam's forms under a constant slope, where the table has the betas of the known ones."""
    own = list(table.where(loss=CONSTANT, beta1=0.9, beta2=0.999, eps=0.0).rows())
    checks = []
    for name, known in KNOWN.items():
        found = {row["T"]: row[f"step_{side}"] for row in own for side in SIDES if row[side] == name}
        for T, value in zip(KNOWN_AT if found else (), known, strict=False):
            checks.append(close(f"direction of {name} at t = {T}", found[T], value, 0.51e-4 / value))
    return checks


def _sentence(last: Table, settings: Settings, alike: float, different: float) -> str:
    text = (
        f"Proved equal: at most {alike:.2g} of the allowed rounding apart; all others at least {different:.2g} of it."
    )
    text += f" Regret at T = {rounds(settings)[-1]} on the periodic sequence:"
    for family in settings.families:
        text += " " + ", ".join(f"{name} {value:.4g}" for name, value in final_regrets(last, family).items()) + ";"
    return text[:-1] + "."


def figure(table: Table, settings: Settings, sheet: Any) -> None:
    import numpy as np

    left, middle, right = sheet.panels(1, 3)
    own = table.where(beta1=settings.beta1[0], beta2=settings.beta2[0], seed=0)
    index = 0
    for family in [family for family in settings.families if family != "nadam"]:
        for name in FORMS[family][1:]:
            rows = own.where(loss=QUADRATIC, first=FORMS[family][0], second=name, eps=settings.eps)
            sheet.line(left, rows["T"], np.abs(rows["x_first"] - rows["x_second"]), f"{name} from {family}", index)
            index += 1
    alike = own.where(loss=QUADRATIC, equal=True, eps=0.0)
    gaps = np.abs(alike["x_first"] - alike["x_second"])
    at = np.unique(alike["T"])
    sheet.line(left, at, [gaps[alike["T"] == T].max() + 1e-17 for T in at], "proved equal", 6, linewidth=2.2)
    sheet.label(left, "How far apart on random quadratics", "rounds T", "|x - x'|", logx=True, logy=True)
    for axes, name, loss, eps, part in (
        (middle, "amsgrad", PERIODIC, settings.eps, "regret"), (right, "nadam", CONSTANT, 0.0, "step")
    ):  # fmt: skip
        if name in settings.families:
            _each_form(axes, own.where(loss=loss, eps=eps), name, part, sheet)
    sheet.label(middle, f"AMSGrad, slopes {settings.C:g} and -1", "rounds T", "regret R_T", logx=True, logy=True)
    sheet.label(right, "Nadam, constant slope 1", "round t", "step / alpha_t", logx=True)
    sheet.legend(left, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=2)
    sheet.legend(middle)
    sheet.legend(right)


def _each_form(axes: Any, own: Table, family: str, part: str, sheet: Any) -> None:
    """A curve for each form of a family, out of any pair that has it."""
    first = FORMS[family][0]
    for index, name in enumerate(FORMS[family]):
        rows, side = (
            (own.where(first=first, second=name), "second")
            if index
            else (own.where(first=first, second=FORMS[family][1]), "first")
        )
        sheet.line(axes, rows["T"], rows[f"{part}_{side}"], name, index)
