"""Writes what the code already knows into the docs: settings, errors, cases and .env.example. `--check` compares."""

import sys
from collections.abc import Callable
from pathlib import Path

from tools.cases import cases_page
from tools.generated import env_example, errors_page, settings_page

ROOT = Path(__file__).resolve().parent.parent
PAGES: dict[str, Callable[[], str]] = {
    ".env.example": env_example,
    "docs/settings.md": settings_page,
    "docs/errors.md": errors_page,
    "docs/cases.md": cases_page,
}


def main(check: bool) -> None:
    stale = [name for name, page in PAGES.items() if read(name) != page()]
    if check and stale:
        sys.exit(f"not as the code says: {', '.join(stale)}. `make docs` writes them anew.")
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")


def read(name: str) -> str | None:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    main("--check" in sys.argv)
