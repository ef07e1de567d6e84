"""From `name[param=value]` texts to rules ready to run.

    optimizer = to_optimizer(parse_spec("adam[lr=0.1, beta2=[0.9, 0.99]]"))
    losses = to_loss(parse_spec("logistic[data=a9a.gz, order=shuffled]"))
    mine = to_optimizer(parse_spec("my_rules.py:my_adam[lr=0.1]"))

A file's text is parsed, never executed. Lists multiply out: `multiply_out` gives each list an axis of its own, so that
the lanes of a run are all combinations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from adamtheory.errors import ParameterError, SpecError, UnknownNameError
from adamtheory.language.rule import Bound, Rule, exact
from adamtheory.runs.spec_text import Spec as Spec
from adamtheory.runs.spec_text import Value as Value
from adamtheory.runs.spec_text import number as number
from adamtheory.runs.spec_text import number_text as number_text
from adamtheory.runs.spec_text import parse_spec as parse_spec
from adamtheory.runs.spec_text import parse_value as parse_value
from adamtheory.runs.spec_text import value_text as value_text
from adamtheory.simulation.sequences import LossSequence, sequence

KIND_NAMES = {"rule": "optimizer", "loss": "loss", "schedule": "schedule", "feasible_set": "set"}
NO_SET = ("none", "everything")  # two names for all of R^d
SEQUENCE_PARAMETERS = ("data", "order", "dimension")

Values = Mapping[str, Any]


def multiply_out(values: Sequence[Mapping[str, Value]], extra_axes: int = 0) -> list[dict[str, Any]]:
    """Give every list of numbers its own axis, in the order in which the lists appear.

    values      parameters of several rules that will run together;  extra_axes  axes to leave free behind the others
    Returns the same parameters, each list nested so deeply that NumPy's broadcasting makes the outer product of all.
    A list of one number counts as that number.
    """
    rank = extra_axes + sum(_is_axis(value) for params in values for value in params.values())
    axis = 0
    result: list[dict[str, Any]] = []
    for params in values:
        nested: dict[str, Any] = {}
        for name, value in params.items():
            if _is_axis(value):
                axis += 1
                nested[name] = column(value, rank - axis)
            else:
                nested[name] = value[0] if isinstance(value, tuple) else value
        result.append(nested)
    return result


def _is_axis(value: Value) -> bool:
    return isinstance(value, tuple) and len(value) > 1


def column(values: Any, behind: int) -> list[Any]:
    """A list with `behind` axes of length 1 after its own."""
    nested: list[Any] = list(values)
    for _ in range(behind):
        nested = [[value] for value in nested]
    return nested


def to_rule(name: str, kind: str) -> Rule:
    """The rule of that name, or `FILE.py:NAME` from a file of the user.

    kind  rule, loss, schedule or feasible_set
    Raises `UnknownNameError`, `SpecError` for a file that cannot be read, `GrammarError` for one outside the language.
    """
    if ".py:" in name or name.endswith(".py"):
        return _from_file(name, kind)
    if kind == "rule":
        from adamtheory.rules import get

        return get(name)
    if kind == "loss":
        from adamtheory.losses import get_loss

        return get_loss(name)
    if kind == "schedule":
        from adamtheory.schedules import get_schedule

        return get_schedule(name)
    from adamtheory.sets import SETS

    if name not in SETS and name not in NO_SET:
        raise UnknownNameError("set", name, {*SETS, *NO_SET})
    return SETS["everything" if name in NO_SET else name]


def rule_file(name: str) -> tuple[Path, str] | None:
    """File and rule of a name `FILE.py:NAME` or `FILE.py` (rule ""); None for any other name."""
    if name.endswith(".py"):
        return Path(name).expanduser(), ""
    path, mark, inner = name.rpartition(".py:")
    return (Path(f"{path}.py").expanduser(), inner) if mark else None


def _from_file(name: str, kind: str) -> Rule:
    from adamtheory.language import parse
    from adamtheory.language.declared import check_declared

    found = rule_file(name)
    assert found is not None
    path, wanted = found
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SpecError(f"cannot read the rules of {path}: {reason}; give FILE.py:NAME") from None
    rules = {n: rule for n, rule in parse(text, filename=str(path)).items() if rule.kind == kind}
    if not wanted and len(rules) == 1:
        (wanted,) = rules
    if wanted not in rules:
        if not rules:
            raise SpecError(f"{path} declares no {KIND_NAMES[kind]}; decorate a function with @{kind}")
        raise UnknownNameError(f"{KIND_NAMES[kind]} of {path}", wanted, rules)
    check_declared(rules[wanted])
    return rules[wanted]


def to_optimizer(spec: Spec, values: Values | None = None) -> Bound:
    """The update rule with its parameters; `schedule=` is left to `own_schedule`.

    values  the parameters after `multiply_out` with others; default: of this spec alone
    """
    return to_rule(spec.name, "rule")(**_given(spec.without("schedule"), values))


def own_schedule(spec: Spec) -> Spec | None:
    """The schedule that an optimizer's text asks for by `schedule=`."""
    value = spec.params.get("schedule")
    if value is None or isinstance(value, Spec):
        return value
    if isinstance(value, str):
        return parse_spec(value)
    raise SpecError(f"schedule={value_text(value)} of {spec.name} is not a schedule; write schedule=constant")


