"""Where the tests keep the real built-in model, so that it is fetched once and not once a test."""

import os
from pathlib import Path

from tests.support.server import ROOT


def shared_folder() -> Path:
    """The folder to give as `MADANG_BUILTIN_DIR`; several processes may use it at once."""
    return Path(os.environ.get("MADANG_TEST_BUILTIN_DIR") or ROOT / ".cache" / "builtin")
