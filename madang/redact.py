"""Takes secrets out of text before it is shown, stored or logged."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
_SHORTEST = 6
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

    def add(self, secret: str) -> None:
        """Mask `secret` from here on. Shorter than six characters would mask ordinary words, so those are left."""
        if len(secret) >= _SHORTEST and secret not in self._forms:
            self._forms[secret] = _forms_of(secret)
            self._compile()

    def remove(self, secret: str) -> None:
        """Stop masking `secret`, for one that no longer opens anything."""
        if self._forms.pop(secret, None):
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

    def _compile(self) -> None:
        forms = sorted({form for forms in self._forms.values() for form in forms}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, forms))) if forms else None


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
