"""Every way a provider can fail: wrong statuses, streams that break, lie, stall or never end."""

import itertools
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from madang.gateway.fake_upstream.turns import EVENT_STREAM, JSON_BODY, Ending, Pause, Received, Reply, chunk, event

_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_PAGE = b"<!doctype html><title>Sign in</title><h1>Welcome to the hotel</h1>"


@dataclass(frozen=True, slots=True)
class Status:
    """An answer that is an error in OpenAI's shape. `echo_key` repeats the credential it was sent, as some do."""

    status: int
    message: str = "the fake provider refuses"
    code: str | None = None
    type: str = "fake_error"
    param: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    echo_key: bool = False

    @classmethod
    def rate_limited(cls, retry_after: str | None = None) -> "Status":
        """Return a 429, with this `Retry-After` when one is given."""
        headers = (("Retry-After", retry_after),) if retry_after is not None else ()
        return cls(429, "slow down", "rate_limit_exceeded", headers=headers)

    def reply(self, request: Received) -> Reply:
        message = f"{self.message} ({request.headers.get('authorization')})" if self.echo_key else self.message
        error = {"message": message, "type": self.type, "param": self.param, "code": self.code}
        body = json.dumps({"error": error}).encode()
        return Reply([body], self.status, JSON_BODY + self.headers)


@dataclass(frozen=True, slots=True)
class Fault:
    """Pieces and an ending. The named ones below say `said` first where an answer begins before it breaks."""

    pieces: tuple[bytes | Pause, ...] = ()
    endless: bytes | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = EVENT_STREAM
    ending: Ending = "whole"

    SAID: ClassVar[str] = "The answer begins"

    reset_before_headers: ClassVar["Fault"]
    not_http: ClassVar["Fault"]
    endless_headers: ClassVar["Fault"]
    endless_hints: ClassVar["Fault"]
    reset_mid_stream: ClassVar["Fault"]
    mid_utf8: ClassVar["Fault"]
    mid_json: ClassVar["Fault"]
    truncated_chunk: ClassVar["Fault"]
    bad_chunk: ClassVar["Fault"]
    clean_end: ClassVar["Fault"]
    done_without_finish: ClassVar["Fault"]
    error_mid_stream: ClassVar["Fault"]
    html: ClassVar["Fault"]
    empty: ClassVar["Fault"]
    empty_stream: ClassVar["Fault"]
    json_instead: ClassVar["Fault"]
    malformed_json: ClassVar["Fault"]
    malformed_json_at_once: ClassVar["Fault"]
    null_choices: ClassVar["Fault"]
    not_utf8: ClassVar["Fault"]
    compressed: ClassVar["Fault"]
    huge_line: ClassVar["Fault"]
    endless_text: ClassVar["Fault"]
    endless_letters: ClassVar["Fault"]
    endless_tool_calls: ClassVar["Fault"]
    endless_comments: ClassVar["Fault"]
    many_choices: ClassVar["Fault"]
    stall_before_headers: ClassVar["Fault"]
    stall_after_headers: ClassVar["Fault"]
    stall_mid_stream: ClassVar["Fault"]
    dripping_refusal: ClassVar["Fault"]
    hostile: ClassVar["Fault"]

    @classmethod
    def redirect(cls, to: str, status: int = 307) -> "Fault":
        """Return a redirect to another address."""
        return cls((b"moved",), status=status, headers=(("Location", to), ("Content-Type", "text/plain")))

    @classmethod
    def slow_drip(cls, seconds: float) -> "Fault":
        """Return a stream that gives one byte of a comment every so many seconds, for ever."""
        return cls((_said(), b": "), endless=b".").paced(seconds)

    def paced(self, seconds: float) -> "Fault":
        """Return the same fault with a pause before each piece."""
        paced = tuple(itertools.chain.from_iterable((Pause(seconds), piece) for piece in self.pieces))
        return _Paced(paced, self.endless, self.status, self.headers, self.ending, seconds)

    def reply(self, request: Received) -> Reply:
        return Reply(itertools.chain(self.pieces, self._rest()), self.status, self.headers, self.ending)

    def _rest(self) -> Iterable[bytes | Pause]:
        return itertools.repeat(self.endless) if self.endless is not None else ()


@dataclass(frozen=True, slots=True)
class _Paced(Fault):
    seconds: float = 0

    def _rest(self) -> Iterator[bytes | Pause]:
        while self.endless is not None:
            yield Pause(self.seconds)
            yield self.endless


def _said(*more: object) -> bytes:
    words = (chunk({"content": Fault.SAID}), *more)
    return b"".join(event(data) for data in words)


def _tool_call(index: int) -> dict[str, Any]:
    call = {"index": index, "id": "c", "type": "function", "function": {"name": "x", "arguments": "1"}}
    return chunk({"tool_calls": [call]})


