"""Kernels: their random stream, their files, and random rules read twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import assert_same, play

from adamtheory.engine import philox
from adamtheory.engine.cpu import cache_folder
from adamtheory.language import parse
from adamtheory.language.tree import digest
from adamtheory.losses import gradients, quadratic_gaussian, random_signs, reddi
from adamtheory.sets import box, everything
from adamtheory.simulation.sequences import sequence
from adamtheory.simulation.simulate import simulate

# -- the random stream ---------------------------------------------------------------------------------------------

ONES = 0xFFFFFFFF
KNOWN = [  # Random123, kat_vectors: counter, key, block
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]  # fmt: skip


@pytest.mark.parametrize(("counter", "key", "block"), KNOWN)
def test_philox_known_answers(counter, key, block):
    words = [np.uint64(v) for v in (*counter, *key)]
    assert tuple(int(v) for v in philox.philox4x32(*words)) == block


def test_uniforms_are_the_top_bits_of_the_block():
    """Draws 0 and 1 are the halves of one block, draw 2 begins the next; the round's high word is counter word 3."""
    t, stream, seed = 2**33 + 5, 9, 77

    def block(c2):
        return [int(w) for w in philox.philox4x32(*(np.uint64(v) for v in (5, stream, c2, 2, seed, philox.LOSS)))]

    for draw, (high, low) in enumerate([block(0)[:2], block(0)[2:], block(1)[:2]]):
        args = [np.uint64(v) for v in (t, stream, draw, seed, philox.LOSS)]
        assert philox.uniform64(*args) == ((high << 32 | low) >> 11) * 2.0**-53
        assert philox.uniform32(*args) == np.float32((high >> 8) * 2.0**-24)


KEEP = parse("@rule\ndef keep(x, g, last=0, *, lr: real = 1):\n    return x, g\n")["keep"]


def test_kernels_draw_what_the_plain_functions_draw():
    """The rule hands the draw through as its state: every bit is seen, in both dtypes and both shapes."""
    echo = parse("@loss\ndef echo(x, u: uniform, w: uniform, z: uniform):\n    return total(x), u + 2*w + 4*z\n")[
        "echo"
    ]
    for dtype in ("float64", "float32"):
        for d, count in ((1, 1), (2, 2), (1, 18)):
            seeds = np.arange(count) + 2**31
            found = simulate(KEEP, sequence(echo, dimension=d), 30, seed=seeds, stream=6, dtype=dtype,
                             checkpoints=range(1, 31))  # fmt: skip
            for i in range(0, count, 5):
                played = play(KEEP, sequence(echo, dimension=d), 30, seed=int(seeds[i]), stream=6, dtype=dtype)
                assert_same(found, played, (i,))


# -- kernel files --------------------------------------------------------------------------------------------------

OWN = """
from adamtheory.language import nonnegative, rule

@rule
def own(x, g, *, lr: nonnegative = 1):
    return x - FACTOR*lr*g
"""
RUN = "import own, numpy as np; from adamtheory import simulate; from adamtheory.sets import everything\n" \
      "print(simulate(own.own, np.ones((1, 1)), 3, schedule=None, feasible=everything).iterates[-1, 0])"  # fmt: skip


def test_an_edited_rule_is_never_stale(tmp_path, monkeypatch):
    """Edit a rule and run again, in the same process and in fresh ones that share the cache: the new result, always."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"}
    unit = -sum(1 / np.sqrt(t) for t in (1, 2, 3))
    for factor in ("2", "3", "2"):
        (tmp_path / "own.py").write_text(OWN.replace("FACTOR", factor))
        sys.modules.pop("own", None)
        here = simulate(__import__("own").own, np.ones((1, 1)), 3, feasible=everything).iterates[-1, 0]
        there = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, check=True)
        assert here == float(there.stdout)
        assert here == pytest.approx(float(factor) * unit, rel=1e-15)
    sys.modules.pop("own", None)


def test_kernel_files_are_named_by_their_digest(tmp_path, monkeypatch):
    """Every file under the cache carries the digest of its own text; the same run adds none."""
    monkeypatch.setenv("ADAMTHEORY_CACHE", str(tmp_path))
    text = "@rule\ndef fresh{}(x, g, *, lr: nonnegative = {}):\n    return x - lr*g*{}\n"
    for k in (1, 2):
        simulate(parse(text.format(k, k, 1000 + k))[f"fresh{k}"], random_signs, 2)
        simulate(parse(text.format(k, 5, 1000 + k))[f"fresh{k}"], random_signs, 2)  # another default: the same kernel
        files = sorted(cache_folder().glob("*.py"))
        assert len(files) == k
        for file in files:
            assert file.stem == f"kernel_{digest(file.read_text())[:32]}"
    assert not list(cache_folder().glob("*.part"))


def test_kernel_text_has_literals_of_the_run_type_only():
    """No Python float takes part in a float32 kernel's arithmetic, where numba would widen it to float64."""
    from adamtheory.engine.emit_lanes import emit_lanes
    from adamtheory.engine.emit_single import emit_single
    from adamtheory.engine.prefix_sums import hindsight
    from adamtheory.engine.program import Parts, build
    from adamtheory.rules import RULES
    from adamtheory.schedules import inverse_sqrt

    for rule in RULES.values():
        for size, emit in ((1, emit_single), (3, emit_single), (1, emit_lanes)):
            parts = Parts(rule, quadratic_gaussian, inverse_sqrt, box, size, frozenset({"o_lr"}), monitors=True,
                          hindsight=hindsight(quadratic_gaussian))  # fmt: skip
            text = emit(build(parts), "float32").text.split("def run", 1)[1]
            for line in text.splitlines():
                if re.search(r"(?<![\w.])\d+\.\d", line):
                    assert re.fullmatch(r"\s*(a_\w+|a\[.*\]|acc\[.*\]|cl\[.*\]) = .*|.*F\(0\.0\).*", line), line


