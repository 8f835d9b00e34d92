"""Tries, inside a box, what the box is there to stop; prints as JSON what could be done. Alone in its file.

Run as `python -I -S check.py OUTSIDE PID`: a file outside the opened folder, and a process outside the box.
"""

import json
import os
import socket
import sys
from collections.abc import Callable


def can(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def main(outside: str, pid: int) -> None:
    found = {
        "reads_outside": can(lambda: os.close(os.open(outside, os.O_RDONLY))),
        "writes_outside": can(lambda: os.close(os.open(outside, os.O_WRONLY))),
        "changes_outside": can(lambda: os.utime(outside)),
        "network": can(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))),
        "sees_processes": can(lambda: os.close(os.open(f"/proc/{pid}/status", os.O_RDONLY))),
        "outlives": os.getpid() > 64,
        "writes_inside": can(lambda: os.close(os.open("made", os.O_WRONLY | os.O_CREAT, 0o600))),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
