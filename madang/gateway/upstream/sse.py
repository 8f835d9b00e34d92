"""Server-sent events out of bytes, however they are cut: any line end, a byte order mark, comments."""

from collections.abc import Iterator
from dataclasses import dataclass

LINE_LIMIT_BYTES = 1024 * 1024
_MARK = b"\xef\xbb\xbf"


class BrokenStream(ValueError):
    """The bytes are no event stream: a line without end, or not UTF-8."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name (`message` where none was given) and its data lines joined by LF."""

    name: str
    data: str


class EventParser:
    """Takes bytes as they come and gives the events they complete, as the HTML standard defines them."""

    def __init__(self, line_limit_bytes: int = LINE_LIMIT_BYTES) -> None:
        self._limit = line_limit_bytes
        self._pending = bytearray()
        self._is_first = True
        self._ended_in_cr = False
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[ServerEvent]:
        """Yield the events that `data` completes. Raises `BrokenStream`."""
        for line in self._lines(data):
            if line:
                self._take(line)
            elif self._data or self._name:
                yield from self._dispatch()

    def _lines(self, data: bytes) -> Iterator[bytes]:
        """Cut lines at LF, CRLF or CR. A CR ends its line at once; an LF right after it belongs to it."""
        if self._ended_in_cr and data:
            self._ended_in_cr = False
            data = data.removeprefix(b"\n")
        self._pending += data
        if b"\n" not in data and b"\r" not in data:
            self._check(len(self._pending))
            return
        lines = bytes(self._pending).splitlines()
        self._pending.clear()
        if data.endswith((b"\n", b"\r")):
            self._ended_in_cr = data.endswith(b"\r")
        else:
            self._pending += lines.pop()
            self._check(len(self._pending))
        for line in lines:
            self._check(len(line))
            yield self._without_mark(line)

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise BrokenStream(f"a line is longer than {self._limit} bytes")

    def _without_mark(self, line: bytes) -> bytes:
        if not self._is_first:
            return line
        self._is_first = False
        return line.removeprefix(_MARK)

    def _take(self, line: bytes) -> None:
        if line.startswith(b":"):
            return
        field, _, value = line.partition(b":")
        if field == b"data":
            self._size += len(value) + 1
            self._check(self._size)
            self._data.append(_decoded(value.removeprefix(b" ")))
        elif field == b"event":
            self._name = _decoded(value.removeprefix(b" "))

    def _dispatch(self) -> Iterator[ServerEvent]:
        name, data = self._name, self._data
        self._name, self._data, self._size = "", [], 0
        if data:
            yield ServerEvent(name or "message", "\n".join(data))


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise BrokenStream("the stream is not UTF-8") from error
