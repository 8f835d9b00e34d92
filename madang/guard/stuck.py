"""Ends a connection whose other side has stopped taking what is sent."""

import asyncio


class Stuck:
    """Watches a transport whose buffer is full: `seconds` without a byte taken, and it is cut off."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    def start(self, transport: asyncio.Transport) -> None:
        """Begin to watch; called when the buffer is full."""
        self.stop()
        self._look_in(transport)

    def stop(self) -> None:
        """The buffer has emptied, or the connection has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_in(self, transport: asyncio.Transport) -> None:
        size = transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look, transport, size)

    def _look(self, transport: asyncio.Transport, size: int) -> None:
        if transport.get_write_buffer_size() >= size:
            transport.abort()
        else:
            self._look_in(transport)
