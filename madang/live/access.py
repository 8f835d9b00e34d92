"""Who may follow what, and for how long: given by the application, so that live knows no sessions."""

from collections.abc import Callable
from dataclasses import dataclass

from madang.principal import Principal

# Within the second that is promised, with some of it left for news to come from another process.
CHECK_SECONDS = 0.8


@dataclass(frozen=True, slots=True)
class Access:
    """`is_live` says whether a principal is still signed in; it is asked every `check_seconds` of an open stream.

    `may_follow` decides by principal and stream's name. Both are called often and must not wait.
    """

    is_live: Callable[[Principal], bool]
    may_follow: Callable[[Principal, str], bool]
    check_seconds: float = CHECK_SECONDS


def readers(principal: Principal, stream: str) -> bool:
    """Let everybody follow everything who may read; the usual `may_follow`."""
    return bool(stream) and principal.allows("read")
