"""One step of a run as a single straight-line program: schedule, loss, update rule, projection, sums, monitors.

The rules' own expressions are joined without changing an operation or its order. Every value gets a level, what it
depends on, and thereby the place where a kernel computes it:

    CONST   hyper-parameters only                      once, before the rounds
    TIME    the round t (or a draw) as well            tabulated for a block of rounds
    STEP    state that all coordinates share, totals   once a round
    COORD   the coordinate                             once a round and coordinate

and a flag `lane`: whether it differs between the lanes of a run. A slot starts at STEP and rises until its level is
consistent, so shared state is found, never declared. Each `total`, and what else couples the coordinates, ends a stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction

from adamtheory.engine.dynamic import HIGH, LOW, SIZE, Dynamic
from adamtheory.engine.prefix_sums import Hindsight
from adamtheory.errors import ParameterError
from adamtheory.language.declared import check_declared
from adamtheory.language.rule import Rule
from adamtheory.language.tree import ONE, ZERO, Expr, Name, Number


class Level(IntEnum):
    """What a value depends on; see the module's docstring."""

    CONST = 0
    TIME = 1
    STEP = 2
    COORD = 3


Atom = str | Number  # the name of a value, or a literal
LEAVES = ("param", "state", "time", "uniform", "row", "target")
REDUCED = ("total", "largest")  # one number of all coordinates; `largest`, like what follows, only programs have
# one number for each coordinate that needs all of them: the nearest point of the set, and `projections.capped`
COUPLED = ("nearest", "capped")
KEPT, WATCHED = "k_", "w_"  # first letters of the states and accumulators of what is watched
# relative rounding that a comparison along a run may show: of Gamma with 0, and of the hypotheses of theorems
SLACK = {"float64": Fraction(1, 10**12), "float32": Fraction(1, 10**5)}


@dataclass(frozen=True, slots=True)
class Value:
    """An operation on atoms, or one of `LEAVES` (whose args are literals that number it)."""

    op: str
    args: tuple[Atom, ...]
    level: Level
    lane: bool
    stage: int


@dataclass(frozen=True, slots=True)
class State:
    """A state variable: its name, initial value (None: given by the run) and the value that follows it."""

    name: str
    initial: Fraction | float | None
    next: Atom
    level: Level
    lane: bool


@dataclass(frozen=True, slots=True)
class Accumulator:
    """What is gathered over the rounds: a compensated `sum`, `min`, `max`, `last`, or the `first` round below zero."""

    name: str
    kind: str
    value: Atom
    level: Level
    lane: bool


@dataclass
class Program:
    """A joined program. `params` maps each parameter to whether it differs between lanes, in the kernels' order."""

    size: int  # coordinates; 0: known only when the kernel runs
    params: dict[str, bool]
    values: dict[str, Value] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    accumulators: list[Accumulator] = field(default_factory=list)
    uniforms: int = 0
    on_data: bool = False
    vector: str = ""  # the projection that couples the coordinates (`projections.VECTORS`), and its parameters
    vector_params: tuple[str, ...] = ()

    def level(self, atom: Atom) -> Level:
        return Level.CONST if isinstance(atom, Number) else self.values[atom].level

    def lane(self, atom: Atom) -> bool:
        return False if isinstance(atom, Number) else self.values[atom].lane

    def stage(self, atom: Atom) -> int:
        return 0 if isinstance(atom, Number) else self.values[atom].stage


@dataclass(frozen=True, slots=True)
class Watch:
    """A quantity of the run that is gathered or kept: `value` is an expression in the names of the optimizer's text.

    Besides its slots, lines and scalars, `x`, `g` and `t` the expression may read, with `@` before the name, `@alpha`,
    the step size, a parameter of the run (`@p_low`), and what is kept.
    kind   as in `Accumulator`; or `keep`: the value of the round before, 0 in the first
    """

    name: str
    kind: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Parts:
    """The rules of a run, and what of it enters the kernel text."""

    optimizer: Rule
    loss: Rule
    schedule: Rule
    feasible: Rule
    size: int = 1
    lane_params: frozenset[str] = frozenset()  # prefixed names (o_lr, f_C, ...) that differ between lanes
    lane_seeds: bool = False
    monitors: bool = False
    hindsight: Hindsight | None = None
    dynamic: Dynamic | None = None
    weighted: bool = True  # whether a set that couples the coordinates is projected on with the rule's denominator
    watches: tuple[Watch, ...] = ()
    dtype: str = "float64"  # by whose rounding Gamma may fall short of 0


