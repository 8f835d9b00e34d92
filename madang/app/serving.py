"""The server around the front: what is needed to answer the first request, and nothing more."""

import asyncio
import importlib
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from loguru import logger

from madang.app.front import Front, House
from madang.app.ground import Ground
from madang.app.lasting import lasting
from madang.app.site import Site, frontend_dir
from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.types import BuiltInState
from madang.guard.bounds import Bounds
from madang.guard.gate import gate
from madang.guard.hosts import doors
from madang.guard.lobby import places
from madang.guard.once import SignInCodes
from madang.guard.secret import hash_of
from madang.guard.wire import configuration
from madang.redact import Redactor

_GRACE_SECONDS = 8


class Serving:
    """One server on its port, from the first request to the last."""

    def __init__(
        self,
        settings: Settings,
        redactor: Redactor,
        port: int,
        control_key: str,
        show_builtin: Callable[[BuiltInState], None],
    ) -> None:
        self._settings = settings
        self._codes = SignInCodes(clock := Clock())
        names, site = doors(port, settings.allowed_origins), Site(frontend_dir())
        self._ground = Ground(
            settings=settings,
            redactor=redactor,
            clock=clock,
            codes=self._codes,
            doors=names,
            control_hash=hash_of(control_key),
            port=port,
            page_version=site.version,
            show_builtin=show_builtin,
        )
        self._front = Front(site, self._open_house)
        self._server = _Server(self._configuration(), self._front)

    def sign_in_code(self) -> str:
        """Return a code that signs one browser in, once."""
        return self._codes.first()

    async def run(self, sockets: list[socket.socket]) -> Exception | None:
        """Serve until a signal ends it. Returns what kept the house from opening, or None."""
        watching = asyncio.create_task(self._watch())
        await self._server.serve(sockets)
        watching.cancel()
        await asyncio.wait([watching])
        return None if watching.cancelled() else watching.result()

    async def _watch(self) -> Exception | None:
        """Wait for the house. Where it cannot be opened the server ends: a page with nothing behind it is no use."""
        try:
            await self._front.house()
        except Exception as error:  # noqa: BLE001 - whatever it is, the person at the terminal is told
            logger.opt(exception=error).debug("the house did not open")
            # A server that is told to end before it has started leaves without closing anything.
            await self._server.has_started.wait()
            self._server.should_exit = True
            return error
        return None

    async def _open_house(self) -> House:
        """Import what is heavy in a thread, so that the page is served meanwhile, and open it."""
        with lasting():
            house = await asyncio.to_thread(importlib.import_module, "madang.app.house")
            opened: House = await house.open_house(self._ground)
        return opened

    def _configuration(self) -> uvicorn.Config:
        settings = self._settings
        bounds = Bounds(places(settings.socket_limit), settings.request_timeout, settings.body_limit_bytes)
        return configuration(gate(self._front, self._ground.doors, bounds), bounds, _GRACE_SECONDS)


class _Server(uvicorn.Server):
    """Ends what is under way before it waits for the connections that carry it."""

    def __init__(self, config: uvicorn.Config, front: Front) -> None:
        super().__init__(config)
        self._front = front
        self.has_started = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End well at Ctrl+C and SIGTERM. The signal is not raised again: having ended is all it asked for."""
        kept = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        yield
        for number, handler in kept.items():
            signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.has_started.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._front.leave()
        await super().shutdown(sockets)