def test_kernel_texts_do_not_depend_on_the_hash_seed() -> None:
    """Sets of names iterate in an order that Python draws at start: a text that followed it would miss its cache."""
    program = (
        "from adamtheory.rules import RULES; from adamtheory.losses import quadratic_gaussian as loss;"
        "from adamtheory.schedules import inverse_sqrt as plan; from adamtheory.sets import box;"
        "from adamtheory.engine.program import Parts, build; from adamtheory.engine.emit_single import emit_single;"
        "from adamtheory.engine.emit_lanes import emit_lanes; from adamtheory.language.tree import digest;"
        "parts = [Parts(r, loss, plan, box) for r in RULES.values()];"
        "print(digest(''.join(e(build(p), 'float64').text for p in parts for e in (emit_single, emit_lanes))))"
    )
    digests = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                       env=os.environ | {"PYTHONHASHSEED": seed}).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(digests) == 1


# -- rules at random -----------------------------------------------------------------------------------------------

FORMS = [
    "{} + {}", "{} - {}", "{}*{}", "{}*{}", "{}/(1 + absolute({}))", "-({})", "sqrt(absolute({}))", "absolute({})",
    "maximum({}, {})", "minimum({}, {})", "exp(-absolute({}))", "cospi({})", "log(1 + absolute({}))", "({})**3",
    "where({} < {}, {}, {})", "where({} <= {}, {}, {})", "(0.5 + absolute({}))**b", "total({})", "total({}*{})",
]  # fmt: skip
NAMES = ("x", "g", "m", "n", "lr", "b", "t")


@st.composite
def expression(draw, depth: int, names: tuple[str, ...]):
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from([*names, *names, "0.3", "2", "-1", "1/3", "1e-3"]))
    part = expression(depth - 1, names)
    form = draw(st.sampled_from(FORMS))
    return form.format(*(f"({draw(part)})" for _ in range(form.count("{}"))))


@st.composite
def random_rule(draw):
    """Four lines over two slots, one of which is read by the next lines; everything stays tame enough to compare."""
    lines, names = [], NAMES
    for target in draw(st.lists(st.sampled_from(["m", "n", "h", "k"]), min_size=2, max_size=4)):
        lines.append(f"    {target} = {draw(expression(3, names))}")
        names = tuple(dict.fromkeys((*names, target)))
    end = draw(expression(2, names))
    lines.append(
        f"    return x - lr*cospi({end}), cospi(m), {draw(st.sampled_from(['n/(1 + absolute(n))', 'n*b', 't', 'lr']))}"
    )
    return "@rule\ndef random(x, g, m=0.5, n=-1/4, *, lr: real = 0.5, b: real = 0.75, t):\n" + "\n".join(lines) + "\n"


@settings(max_examples=48 if os.environ.get("ADAMTHEORY_FULL") else 6, suppress_health_check=list(HealthCheck))
@given(random_rule(), st.sampled_from([1, 3]), st.sampled_from(["float64", "float32"]))
def test_random_rules_run_as_they_are_read(text, d, dtype):
    rule = parse(text)["random"]
    slopes = np.random.default_rng(0).normal(size=(23, d))
    losses = sequence(gradients, data=slopes)
    kernel = simulate(rule, losses, 23, start=0.125, checkpoints=range(1, 24), dtype=dtype, feasible=box)
    assert_same(kernel, play(rule, losses, 23, start=0.125, dtype=dtype, feasible=box))
    if d == 1:
        lanes = simulate(
            rule(b=np.linspace(0.1, 0.9, 16)), reddi, 23, start=0.125, checkpoints=range(1, 24), dtype=dtype
        )
        one = float(np.linspace(0.1, 0.9, 16)[5])
        assert_same(lanes, play(rule(b=one), reddi, 23, start=0.125, dtype=dtype, feasible=box), (5,))