def parameter_names(parts: Parts) -> list[str]:
    """The prefixed parameters in the kernels' order; the schedule's `lr` is the optimizer's."""
    found = [f"o_{p.name}" for p in parts.optimizer.parameters]
    found += [f"s_{p.name}" for p in parts.schedule.parameters if p.name != "lr"]
    found += [f"f_{p.name}" for p in parts.loss.parameters]
    return found + [f"p_{p.name}" for p in parts.feasible.parameters]


class Builder:
    """Adds values to a program; equal operations on equal atoms are one value."""

    def __init__(self, program: Program, slot_levels: Mapping[str, tuple[Level, bool]]) -> None:
        self.program = program
        self.slot_levels = slot_levels
        self.known: dict[tuple[str, tuple[Atom, ...]], str] = {}

    def leaf(self, name: str, op: str, level: Level, lane: bool, number: int = 0) -> str:
        self.program.values[name] = Value(op, (Number(Fraction(number)),), level, lane, 0)
        return name

    def apply(self, op: str, args: tuple[Atom, ...], hint: str = "") -> str:
        key = (op, args)
        if key in self.known:
            return self.known[key]
        program = self.program
        level = max((program.level(a) for a in args), default=Level.CONST)
        stage = max((program.stage(a) for a in args), default=0)
        if op in REDUCED:
            level, stage = Level.STEP, stage + 1
        elif op in COUPLED:
            level, stage = Level.COORD, stage + 1
        if op == "total" and program.size == 1:
            return self.apply("add", (ZERO, args[0]), hint)
        name = hint if hint and hint not in program.values else f"v{len(program.values)}"
        program.values[name] = Value(op, args, level, any(program.lane(a) for a in args), stage)
        self.known[key] = name
        return name

    def expr(self, expr: Expr, env: Mapping[Name, Atom], hint: str = "") -> Atom:
        if isinstance(expr, Number):
            return expr
        if isinstance(expr, Name):
            return env[expr]
        if expr.op == "ipow":
            return self.apply("ipow", (self.expr(expr.args[0], env), expr.args[1]), hint)  # type: ignore[arg-type]
        return self.apply(expr.op, tuple(self.expr(a, env) for a in expr.args), hint)

    def part(self, rule: Rule, prefix: str, env: dict[Name, Atom]) -> tuple[list[Atom], dict[Name, Atom]]:
        """Add a rule's lines; `env` binds its inputs and scalars. Returns the results and the final environment."""
        for slot in rule.slots:
            level, lane = self.slot_levels[prefix + slot.name]
            env[Name(slot.name)] = self.leaf(prefix + slot.name, "state", level, lane)
        for line in rule.body:
            hint = f"{prefix}{line.target.id}_{line.target.version}"
            env[line.target] = self.expr(line.value, env, hint)
        results = [self.expr(e, env) for e in rule.results]
        for slot, following in zip(rule.slots, rule.next_slots, strict=True):
            name = prefix + slot.name
            level, lane = self.slot_levels[name]
            self.program.states.append(State(name, slot.initial, self.expr(following, env), level, lane))
        return results, env


def build(parts: Parts) -> Program:
    """Join the rules; slot levels rise from (STEP, shared) to the least consistent ones."""
    names = [
        prefix + slot.name
        for prefix, rule in (("s_", parts.schedule), ("f_", parts.loss), ("o_", parts.optimizer))
        for slot in rule.slots
    ]
    names += [KEPT + w.name for w in parts.watches if w.kind == "keep"]
    levels = {name: (Level.STEP, False) for name in names}
    while True:
        program = _attempt(parts, levels)
        risen = {
            s.name: (max(levels[s.name][0], program.level(s.next)), levels[s.name][1] or program.lane(s.next))
            for s in program.states
            if s.name in levels
        }
        if risen == levels:
            return program
        levels = risen


def _attempt(parts: Parts, levels: Mapping[str, tuple[Level, bool]]) -> Program:
    program = Program(parts.size, {n: n in parts.lane_params for n in parameter_names(parts)})
    builder = Builder(program, levels)
    for index, (name, lane) in enumerate(program.params.items()):
        builder.leaf(name, "param", Level.CONST, lane, index)
    builder.leaf("t", "time", Level.TIME, False)
    builder.leaf("x", "state", Level.COORD, True)
    step_size, multiplier = schedule_part(builder, parts)
    loss, gradient, loss_env = _loss(builder, parts)
    env = _scalars(parts.optimizer, "o_") | {Name("x"): "x", Name("g"): gradient, Name("t"): "t"}
    if multiplier is None:
        env[Name("lr")] = step_size
    else:
        env[Name("eta")] = multiplier
    (unprojected,), env = builder.part(parts.optimizer, "o_", env)
    x_next = _projection(builder, parts, unprojected, env)
    program.states.append(State("x", None, x_next, Level.COORD, True))
    _gather(program, "loss", "sum", loss)
    if parts.hindsight is not None:
        _hindsight(builder, parts.hindsight, parts.loss, loss_env)
    if parts.dynamic is not None:
        _dynamic(builder, parts, parts.dynamic, loss_env)
    if parts.monitors and "denominator" in parts.optimizer.notes:
        _monitors(builder, parts, env, step_size)
    _watch(builder, parts.watches, env, step_size)
    return program


