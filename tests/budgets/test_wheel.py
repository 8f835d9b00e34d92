"""What is shipped: the program and its frontend, whole, small, and nothing else."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.support.server import ROOT, NotStarted

_LIMIT_BYTES = 4 * 2**20


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_whole_frontend(wheel: Path) -> None:
    shipped = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "frontend"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {f"madang/{path}" for path in listed.splitlines()} <= shipped


def test_the_wheel_carries_nothing_but_the_program(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"madang"}


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= _LIMIT_BYTES


def test_the_wheel_alone_serves_the_page(wheel: Path, tmp_path: Path, start_server: StartServer) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    server = start_server(PYTHONPATH=str(tmp_path / "installed"))
    with server.anonymous() as client:
        page = client.get("/")
        script = re.search(r'src="(/static/[^"]+)"', page.text)
        assert script is not None
        assert client.get(script[1]).status_code == 200


@pytest.mark.parametrize("path", ["main.js", "vendor/markdown-it/markdown-it.js", "an-extra-file.js"])
def test_SEC_12_an_installed_page_that_was_altered_is_not_served(
    wheel: Path, tmp_path: Path, start_server: StartServer, path: str
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    with (tmp_path / "installed/madang/frontend" / path).open("a") as file:
        file.write("fetch('https://example.org')\n")
    with pytest.raises(NotStarted, match=re.escape(path)):
        start_server(PYTHONPATH=str(tmp_path / "installed"))
