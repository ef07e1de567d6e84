"""The words that a rule may use, so that editors and linters know them; the text of a rule is parsed, not called.

sqrt(e)  exp(e)  log(e)  absolute(e)     cospi(e)  the cosine of pi times e
maximum(a, b)  is a if a > b else b      minimum(a, b)  is a if a < b else b
where(a < b, x, y)                       total(e)  the sum of e over the coordinates of one group
uniform, row, target                     what an input of a loss is: a draw in [0, 1), a row of data, its target
"""

from __future__ import annotations

from typing import Any, NoReturn


class Word:
    """A word of the language; calling it outside a rule is an error."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *args: Any) -> NoReturn:
        raise TypeError(f"{self.name} is a word of the language of rules: it is parsed inside @rule, never called")


sqrt = Word("sqrt")
exp = Word("exp")
log = Word("log")
cospi = Word("cospi")
absolute = Word("absolute")
maximum = Word("maximum")
minimum = Word("minimum")
where = Word("where")
total = Word("total")
uniform = Word("uniform")
row = Word("row")
target = Word("target")
