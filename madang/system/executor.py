"""How an action is carried out: prepared first, with all it touches held open, then done to those very objects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

from madang.system.requests import Request
from madang.system.types import Action, Actor, Taint

Watch = Callable[[str, dict[str, Any]], None]
"""Who is told while it goes on: `watch("output", {"stream": "stdout", "text": …})`."""


@dataclass(frozen=True, slots=True)
class Asking:
    """In whose name something is asked: who, for which run and step of it, and what that run has met.

    `conversation` is the one the run belongs to; its mode and grants hold.
    """

    actor: Actor
    run: str = ""
    step: str = ""
    taint: tuple[Taint, ...] = ()
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action. `facts` are JSON values for programs and pages, `body` the bytes that were read.

    `taint` is what the run has met through it.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""
    taint: tuple[Taint, ...] = ()


class Prepared(Protocol):
    """An action with its objects held open, until the `async with` around it ends."""

    @property
    def action(self) -> Action: ...

    @property
    def preview(self) -> Mapping[str, Any]:
        """What a dialog shows beside the action: a diff, a script whole, what a deletion holds. JSON values."""
        ...

    async def perform(self, watch: Watch) -> Outcome:
        """Do it, to the objects held. Raises a `MadangError`; then nothing has changed that it does not say."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Carrier(Protocol):
    """Carries an action out for whoever asks, after judging whether it may be."""

    async def carry_out(self, request: Request, asking: Asking, watch: Watch = ...) -> Outcome:
        """Prepare it, judge it, do it. Raises a `MadangError`; then nothing has changed that it does not say."""
        ...


class Executor(Protocol):
    """Looks a request up on the machine. Nothing is changed before `perform`."""

    async def prepare(self, request: Request, asking: Asking) -> Prepared:
        """Find and hold what it would touch. Raises a `MadangError`."""
        ...
