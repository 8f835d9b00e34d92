"""Takes secrets out of text before it is shown, stored or logged."""

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
_SHORTEST = 6
# An answer may well hold a short password as an ordinary word, and a masked word would falsify it.
_SHORTEST_IN_ANSWERS = 12
_PATTERNS = re.compile(
    r"(?<![\w-])(?:sk|rk|pk)-[A-Za-z0-9_-]{12,}"  # keys of OpenAI and of many that followed its form
    r"|(?<![\w-])mdt_[A-Za-z0-9_-]{20,}"  # our own bearer tokens
    r"|(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9._~+/=-]{12,}"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"  # user:password in a URL
)


class Redactor:
    """Knows the secrets in use and masks each of them, however it is written."""

    def __init__(self) -> None:
        self._forms: dict[str, frozenset[str]] = {}
        self._known: re.Pattern[str] | None = None
        self._in_answers: re.Pattern[str] | None = None
        self._starts: dict[str, tuple[str, ...]] = {}
        self._longest = 0

    def add(self, secret: str) -> None:
        """Mask `secret` from here on. Shorter than six characters would mask ordinary words, so those are left.

        It stays masked when it is replaced or deleted here: its provider may well take it still.
        """
        if len(secret) >= _SHORTEST and secret not in self._forms:
            self._forms[secret] = _forms_of(secret)
            self._compile()

    def clean(self, text: str) -> str:
        """Return `text` with each known secret and whatever looks like one replaced by a mask."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _PATTERNS.sub(MASK, text)

    def clean_all(self, value: Any) -> Any:
        """Return a JSON value with every text in it cleaned."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, dict):
            return {name: self.clean_all(one) for name, one in value.items()}
        return [self.clean_all(one) for one in value] if isinstance(value, list | tuple) else value

    @property
    def masks_answers(self) -> bool:
        """Say whether there is a secret that an answer could repeat."""
        return self._in_answers is not None

    def is_clear(self, text: str) -> bool:
        """Say whether an answer's words hold no known secret, and none begins at their end."""
        found = self._in_answers is not None and self._in_answers.search(text)
        return not found and self._parted(text) == len(text)

    def mask_known(self, text: str) -> tuple[str, int]:
        """Return an answer's words with each known secret masked, and how many there were."""
        return (text, 0) if self._in_answers is None else self._in_answers.subn(MASK, text)

    def split(self, text: str) -> int:
        """Return where the words end that may be shown before the next ones have come: never inside a secret."""
        place = self._parted(text)
        if self._in_answers is not None and place < len(text):
            for found in self._in_answers.finditer(text):
                if found.start() < place < found.end():
                    return found.end()
        return place

    def _parted(self, text: str) -> int:
        """Return where in `text` a known secret may begin whose end is still to come; its length where none does."""
        for place in range(max(0, len(text) - self._longest + 1), len(text)):
            if candidates := self._starts.get(text[place]):
                end = text[place:]
                if any(form.startswith(end) for form in candidates):
                    return place
        return len(text)

    def _compile(self) -> None:
        forms = {form for forms in self._forms.values() for form in forms}
        long = {form for form in forms if len(form) >= _SHORTEST_IN_ANSWERS}
        self._known, self._in_answers = _any_of(forms), _any_of(long)
        self._starts = {first: tuple(form for form in long if form[0] == first) for first in {form[0] for form in long}}
        self._longest = max(map(len, long), default=0)


class Masker:
    """Masks the known secrets in an answer that comes in pieces, wherever the pieces part them."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    @property
    def is_holding(self) -> bool:
        """Say whether something is held back."""
        return bool(self._held)

    def feed(self, words: str) -> tuple[str, int]:
        """Return what may be shown by now and how many secrets were masked in it.

        Held back is at most what may be the beginning of a secret.
        """
        text = self._held + words
        end = self._redactor.split(text)
        self._held = text[end:]
        return self._redactor.mask_known(text[:end])

    def rest(self) -> tuple[str, int]:
        """Return what was held back, now that no more words come. Most of a secret is masked like a whole one."""
        text, self._held = self._held, ""
        return self._redactor.mask_known(text) if len(text) < _SHORTEST_IN_ANSWERS else (MASK, 1)


def _any_of(forms: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds the longest of the forms at a place."""
    ordered = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _forms_of(secret: str) -> frozenset[str]:
    """The ways a secret is written: raw, escaped, encoded, backwards."""
    raw = secret.encode()
    encoded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode(), raw.hex(), raw.hex().upper()}
    shifted = {_inner_base64(raw, shift) for shift in (1, 2)}
    written = {secret, secret[::-1], quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    return frozenset(form for form in encoded | shifted | written if len(form) >= _SHORTEST)


def _inner_base64(raw: bytes, shift: int) -> str:
    """The characters that base64 gives `raw` inside a longer text, where it does not begin on a group of three."""
    text = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
    return text[4:-1]
