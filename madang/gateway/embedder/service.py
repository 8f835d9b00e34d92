"""The built-in embedder as a service: fetched when wanted, started by the first text, stopped when nobody uses it.

For whoever compares texts: `await embedder.embed(texts)` gives a float32 array of shape (n, 384) with rows of unit
length, so that `rows @ row` are cosines. They bunch between 0.75 and 1, so a threshold belongs to this embedder alone:
keep `embedder.name` with each vector, and never compare vectors of different names.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from loguru import logger

from madang.clock import Clock
from madang.config import Settings
from madang.errors import BadRequest, MadangError
from madang.gateway.embedded import facts
from madang.gateway.embedded.shared import Shared
from madang.gateway.embedded.states import States
from madang.gateway.embedded.types import BuiltInState, Status
from madang.gateway.embedder import manifest
from madang.gateway.embedder.bringing import Shelf, obstacle
from madang.gateway.embedder.child import Child, Embedded
from madang.gateway.embedder.errors import (
    EmbedderAbsent,
    EmbedderNotFetched,
    EmbedderOff,
    EmbedderUnsupported,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["query", "passage"]
MOST_TEXTS = 256
LONGEST_TEXT_BYTES = 32_000
LONGEST_BATCH_BYTES = 256_000
# One frame of many texts would let everybody else wait for its end.
_FRAME_TEXTS, _FRAME_BYTES = 16, 16_000
_MOST_THREADS = 4


class Embedder:
    """One built-in embedder. `announce` is called with its state, `is_on` says whether the person wants it."""

    name = manifest.NAME
    dimensions = manifest.DIMENSIONS

    def __init__(
        self,
        settings: Settings,
        data_dir: Path,
        clock: Clock,
        announce: Callable[[BuiltInState], None],
        *,
        is_on: Callable[[], bool] = lambda: True,
        package: manifest.Package | None = None,
        measure: Callable[[Path], facts.Facts] = facts.measure,
    ) -> None:
        package = package or manifest.embedder_package()
        self._is_on, self._measure = is_on, measure
        self._shelf = Shelf((settings.builtin_dir or data_dir / "builtin") / "embedder", package)
        self._child = Child(self._shelf.library, self._shelf.model, settings.builtin_threads or _MOST_THREADS)
        self._states = States(_first_state(package), clock, announce)
        self._fetching = Shared[None]()
        self._idle_seconds = settings.builtin_idle.total_seconds()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._users = 0

    @property
    def state(self) -> BuiltInState:
        """What it is doing at this moment."""
        if not self._is_on() or self._states.current.status not in {"fetching", "failed"}:
            self._rest()
        return self._states.current

    @property
    def is_here(self) -> bool:
        """Whether texts can be embedded without fetching anything first."""
        return self._is_on() and self._shelf.is_here()

    @property
    def pid(self) -> int | None:
        """The process that holds the model, while there is one."""
        return self._child.pid

    async def embed(self, texts: Sequence[str], role: Role = "query") -> "NDArray[np.float32]":
        """Return one row for each text: float32, unit length, shape (n, 384).

        Nothing is fetched for it. Raises `EmbedderAbsent`, `EmbedderOff`, `EmbedderUnsupported`, `EmbedderCrashed`,
        and `BadRequest` for too much text.
        """
        import numpy as np

        if not self._shelf.is_here():
            self._require_on()
            raise EmbedderAbsent("the embedder is not fetched yet")
        embedded = await self.embed_counted(texts, role)
        return np.frombuffer(embedded.vectors, np.dtype("<f4")).reshape(len(texts), self.dimensions)

    async def embed_counted(self, texts: Sequence[str], role: Role) -> Embedded:
        """Return the vectors as bytes with their tokens counted; fetches the embedder first where it is not here.

        Raises the same as `embed`, and `EmbedderNotFetched`.
        """
        frames = _frames(texts)
        await self.ready()
        self._users += 1
        self._cancel_idle_timer()
        try:
            parts = [await self._child.ask(frame, role == "query") for frame in frames]
        finally:
            self._users -= 1
            self._stop_when_idle()
            self._rest()
        return Embedded(b"".join(part.vectors for part in parts), sum(part.tokens for part in parts))

    async def ready(self) -> None:
        """Return as soon as it is on this machine; it is fetched first where it is not."""
        self._require_on()
        if not self._shelf.is_here():
            await self._fetching.join(self._fetch, EmbedderNotFetched("the fetch was stopped", reason="cancelled"))
        if not self._child.is_running:
            self._require(obstacle(self._measure(self._shelf.folder), 0))

    def fetch(self) -> None:
        """Begin to fetch it. Does nothing while that goes on, or where it is here. Raises `EmbedderOff`."""
        self._require_on()
        if not self._shelf.is_here():
            self._fetching.begin(self._fetch)

    async def cancel(self) -> None:
        """Stop fetching."""
        if await self._fetching.cancel():
            self._rest()

    async def rest(self) -> None:
        """End the process; the next text starts it again."""
        self._cancel_idle_timer()
        await self._child.stop()
        self._rest()

    async def remove(self) -> None:
        """Stop everything and delete it from the disk."""
        await self.stop()
        await asyncio.to_thread(self._shelf.remove)
        self._rest()

    async def stop(self) -> None:
        """End the fetch and the process."""
        await self._stop()
        if self._stopping is not None:
            await asyncio.wait([self._stopping])

    def heard(self, kind: str) -> None:
        """Take note of what was announced; switched off, it ends a fetch and the process."""
        if kind == "preferences.changed" and not self._is_on():
            self._stopping = asyncio.create_task(self._stop(), name="embedder switched off")

    async def _stop(self) -> None:
        await self._fetching.cancel()
        await self.rest()

    async def _fetch(self) -> None:
        try:
            needed = self._shelf.disk_needed_bytes()
            self._require(obstacle(self._measure(self._shelf.folder), needed))
            self._show("fetching")
            await self._shelf.fetch(self._report)
        except MadangError as error:
            logger.warning("The embedder is not available: {}", error.message)
            if isinstance(error, EmbedderUnsupported):
                self._show("unsupported", error.details)
            else:
                self._show("failed", {"code": error.code, "message": error.message} | error.details)
            raise
        self._rest()

    def _report(self, done_bytes: int) -> None:
        self._states.progress(min(done_bytes, self._states.current.total_bytes))

    def _require_on(self) -> None:
        if not self._is_on():
            raise EmbedderOff("what is built in is switched off")

    def _require(self, lack: dict[str, Any] | None) -> None:
        if lack is not None:
            raise EmbedderUnsupported(f"this machine cannot run the embedder: {lack['reason']}", **lack)

    def _rest(self) -> None:
        """Show what is true while nothing is fetched."""
        if not self._is_on():
            self._show("off")
        elif self._shelf.is_here():
            self._show("ready" if self._child.is_running else "stopped")
        else:
            lack = obstacle(self._measure(self._shelf.folder), self._shelf.disk_needed_bytes())
            self._show("unsupported" if lack else "absent", lack)

    def _show(self, status: Status, reason: dict[str, Any] | None = None) -> None:
        is_done = status in {"ready", "stopped"}
        progress = self._states.current.total_bytes if is_done else 0
        self._states.change(status=status, reason=reason, progress_bytes=progress)

    def _stop_when_idle(self) -> None:
        if self._users == 0 and self._child.is_running:
            self._cancel_idle_timer()
            self._idle_timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._begin_idle_stop)

    def _begin_idle_stop(self) -> None:
        if self._users == 0:
            self._stopping = asyncio.create_task(self.rest(), name="embedder's rest")

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None


def _frames(texts: Sequence[str]) -> list[list[str]]:
    """Cut a batch into frames. Raises `BadRequest` where it is too large as a whole, or one text is."""
    sizes = [len(text.encode("utf-8", "replace")) for text in texts]
    if len(sizes) > MOST_TEXTS or sum(sizes) > LONGEST_BATCH_BYTES or max(sizes, default=0) > LONGEST_TEXT_BYTES:
        raise BadRequest(
            f"at most {MOST_TEXTS} texts of {LONGEST_TEXT_BYTES} bytes each, {LONGEST_BATCH_BYTES} bytes together",
            param="input",
        )
    frames: list[list[str]] = []
    room = 0
    for text, size in zip(texts, sizes, strict=True):
        if not frames or room < size or len(frames[-1]) == _FRAME_TEXTS:
            frames.append([])
            room = _FRAME_BYTES
        frames[-1].append(text)
        room -= size
    return frames


def _first_state(package: manifest.Package) -> BuiltInState:
    return BuiltInState(
        status="absent",
        progress_bytes=0,
        total_bytes=package.wheel_bytes,
        reason=None,
        model=manifest.MODEL,
        size_bytes=package.model_bytes,
        licence=package.licence,
        sha256=package.sha256,
    )