WRONG_CHUNKS: tuple[object, ...] = (
    7,
    [],
    '"text"',
    {"choices": {}},
    {"choices": [7]},
    {"choices": [{"index": 0, "delta": []}]},
    {"choices": [{"index": "0", "delta": "text"}]},
    {"choices": [{"index": 0, "delta": {"content": 7}}]},
)
"""JSON that no chunk of an answer can be; a text is sent as it is."""

MARKUP = """<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>[x](javascript:window.hacked=1)"""
"""What an endpoint may put into any field, hoping that a page runs it."""

_TRICKS: tuple[dict[str, Any], ...] = (
    {"role": MARKUP, "name": MARKUP, "content": MARKUP},
    {"reasoning_content": MARKUP, "function_call": {"name": "shell", "arguments": "{}"}},
    {"tool_calls": [{"index": 0, "id": MARKUP, "function": {"name": "shell", "arguments": "{not json"}}]},
    {"refusal": MARKUP, "audio": {"data": MARKUP}, "images": [{"image_url": {"url": "https://x.invalid/i"}}]},
)

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_LONG = event(chunk({"content": "x" * 16_000}))

Fault.reset_before_headers = Fault(status=0, ending="reset")
Fault.not_http = Fault((b"SSH-2.0-OpenSSH_9.2p1\r\n",), status=0)
Fault.endless_headers = Fault((b"HTTP/1.1 200 OK\r\n",), endless=b"X-More: %b\r\n" % (b"x" * 1000), status=0)
Fault.endless_hints = Fault(endless=b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100, status=0)
Fault.reset_mid_stream = Fault((_said(),), ending="reset")
Fault.mid_utf8 = Fault(
    (_said(), event(chunk({"content": "한"})).partition(b"\xed")[0] + b"\xed\x95"),
)
Fault.mid_json = Fault((_said(), b'data: {"id":"chatcmpl-fake","choices":[{"index":0,"del'))
Fault.truncated_chunk = Fault((_said(),), ending="truncated")
Fault.bad_chunk = Fault((_HEAD, b"%x\r\n%b\r\n" % (len(_said()), _said()), Pause(0.05), b"no size\r\n"), status=0)
Fault.clean_end = Fault((_said(),))
Fault.done_without_finish = Fault((_said("[DONE]"),))
Fault.error_mid_stream = Fault((_said({"error": {"message": "the engine fell over", "code": 500}}),))
Fault.html = Fault((_PAGE,), headers=_HTML)
Fault.empty = Fault(headers=(("Content-Length", "0"),))
Fault.empty_stream = Fault()
Fault.json_instead = Fault((json.dumps(chunk({"content": "all at once"}, "stop")).encode(),), headers=JSON_BODY)
Fault.malformed_json = Fault((_said(), b"data: {'content': nope}\n\n"))
Fault.malformed_json_at_once = Fault((b"data: {'content': nope}\n\n",))
Fault.null_choices = Fault((event({"choices": None}), _said({"choices": None}, chunk({}, "stop"), "[DONE]")))
Fault.not_utf8 = Fault((_said(), b'data: {"choices":[{"index":0,"delta":{"content":"\xff\xfe"}}]}\n\n'))
Fault.compressed = Fault((b"\x1f\x8b\x08\x00",), headers=(*EVENT_STREAM, ("Content-Encoding", "gzip")))
Fault.huge_line = Fault((_said(), b'data: {"choices":[{"index":0,"delta":{"content":"', *(b"x" * 65_536,) * 460))
Fault.endless_text = Fault(endless=_LONG)
Fault.endless_letters = Fault(endless=event(chunk({"content": "x"})) * 1000)
Fault.endless_tool_calls = Fault((_said(),), endless=b"".join(event(_tool_call(number)) for number in range(100)))
Fault.endless_comments = Fault((_said(),), endless=b": still here\n\n" * 1000)
Fault.many_choices = Fault((event({"choices": [{"index": i, "delta": {"content": "x"}} for i in range(20_000)]}),) * 5)
Fault.stall_before_headers = Fault((Pause(math.inf),), status=0)
Fault.stall_after_headers = Fault((Pause(math.inf),))
Fault.stall_mid_stream = Fault((_said(), Pause(math.inf)))
Fault.dripping_refusal = Fault((b'{"error": {"message": "so sorry"}}',), b" ", 500, JSON_BODY).paced(0.05)
Fault.hostile = Fault(
    (
        b"event: execute\ndata: rm -rf ~\n\n",
        b'event: message\nid: %b\nretry: 0\ndata: {"choices": []}\n\n' % MARKUP.encode(),
        *(event(chunk(delta, id=MARKUP, object=MARKUP, model=MARKUP, system_fingerprint=MARKUP)) for delta in _TRICKS),
        event(chunk({}, "tool_calls", usage={"prompt_tokens": MARKUP, "completion_tokens": {"x": MARKUP}})),
        event("[DONE]"),
    ),
    headers=(*EVENT_STREAM, ("X-Request-Id", MARKUP), ("Set-Cookie", "a=b"), ("Refresh", "0; url=https://x.invalid")),
)
