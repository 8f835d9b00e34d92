"""The built-in model as a service: fetched when wanted, started by the first lease, stopped when nobody uses it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from loguru import logger

from madang.clock import Clock
from madang.config import Settings
from madang.errors import MadangError
from madang.gateway.embedded import facts
from madang.gateway.embedded.engine import Engine, Orders
from madang.gateway.embedded.errors import BuiltInOff, BuiltInUnsupported, EngineCrashed, FetchFailed
from madang.gateway.embedded.fetch import Fetcher, Step
from madang.gateway.embedded.manifest import built_in_engine, built_in_model
from madang.gateway.embedded.shared import Shared
from madang.gateway.embedded.shelf import Shelf
from madang.gateway.embedded.states import States
from madang.gateway.embedded.types import BuiltInState, Endpoint, EnginePackage, Model, Status

_MOST_THREADS = 8


class BuiltIn:
    """One built-in model. `announce` is called with its state, at most four times a second while bytes come in."""

    def __init__(
        self,
        settings: Settings,
        data_dir: Path,
        clock: Clock,
        announce: Callable[[BuiltInState], None],
        *,
        model: Model | None = None,
        engine: EnginePackage | None = None,
        measure: Callable[[Path], facts.Facts] = facts.measure,
    ) -> None:
        self._model, self._measure = model or built_in_model(), measure
        package = engine or built_in_engine()
        self._shelf = Shelf(settings.builtin_dir or data_dir / "builtin", self._model, package)
        self._fetcher = Fetcher(self._shelf, self._model, package, self._step, self._progress)
        self._engine = Engine(self._ended)
        self._is_on = settings.builtin
        self._idle, self._threads = settings.builtin_idle, settings.builtin_threads or _usual_threads()
        self._states = States(_first_state(self._model, package), clock, announce)
        self._fetching, self._starting = Shared[None](), Shared[Endpoint]()
        self._users = 0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._stopping: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> BuiltInState:
        """What it is doing at this moment."""
        return self._states.current

    def changes(self) -> AsyncIterator[BuiltInState]:
        """The state, then each later one; a slow reader sees the newest and misses those between."""
        return self._states.follow()

    async def start(self) -> None:
        """Look what is here and, where it is switched on, begin to fetch the rest in the background."""
        if not self._is_on:
            return
        self._rest()
        if self.state.status == "absent":
            self.fetch()

    async def stop(self) -> None:
        """End the fetch (it continues next time) and the engine."""
        await self._fetching.cancel()
        await self.stop_engine()

    async def switch(self, is_on: bool) -> None:
        """Turn it on or off while running; off also ends a fetch and the engine."""
        if is_on == self._is_on:
            return
        self._is_on = is_on
        if is_on:
            await self.start()
        else:
            await self.stop()
            self._show("off")

    def fetch(self) -> None:
        """Begin to fetch what is missing, or continue. Does nothing while that goes on. Raises `BuiltInOff`."""
        self._require_on()
        self._fetching.begin(self._fetch)

    async def cancel(self) -> None:
        """Stop fetching. What is here stays and is continued by the next `fetch`."""
        if await self._fetching.cancel():
            self._rest()

    async def remove(self) -> None:
        """Stop everything and delete the model and the engine from the disk."""
        await self.stop()
        await asyncio.to_thread(self._shelf.remove)
        self._rest()

    async def stop_engine(self) -> None:
        """End the child process; the next lease starts it again."""
        self._cancel_idle_timer()
        await self._starting.cancel()
        await self._engine.stop()
        if self.state.status in {"ready", "starting"}:
            self._rest()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Endpoint]:
        """Keep the engine running meanwhile. Fetches and starts what is missing first, which may take minutes.

        Raises `BuiltInOff`, `BuiltInUnsupported`, `FetchFailed` or `EngineCrashed`.
        """
        self._users += 1
        self._cancel_idle_timer()
        try:
            yield await self._ready()
        finally:
            self._users -= 1
            self._stop_when_idle()

    async def _ready(self) -> Endpoint:
        self._require_on()
        if running := await self._engine.find():
            return running
        if not self._fetcher.is_done():
            await self._fetching.join(self._fetch, FetchFailed("the fetch was cancelled", reason="cancelled"))
        return await self._starting.join(self._start_engine, _stopped_while_starting())

    async def _fetch(self) -> None:
        try:
            self._require(facts.obstacle(self._measure(self._shelf.folder), self._fetcher.disk_needed_bytes()))
            await self._fetcher.fetch()
        except MadangError as error:
            self._fail(error)
            raise
        self._rest()

    async def _start_engine(self) -> Endpoint:
        try:
            self._require(facts.start_obstacle(self._measure(self._shelf.folder)))
            self._show("starting")
            endpoint = await self._engine.start(self._orders())
        except MadangError as error:
            # Memory comes and goes, so what is short of it is asked again the next time.
            self._fail(error, is_lasting=error.details.get("reason") != "memory")
            raise
        self._show("ready")
        self._stop_when_idle()
        return endpoint

    def _orders(self) -> Orders:
        return Orders(
            engine_path=str(self._shelf.engine_path()),
            model_path=str(self._shelf.model_path),
            model=self._model.name,
            context_tokens=self._model.context_tokens,
            threads=self._threads,
        )

    def _require_on(self) -> None:
        if not self._is_on:
            raise BuiltInOff("the built-in model is switched off")

    def _require(self, lack: dict[str, Any] | None) -> None:
        if lack is not None:
            raise BuiltInUnsupported(f"this machine cannot run the built-in model: {lack['reason']}", **lack)

    def _fail(self, error: MadangError, is_lasting: bool = True) -> None:
        logger.warning("The built-in model is not available: {}", error.message)
        if isinstance(error, BuiltInUnsupported) and is_lasting:
            self._show("unsupported", error.details)
        else:
            self._show("failed", {"code": error.code, "message": error.message} | error.details)

    def _ended(self, exit_code: int) -> None:
        self._show("stopped")

    def _rest(self) -> None:
        """Show what is true while nothing is going on."""
        if not self._is_on:
            self._show("off")
        elif self._fetcher.is_done():
            self._show("ready" if self._engine.endpoint else "stopped", here_bytes=self.state.total_bytes)
        else:
            lack = facts.obstacle(self._measure(self._shelf.folder), self._fetcher.disk_needed_bytes())
            self._show("unsupported" if lack else "absent", lack, here_bytes=self._fetcher.here_bytes())

    def _step(self, step: Step) -> None:
        self._show(step, here_bytes=self.state.total_bytes if step == "checking" else None)

    def _progress(self, progress_bytes: int) -> None:
        self._states.progress(progress_bytes)

    def _show(self, status: Status, reason: dict[str, Any] | None = None, here_bytes: int | None = None) -> None:
        progress_bytes = self.state.progress_bytes if here_bytes is None else here_bytes
        self._states.change(status=status, reason=reason, progress_bytes=progress_bytes)

    def _stop_when_idle(self) -> None:
        if self._users == 0 and self._engine.endpoint is not None:
            self._cancel_idle_timer()
            self._idle_timer = asyncio.get_running_loop().call_later(self._idle.total_seconds(), self._begin_idle_stop)

    def _begin_idle_stop(self) -> None:
        task = asyncio.create_task(self._stop_idle())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _stop_idle(self) -> None:
        if self._users == 0:
            await self.stop_engine()

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None


def _stopped_while_starting() -> EngineCrashed:
    return EngineCrashed("the built-in model was stopped while it was starting", exit_code=None, output=[])


def _first_state(model: Model, engine: EnginePackage) -> BuiltInState:
    return BuiltInState(
        status="off",
        progress_bytes=0,
        total_bytes=model.size_bytes,
        reason=None,
        model=model.name,
        size_bytes=model.size_bytes,
        licence=model.licence,
        sha256=model.sha256,
    )


def _usual_threads() -> int:
    """The processors this process may use; more than eight only wait for memory."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, _MOST_THREADS)
