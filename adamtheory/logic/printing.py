"""Terms, relations, theorems and theories as text, LaTeX and MathML: one table of precedence, one walk, three forms.

People believe what is printed, so it comes from the kernel's tree and from nothing else. Text is exact: `parse.py`
reads it back to the same object. On paper (LaTeX, MathML) parentheses that associativity makes idle are left out, and
`x + (-1)` is `x - 1`. A name that would print like another one of the same line carries primes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from adamtheory.language.notation import GREEK, letter
from adamtheory.logic.kernel import Theorem, Theory
from adamtheory.logic.terms import Refused, Rel, Term, need, rel, substitute, term

Form: TypeAlias = Literal["text", "latex", "mathml"]
Printable: TypeAlias = Term | Rel | Theorem
Symbol: TypeAlias = tuple[str, str, str]  # "var" or "app", name, sort
Letter: TypeAlias = tuple[str, str, str]  # LaTeX of the letter, of what stands above it, of what stands below it

LOOSE, SUM, TERM, PRODUCT, FACTOR, POWER, ATOM = range(7)

# How tightly a piece holds together, and how tightly each of its operands must: in text (as Python reads it), on paper.
# LOOSE operands stand inside brackets, a fraction or an exponent of their own.
LEVELS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "add": ((SUM, SUM, TERM), (SUM, SUM, SUM)),
    "sub": ((SUM, SUM, TERM), (SUM, SUM, TERM)),
    "neg": ((PRODUCT, POWER), (PRODUCT, PRODUCT)),
    "mul": ((PRODUCT, PRODUCT, POWER), (PRODUCT, PRODUCT, PRODUCT)),
    "div": ((PRODUCT, PRODUCT, POWER), (FACTOR, LOOSE, LOOSE)),
    "pow": ((POWER, ATOM, ATOM), (POWER, ATOM, LOOSE)),
    "power": ((ATOM, LOOSE, LOOSE), (POWER, ATOM, LOOSE)),
    "inv": ((ATOM, LOOSE), ()),
    "recip": ((), (FACTOR, LOOSE)),
    "sqrt": ((ATOM, LOOSE), (ATOM, LOOSE)),
    "abs": ((ATOM, LOOSE), (ATOM, LOOSE)),
    "indicator": ((ATOM, LOOSE), (ATOM, LOOSE)),
    "log": ((ATOM, LOOSE), (FACTOR, LOOSE)),
    "max": ((ATOM, LOOSE, LOOSE), (FACTOR, LOOSE, LOOSE)),
    "min": ((ATOM, LOOSE, LOOSE), (FACTOR, LOOSE, LOOSE)),
    "sum": ((ATOM, LOOSE, LOOSE, LOOSE, LOOSE), (FACTOR, LOOSE, LOOSE, LOOSE, PRODUCT)),
    "mean": ((ATOM, LOOSE, LOOSE), (FACTOR, LOOSE, LOOSE)),
}

TEMPLATES: dict[str, dict[str, str]] = {
    "text": {
        "add": "%s + %s", "sub": "%s - %s", "neg": "-%s", "mul": "%s*%s", "div": "%s/%s",
        "pow": "%s^%s", "power": "power(%s, %s)", "inv": "inv(%s)", "sqrt": "sqrt(%s)", "abs": "abs(%s)",
        "indicator": "indicator(%s)",
        "log": "log(%s)", "max": "max(%s, %s)", "min": "min(%s, %s)", "sum": "sum(%s = %s..%s, %s)",
        "mean": "mean(%s, %s)", "group": "(%s)", "num": "%s", "le": "%s <= %s", "lt": "%s < %s", "eq": "%s = %s",
        "lim": "%s -> %s as %s -> oo", "comma": ", ", "entails": "%s |- %s", "whole": "%s",
    },
    "latex": {
        "add": "%s + %s", "sub": "%s - %s", "neg": "-%s", "mul": r"%s\, %s", "dot": r"%s \cdot %s",
        "div": r"\frac{%s}{%s}", "recip": r"\frac{1}{%s}", "pow": "%s^{%s}", "power": "%s^{%s}",
        "sqrt": r"\sqrt{%s}", "abs": r"\left|%s\right|", "indicator": r"\left[%s > 0\right]",
        "log": r"\log\left(%s\right)",
        "max": r"\max\left(%s, %s\right)", "min": r"\min\left(%s, %s\right)", "sum": r"\sum_{%s=%s}^{%s} %s",
        "mean": r"\mathbb{E}_{%s}\left[%s\right]", "group": r"\left(%s\right)", "num": "%s", "le": r"%s \le %s",
        "lt": "%s < %s", "eq": "%s = %s", "lim": r"%s \longrightarrow %s \quad (%s \to \infty)", "comma": r",\quad ",
        "entails": r"%s \vdash %s", "whole": "%s",
    },
    "mathml": {
        "add": "<mrow>%s<mo>+</mo>%s</mrow>", "sub": "<mrow>%s<mo>−</mo>%s</mrow>",
        "neg": '<mrow><mo form="prefix">−</mo>%s</mrow>',
        "mul": '<mrow>%s<mo lspace="0.08em" rspace="0.08em">\u2062</mo>%s</mrow>',
        "dot": "<mrow>%s<mo>⋅</mo>%s</mrow>", "div": "<mfrac>%s%s</mfrac>", "recip": "<mfrac><mn>1</mn>%s</mfrac>",
        "pow": "<msup>%s%s</msup>", "power": "<msup>%s%s</msup>", "sqrt": "<msqrt>%s</msqrt>",
        "abs": '<mrow><mo form="prefix" stretchy="true">|</mo>%s<mo form="postfix" stretchy="true">|</mo></mrow>',
        "indicator": "<mrow><mo>[</mo>%s<mo>&gt;</mo><mn>0</mn><mo>]</mo></mrow>",
        "log": "<mrow><mi>log</mi><mo>\u2061</mo><mrow><mo>(</mo>%s<mo>)</mo></mrow></mrow>",
        "max": "<mrow><mi>max</mi><mo>\u2061</mo><mrow><mo>(</mo>%s<mo>,</mo>%s<mo>)</mo></mrow></mrow>",
        "min": "<mrow><mi>min</mi><mo>\u2061</mo><mrow><mo>(</mo>%s<mo>,</mo>%s<mo>)</mo></mrow></mrow>",
        "sum": "<mrow><munderover><mo>∑</mo><mrow>%s<mo>=</mo>%s</mrow>%s</munderover>%s</mrow>",
        "mean": "<mrow><msub><mi>𝔼</mi>%s</msub><mrow><mo>[</mo>%s<mo>]</mo></mrow></mrow>",
        "group": "<mrow><mo>(</mo>%s<mo>)</mo></mrow>", "num": "<mn>%s</mn>", "le": "<mrow>%s<mo>≤</mo>%s</mrow>",
        "lt": "<mrow>%s<mo>&lt;</mo>%s</mrow>", "eq": "<mrow>%s<mo>=</mo>%s</mrow>",
        "lim": '<mrow>%s<mo>⟶</mo>%s<mspace width="1em"></mspace>'
        "<mrow><mo>(</mo>%s<mo>→</mo><mi>∞</mi><mo>)</mo></mrow></mrow>",
        "comma": '<mo>,</mo><mspace width="1em"></mspace>', "entails": "<mrow>%s<mo>⊢</mo>%s</mrow>",
        "whole": '<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">%s</math>',
    },
}  # fmt: skip

WORDS = {"min", "abs", "indicator"}  # what text needs for abbreviations, though the logic does not reserve it
MOST_NODES = 50_000
ZERO, ONE, MINUS_ONE = (term("num", value, 1) for value in (0, 1, -1))


def text(x: Printable, theory: Theory | None = None) -> str:
    """A term, relation or theorem as one line of text, which `parse` reads back."""
    return _whole(x, "text", theory)


def latex(x: Printable, theory: Theory | None = None) -> str:
    """A term, relation or theorem in LaTeX, to be set in mathematics mode.

    With a theory the names are told apart from all of its families, so that several lines agree on their letters.
    """
    return _whole(x, "latex", theory)


def mathml(x: Printable, theory: Theory | None = None) -> str:
    """A term, relation or theorem as a `math` element of presentation MathML, which needs no script."""
    return _whole(x, "mathml", theory)


def describe(theory: Theory, form: Form = "text") -> list[tuple[str, str]]:
    """The theory line by line, each with the name that it declares, defines or assumes.

    The lines of the form `latex` hold words and formulas between dollars, those of `mathml` are HTML.
    """
    return [line for entry in theory.entries for line in _described(entry, theory, form)]


def signature(*sentences: Term | Rel) -> tuple[dict[str, str], dict[str, str]]:
    """The families and the free variables, by the names that text gives them, with their sorts: what `parse` asks."""
    shown = _shown(_free(sentences))
    families = {name: symbol[2] for symbol, name in shown.items() if symbol[0] == "app"}
    return families, {name: symbol[2] for symbol, name in shown.items() if symbol[0] == "var"}


def fresh(name: str, taken: Iterable[str]) -> str:
    """The name with the fewest primes that is not taken."""
    shown, used = name + "'" * (name in WORDS), set(taken)
    while shown in used:
        shown += "'"
    return shown


def _whole(x: Printable, form: Form, theory: Theory | None) -> str:
    need(type(x) in (Term, Rel, Theorem), f"{type(x).__name__} is not a term, relation or theorem")
    try:
        shown = _judgement(x, form) if isinstance(x, Theorem) else _Writer(form, (x,), theory).sentence(x)
    except RecursionError:
        raise Refused("nested too deeply to print") from None
    return TEMPLATES[form]["whole"] % shown


def _judgement(x: Theorem, form: Form) -> str:
    writer = _Writer(form, (*x.hyps, x.claim), x.theory)
    hyps = TEMPLATES[form]["comma"].join(writer.sentence(h) for h in x.hyps)
    if form == "mathml":
        hyps = f"<mrow>{hyps}</mrow>"
    return (TEMPLATES[form]["entails"] % (hyps, writer.sentence(x.claim))).strip()


# --- abbreviations ----------------------------------------------------------------------------------------------------


def fold(t: Term, exact: bool) -> tuple[str, tuple[Term, ...]]:
    """Head and operands of a term as it is written: `-a`, `a - b`, `a/b`, `min(a, b)`, `|a|`, indicators are seen.

    Exact: different trees get different heads or operands, and nothing is folded to what reads as a numeral.
    """
    if t.op == "mul":
        return _folded_product(t, exact)
    if t.op == "add":
        a, b = t.args
        opposite = _opposite(b, exact)
        return ("add", t.args) if opposite is None else ("sub", (a, opposite))
    if t.op == "inv":
        return ("inv" if exact else "recip"), t.args
    if t.op == "max" and _negated(t.args[1]) is t.args[0]:
        return "abs", t.args[:1]
    if t.op == "pow":
        return "pow", (t.args[0], term("num", t.args[1], 1))
    if t.op == "power":
        return ("power" if t.args[1].op == "num" else "pow"), t.args
    if t.op == "num" and not exact and t.args[0] < 0:
        return "neg", (term("num", -t.args[0], t.args[1]),)
    if t.op == "num" and not exact and t.args[1] > 1:
        return "div", tuple(term("num", part, 1) for part in t.args)
    return t.op, t.args


def _folded_product(t: Term, exact: bool) -> tuple[str, tuple[Term, ...]]:
    a, b = t.args
    if a.op == "max" and a.args[1] is ZERO and b.op == "inv" and b.args[0] is a:
        return "indicator", a.args[:1]  # max(a, 0)/max(a, 0): 1 where a > 0, else 0
    if a is MINUS_ONE:
        sides = [_negated(side) for side in b.args] if b.op == "max" else [None]
        if None not in sides:
            return "min", tuple(side for side in sides if side is not None)
        if not (exact and _literal(b)):
            return "neg", (b,)
    if b.op == "inv" and not (exact and a.op == "num" and a.sort == "Z" and _literal(b.args[0])):
        return "div", (a, b.args[0])
    return "mul", (a, b)


def _negated(t: Term) -> Term | None:
    """What this term is written as the negative of."""
    return t.args[1] if t.op == "mul" and t.args[0] is MINUS_ONE else None


def _opposite(t: Term, exact: bool) -> Term | None:
    """What is subtracted where this term is added; on paper a negative factor in front comes out too."""
    if _negated(t) is not None:
        return None if fold(t, exact)[0] == "min" else _negated(t)
    if not exact and t.op == "num" and t.args[0] < 0:
        return term("num", -t.args[0], t.args[1])
    front = _opposite(t.args[0], exact) if not exact and t.op == "mul" else None
    return None if front is None else term("mul", front, t.args[1])


def _literal(t: Term) -> bool:
    return t.op == "num" and t.sort == "Z" and bool(t.args[0] >= 0)


# --- names ------------------------------------------------------------------------------------------------------------


def _free(sentences: Iterable[Term | Rel]) -> set[Symbol]:
    free: set[Symbol] = set()
    for sentence in sentences:
        free |= {("var", *v.args) for v in sentence.free}
        free |= {("app", name, result) for name, result, _ in sentence.families}
    return free


def _shown(symbols: Iterable[Symbol]) -> dict[Symbol, str]:
    """Printed names, no two alike; the kernel refuses judgements where this needs a prime, a bare term may need it."""
    shown: dict[Symbol, str] = {}
    for symbol in sorted(symbols):
        shown[symbol] = fresh(symbol[1], shown.values())
    return shown


def _nodes(sentences: Iterable[Term | Rel]) -> Iterator[Term]:
    """Every term in the sentences, once."""
    waiting: list[object] = list(sentences)
    seen: set[Term] = set()
    while waiting:
        here = waiting.pop()
        if type(here) is Rel:
            waiting += (here.left, here.right, here.index)
        elif type(here) is Term and here not in seen:
            seen.add(here)
            waiting += here.args
            yield here


def _letters(names: set[str], families: set[str], applied: set[str]) -> dict[str, Letter]:
    """The letters of names, no two alike, also when arguments are written below; what would clash is spelled out."""
    proposed = {name: ("i", "", "") if name == "i" else letter(name) for name in names}
    plain = {name for name, (core, *_) in proposed.items() if core.lstrip("\\") == name}
    found: dict[str, Letter] = {}
    for name in sorted(names, key=lambda n: (n not in families, n not in plain, n)):
        if any(_alike(proposed[name], name in applied, found[other], other in applied) for other in found):
            proposed[name] = (r"\mathrm{" + name.replace("_", r"\_") + "}", "", "")
        found[name] = proposed[name]
    return found


def _alike(one: Letter, one_applied: bool, two: Letter, two_applied: bool) -> bool:
    """Whether two names can print alike: beta1 and beta_1, or the constant v1 and the family v at 1."""
    below, other = ([part for part in name[2].split(",") if part] for name in (one, two))
    if len(below) > len(other):
        below, other, one_applied = other, below, two_applied
    return one[:2] == two[:2] and other[: len(below)] == below and (len(below) == len(other) or one_applied)


def _element(code: str) -> str:
    """The MathML element for a piece of LaTeX that `letter` writes."""
    if accent := re.fullmatch(r"\\(hat|bar|tilde)(?: (.*)|\{(.*)\})", code):
        mark = {"hat": "^", "bar": "¯", "tilde": "~"}[accent[1]]
        return f'<mover accent="true">{_element(accent[2] or accent[3])}<mo>{mark}</mo></mover>'
    if upright := re.fullmatch(r"\\mathrm\{(.*)\}", code):
        return f'<mi mathvariant="normal">{upright[1].replace(chr(92), "")}</mi>'
    if code == r"\ast":
        return "<mo>∗</mo>"
    word = code.lstrip("\\")
    if word in GREEK:
        word = unicodedata.lookup(f"GREEK SMALL LETTER {'LAMDA' if word == 'lambda' else word.upper()}")
    return f"<mn>{word}</mn>" if word.isdigit() else f"<mi>{word}</mi>"


# --- the walk ---------------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    shown: str
    level: int = ATOM
    minus: bool = False  # begins with a minus sign, so it stands bare in front only
    open: bool = False  # ends with the body of a big sum, which would take in what follows
    digit: bool = False  # begins with a digit, which a digit before it would join


class _Scope(NamedTuple):
    names: Mapping[Term, str]  # the variables in scope
    taken: frozenset[str]  # printed names that a binder must keep away from


class _Writer:
    def __init__(self, form: Form, sentences: Iterable[Term | Rel], theory: Theory | None = None) -> None:
        self.form, self.exact, self.templates = form, form == "text", TEMPLATES[form]
        sentences = tuple(sentences)
        declared = {name: known for name, known in (theory.names if theory else ()) if known is not None}
        self.shown = _shown(_free(sentences) | {("app", name, known[0]) for name, known in declared.items()})
        variables = {v: self.shown["var", *v.args] for s in sentences for v in s.free}
        self.scope = _Scope(variables, frozenset(self.shown.values()))
        if not self.exact:
            inside = list(_nodes(sentences))
            applied = {t.args[0] for t in inside if t.op == "app" and len(t.args) > 2}
            applied |= {name for name, known in declared.items() if known[1]}
            families = {t.args[0] for t in inside if t.op == "app"} | set(declared)
            self.letters = _letters(families | {t.args[0] for t in inside if t.op == "var"}, families, applied)

    def sentence(self, x: Term | Rel) -> str:
        check_size(x)
        if isinstance(x, Term):
            return self.piece(x, self.scope).shown
        inner = self.scope if x.index is None else self._bind(x.index, self.scope)
        parts = [self.piece(x.left, inner).shown, self.piece(x.right, self.scope).shown]
        if x.index is not None:
            parts.append(self.piece(x.index, inner).shown)
        return self.templates[x.kind] % tuple(parts)

    def piece(self, t: Term, scope: _Scope) -> _Piece:
        if t.op == "var":
            return self.name(scope.names[t])
        if t.op == "app":
            return self.name(self.shown["app", *t.args[:2]], [self.piece(a, scope).shown for a in t.args[2:]])
        head, operands = fold(t, self.exact)
        if head == "num":
            return self._numeral(Fraction(*t.args))
        if head in ("sum", "mean"):
            inner = self._bind(t.args[0], scope)
            scopes = [inner, *(scope for _ in t.args[1:-1]), inner]
            return self._joined(head, [self.piece(a, s) for a, s in zip(t.args, scopes, strict=True)])
        return self._joined(head, [self.piece(a, scope) for a in operands])

    def name(self, shown: str, arguments: Iterable[str] = ()) -> _Piece:
        """A variable or a family at its arguments: v(n) in text, the arguments below on paper."""
        if self.exact:
            listed = ", ".join(arguments)
            return _Piece(f"{shown}({listed})" if listed else shown)
        core, above, below = self.letters[shown.rstrip("'")]
        primes = shown.count("'")
        low = [part for part in below.split(",") if part]
        if self.form == "latex":
            sup, sub = above + r"\prime" * primes, ",".join((*low, *arguments))
            code = core + (f"^{{{sup}}}" if sup else "") + (f"_{{{sub}}}" if sub else "")
        else:
            # A raised prime is invisible in small print where the reader has no font for mathematics.
            base = f"<mrow>{_element(core)}<mtext>{'&#39;' * primes}</mtext></mrow>" if primes else _element(core)
            sup, sub = _element(above) if above else "", "<mo>,</mo>".join((*map(_element, low), *arguments))
            marks = "".join(f"<mrow>{mark}</mrow>" for mark in (sub, sup) if mark)
            tag = ("msub" if sub else "m") + ("sup" if sup else "")
            code = f"<{tag}>{base}{marks}</{tag}>" if marks else base
        return _Piece(code, POWER if above or primes else ATOM)

    def _numeral(self, value: Fraction) -> _Piece:
        level = TERM if value.denominator > 1 else PRODUCT if value < 0 else ATOM
        return _Piece(self.templates["num"] % value, level, minus=value < 0, digit=True)

    def _bind(self, variable: Term, scope: _Scope) -> _Scope:
        shown = fresh(variable.args[0], scope.taken)
        return _Scope({**scope.names, variable: shown}, scope.taken | {shown})

    def _joined(self, head: str, pieces: list[_Piece]) -> _Piece:
        level, *needed = LEVELS[head][not self.exact]
        fitted = [
            self._fit(piece, least, behind=i > 0 or head == "neg", before=i < len(pieces) - 1)
            for i, (piece, least) in enumerate(zip(pieces, needed, strict=True))
        ]
        first, last = (fitted[i] if needed[i] > LOOSE else _Piece("") for i in (0, -1))
        numeral = head in ("div", "recip") and all(piece.digit for piece in pieces)
        key = "dot" if head == "mul" and last.digit and not self.exact else head
        shown = self.templates[key] % tuple(piece.shown for piece in fitted)
        return _Piece(
            shown, level, minus=head == "neg" or first.minus, open=last.open or (head == "sum" and not self.exact),
            digit=numeral or (head != "neg" and first.digit),
        )  # fmt: skip

    def _fit(self, piece: _Piece, least: int, behind: bool, before: bool) -> _Piece:
        if piece.level < least or (least > LOOSE and ((piece.minus and behind) or (piece.open and before))):
            return _Piece(self.templates["group"] % piece.shown)
        return piece


def check_size(*sentences: Term | Rel, most: int = MOST_NODES) -> None:
    """Refuse what is small as a graph but endless in print: t = t + t, sixty times."""
    waiting: list[object] = list(sentences)
    count = 0
    while waiting:
        here = waiting.pop()
        if isinstance(here, Rel):
            waiting += (here.left, here.right)
        elif isinstance(here, Term):
            waiting += here.args
            count += 1
        if count > most:
            raise Refused(f"too long to print: more than {most} nodes")


# --- theories ---------------------------------------------------------------------------------------------------------

SORTS = {"R": "real number", "Z": "integer", "W": "outcome"}


def _described(entry: tuple[object, ...], theory: Theory, form: Form) -> Iterator[tuple[str, str]]:
    head, *parts = entry
    if head == "means_exist":
        yield "means_exist", "every expectation written in the proof exists"
    elif head == "declare":
        yield _declared(form, theory, *parts)  # type: ignore[arg-type]
    elif head == "define":
        yield from _defined(form, theory, *parts)  # type: ignore[arg-type]
    else:
        yield _assumed(form, theory, *parts)  # type: ignore[arg-type]


def _marked(form: Form, formula: str) -> str:
    return f"${formula}$" if form == "latex" else TEMPLATES[form]["whole"] % formula


def _declared(form: Form, theory: Theory, name: str, sorts: tuple[str, ...], result: str) -> tuple[str, str]:
    writer = _Writer(form, (), theory)
    what = ("an " if result == "Z" else "a ") + SORTS[result]
    over = " for every " + " and ".join(SORTS[sort] for sort in sorts) if sorts else ""
    return name, f"{_marked(form, writer.name(writer.shown['app', name, result]).shown)} is {what}{over}"


def _defined(
    form: Form, theory: Theory, names: tuple[str, ...], parameters: tuple[Term, ...], index: Term,
    previous: tuple[Term, ...], inits: tuple[Term, ...], steps: tuple[Term, ...],
) -> Iterator[tuple[str, str]]:  # fmt: skip
    def at(name: str, place: Term) -> Term:
        return term("app", name, "R", *parameters, place)

    before = {y: at(name, index) for y, name in zip(previous, names, strict=True)}
    zero, following = term("num", 0, 1), term("add", index, ONE)
    for name, init, step in zip(names, inits, steps, strict=True):
        first, then = rel("eq", at(name, zero), init), rel("eq", at(name, following), substitute(step, before))
        start = rel("le", zero, index)
        writer = _Writer(form, (first, then, start), theory)
        equations = (_marked(form, writer.sentence(equation)) for equation in (first, then))
        yield name, " and ".join(equations) + ", " + _over(form, writer, (*parameters, index), (start,))


def _assumed(
    form: Form, theory: Theory, name: str, kind: str, variables: tuple[Term, ...], guards: tuple[Rel, ...], claim: Rel
) -> tuple[str, str]:
    writer = _Writer(form, (*guards, claim, *variables), theory)
    over = _over(form, writer, variables, guards)
    return name, f"{kind}: {_marked(form, writer.sentence(claim))}" + (f", {over}" if over else "")


def _over(form: Form, writer: _Writer, variables: tuple[Term, ...], guards: tuple[Rel, ...]) -> str:
    """`for all integers n and outcomes w with 0 <= n`."""
    groups = []
    for sort in "RZW":
        names = [_marked(form, writer.sentence(v)) for v in variables if v.sort == sort]
        groups += [f"{SORTS[sort]}{'s' * (len(names) > 1)} {', '.join(names)}"] if names else []
    given = ", ".join(_marked(form, writer.sentence(guard)) for guard in guards)
    over = "for every " + " and ".join(groups) if groups else ""
    return over + (" with " if over else "if ") * bool(given) + given
