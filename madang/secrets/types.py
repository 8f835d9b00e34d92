"""What is said about a key, and the places one can be in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Stored = Literal["keyring", "protected", "file"]
"""Places that Madang writes: the system's keyring, a file under a passphrase, a file only its owner reads (0600)."""
Given = Literal["file_ref", "environment", "env_file"]
"""Places that Madang only reads: a file named by a `*_FILE` variable, the environment, the `.env` file."""
Source = Stored | Given
Problem = Literal[
    "keyring_absent", "keyring_locked", "keyring_slow", "keyring_failed",
    "passphrase_missing", "passphrase_wrong", "file_unreadable", "not_shared", "gone",
]  # fmt: skip
LAST4_FROM = 12
"""A key shorter than this shows none of its characters."""


@dataclass(frozen=True, slots=True)
class SecretStatus:
    """Everything that is ever said about a key. `problem` tells why its place, or a better one, could not be used."""

    name: str
    set: bool
    last4: str
    source: Source | None
    updated_at: datetime | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered about a key that was stored: not the key."""

    name: str
    source: Stored
    last4: str
    updated_at: datetime


class Place(Protocol):
    """Somewhere keys are kept. Each step raises `PlaceUnusable` with the problem where the place does not work."""

    async def read(self, name: str) -> str | None: ...

    async def write(self, name: str, value: str) -> None: ...

    async def delete(self, name: str) -> None: ...


def last4_of(value: str) -> str:
    """Return the characters by which a person recognises a key."""
    return value[-4:] if len(value) >= LAST4_FROM else ""
