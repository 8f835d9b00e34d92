"""The form of an answer: as the provider gave it, or told in the words of another address."""

from typing import Any, Protocol

import orjson

from madang.gateway.types import FinishReason, RawRequest, Receipt, Started
from madang.gateway.v1 import headers


class Form(Protocol):
    """Turns what the gateway says of one request into what the client reads."""

    def whole(self, body: bytes, started: Started, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        """Return the body of an answer in one piece."""
        ...

    def piece(self, data: bytes, started: Started) -> bytes:
        """Return what is sent for some whole events."""
        ...

    def end(self, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        """Return the end of a stream."""
        ...

    def failure(self, body: dict[str, Any]) -> bytes | None:
        """Return the end of a stream that broke off; `body` is the error as OpenAI shapes it.

        `None` where only a connection that breaks off as well can tell.
        """
        ...


class Plain:
    """An answer as it came. A stream ends with its cost where the request asks for usage."""

    def __init__(self, request: RawRequest) -> None:
        self._wants_cost = bool((request.body.get("stream_options") or {}).get("include_usage"))

    def whole(self, body: bytes, started: Started, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        return body

    def piece(self, data: bytes, started: Started) -> bytes:
        return data

    def end(self, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        return (told(receipt) if self._wants_cost else b"") + b"data: [DONE]\n\n"

    def failure(self, body: dict[str, Any]) -> bytes:
        return b"data: %b\n\n" % orjson.dumps(body)


def told(receipt: Receipt) -> bytes:
    """Return the end of a call as a comment: whoever reads only events does not see it."""
    cost = {"call_id": receipt.call_id, "cost_usd": headers.usd(receipt.cost_microusd), "cache": receipt.cache}
    return b": madang %b\n\n" % orjson.dumps(cost)
