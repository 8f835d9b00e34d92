"""An answer that is handed on as it came, read only for how it ends, what it took, and the secrets in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson

from madang.gateway.errors import Incomplete, NotAnAnswer, UpstreamError
from madang.gateway.types import Endpoint, Relayed
from madang.gateway.upstream.answer import Answer
from madang.gateway.upstream.limits import Limits
from madang.gateway.upstream.masks import EventMasks
from madang.gateway.upstream.sse import BrokenStream, ServerEvent
from madang.redact import Redactor


class RawStream(Answer):
    """Hands on the events of a streamed answer, every choice of it; `[DONE]` is left to whoever ends the answer.

    An event that only counts tokens is handed on where `is_usage_wanted`.
    """

    def __init__(self, limits: Limits, redactor: Redactor, is_usage_wanted: bool) -> None:
        super().__init__(limits)
        self._is_usage_wanted = is_usage_wanted
        self._masks = EventMasks(redactor)
        self._unfinished: set[int] = set()

    @property
    def is_whole(self) -> bool:
        """Say whether each choice that began has said why it ended."""
        return self.finish_reason is not None and not self._unfinished

    def relay(self, events: Iterable[ServerEvent]) -> Iterator[Relayed]:
        """Yield what came in one go as one piece. Raises `UpstreamError` and `BrokenStream` after what was whole."""
        said: list[tuple[str, dict[str, Any]]] = []
        try:
            for event in events:
                if (data := self._read(event)) is not None:
                    said.append((event.data, data))
        except (UpstreamError, BrokenStream):
            yield from self._cleaned(said)
            raise
        yield from self._cleaned(said)

    def rest(self) -> Iterator[Relayed]:
        """Yield what was held back of an answer that broke off, because a secret might have begun there."""
        before = self._masks.masked
        if choices := self._masks.rest():
            chunk = {"object": "chat.completion.chunk", "choices": choices}
            yield Relayed(b"data: %b\n\n" % orjson.dumps(chunk), self._masks.masked - before)

    def _cleaned(self, said: list[tuple[str, dict[str, Any]]]) -> Iterator[Relayed]:
        if said:
            before = self._masks.masked
            events = b"".join([b"data: %b\n\n" % event for event in self._masks.clean(said)])
            yield Relayed(events, self._masks.masked - before)

    def _read(self, event: ServerEvent) -> dict[str, Any] | None:
        """Return what an event says, or `None` where it is not handed on."""
        # An event of another name is no part of an answer.
        if event.name not in {"message", "error"} or self.is_done:
            return None
        if event.data.strip() == "[DONE]":
            self.is_done = True
            return None
        data = self._object(event.data)
        if data.get("error"):
            raise self._reported(data["error"])
        choices: list[Any] = self._typed(data.get("choices"), list, "choices") or []
        for choice in choices:
            self._note(self._typed(choice, dict, "choice") or {})
        self._note_costs(data)
        return data if choices or self._is_usage_wanted else None

    def _note(self, choice: dict[str, Any]) -> None:
        """Take in how one of perhaps several choices goes on. Of their reasons one that is not `stop` stands."""
        self._typed(choice.get("delta"), dict, "delta")
        self._has_begun = self.has_words = True
        index, before = choice.get("index"), self.finish_reason
        number = index if isinstance(index, int) else 0
        if choice.get("finish_reason"):
            self._finish(choice["finish_reason"])
            self._unfinished.discard(number)
            self.finish_reason = before if before not in {None, "stop"} else self.finish_reason
        elif before is None or number in self._unfinished:
            self._unfinished.add(number)


class RawBody(Answer):
    """Reads an answer that comes in one piece."""

    def read(self, data: bytes, redactor: Redactor, endpoint: Endpoint) -> Relayed:
        """Return the body as it came, its secrets masked. Raises `UpstreamError` where it is no model's answer."""
        try:
            text, masked = redactor.mask_known(data.decode())
        except UnicodeDecodeError as error:
            raise NotAnAnswer("the answer is not UTF-8") from error
        found = self._object(text)
        if found.get("error"):
            raise self._reported(found["error"])
        self._note_costs(found)
        if endpoint == "embeddings":
            self._read_vectors(found)
        else:
            self._read_choices(self._typed(found.get("choices"), list, "choices") or [])
        return Relayed(text.encode() if masked else data, masked)

    def _read_vectors(self, found: dict[str, Any]) -> None:
        vectors = self._typed(found.get("data"), list, "data") or []
        if not all(isinstance(vector, dict) and vector.get("embedding") for vector in vectors) or not vectors:
            raise NotAnAnswer("the answer has no vectors")
        # A model that writes nothing has no tokens of its own.
        self._usage = replace(self._usage, completion_tokens=0)
        self._finish("stop")

    def _read_choices(self, choices: list[Any]) -> None:
        if not choices:
            raise NotAnAnswer("the answer has no choices")
        known = [self._typed(choice, dict, "choice") or {} for choice in choices]
        if not all(isinstance(choice.get("message"), dict) for choice in known):
            raise NotAnAnswer("a choice has no message")
        reasons = [choice.get("finish_reason") for choice in known]
        if not all(reasons):
            raise Incomplete("a choice does not say why it ended")
        # Of several reasons one that is not `stop` stands.
        for reason in sorted(reasons, key=lambda each: each != "stop"):
            self._finish(reason)
