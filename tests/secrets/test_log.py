"""SEC-03: whatever fails, wherever it is told, the log and the terminal hold no key."""

import subprocess
import sys
from pathlib import Path

import pytest

from madang.config import Settings
from tests.support.canary import files, spilled
from tests.support.server import ROOT, Server

KEY = "sk-CANARY/in+every=layer-1234-5678"
_PROGRAM = """
import asyncio, logging, sys, threading, warnings
from pathlib import Path
from loguru import logger
from madang.config import load
from madang.log import setup
from madang.redact import Redactor

KEY = sys.argv[1]
redactor = Redactor()
redactor.add(KEY)
setup(load(data_dir=Path("data"), log_level="DEBUG"), redactor)

def fail(layer):
    try:
        raise ConnectionError({"Authorization": f"Bearer {KEY}", "layer": layer})
    except ConnectionError as error:
        raise RuntimeError(f"{layer}: POST https://user:{KEY}@example.org/v1?key={KEY}") from error

def tried(layer):
    try:
        fail(layer)
    except RuntimeError as error:
        return error

class Fragile:
    def __del__(self):
        fail("destructor")

logger.opt(exception=tried("our own")).error("it failed with {}", KEY)
logger.debug("argument: {} {{braces}}", {"key": KEY})
logging.getLogger("uvicorn.error").error("server: %s", KEY)
logging.getLogger("keyring.core").warning("a library: %s", KEY, exc_info=tried("library"))
warnings.warn(f"a warning about {KEY}")
thread = threading.Thread(target=fail, args=("thread",), name="worker")
thread.start()
thread.join()
fragile = Fragile()
del fragile

async def forgotten():
    asyncio.get_running_loop().call_exception_handler({"message": f"a task with {KEY}", "exception": tried("task")})

asyncio.run(forgotten())
fail("program")
"""
_LAYERS = (
    "our own: POST", "braces", "server: ", "a library: ", "library: POST", "a warning about", "thread: POST",
    "destructor: POST", "a task with", "task: POST", "program: POST",
)  # fmt: skip


def test_SEC_03_no_layer_that_fails_says_the_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROGRAM, KEY]
    environment = {"PYTHONPATH": str(ROOT), "OPENAI_LOG": "debug"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    log = (tmp_path / "data/logs/madang.log").read_text()
    for layer in _LAYERS:
        assert layer in done.stderr
        assert layer in log
    assert spilled([KEY], [("terminal", (done.stderr + done.stdout).encode()), *files(tmp_path)]) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:{}@127.0.0.1:1/madang",
        "postgresql://me@127.0.0.1:{}/madang",
        "postgresql://me:#{}@127.0.0.1/madang",
        "mysql://me:{}@127.0.0.1/madang",
    ],
)
def test_SEC_03_a_database_that_cannot_be_opened_is_told_without_its_password(tmp_path: Path, url: str) -> None:
    environment = Server(tmp_path, {"DATABASE_URL": url.format("CANARYpassword")})._environment()
    command = [sys.executable, "-m", "madang", "serve"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "database" in done.stderr.lower()
    assert "CANARY" not in done.stdout + done.stderr
    assert spilled(["CANARYpassword"], files(tmp_path)) == []


@pytest.mark.parametrize("url", ["postgresql://", "postgres://u@h/d", "postgresql+psycopg://u:p%2F@h:5/d?host=/run"])
def test_an_address_that_can_be_read_is_taken(url: str) -> None:
    taken = Settings(database_url=url).database_url
    assert taken is not None
    assert taken.get_secret_value() == url
