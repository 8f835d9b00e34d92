"""What is imported before anybody asked for anything."""

import re
import subprocess
import sys

import pytest

from tests.conftest import StartServer
from tests.support.server import ROOT

_LATE = (
    "openai",
    "langchain",
    "langchain_core",
    "numpy",
    "keyring",
    "cryptography",
    "alembic",
    "xllamacpp",
    "genai_prices",
)
_HEAVY = ("fastapi", "sqlalchemy", "pydantic", "aiohttp", *_LATE)


def imported(log: str) -> set[str]:
    """Return the top-level names in what Python prints when it times imports."""
    return {line.split("|")[-1].strip().split(".")[0] for line in log.splitlines() if line.startswith("import time:")}


def test_nothing_heavy_is_imported_before_it_is_needed(start_server: StartServer) -> None:
    first = start_server()
    first.sign_in()  # waits until the database is made, which needs Alembic; the next start does not
    first.stop()
    second = start_server(folder=first.folder, PYTHONPROFILEIMPORTTIME="1")
    with second.client() as client:
        assert client.get("/api/health/ready").status_code == 200
    assert imported(second.output) & {"madang"}, "imports were not recorded"
    assert not imported(second.output) & set(_LATE)


@pytest.mark.parametrize("module", _HEAVY)
def test_the_front_needs_none_of_the_heavy_libraries(module: str) -> None:
    code = "import sys, madang.app.front; sys.exit(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "madang.app.front" in done.stderr.split()
    assert not re.search(rf"(^| ){module}( |$)", done.stderr.strip())
