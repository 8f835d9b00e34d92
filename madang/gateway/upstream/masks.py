"""Takes known secrets out of an answer: a provider has the key, and a model repeats what it was told."""

from collections.abc import Iterator

from madang.gateway.types import ReasoningDelta, TextDelta
from madang.gateway.upstream.target import Ended
from madang.redact import Masker, Redactor

Said = TextDelta | ReasoningDelta | Ended


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


def _said(
    kind: type[TextDelta] | type[ReasoningDelta], words: str, masked: int
) -> Iterator[TextDelta | ReasoningDelta]:
    if words:
        yield kind(words, masked)
