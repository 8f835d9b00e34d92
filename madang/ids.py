"""Ids that sort by the time they were made, and secrets that nobody guesses."""

import os
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
# Ten bits at a time: an id is made for every call.
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)


def new_id() -> str:
    """Return 26 characters: 48 bits of milliseconds, then 80 random bits (a ULID in lower case)."""
    return id_of(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10)))


def id_of(milliseconds: int, random_bits: int) -> str:
    """Return the id of a moment, in milliseconds since 1970, with 80 bits that tell it from others of that moment."""
    number = milliseconds << 80 | random_bits
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def is_id(text: str) -> bool:
    """Say whether `text` has the form of an id made here."""
    return len(text) == _LENGTH and set(text) <= set(_ALPHABET)


def new_secret() -> str:
    """Return 43 URL-safe characters that carry 256 random bits."""
    return secrets.token_urlsafe(32)
