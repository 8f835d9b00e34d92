"""The system's keyring, which may be absent, locked, or wait for ever on a bus that nobody answers."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from madang.clock import Clock
from madang.secrets.errors import PlaceUnusable
from madang.secrets.types import Problem

T = TypeVar("T")
_REST_SECONDS = 60.0
_PLAIN_BACKENDS = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")


class Ring(Protocol):
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def system_ring() -> Ring | None:
    """Return this system's keyring, or None where there is none that protects what it keeps."""
    # Loading it looks for backends and asks the session bus, so it belongs into the thread that may be given up.
    import keyring

    ring: Any = keyring.get_keyring()
    is_plain = type(ring).__module__.startswith(_PLAIN_BACKENDS)
    return None if is_plain or ring.priority <= 0 else ring


class KeyringPlace:
    """Keys in the keyring under one service name. A step that takes too long is given up, and the next ones with it
    for a minute, because the thread it ran in cannot be stopped."""

    def __init__(
        self,
        service: str,
        clock: Clock,
        timeout_seconds: float,
        open_ring: Callable[[], Ring | None] = system_ring,
    ) -> None:
        self._service = service
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._open_ring = open_ring
        self._rests_until = float("-inf")

    async def read(self, name: str) -> str | None:
        return await self._ask(lambda ring: ring.get_password(self._service, name))

    async def write(self, name: str, value: str) -> None:
        def undo(ring: Ring) -> None:
            if ring.get_password(self._service, name) == value:
                ring.delete_password(self._service, name)

        await self._ask(lambda ring: ring.set_password(self._service, name, value), undo)

    async def delete(self, name: str) -> None:
        def delete(ring: Ring) -> None:
            if ring.get_password(self._service, name) is not None:
                ring.delete_password(self._service, name)

        await self._ask(delete)

    async def _ask(self, step: Callable[[Ring], T], undo: Callable[[Ring], None] | None = None) -> T:
        if self._clock.monotonic() < self._rests_until:
            raise _unusable("keyring_slow")
        answer: Future[T] = Future()
        # Not the loop's own threads: those are waited for at the end, and this one may never come back.
        threading.Thread(target=self._work, args=(answer, step, undo), name="keyring", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), self._timeout_seconds)
        except TimeoutError:
            if not answer.cancel():
                return answer.result()
            self._rests_until = self._clock.monotonic() + _REST_SECONDS
            raise _unusable("keyring_slow") from None

    def _work(self, answer: "Future[T]", step: Callable[[Ring], T], undo: Callable[[Ring], None] | None) -> None:
        try:
            answer.set_result(self._step(step))
        except PlaceUnusable as error:
            with suppress(InvalidStateError):
                answer.set_exception(error)
        except InvalidStateError:
            # Given up, and done after all: the key is kept elsewhere by now, so this copy has no owner.
            with suppress(PlaceUnusable):
                self._step(undo or _leave_it)

    def _step(self, step: Callable[[Ring], T]) -> T:
        try:
            ring = self._open_ring()
            if ring is None:
                raise _unusable("keyring_absent")
            return step(ring)
        except PlaceUnusable:
            raise
        except Exception as error:  # noqa: BLE001 - backends raise whatever their bus or system library raises
            raise _unusable(_problem_of(error)) from None


def _leave_it(_: Ring) -> None:
    """What was only read needs no undoing."""


def _problem_of(error: Exception) -> Problem:
    name = type(error).__name__
    if name in ("KeyringLocked", "LockedException"):
        return "keyring_locked"
    return "keyring_absent" if name in ("NoKeyringError", "InitError") else "keyring_failed"


def _unusable(problem: Problem) -> PlaceUnusable:
    # The backend's own words stay out: some put the value they were given into them.
    return PlaceUnusable("the system's keyring cannot be used", problem=problem)
