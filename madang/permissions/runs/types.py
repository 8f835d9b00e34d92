"""How a run stands with the walls."""

from dataclasses import dataclass
from typing import Literal

from madang.permissions.types import Mode
from madang.system.types import Taint

MOST_ASKS = 20
MOST_DENIALS = 5
MOST_WAITING = 20
"""Of a program that belongs to no run."""
MOST_LISTED = 100
"""Of the runs that wait for a person, the newest."""

PauseReason = Literal["asks", "denials"]


@dataclass(frozen=True, slots=True)
class RunState:
    """`mode` is the one it began with. `asks` and `denials` count its questions and the noes to them."""

    id: str
    conversation: str
    mode: Mode
    taint: frozenset[Taint] = frozenset()
    asks: int = 0
    denials: int = 0
    paused: PauseReason | None = None
