"""Makes .venv from a hash lock and puts Madang itself into it: `python3 tools/environment.py run|dev`.

Needs only Python and a package index. Runs before anything is installed, so it imports the standard library alone.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
WHAT = {"run": "Madang's dependencies", "dev": "Madang's dependencies, the test tools and the checkers"}
# What each set contains besides itself: a development environment can also run Madang.
ALSO = {"run": ["dev"], "dev": []}


def main(kind: str) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older interpreter reads this file too
        sys.exit(f"Madang needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    if any(is_fresh(name) for name in [kind, *ALSO[kind]]):
        return
    if not is_fresh("run"):
        make_venv()
    install(kind)
    stamp(kind).write_text(digest(kind))


def is_fresh(kind: str) -> bool:
    return (BIN / "python").exists() and stamp(kind).is_file() and stamp(kind).read_text() == digest(kind)


def stamp(kind: str) -> Path:
    return VENV / f".{kind}.lock"


def digest(kind: str) -> str:
    """Change with the lock, with what Madang declares, with the interpreter and with the folder's place."""
    parts = [(ROOT / "requirements" / f"{kind}.txt").read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    parts += [sys.version.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    print(
        f"Making a Python environment in {VENV.relative_to(ROOT)} (nothing outside this folder is changed).", flush=True
    )
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("This Python cannot make environments. On Debian or Ubuntu: apt install python3-venv")


def install(kind: str) -> None:
    lock = f"requirements/{kind}.txt"
    print(f"Installing {WHAT[kind]} by hash from {lock}: {count(kind)} packages.", flush=True)
    pip("--require-hashes", "--requirement", str(ROOT / lock))
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def count(kind: str) -> int:
    lines = (ROOT / "requirements" / f"{kind}.txt").read_text().splitlines()
    return sum("==" in line and not line.startswith((" ", "#")) for line in lines)


def pip(*arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    command = [str(BIN / "python"), "-m", "pip", "install", *quiet, *arguments]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        sys.exit("The installation failed; the lines above say why. Run the same command again to go on.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
