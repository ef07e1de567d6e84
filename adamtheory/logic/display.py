"""How terms, relations and theorems show themselves: in a session, in a notebook, to SymPy.

Importing this module gives them `__str__`, `__repr__`, the hooks of notebooks and `to_sympy`. Like the operators of
`notation.py` this is comfort outside the trusted pair: it reads objects and makes none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adamtheory.logic import bridge, printing
from adamtheory.logic.kernel import Theorem
from adamtheory.logic.terms import Refused, Rel, Term

SHORT = 200  # nodes: messages are put together with `repr` where nobody may read them, so it must cost little


def _repr(self: printing.Printable) -> str:
    """The text, for what is short."""
    try:
        printing.check_size(*((*self.hyps, self.claim) if isinstance(self, Theorem) else (self,)), most=SHORT)
        return printing.text(self)
    except Refused:
        return f"<{type(self).__name__} of more than {SHORT} nodes>"


_LOOKS: dict[str, Callable[..., Any]] = {
    "__str__": lambda self: printing.text(self),
    "__repr__": _repr,
    "_repr_latex_": lambda self: rf"$\displaystyle {printing.latex(self)}$",
    "_repr_html_": lambda self: printing.mathml(self),
    "to_sympy": bridge.to_sympy,
}
for _class in (Term, Rel, Theorem):
    for _name, _method in _LOOKS.items():
        setattr(_class, _name, _method)
