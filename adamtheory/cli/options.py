"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Optimizers = Annotated[
    list[str] | None, typer.Option("-o", "--optimizer", metavar="NAME[...]", help="An optimizer; may be repeated.")
]
Loss = Annotated[
    str | None, typer.Option("-l", "--loss", metavar="NAME[...]", help="The loss sequence. Default: reddi[C=3].")
]
Schedule = Annotated[
    str | None,
    typer.Option(metavar="NAME[...]", help="Step size. Default: lr/sqrt(t), or what the optimizer declares."),
]
Feasible = Annotated[
    str | None,
    typer.Option("--set", metavar="NAME[...]", help="Feasible set, as ball[radius=1], none. Default: the loss's."),
]
Projection = Annotated[
    str | None, typer.Option(metavar="KIND", help="Onto ball, simplex, l1_ball: weighted (default) or euclidean.")
]
FirstSeed = Annotated[str | None, typer.Option(metavar="FIRST", help="The first seed. Default: 0.")]
Dtype = Annotated[str | None, typer.Option(metavar="TYPE", help="float64 (default) or float32.")]
Device = Annotated[
    str | None,
    typer.Option(metavar="WHERE", help="cpu (default), cuda (a GPU), or auto: a GPU if there is one and enough lanes."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
