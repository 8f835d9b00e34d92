"""A program that was run, as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

ProgramState = Literal["running", "ended", "timed_out", "memory", "cancelled", "failed", "interrupted"]


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """One run of a program, in an opened folder.

    `facts` say how it ended and hold what it printed, each stream with its beginning and end; empty while it runs.
    `error` is the code and the details of what went wrong with running it. `interrupted` is one whose Madang ended.
    """

    id: str
    folder: str
    argv: tuple[str, ...]
    cwd: str
    state: ProgramState
    began_at: datetime
    ended_at: datetime | None = None
    facts: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    process: str | None = None
