"""CRASH-01: the process is killed right before and right after each commit of a scripted life."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_CRASH_01_a_kill_at_any_commit_leaves_what_was_told_and_nothing_untrue(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
):
    url = [] if kind == "sqlite" else [request.getfixturevalue("postgres_url")]
    command = [sys.executable, "-m", "tests.chat.dying", str(tmp_path), *url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr[-5000:])
    assert done.returncode == 0
    assert "killed at each of" in done.stdout
