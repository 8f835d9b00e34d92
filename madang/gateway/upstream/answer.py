"""What a model's answer is: chunk objects of known types that end with a reason. Anything else is an error by name."""

from collections.abc import Iterator
from typing import Any

import orjson

from madang.gateway.errors import AnswerTooLarge, Incomplete, NotAnAnswer, UpstreamError, UpstreamFailed
from madang.gateway.types import FinishReason, ReasoningDelta, TextDelta, Tier, Usage
from madang.gateway.upstream.limits import Limits
from madang.gateway.upstream.sse import ServerEvent
from madang.gateway.upstream.target import Ended

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
_TIERS: dict[str, Tier] = {"default": "default", "flex": "flex", "priority": "priority"}


class Answer:
    """Reads one answer, event by event. Its errors say whether words were already given."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._answer_bytes = 0
        self._stream_bytes = 0
        self._has_begun = False
        self._usage = Usage()
        self._tier: Tier | None = None
        self.has_words = False
        self.is_done = False
        self.finish_reason: FinishReason | None = None

    def weigh(self, data: bytes) -> None:
        """Count bytes of the stream. Raises `AnswerTooLarge`."""
        self._stream_bytes += len(data)
        if self._stream_bytes > self._limits.stream_bytes:
            raise AnswerTooLarge("the stream passed its limit", limit_bytes=self._limits.stream_bytes)

    def take(self, event: ServerEvent) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the words in an event. Raises `UpstreamError` where it is none of a model's."""
        # An event of another name is not for us.
        if event.name not in {"message", "error"} or self.is_done:
            return
        if event.data.strip() == "[DONE]":
            self.is_done = True
            return
        data = self._object(event.data)
        if data.get("error"):
            raise self._reported(data["error"])
        yield from self._words(data)
        self._note_costs(data)

    def end(self) -> Ended:
        """Return the end of a whole answer. Raises where the stream stopped without saying why the model did."""
        if self.finish_reason is None:
            raise self.broken("the stream ended without a finish reason")
        return Ended(self.finish_reason, self._usage, self._tier)

    def broken(self, why: str) -> UpstreamError:
        """Return the error for a stream that stops making sense: incomplete once it has begun."""
        return Incomplete(why) if self._has_begun or self.has_words else NotAnAnswer(why)

    def _note_costs(self, data: dict[str, Any]) -> None:
        """Take in what the provider says of the tokens and of the tier."""
        self._usage = usage_of(data.get("usage")) or self._usage
        self._tier = _TIERS.get(str(data.get("service_tier"))) or self._tier

    def _object(self, text: str) -> dict[str, Any]:
        try:
            data = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise self.broken("an event is not JSON") from error
        if not isinstance(data, dict):
            raise self.broken("an event is not an object")
        return data

    def _words(self, data: dict[str, Any]) -> Iterator[TextDelta | ReasoningDelta]:
        choices = self._typed(data.get("choices"), list, "choices") or []
        # One answer was asked for; choices beyond the first are somebody else's.
        for choice in choices[:1]:
            first = self._typed(choice, dict, "choice") or {}
            if first.get("index") is None or first["index"] == 0:
                yield from self._delta(self._typed(first.get("delta"), dict, "delta") or {})
                self._has_begun = True
                self._finish(first.get("finish_reason"))

    def _delta(self, delta: dict[str, Any]) -> Iterator[TextDelta | ReasoningDelta]:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if reasoning := self._typed(thought, str, "reasoning"):
            self._count(reasoning)
            yield ReasoningDelta(reasoning)
        if text := self._typed(delta.get("content"), str, "content"):
            self._count(text)
            yield TextDelta(text)

    def _count(self, words: str) -> None:
        self._answer_bytes += len(words.encode(errors="replace"))
        if self._answer_bytes > self._limits.answer_bytes:
            raise AnswerTooLarge("the answer passed its limit", limit_bytes=self._limits.answer_bytes)
        self.has_words = True

    def _finish(self, reason: object) -> None:
        if reason is None or reason == "":
            return
        known = _REASONS.get(str(reason).lower())
        if known is None:
            raise Incomplete("the model stopped for an unknown reason", finish_reason=str(reason))
        self.finish_reason = known

    def _typed(self, value: Any, kind: type, name: str) -> Any:
        if value is not None and not isinstance(value, kind):
            raise self.broken(f"{name} is of a wrong type")
        return value

    def _reported(self, error: object) -> UpstreamError:
        message = error.get("message") if isinstance(error, dict) else error
        kind = Incomplete if self.has_words else UpstreamFailed
        return kind("the provider reports an error", provider_message=str(message))


def usage_of(data: object) -> Usage | None:
    """Read the counted tokens. What is negative or no number is unknown."""
    if not isinstance(data, dict):
        return None
    prompt = _count(data, "prompt_tokens")
    cached = _count(data.get("prompt_tokens_details"), "cached_tokens")
    if cached is None:
        cached = _count(data, "prompt_cache_hit_tokens")
    reasoning = _count(data.get("completion_tokens_details"), "reasoning_tokens")
    if cached is not None and prompt is not None:
        cached = min(cached, prompt)
    return Usage(prompt, cached, _count(data, "completion_tokens"), reasoning)


def _count(data: object, name: str) -> int | None:
    value = data.get(name) if isinstance(data, dict) else None
    # A count beyond this is no count, and would not fit the ledger.
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
