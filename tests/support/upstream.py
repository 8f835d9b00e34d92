"""The scripted model server as a process of its own, for tests that measure or kill the other side."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.server import ROOT


@contextmanager
def upstream_process(*arguments: str) -> Iterator[str]:
    """Start `madang.gateway.fake_upstream` with `arguments` and yield its base URL, ending in /v1."""
    command = [sys.executable, "-m", "madang.gateway.fake_upstream", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        if found := re.search(r"http://\S+", line):
            return found.group().rstrip("/")
    raise AssertionError("the scripted model server ended without an address")
