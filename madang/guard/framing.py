"""One WebSocket connection, stricter than the server's own: floods of small frames end it."""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_FRAGMENTS = 1024
"""Most pieces of one message; its size is limited by `ws_max_size`."""
_CONTROL_FRAMES, _WINDOW_SECONDS = 100, 10.0
"""Most pings and pongs within the window. Browsers send a pong every twenty seconds, programs a ping as often."""
_POLICY = 1008


class Framing(WebSocketsSansIOProtocol):
    """Reads frames from one client. A ping costs an answer that nobody may be reading, so their number is bounded."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._control_frames = 0
        self._since = 0.0

    def data_received(self, data: bytes) -> None:
        if self.handshake_initiated and not self.handshake_complete:
            # Nobody speaks before being let in; what was said would be kept in memory until then.
            self.transport.abort()
        else:
            super().data_received(data)

    def handle_cont(self, event: Any) -> None:
        if len(self.frames) >= _FRAGMENTS:
            self._end()
        else:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        if not self._is_flood():
            super().handle_ping()

    def handle_pong(self, event: Any) -> None:
        if not self._is_flood():
            super().handle_pong(event)

    def handle_parser_exception(self) -> None:
        if self.handshake_initiated:
            super().handle_parser_exception()
        else:
            self.transport.close()

    def _is_flood(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._since > _WINDOW_SECONDS:
            self._since, self._control_frames = now, 0
        self._control_frames += 1
        if self._control_frames > _CONTROL_FRAMES:
            self._end()
            return True
        return self.close_sent

    def _end(self) -> None:
        """Close for a reason of policy, whatever else this batch holds."""
        if not self.close_sent:
            self.conn.fail(_POLICY)
            self.handle_parser_exception()
