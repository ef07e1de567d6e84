"""The prover: exact terms, a small trusted kernel, searches that find certificates, readings of update rules.

What to use when: `Setting` declares what a theorem is about and what it assumes, `read` puts an update rule into it,
`Statement` is the sentence, `Prover` proves it step by step, `Witness` shows that the assumptions hold somewhere. A
file with `statement()`, `witness()` and `prove()` is checked by `adamtheory prove FILE.py`. Lemmas on sums are in
`sums.py`, on projections in `projections.py`.
Trusted are `terms.py` and `kernel.py`; `recheck.py` is the second checker and shares no code with them.
"""

from adamtheory.logic import display as display  # gives terms and theorems their looks
from adamtheory.logic.bridge import from_sympy as from_sympy
from adamtheory.logic.bridge import to_sympy as to_sympy
from adamtheory.logic.derive import Prover as Prover
from adamtheory.logic.kernel import Theorem as Theorem
from adamtheory.logic.kernel import Theory as Theory
from adamtheory.logic.notation import Setting as Setting
from adamtheory.logic.notation import absolute as absolute
from adamtheory.logic.notation import eq as eq
from adamtheory.logic.notation import integer as integer
from adamtheory.logic.notation import integers as integers
from adamtheory.logic.notation import inv as inv
from adamtheory.logic.notation import le as le
from adamtheory.logic.notation import log as log
from adamtheory.logic.notation import lt as lt
from adamtheory.logic.notation import maximum as maximum
from adamtheory.logic.notation import mean as mean
from adamtheory.logic.notation import minimum as minimum
from adamtheory.logic.notation import outcome as outcome
from adamtheory.logic.notation import power as power
from adamtheory.logic.notation import real as real
from adamtheory.logic.notation import reals as reals
from adamtheory.logic.notation import sqrt as sqrt
from adamtheory.logic.notation import tends as tends
from adamtheory.logic.notation import total as total
from adamtheory.logic.reading import read as read
from adamtheory.logic.search import NotFound as NotFound
from adamtheory.logic.statement import Statement as Statement
from adamtheory.logic.statement import Witness as Witness
from adamtheory.logic.terms import Refused as Refused
from adamtheory.logic.terms import Rel as Rel
from adamtheory.logic.terms import Term as Term
