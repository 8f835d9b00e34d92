"""Looks for secrets in everything that was written or sent, in every way one is written down."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

Place = tuple[str, bytes]
"""Where something was found, and its bytes."""


def forms(secret: str) -> Iterator[bytes]:
    """Yield the ways a secret is written: raw, backwards, in hexadecimal, in a URL, in JSON and in base64."""
    raw = secret.encode()
    yield from (raw, raw[::-1], raw.hex().encode(), quote(secret, safe="").encode())
    yield json.dumps(secret)[1:-1].encode()
    for shift in range(3):
        # The groups of three that hold only the secret's own bytes, wherever it begins in a longer text.
        yield base64.b64encode(b"\0" * shift + raw)[4 : -4 if shift else None].rstrip(b"=")[:-2]


def files(folder: Path, without: frozenset[str] = frozenset()) -> list[Place]:
    """Return every file below `folder` but those of these names: databases, their logs, caches, whatever is there."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.name not in without]
    return [(str(path.relative_to(folder)), path.read_bytes()) for path in found]


def spilled(secrets: Sequence[str], places: Iterable[Place]) -> list[tuple[str, bytes]]:
    """Return where which form of a secret stands."""
    wanted = [form for secret in secrets for form in forms(secret)]
    return [(where, form) for where, content in places for form in wanted if form in content]
