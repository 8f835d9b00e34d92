"""Finds dead links in the docs: to files and headings that are not there. Web addresses are not asked."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def main() -> None:
    dead = [line for path in documents() for line in dead_links(path)]
    if dead:
        sys.exit("\n".join(dead))


def documents() -> list[Path]:
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if "vendor/" not in line]


def dead_links(document: Path) -> Iterator[str]:
    for target in _LINK.findall(_CODE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, heading = unquote(target).partition("#")
        file = (document.parent / path) if path else document
        if not file.exists():
            yield f"{document.relative_to(ROOT)}: {target} leads to no file"
        elif heading and file.suffix == ".md" and heading not in anchors(file):
            yield f"{document.relative_to(ROOT)}: {target} leads to no heading"


def anchors(file: Path) -> set[str]:
    """Return the anchors that a forge gives the headings of `file`."""
    headings = _HEADING.findall(re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    main()