def _projection(builder: Builder, parts: Parts, unprojected: Atom, env: Mapping[Name, Atom]) -> Atom:
    """The projected iterate: the set's own text, or `project` (y, w), whose values need all coordinates at once.

    w is the rule's declared denominator; 1 where it declares none, or one that is the same number always.
    """
    if parts.size == 1 or "vector" not in parts.feasible.facts:
        scalars = _scalars(parts.feasible, "p_")
        (x_next,), _ = builder.part(parts.feasible, "p_", scalars | {Name("y"): unprojected})
        return x_next
    weight: Atom = ONE
    if parts.weighted and "denominator" in parts.optimizer.notes:
        check_declared(parts.optimizer)
        weight = builder.expr(parts.optimizer.notes["denominator"], env)
    program = builder.program
    program.vector = str(parts.feasible.facts["vector"])
    program.vector_params = tuple(f"p_{p.name}" for p in parts.feasible.parameters)
    stage = max(program.stage(unprojected), program.stage(weight))
    program.values["projected"] = Value("project", (unprojected, weight), Level.COORD, True, stage)
    return "projected"


def _scalars(rule: Rule, prefix: str) -> dict[Name, Atom]:
    return {Name(p.name): prefix + p.name for p in rule.parameters}


def schedule_part(builder: Builder, parts: Parts) -> tuple[Atom, Atom | None]:
    """The step size alpha_t, and the multiplier eta_t where the optimizer asks for it (then alpha_t = eta_t*lr)."""
    wants_eta = parts.optimizer.scalar("eta") is not None
    lr: Atom = "o_lr" if parts.optimizer.scalar("lr") else ONE
    env = _scalars(parts.schedule, "s_") | {Name("t"): "t", Name("lr"): ONE if wants_eta else lr}
    (value,), _ = builder.part(parts.schedule, "s_", env)
    if wants_eta:
        return builder.apply("mul", (value, lr), "alpha"), value
    return value, None


def _loss(builder: Builder, parts: Parts) -> tuple[Atom, Atom, dict[Name, Atom]]:
    program, rule = builder.program, parts.loss
    env = _scalars(rule, "f_") | {Name("x"): "x", Name("t"): "t"}
    drawn = Level.TIME if parts.size == 1 else Level.COORD
    for item in rule.inputs[1:]:
        name = "f_" + item.name
        if item.kind == "uniform":
            env[Name(item.name)] = builder.leaf(name, "uniform", drawn, parts.lane_seeds, program.uniforms)
            program.uniforms += 1
        else:
            program.on_data = True
            level = Level.COORD if item.kind == "row" else Level.STEP
            env[Name(item.name)] = builder.leaf(name, item.kind, level, True)
    (loss, gradient), env = builder.part(rule, "f_", env)
    if parts.size > 1 and program.level(loss) == Level.COORD:
        raise ParameterError(
            f"the loss of {rule.name} is one number for each coordinate, and x has {parts.size}; sum it with total(e)"
        )
    return loss, gradient, env


def _gather(program: Program, name: str, kind: str, value: Atom) -> None:
    level = max(Level.STEP, program.level(value))
    program.accumulators.append(Accumulator(name, kind, value, level, program.lane(value)))


def _hindsight(builder: Builder, hindsight: Hindsight, rule: Rule, env: Mapping[Name, Atom]) -> None:
    """Sums from which the best fixed point of the rounds so far is computed exactly."""
    for name, expr in hindsight.sums.items():
        _gather(builder.program, name, "sum", builder.expr(expr, env))
    if hindsight.point is not None:
        value = _loss_at(builder, rule, env, builder.expr(hindsight.point, env))
        _gather(builder.program, "loss_at_point", "sum", value)


def _loss_at(builder: Builder, rule: Rule, env: Mapping[Name, Atom], point: Atom) -> Atom:
    """This round's loss at another point; a frozen line is what it was at x_t."""
    at_point = dict(env) | {Name("x"): point}
    for line in rule.body:
        if line.target != rule.notes.get("frozen"):
            at_point[line.target] = builder.expr(line.value, at_point)
    return builder.expr(rule.results[0], at_point)


