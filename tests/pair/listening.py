"""Listens at one process: server-sent events and WebSocket frames, until something is heard."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.support.sse import Event, events_in

PATIENCE_SECONDS = 120.0


@dataclass
class Listener:
    """What one stream has told so far. `has_ended` is set when the other side closes it."""

    events: list[Event] = field(default_factory=list)
    has_ended: threading.Event = field(default_factory=threading.Event)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def until(self, is_last: Callable[[Event], bool]) -> list[Event]:
        """Wait for an event, and return all up to it. Raises `AssertionError` with what was heard."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(is_last, self.events)), PATIENCE_SECONDS)
            found = list(self.events)
        place = next((place for place, event in enumerate(found) if is_last(event)), None)
        assert place is not None, found
        return found[: place + 1]

    def ends(self) -> bool:
        return self.has_ended.wait(PATIENCE_SECONDS)

    def take(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()


@contextmanager
def listening(client: httpx.Client, stream: str, after: int | None = None) -> Iterator[Listener]:
    """Follow `stream` by server-sent events after a number, or from now on."""
    listener = Listener()
    params = {"stream": stream} | ({} if after is None else {"after": str(after)})
    with client.stream("GET", "/api/live/events", params=params, timeout=PATIENCE_SECONDS) as answer:
        answer.raise_for_status()
        lines = answer.iter_lines()
        # The first line comes once the stream is open.
        next(lines)
        thread = threading.Thread(target=_read, args=(lines, listener), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            answer.close()
            thread.join(10)


def _read(lines: Iterator[str], listener: Listener) -> None:
    try:
        for event in events_in(lines):
            listener.take(event)
    except (httpx.HTTPError, httpx.StreamError):
        pass
    finally:
        listener.has_ended.set()
