"""Flips a folder and a link to another one, as fast as the system can, until it is ended: `python flipping.py FOLDER`.

Both names are exchanged in one step, so that there is always something under each. How often, a file beside says.
"""

import ctypes
import mmap
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

COUNT = "flips"
_EXCHANGE = 2


def main(folder: str) -> None:
    here = os.open(folder, os.O_RDONLY)
    exchange = ctypes.CDLL(None).renameat2
    with Path(folder).parent.joinpath(COUNT).open("r+b") as file, mmap.mmap(file.fileno(), 8) as count:
        flips = 0
        while True:
            # The names are gone for a moment while what is tried moves one of them.
            flips += exchange(here, b"d", here, b"spare", _EXCHANGE) == 0
            if not flips % 64:
                count[:] = flips.to_bytes(8, "little")


@contextmanager
def flipping(folder: Path) -> Iterator[Callable[[], int]]:
    """Flip `d` and `spare` in a folder until the end; gives what tells how often."""
    count = folder.parent / COUNT
    count.write_bytes(bytes(8))
    process = subprocess.Popen([sys.executable, __file__, str(folder)])
    try:
        deadline = time.monotonic() + 60
        while not flips_in(count) and time.monotonic() < deadline:
            time.sleep(0.01)
        yield lambda: flips_in(count)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)


def flips_in(count: Path) -> int:
    return int.from_bytes(count.read_bytes(), "little")


if __name__ == "__main__":
    main(sys.argv[1])
