"""One HTTP connection, stricter than the server's own: in time, in size, and readable in one way only."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from madang.errors import MadangError
from madang.guard.asgi import written
from madang.guard.bounds import HEADER_LIMIT_BYTES
from madang.guard.errors import HeadersTooLarge, TooManyOpen, TooSlow, Unreadable
from madang.guard.headers import headers_for
from madang.guard.lobby import Lobby
from madang.guard.stuck import Stuck

_HEAD_LIMIT_BYTES = 2 * HEADER_LIMIT_BYTES
"""Twice what the gate behind takes: it answers the request that is a little too large, this ends one without end."""
_FRAMING_BYTES = 64 * 2**10
_FRAMING_PER_BYTE = 8
"""What chunk sizes, extensions and trailers may take beside the body. A body in chunks of one byte takes five."""
_LATE_BYTES = 2**20
"""What is read and thrown away of a body that was answered before its end, so that the answer arrives."""
_PIPELINED = 32
"""How many requests may be sent before the first of them is answered; browsers send none."""
_SOCKET_HEADERS, _SOCKET_LINE_BYTES = 128, 8000
"""How many headers, and how long, the WebSocket library reads."""


class Connection(HttpToolsProtocol):
    """Reads requests from one client. What cannot be read in exactly one way is 400, and nothing of it is done."""

    def __init__(self, *given: Any, lobby: Lobby, **named: Any) -> None:
        super().__init__(*given, **named)
        self._lobby = lobby
        self._stuck = Stuck(lobby.seconds)
        self._has_begun = False
        self._in_body = False
        self._head_bytes = 0
        self._framing_bytes = 0
        self._late_bytes = 0
        self._fault: MadangError | None = None
        self._running: RequestResponseCycle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self._lobby.limit and not self._lobby.make_room():
            self._end_with(TooManyOpen("too many connections are open", limit=self._lobby.limit))
        else:
            self._lobby.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lobby.leave(self)
        self._stuck.stop()
        self._tell_it_is_over()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._count(len(data))
        super().data_received(data)
        if self._head_bytes > _HEAD_LIMIT_BYTES:
            self._end_with(HeadersTooLarge("the headers are too large", limit_bytes=HEADER_LIMIT_BYTES))
        elif self._framing_bytes > _FRAMING_BYTES:
            self._end_with(Unreadable("there is more around the body than in it"))
        elif self._late_bytes > _LATE_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun = True
        self._lobby.enter(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes behind the body is no header: it would pass for one that the gates have looked at.
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._has_begun, self._in_body = False, True
        self._head_bytes, self._framing_bytes = 0, 0
        self._lobby.leave(self)
        if reason := self._ambiguity():
            self._fault = Unreadable(reason)
            raise ValueError(reason)  # the parser stops here and asks for the answer to a bad request
        super().on_headers_complete()
        if self.parser.should_upgrade() and not self._should_upgrade():
            # Nobody here speaks what it wants to change to, and the parser reads no further.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._framing_bytes -= len(body) * (_FRAMING_PER_BYTE + 1)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()
        if self._late_bytes:
            self._late_bytes = 0
            self._wait_anew()

    def on_response_complete(self) -> None:
        is_last = not self.pipeline
        super().on_response_complete()
        if self.transport.is_closing() or not is_last:
            return
        if self._in_body and self.cycle.waiting_for_100_continue:
            # Whoever asked first whether to send the body has been told no, and may never send it.
            self.transport.close()
        else:
            self._wait_anew()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck.start(self.transport)

    def resume_writing(self) -> None:
        self._stuck.stop()
        super().resume_writing()

    def give_up(self) -> None:
        """End it: the headers did not come in time, or others need the place."""
        if self._has_begun:
            self._end_with(TooSlow("the request did not come to its end"))
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser could not read."""
        self._end_with(self._fault or Unreadable("this is not a request that can be read"))

    def _wait_anew(self) -> None:
        """Give the client its time for what it still owes: the rest of a body, or the next request."""
        self._lobby.leave(self)
        self._lobby.enter(self)

    def _end_with(self, error: MadangError) -> None:
        """Answer and hang up, or only hang up where another answer is on its way."""
        if self.transport.is_closing():
            return
        if self._owes_an_answer():
            self.transport.write(written(error, headers_for("")))
        self._tell_it_is_over()
        self.transport.close()

    def _tell_it_is_over(self) -> None:
        """Tell whoever answers that nobody listens. With several requests on their way it is not the last of them."""
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _owes_an_answer(self) -> bool:
        if self.pipeline:
            return False
        return self.cycle is None or self.cycle.response_complete or (self._in_body and not self.cycle.response_started)

    def _count(self, size: int) -> None:
        if self._in_body:
            self._framing_bytes = max(self._framing_bytes, 0) + size
            self._late_bytes += size if self.cycle is not None and self.cycle.response_complete else 0
        else:
            self._head_bytes += size

    def _ambiguity(self) -> str | None:
        """Say what another server might read otherwise, or nobody has to read, or None."""
        if len(self.pipeline) >= _PIPELINED:
            return "too many requests came before their answers"
        version, names = self.parser.get_http_version(), [name for name, _ in self.headers]
        if version not in ("1.0", "1.1"):
            return "this version of HTTP is not spoken here"
        if not self.url.startswith(b"/"):
            return "the address must begin with /"
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and (codings != [b"chunked"] or version == "1.0"):
            return "the only transfer coding is chunked, in HTTP/1.1"
        if self.parser.should_upgrade() and self._should_upgrade():
            return self._fault_of_upgrade(version, names)
        return None

    def _fault_of_upgrade(self, version: str, names: list[bytes]) -> str | None:
        has_body = b"content-length" in names or b"transfer-encoding" in names
        if self.parser.get_method() != b"GET" or version != "1.1" or has_body:
            return "a socket begins with GET in HTTP/1.1, without a body"
        longest = max(len(self.url), *(len(name) + len(value) for name, value in self.headers))
        if len(names) > _SOCKET_HEADERS or longest > _SOCKET_LINE_BYTES:
            return "the headers of a socket are too many or too long"
        if names.count(b"sec-websocket-key") != 1 or (b"sec-websocket-version", b"13") not in self.headers:
            return "a socket needs its key, and version 13"
        return None
