"""Takes known secrets out of an answer: a provider has the key, and a model repeats what it was told."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from madang.gateway.types import ReasoningDelta, Relayed, TextDelta
from madang.gateway.upstream.target import Ended
from madang.redact import Masker, Redactor

Said = TextDelta | ReasoningDelta | Relayed | Ended
_WORDS = ("content", "reasoning_content", "reasoning", "refusal")


class Masks:
    """Masks one answer, its words and its thoughts each as one text. `rest` comes when it has ended or broken off."""

    def __init__(self, redactor: Redactor) -> None:
        self._text = Masker(redactor)
        self._reasoning = Masker(redactor)

    def take(self, piece: Said) -> Iterator[Said]:
        """Yield what of the answer may be said by now; all of it before its end."""
        if isinstance(piece, TextDelta):
            yield from _said(TextDelta, *self._text.feed(piece.text))
        elif isinstance(piece, ReasoningDelta):
            yield from _said(ReasoningDelta, *self._reasoning.feed(piece.text))
        else:
            yield from self.rest()
            yield piece

    def rest(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what was held back because a secret might have begun there."""
        yield from _said(ReasoningDelta, *self._reasoning.rest())
        yield from _said(TextDelta, *self._text.rest())


class EventMasks:
    """Masks the events of a stream that is handed on. What a choice says in several events is one text.

    `masked` counts the secrets so far.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._maskers: dict[tuple[object, ...], Masker] = {}
        self.masked = 0

    def clean(self, events: Sequence[tuple[str, dict[str, Any]]]) -> list[bytes]:
        """Return events, each given as its text and what that says: the same text where nothing is masked in it."""
        if not self._redactor.masks_answers or self._are_clear(events):
            return [text.encode() for text, _ in events]
        return [self._clean_one(text, data) for text, data in events]

    def _are_clear(self, events: Sequence[tuple[str, dict[str, Any]]]) -> bool:
        """Look at all of them together, which is quick: hardly an answer holds a secret."""
        if any(masker.is_holding for masker in self._maskers.values()):
            return False
        words: dict[tuple[object, str], list[str]] = {}
        for _, data in events:
            for choice in data.get("choices") or ():
                delta = choice.get("delta") or {}
                if delta.get("tool_calls"):
                    return False
                for name in _WORDS:
                    if isinstance(said := delta.get(name), str):
                        words.setdefault((choice.get("index"), name), []).append(said)
        is_whole = not self._redactor.mask_known("\n".join(text for text, _ in events))[1]
        return is_whole and all(self._redactor.is_clear("".join(said)) for said in words.values())

    def _clean_one(self, text: str, data: dict[str, Any]) -> bytes:
        text, found = self._redactor.mask_known(text)
        if found:
            self.masked += found
            data = orjson.loads(text)
        changed = [self._clean_choice(choice) for choice in data.get("choices") or ()]
        return orjson.dumps(data) if any(changed) else text.encode()

    def rest(self) -> list[dict[str, Any]]:
        """Return what is still held back, as choices of one more event."""
        choices = {key[0]: {"index": key[0], "delta": {}, "finish_reason": None} for key in self._maskers}
        return [choice for number, choice in choices.items() if self._give_back(number, choice)]

    def _clean_choice(self, choice: dict[str, Any]) -> bool:
        number, delta = choice.get("index"), choice.get("delta") or {}
        is_last = bool(choice.get("finish_reason"))
        places: list[tuple[tuple[object, ...], dict[str, Any], str]]
        places = [((number, name), delta, name) for name in _WORDS if isinstance(delta.get(name), str)]
        calls = delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                places.append(((number, "tool", call.get("index")), function, "arguments"))
        changed = [self._clean_place(key, holder, name) for key, holder, name in places]
        return any(changed) | (is_last and self._give_back(number, choice))

    def _clean_place(self, key: tuple[object, ...], holder: dict[str, Any], name: str) -> bool:
        words = holder[name]
        masker = self._maskers.setdefault(key, Masker(self._redactor))
        holder[name], masked = masker.feed(words)
        self.masked += masked
        return bool(holder[name] != words)

    def _give_back(self, number: object, choice: dict[str, Any]) -> bool:
        """Put what was held back of a choice into its last event."""
        has_more = False
        for key in [key for key in self._maskers if key[0] == number]:
            words, masked = self._maskers.pop(key).rest()
            self.masked += masked
            if words:
                has_more = True
                _put(choice, key[1:], words)
        return has_more


def _put(choice: dict[str, Any], place: tuple[object, ...], words: str) -> None:
    delta = choice["delta"] = choice.get("delta") or {}
    if len(place) == 1:
        delta[place[0]] = (delta.get(place[0]) or "") + words
    else:
        delta.setdefault("tool_calls", []).append({"index": place[1], "function": {"arguments": words}})


def _said(
    kind: type[TextDelta] | type[ReasoningDelta], words: str, masked: int
) -> Iterator[TextDelta | ReasoningDelta]:
    if words:
        yield kind(words, masked)
