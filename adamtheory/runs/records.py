"""What `run.json` of each command must hold to be read back; a file that was changed by hand is told where it is wrong.

Only what reading needs is described: a record may hold more, and one of an older version less where a default is given.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from adamtheory.errors import OutputError

MOST_TOLD = 60  # letters of what stands where something else should


class Strict(BaseModel):
    """Types are taken as they are, none is turned into another."""

    model_config = ConfigDict(strict=True, extra="allow")


class RegretParameters(Strict):
    """The fields of `runs.plan.Plan`, whose values it checks itself."""

    optimizers: list[str] = Field(min_length=1)
    loss: str
    horizon: int
    schedule: str | None = None
    feasible: str | None = None
    start: str | None = None
    seeds: int = 1
    first_seed: int = 0
    dtype: str = "float64"
    checkpoints: int = 12
    against: str = "best"
    projection: str = "weighted"
    device: str = "cpu"


class Rules(Strict):
    """The rules of one optimizer's run."""

    label: str
    digests: dict[str, str]


class RegretData(Strict):
    """The file that the examples came from, where there was one."""

    sha256: str | None = None


class RegretRecord(Strict):
    """What `regret` wrote."""

    kind: Literal["adamtheory regret"]
    parameters: RegretParameters
    optimizers: list[Rules]
    data: RegretData
    versions: dict[str, str]

    @model_validator(mode="after")
    def no_more_than_asked(self) -> RegretRecord:
        """Finished optimizers are the first of those asked for."""
        if len(self.optimizers) > len(self.parameters.optimizers):
            raise ValueError("more optimizers are finished than were asked for")
        return self


class ExperimentRecord(Strict):
    """What `run` wrote."""

    kind: Literal["adamtheory experiment"]
    experiment: str
    budget: Literal["quick", "full"]
    settings: dict[str, str]
    finished: bool
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    runs: dict[str, int] = {}
    gpu: dict[str, str] = {}


class TrainingParameters(Strict):
    """What of `nets.plan.TrainPlan` may grow; all else must be the same for a training to go on."""

    epochs: int = Field(ge=1)


class TrainingRecord(Strict):
    """What `train` writes when it begins."""

    kind: Literal["adamtheory training"]
    finished: bool
    parameters: TrainingParameters
    network: dict[str, Any]
    optimizers: list[dict[str, Any]]
    data: dict[str, Any]
    versions: dict[str, str]
    gpu: dict[str, str] = {}


def check(found: Any, shape: type[Strict], path: Path, what: str) -> None:
    """Raise `OutputError` where the content of `path` is no record of `what`, with the first thing that is wrong."""
    try:
        shape.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        if first["type"] not in ("missing", "value_error"):
            given = repr(first["input"])
            told += f", not {given if len(given) <= MOST_TOLD else given[:MOST_TOLD] + '...'}"
        told = f"{place}: {told}" if place else told
        raise OutputError(f"{path} is not the record of {what} ({told}); give another folder") from None
