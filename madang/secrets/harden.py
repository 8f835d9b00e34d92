"""Keeps other processes of the same user from reading this one's memory. Linux; best effort elsewhere."""

import ctypes
import sys
from dataclasses import dataclass

_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Hardening:
    """What took effect: no other process of this user can attach or read memory, and a crash leaves no memory image."""

    is_closed_to_others: bool
    leaves_no_core: bool


def harden() -> Hardening:
    """Make the process non-dumpable and switch core files off; say what took effect."""
    return Hardening(_close_to_others(), _leave_no_core())


def _close_to_others() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _leave_no_core() -> bool:
    try:
        import resource
    except ImportError:  # Windows has no such limit and writes no core files
        return False
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True
