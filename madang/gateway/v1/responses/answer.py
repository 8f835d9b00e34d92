"""A response, built out of the pieces of a chat completion; each step of it is an event."""

from collections.abc import Iterator, Mapping
from typing import Any

from madang.gateway.types import FinishReason, Receipt
from madang.gateway.v1.responses.output import Event, Item, Kind, Status

_WORDS: tuple[tuple[str, Kind], ...] = (
    ("reasoning_content", "reasoning"),
    ("reasoning", "reasoning"),
    ("content", "text"),
    ("refusal", "refusal"),
)
_CUT: dict[FinishReason, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Answer:
    """One response. `head` is what stands in it from its beginning on, `call` the number of the call."""

    def __init__(self, head: Mapping[str, Any], call: str) -> None:
        self._head = head
        self._call = call
        # Words and calls by what they are. None is closed before the end: the end of a text may be held back
        # while another goes on, because a secret might begin there.
        self._items: dict[Kind | int, Item] = {}

    def begin(self) -> Iterator[Event]:
        """Tell that it has begun."""
        yield {"type": "response.created", "response": self.shown("in_progress")}
        yield {"type": "response.in_progress", "response": self.shown("in_progress")}

    def take(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        """Tell what is new in a delta; the message of a whole answer is one as well."""
        said: set[Kind] = set()
        for name, kind in _WORDS:
            # Some providers say the same thought under both names.
            if kind not in said and isinstance(words := delta.get(name), str) and words:
                said.add(kind)
                yield from self._say(kind, words)
        calls = delta.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                index = call.get("index")
                yield from self._take_call(call, index if isinstance(index, int) else place)

    def end(self, finish_reason: FinishReason, receipt: Receipt) -> Iterator[Event]:
        """Tell that it has ended, and what it took."""
        cut = _CUT.get(finish_reason)
        status: Status = "incomplete" if cut else "completed"
        for item in self._items.values():
            yield from item.closed(status)
        why = {"incomplete_details": {"reason": cut}} if cut else {}
        yield {"type": f"response.{status}", "response": self.shown(status, status, usage=usage_of(receipt), **why)}

    def fail(self, code: str, message: str) -> Iterator[Event]:
        """Tell that it broke off."""
        error = {"code": code, "message": message}
        yield {"type": "response.failed", "response": self.shown("failed", error=error)}

    def shown(self, status: str, ended: Status = "incomplete", **more: Any) -> dict[str, Any]:
        """Return the response as it is by now; `ended` is how its items ended."""
        output = [item.shown(ended) for item in self._items.values()]
        return {**self._head, "status": status, "output": output, **more}

    def _say(self, kind: Kind, words: str) -> Iterator[Event]:
        if kind not in self._items:
            yield from self._new(kind, Item(kind, self._call, len(self._items)))
        yield self._items[kind].added(words)

    def _take_call(self, call: Mapping[str, Any], index: int) -> Iterator[Event]:
        found = call.get("function")
        function = found if isinstance(found, dict) else {}
        if index not in self._items:
            number = len(self._items)
            name, call_id = str(function.get("name") or ""), str(call.get("id") or f"call_{self._call}_{number}")
            yield from self._new(index, Item("call", self._call, number, name, call_id))
        if isinstance(words := function.get("arguments"), str) and words:
            yield self._items[index].added(words)

    def _new(self, key: Kind | int, item: Item) -> Iterator[Event]:
        self._items[key] = item
        yield from item.opened()


def usage_of(receipt: Receipt) -> dict[str, Any] | None:
    """Return what the provider counted, or `None` where it did not."""
    asked, said = receipt.prompt_tokens, receipt.completion_tokens
    if asked is None or said is None:
        return None
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": receipt.cached_tokens or 0, "cache_write_tokens": 0},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": receipt.reasoning_tokens or 0},
        "total_tokens": asked + said,
    }
