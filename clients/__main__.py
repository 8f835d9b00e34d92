"""`make clients`: installs the clients apart, starts Madang before a pretending provider, and lets them ask."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import BEARER, TOKEN, free_port, madang, until_answers
from clients.pretending import pretend
from madang.gateway.fake_upstream import FakeUpstream

HERE = Path(__file__).parent
VENV = Path(os.environ.get("MADANG_CLIENTS_VENV") or HERE.parent / ".cache" / "clients")


def main() -> int:
    _install()
    return asyncio.run(_try(sys.argv[1:]))


def _install() -> None:
    """Keep what the clients need out of our own environment: their test plugins would change every run there."""
    if not (VENV / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "uv", "venv", "--quiet", str(VENV)], check=True)
    wanted = ["--python", str(VENV / "bin" / "python"), "-r", str(HERE / "requirements.txt")]
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", "--quiet", *wanted], check=True)


async def _try(arguments: list[str]) -> int:
    async with FakeUpstream(pretend, models=["pretender"]) as provider:
        with TemporaryDirectory() as folder:
            return await asyncio.to_thread(_ask, provider.base_url, Path(folder), arguments)


def _ask(provider: str, folder: Path, arguments: list[str]) -> int:
    port, address = free_port(), {"OPENAI_BASE_URL": provider, "OPENAI_API_KEY": "pretend"}
    with madang(folder / "data", port, **address):
        until_answers(port, "/api/health/ready", time.monotonic(), BEARER)
        given = {"MADANG_URL": f"http://127.0.0.1:{port}/v1", "MADANG_TOKEN": TOKEN, "LLM_USER_PATH": str(folder)}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI", "LANG"))}
        command = [str(VENV / "bin" / "python"), "-m", "pytest", "-c", os.devnull, "--rootdir", str(HERE)]
        # The plugins that come with the clients' tests record and benchmark; nothing of that is wanted.
        options = ["-q", "-p", "no:cacheprovider", str(HERE)]
        # LangChain keeps one client for all its tests, so they have to share a loop.
        scopes = [f"asyncio_default_{what}_loop_scope=session" for what in ("test", "fixture")]
        options += [part for option in ("asyncio_mode=auto", *scopes) for part in ("-o", option)]
        return subprocess.run([*command, *options, *arguments], env=clean | given, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
