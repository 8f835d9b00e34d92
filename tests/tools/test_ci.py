"""In CI nothing passes by not being run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT

_SKIPPED_TEST = "import pytest\n\ndef test_it():\n    pytest.skip('no tool')\n\ndef test_other():\n    pass\n"
_SKIPPED_MODULE = "import pytest\n\npytest.skip('no tool', allow_module_level=True)\n"


@pytest.mark.parametrize(("ci", "counts"), [("true", "1 failed, 1 passed, 1 error"), ("", "1 passed, 2 skipped")])
def test_a_skip_fails_in_ci_and_only_there(tmp_path: Path, ci: str, counts: str) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_one.py").write_text(_SKIPPED_TEST)
    (tmp_path / "test_two.py").write_text(_SKIPPED_MODULE)
    options = ["--rootdir", str(tmp_path), "--continue-on-collection-errors", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert counts in done.stdout.splitlines()[-1]
    assert done.returncode == (1 if ci else 0)
