"""One request about sound to one provider: speech is handed on as it comes, and what was heard when it is whole."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import orjson

from madang.gateway.errors import NotAnAnswer, TimedOut, Unreachable
from madang.gateway.messages import Upload
from madang.gateway.types import RawRequest, Relayed, Usage
from madang.gateway.upload import written
from madang.gateway.upstream.answer import Answer
from madang.gateway.upstream.attempt import JSON, Attempt, meaning
from madang.gateway.upstream.target import Ended
from madang.redact import Redactor

if TYPE_CHECKING:
    from madang.gateway.upstream.wire import Response

_ANY = "*/*"
_SOUNDS = frozenset({
    "application/octet-stream", "audio/aac", "audio/basic", "audio/flac", "audio/l16", "audio/mp3", "audio/mp4",
    "audio/mpeg", "audio/ogg", "audio/opus", "audio/pcm", "audio/wav", "audio/wave", "audio/webm", "audio/x-flac",
    "audio/x-wav",
})  # fmt: skip
_TEXTS = frozenset({JSON, "text/plain", "text/vtt", "text/srt", "application/x-subrip"})


class SoundRelay(Attempt):
    """Sends a request about sound once. What it took in tokens is not counted: it is not paid by them."""

    def relay(self, request: RawRequest, redactor: Redactor) -> AsyncGenerator[Relayed | Ended]:
        """Yield the answer, and of which media type it is. Raises `UpstreamError`."""
        return self._heard(request, request.upload, redactor) if request.upload else self._spoken(request)

    async def _spoken(self, request: RawRequest) -> AsyncGenerator[Relayed | Ended]:
        from madang.gateway.upstream.wire import BrokenOff, Silent

        answer, body = Answer(self._limits), orjson.dumps({**request.body, "model": self._target.model})
        try:
            async with self._sent(request.endpoint, _ANY, body, self._first_byte) as response:
                kind = await self._kind(response, _SOUNDS)
                while data := await response.read(self._patience(answer)):
                    answer.weigh(data)
                    answer.has_words = True
                    yield Relayed(data, media_type=kind)
        except (Silent, BrokenOff) as error:
            raise meaning(error, answer) from error
        if not answer.has_words:
            raise NotAnAnswer("the answer has no sound")
        yield Ended("stop", Usage())

    async def _heard(self, request: RawRequest, upload: Upload, redactor: Redactor) -> AsyncGenerator[Relayed | Ended]:
        """The answer comes at once, when all was listened to: nothing but the limit of the whole bounds the wait."""
        from madang.gateway.upstream.wire import BrokenOff, Silent

        answer, data = Answer(self._limits), bytearray()
        media_type, body = written(upload, self._target.model)
        try:
            async with self._sent(request.endpoint, _ANY, body, self._limits.total, media_type) as response:
                kind = await self._kind(response, _TEXTS)
                while more := await response.read(self._within(self._limits.total)):
                    answer.weigh(more)
                    data += more
        except Silent as error:
            raise TimedOut("no answer in time") from error
        except BrokenOff as error:
            raise Unreachable("the connection broke off before an answer", reason="reset") from error
        yield _read(bytes(data), kind, redactor)
        yield Ended("stop", Usage())

    async def _kind(self, response: "Response", wanted: frozenset[str]) -> str:
        """Return the answer's media type. Raises where the provider refuses, or where it is none of the `wanted`."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status == 200 and kind in wanted:
            return kind
        # No parameter was added, so none can be left out.
        await self._check(response, "sound or words", b"{}", frozenset())
        raise NotAnAnswer("the answer is neither sound nor words", content_type=kind[:80])


def _read(data: bytes, kind: str, redactor: Redactor) -> Relayed:
    """Return what was heard, its secrets masked. Raises `NotAnAnswer`."""
    try:
        text, masked = redactor.mask_known(data.decode())
        if kind == JSON and not isinstance(orjson.loads(text), dict):
            raise NotAnAnswer("the answer is not an object")
    except ValueError as error:
        raise NotAnAnswer("the answer cannot be read") from error
    return Relayed(text.encode(), masked, kind if kind == JSON else f"{kind}; charset=utf-8")
