"""The first document: it names what the first screen needs, no more and no less, and nothing inline."""

import re
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "frontend"
INDEX = (FRONTEND / "index.html").read_text(encoding="utf-8")
STATIC_IMPORT = re.compile(r"""^(?:import|export)\s[^"'()]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)\"""", re.MULTILINE)


def imported_by(path: Path) -> set[Path]:
    found = STATIC_IMPORT.findall(path.read_text(encoding="utf-8"))
    return {(path.parent / (one or other)).resolve() for one, other in found}


def whole(*starts: str) -> set[str]:
    """Return everything these modules need before they can run, themselves included."""
    waiting = [(FRONTEND / start).resolve() for start in starts]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += imported_by(path)
    return {path.relative_to(FRONTEND.resolve()).as_posix() for path in seen}


def test_what_the_first_screen_needs_is_fetched_at_once() -> None:
    preloaded = re.findall(r'rel="modulepreload" href="/static/__VERSION__/([^"]+)"', INDEX)
    assert preloaded == sorted(preloaded)
    assert set(preloaded) == whole("main.js", "features/chat/page.js") - {"main.js"}


def test_WEB_21_nothing_runs_or_styles_from_inside_the_document() -> None:
    assert "<style" not in INDEX
    assert not re.search(r"\s(?:style|on[a-z]+)=", INDEX)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", INDEX))


def test_every_address_in_the_document_is_a_file() -> None:
    named = re.findall(r'"/static/__VERSION__/([^"]+)"', INDEX)
    assert [path for path in named if not (FRONTEND / path).is_file()] == []