def to_loss(spec: Spec, values: Values | None = None) -> LossSequence:
    """The loss sequence: `data`, `order` and `dimension` belong to the sequence, the rest to the rule."""
    rule = to_rule(spec.name, "loss")
    given = _given(spec, values)
    own = {name: given.pop(name) for name in SEQUENCE_PARAMETERS if name in given and rule.scalar(name) is None}
    for name in ("data", "order"):
        if name in own and not isinstance(own[name], str):
            raise SpecError(f"{name} of {spec.name} is not a text; write {name}=NAME")
    if "dimension" in own:
        own["dimension"] = _whole(own["dimension"], f"dimension of {spec.name}")
    return sequence(rule(**given), **own)


def to_schedule(spec: Spec, values: Values | None = None) -> Bound:
    """The step-size schedule; its `lr` is the optimizer's."""
    rule = to_rule(spec.name, "schedule")
    given = _given(spec, values)
    if "lr" in given:
        raise SpecError(f"lr of the schedule {spec.name} is the optimizer's; write it there, as in adam[lr=0.1]")
    return rule(**given, **({"lr": Fraction(1)} if rule.scalar("lr") else {}))


def to_set(spec: Spec, values: Values | None = None) -> Bound:
    """The feasible set; `box[radius=r]` is `box[low=-r, high=r]`."""
    given = _given(spec, values)
    rule = to_rule(spec.name, "feasible_set")
    if "radius" in given and rule.scalar("radius") is None and rule.scalar("low") and rule.scalar("high"):
        if {"low", "high"} & given.keys():
            raise SpecError(f"{spec.name} has radius beside low or high; give the one or the others")
        radius = given.pop("radius")
        if isinstance(radius, str) or _least(radius) < 0:
            raise ParameterError(f"radius={spec_value(spec, 'radius')} of {spec.name} must be a number of at least 0")
        given.update(low=_negative(radius), high=radius)
    return rule(**given)


def spec_value(spec: Spec, name: str) -> str:
    """One parameter as the user wrote it."""
    return value_text(spec.params[name])


def _given(spec: Spec, values: Values | None) -> dict[str, Any]:
    given = dict(multiply_out([spec.params])[0] if values is None else values)
    for name, value in given.items():
        if isinstance(value, Spec):
            raise SpecError(f"{name} of {spec.name} is {value}; a number is needed there")
    return given


def _whole(value: Any, what: str) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1:
        raise ParameterError(f"{what} must be one whole number")
    return int(value)


def _negative(value: Any) -> Any:
    return [_negative(v) for v in value] if isinstance(value, list) else -value


def _least(value: Any) -> Fraction:
    return min(_least(v) for v in value) if isinstance(value, list) else value


def exact_text(name: str, values: Values) -> str:
    """`name[param=value]` with every value exact; the axes of nested lists are left out."""
    inner = ", ".join(f"{key}={_exact_value(value)}" for key, value in values.items())
    return f"{name}[{inner}]" if inner else name


def _exact_value(value: Any) -> str:
    if isinstance(value, list | tuple):
        flat = _flat(value)
        return f"[{', '.join(number_text(exact(v)) for v in flat)}]"
    return number_text(exact(value))


def _flat(value: Any) -> list[Any]:
    return [w for v in value for w in _flat(v)] if isinstance(value, list | tuple) else [value]
