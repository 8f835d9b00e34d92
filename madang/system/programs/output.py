"""What a program prints: the beginning and the end of it, as text that cannot steer a terminal or turn a line round."""

import codecs
import re
from collections import deque

from madang.system.programs.types import Printed

# Sequences of ECMA-48 as terminals read them: CSI, then strings (OSC, DCS, SOS, PM, APC), then the short ones.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-Z\\`-~]"
)
_UNFINISHED = re.compile(r"(?:\x1b|\x9b|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}\x1b?\Z")
# Control characters but tab and new line, then what is invisible or changes direction.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def shown(text: str) -> str:
    """Return text as a person may see it: sequences go, hidden characters are named."""
    plain = _SEQUENCE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", plain)


class Neutral:
    """The same for text that comes in pieces, in bytes that may be cut anywhere."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def feed(self, data: bytes, is_last: bool = False) -> str:
        text = self._held + self._decoder.decode(data, is_last)
        cut = None if is_last else self._cut(text)
        self._held = "" if cut is None else text[cut:]
        return shown(text[:cut])

    def _cut(self, text: str) -> int | None:
        """Return where something begins whose end has not come yet."""
        if found := _UNFINISHED.search(text[-4200:]):
            whole = _SEQUENCE.match(found[0])
            if whole is None or found[0].endswith("\x1b"):
                return len(text) - len(found[0])
        return len(text) - 1 if text.endswith("\r") else None


class Capped:
    """Keeps the first and the last half of `limit_bytes`, however much comes."""

    def __init__(self, limit_bytes: int) -> None:
        self._half = limit_bytes // 2
        self._room = self._half
        self._head: list[str] = []
        self._neutral = Neutral()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._total = 0

    def feed(self, data: bytes) -> str:
        """Take what came; return the part of it that may be shown at once."""
        self._total += len(data)
        now, later = data[: self._room], data[self._room :]
        self._room -= len(now)
        if later:
            self._keep(later)
        text = self._neutral.feed(now) if now else ""
        self._head.append(text)
        return text

    def finish(self) -> Printed:
        self._head.append(self._neutral.feed(b"", is_last=True))
        tail = b"".join(self._tail)[-self._half :] if self._half else b""
        skipped = self._total - (self._half - self._room) - len(tail)
        return Printed("".join(self._head), skipped, Neutral().feed(tail, is_last=True), self._total)

    def _keep(self, data: bytes) -> None:
        self._tail.append(data)
        self._tail_bytes += len(data)
        while self._tail_bytes - len(self._tail[0]) >= self._half:
            self._tail_bytes -= len(self._tail.popleft())
