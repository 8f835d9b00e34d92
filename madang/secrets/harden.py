"""Keeps other processes of the same user from reading this one's secrets. Linux; best effort elsewhere."""

import ctypes
import os
import sys
from collections.abc import Collection
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


def erase_environment(names: Collection[str]) -> None:
    """Erase the values of these variables where every process was handed them, which /proc and `ps e` show.

    A variable that had a value stays behind empty: that is how one tells that it came from the environment.
    """
    for name in [name for name in os.environ if name.upper() in names]:
        if value := os.environ[name]:
            _overwrite(name, len(os.fsencode(value)))
            os.environ[name] = ""
        else:
            del os.environ[name]


def _overwrite(name: str, size_bytes: int) -> None:
    """Write zeros over the value in the block of memory that the process began with."""
    if os.name != "posix":
        return
    getenv = ctypes.CDLL(None).getenv
    getenv.argtypes, getenv.restype = [ctypes.c_char_p], ctypes.c_void_p
    if place := getenv(os.fsencode(name)):
        ctypes.memset(place, 0, size_bytes)


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
