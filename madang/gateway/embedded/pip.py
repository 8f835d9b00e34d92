"""pip as a child process: it knows the person's index, proxy and certificates, and checks each hash."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from madang.gateway.embedded.errors import PlaceFailed

_COMMON = (
    "--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input",
    "--disable-pip-version-check", "--progress-bar", "off", "--quiet", "--retries", "2",
)  # fmt: skip
_OURS = ("MADANG_", "OPENAI_", "DATABASE_")
_TAIL_CHARACTERS = 400


async def download(requirement: str, target: Path) -> None:
    """Put the wheel of the hash-locked `requirement` into `target`. Raises `PlaceFailed` with pip's last words."""
    await _run("download", requirement, target, ("--dest", str(target)))


async def install(requirements: str, target: Path) -> None:
    """Unpack the hash-locked `requirements` into `target`, apart from everything that is installed."""
    await _run("install", requirements, target, ("--target", str(target), "--no-warn-conflicts"))


async def _run(command: str, requirements: str, target: Path, options: Sequence[str]) -> None:
    with _scratch_beside(target) as scratch:
        wanted = _written(scratch / "requirements.txt", requirements)
        arguments = (command, *_COMMON, *options, "--requirement", str(wanted))
        exit_code, output = await _call(arguments, scratch)
    if exit_code != 0:
        raise PlaceFailed(_last_words(output) or f"pip ended with {exit_code}")


@contextmanager
def _scratch_beside(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pip-", dir=target.parent) as scratch:
        yield Path(scratch)


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


async def _call(arguments: Sequence[str], scratch: Path) -> tuple[int, str]:
    # -P keeps a pip.py in the current folder from being taken for pip.
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "pip", *arguments,
        cwd=scratch, env=_environment(scratch), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, errors = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
    return child.returncode or 0, errors.decode(errors="replace")


def _environment(scratch: Path) -> dict[str, str]:
    """Everything pip may be configured by, and nothing of ours: keys have no business there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {"TMPDIR": str(scratch), "TEMP": str(scratch), "PYTHONIOENCODING": "utf-8"}


def _last_words(output: str) -> str:
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    return " ".join(errors or output.splitlines())[-_TAIL_CHARACTERS:].strip()