def _dynamic(builder: Builder, parts: Parts, dynamic: Dynamic, env: Mapping[Name, Atom]) -> None:
    """Losses and path lengths of comparators that move; both are projected on the set."""
    here: dict[Name, Atom] = dict(env) | {LOW: "p_low", HIGH: "p_high"} | _size(parts)
    if dynamic.value is not None:
        _gather(builder.program, "round_loss", "sum", builder.expr(dynamic.value, here))
    for name, expr in (("round", dynamic.point), ("moving", dynamic.moving)):
        if expr is not None:
            point = builder.expr(expr, here)
            if name == "moving" or not dynamic.inside:
                point = _projected(builder, parts, point)
            _gather(builder.program, f"{name}_loss", "sum", _loss_at(builder, parts.loss, env, point))
            _gather(builder.program, f"{name}_path", "sum", _step_of(builder, f"{name}_before", point))


def _size(parts: Parts) -> dict[Name, Atom]:
    """The one parameter of a set that couples the coordinates."""
    return {SIZE: f"p_{parts.feasible.parameters[0].name}"} if "vector" in parts.feasible.facts else {}


def _projected(builder: Builder, parts: Parts, point: Atom) -> Atom:
    """The nearest point of the set: by its text in each coordinate, or of all of them."""
    if parts.size > 1 and "vector" in parts.feasible.facts:
        return builder.apply("nearest", (point,))
    (inside,), _ = builder.part(parts.feasible, "p_", _scalars(parts.feasible, "p_") | {Name("y"): point})
    return inside


def _step_of(builder: Builder, name: str, point: Atom) -> Atom:
    """The Euclidean distance of a moving point from where it was in the round before; 0 in the first round."""
    before = builder.leaf(name, "state", Level.COORD, True)
    builder.program.states.append(State(name, Fraction(0), point, Level.COORD, True))
    step = builder.apply("sub", (point, before))
    if builder.program.size == 1:
        length = builder.apply("absolute", (step,))
    else:
        length = builder.apply("sqrt", (builder.apply("total", (builder.apply("mul", (step, step)),)),))
    return builder.apply("where<=", ("t", ONE, ZERO, length))


def _watch(builder: Builder, watches: tuple[Watch, ...], env: Mapping[Name, Atom], step_size: Atom) -> None:
    """Gather and keep what is watched; an expression may read all that is kept, whatever the order."""
    program = builder.program
    known = dict(env) | {Name("@" + name): name for name in program.params} | {Name("@alpha"): step_size}
    kept = [w for w in watches if w.kind == "keep"]
    for w in kept:
        known[Name("@" + w.name)] = builder.leaf(KEPT + w.name, "state", *builder.slot_levels[KEPT + w.name])
    for w in watches:
        value = builder.expr(w.value, known)
        if w.kind == "keep":
            level, lane = builder.slot_levels[KEPT + w.name]
            program.states.append(State(KEPT + w.name, Fraction(0), value, level, lane))
        else:
            _gather(program, WATCHED + w.name, w.kind, value)


def _monitors(builder: Builder, parts: Parts, env: Mapping[Name, Atom], step_size: Atom) -> None:
    """Gamma_t = D_t/alpha_t - D_{t-1}/alpha_{t-1} with the denominator D that really divides, and |moment|/D.

    Gamma is called negative where it is so by more than rounding, relative to the two rates. These are widened one by
    one, not Gamma by their sum, which is inf - inf after a round with alpha = 0.
    """
    program, rule, slack = builder.program, parts.optimizer, SLACK[parts.dtype]
    check_declared(rule)
    denominator = builder.expr(rule.notes["denominator"], env)
    rate = builder.apply("div", (denominator, step_size), "inverse_rate")
    previous = builder.leaf("rate_before", "state", Level.COORD, True)
    program.states.append(State("rate_before", -float("inf"), rate, Level.COORD, True))
    gamma = builder.apply("sub", (rate, previous), "gamma")
    _gather(program, "gamma_min", "min", gamma)
    over, under = Number(1 + slack), Number(1 - slack)
    upper = builder.apply("mul", (rate, builder.apply("where<=", (ZERO, rate, over, under))))
    lower = builder.apply("mul", (previous, builder.apply("where<=", (ZERO, previous, under, over))))
    _gather(program, "gamma_first", "first", builder.apply("sub", (upper, lower)))
    moment = builder.apply("absolute", (builder.expr(rule.notes["moment"], env),))
    ratio = builder.apply("div", (moment, denominator), "ratio")
    _gather(program, "ratio_max", "max", ratio)
