"""Has large blocks of memory go back to the system as soon as they are free."""

import ctypes
import sys

_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 128 * 1024


def give_back_large_blocks() -> bool:
    """Keep glibc's first bound for large blocks, and say whether that took effect; other C libraries have none.

    By itself glibc raises the bound with every large block it frees, up to 32 MiB, and the next ones stay with the
    process: after one answer of some megabytes for good.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES))
    except (OSError, AttributeError):
        return False
