"""A server that lives as long as one command needs it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from madang.cli.runtime import read
from madang.config import Settings
from madang.errors import Unavailable

_PATIENCE_SECONDS = 60


@contextmanager
def temporary(settings: Settings, env_file: Path | None) -> Iterator[None]:
    """Start Madang on a free port of this machine, and stop it at the end. Raises `Unavailable`."""
    command = [sys.executable, "-m", "madang", "serve", "--port", "0", "--no-browser"]
    if env_file is not None:
        command += ["--env-file", str(env_file)]
    environment = os.environ | {"MADANG_DATA_DIR": str(settings.data_dir), "MADANG_HOST": "127.0.0.1"}
    child = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(child, settings)
        yield
    finally:
        child.terminate()
        child.wait()


def _wait(child: subprocess.Popen[bytes], settings: Settings) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        note = read(settings.data_dir)
        if note is not None and note.pid == child.pid:
            return
        time.sleep(0.05)
    raise Unavailable("a server could not be started; `madang serve` says why")
