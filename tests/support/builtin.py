"""Where the tests keep the real built-in model, fetched once for all of them, and which processes run one."""

import os
from pathlib import Path

import psutil

from tests.support.server import ROOT


def shared_folder() -> Path:
    """The folder to give as `MADANG_BUILTIN_DIR`; several processes may use it at once."""
    return Path(os.environ.get("MADANG_TEST_BUILTIN_DIR") or ROOT / ".cache" / "builtin")


def engine_processes() -> list[psutil.Process]:
    """The children of this process that hold a model."""
    return [child for child in psutil.Process().children() if "launcher.py" in " ".join(child.cmdline())]
