"""The items of a response, each of which tells how it grows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Event = dict[str, Any]
Kind = Literal["text", "refusal", "reasoning", "call"]
Status = Literal["in_progress", "completed", "incomplete"]
_PREFIX: dict[Kind, str] = {"text": "msg", "refusal": "msg", "reasoning": "rs", "call": "fc"}
# What a kind of words is called: the part, the field that holds them, and the events.
_PARTS: dict[Kind, tuple[str, str, str]] = {
    "text": ("output_text", "text", "response.output_text"),
    "refusal": ("refusal", "refusal", "response.refusal"),
    "reasoning": ("reasoning_text", "text", "response.reasoning_text"),
}


@dataclass(slots=True)
class Item:
    """One item of the output: words of a kind, or the call of a function."""

    kind: Kind
    call: str
    """The number of the call that made it, out of which its id is made."""
    index: int
    name: str = ""
    function_call: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Return its id."""
        return f"{_PREFIX[self.kind]}_{self.call}_{self.index}"

    def opened(self) -> Iterator[Event]:
        """Tell that it has begun, and so has its one part."""
        item = self.shown("in_progress", with_words=False)
        yield {"type": "response.output_item.added", "output_index": self.index, "item": item}
        if self.kind != "call":
            yield {"type": "response.content_part.added", **self._place(), "part": self._part("")}

    def added(self, words: str) -> Event:
        """Tell its next words."""
        self.said.append(words)
        if self.kind == "call":
            kind = "response.function_call_arguments.delta"
            return {"type": kind, "item_id": self.id, "output_index": self.index, "delta": words}
        return {"type": f"{_PARTS[self.kind][2]}.delta", **self._place(), "delta": words, **self._logprobs()}

    def closed(self, status: Status) -> Iterator[Event]:
        """Tell that it has ended."""
        words = "".join(self.said)
        if self.kind == "call":
            place = {"item_id": self.id, "output_index": self.index}
            yield {"type": "response.function_call_arguments.done", **place, "name": self.name, "arguments": words}
        else:
            _, name, event = _PARTS[self.kind]
            yield {"type": f"{event}.done", **self._place(), name: words, **self._logprobs()}
            yield {"type": "response.content_part.done", **self._place(), "part": self._part(words)}
        yield {"type": "response.output_item.done", "output_index": self.index, "item": self.shown(status)}

    def shown(self, status: Status, with_words: bool = True) -> dict[str, Any]:
        """Return the item as it is in a response."""
        words = "".join(self.said) if with_words else ""
        if self.kind == "call":
            about = {"call_id": self.function_call, "name": self.name, "arguments": words}
            return {"id": self.id, "type": "function_call", "status": status, **about}
        content = [self._part(words)] if with_words else []
        if self.kind == "reasoning":
            return {"id": self.id, "type": "reasoning", "status": status, "summary": [], "content": content}
        return {"id": self.id, "type": "message", "status": status, "role": "assistant", "content": content}

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.index, "content_index": 0}

    def _part(self, words: str) -> dict[str, Any]:
        kind, name, _ = _PARTS[self.kind]
        return {"type": kind, name: words, **({"annotations": []} if self.kind == "text" else {}), **self._logprobs()}

    def _logprobs(self) -> dict[str, Any]:
        return {"logprobs": []} if self.kind == "text" else {}
