"""How much one client may send and how long it may take; the figures of the door in one place."""

from dataclasses import dataclass

HEADER_LIMIT_BYTES = 32 * 2**10
SIGN_IN_LIMIT_BYTES = 16 * 2**10
FRAME_LIMIT_BYTES = 2**20
"""Largest WebSocket message."""
SLOWEST_BYTES_PER_SECOND = 1024
"""A body may take `request_seconds`, and longer by a second for each of these that came."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the settings decide. `connections` is the most at once, `request_seconds` the longest silence."""

    connections: int = 10_000
    request_seconds: float = 30.0
    body_bytes: int = 50 * 2**20
