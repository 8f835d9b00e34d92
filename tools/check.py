"""Every check in one go: `python -m tools.check` runs all, prints what failed, and fails when one did."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    command: tuple[str, ...]


def module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


CHECKS = (
    Check("style of Python", (str(BIN / "ruff"), "check", "--quiet", ".")),
    Check("layout of Python", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
    Check("types of Python", (str(BIN / "mypy"),)),
    Check("import order", (str(BIN / "lint-imports"), "--no-logo")),
    Check("frontend", module("tools.frontend", "check")),
    Check("container recipe", module("tools.frontend", "container")),
    Check("words in both languages", module("pytest", "-q", "tests/page/test_locales.py")),
    Check("vendored libraries", module("tools.vendor")),
    Check("links in the docs", module("tools.links")),
    Check("generated docs", module("tools.generate", "--check")),
    Check("locks", module("tools.locks")),
    Check("licences", module("tools.licences")),
)


def main() -> None:
    failed = [check.name for check in CHECKS if not passes(check)]
    if failed:
        sys.exit(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}. `make fix` mends what it can.")
    print(f"All {len(CHECKS)} checks passed.")


def passes(check: Check) -> bool:
    """Run one check; print one line when it passes, and all it said when it does not."""
    started = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    seconds = time.monotonic() - started
    if done.returncode == 0:
        print(f"ok    {check.name} ({seconds:.1f} s)", flush=True)
        return True
    print(f"FAIL  {check.name}\n{done.stdout}{done.stderr}", flush=True)
    return False


if __name__ == "__main__":
    main()
