"""No file of the frontend writes markup or runs text as code; the two that only name such things are listed."""

import re
from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\b|srcdoc"
    r"|setHTMLUnsafe|parseFromString"
)
# What a file may hold although the word is in it, and why.
ALLOWED = {
    "core/h.js": "refuses the attribute srcdoc",
    "vendor/highlight/core.js": "highlightElement, which is never called: the token tree is",
}


def sources() -> list[Path]:
    kinds = {".js", ".mjs", ".html", ".css", ".svg"}
    swagger = FRONTEND / "vendor" / "swagger-ui"
    return [path for path in FRONTEND.rglob("*") if path.suffix in kinds and not path.is_relative_to(swagger)]


def test_MD_06_no_source_writes_markup() -> None:
    found = {str(path.relative_to(FRONTEND)) for path in sources() if FORBIDDEN.search(path.read_text("utf-8"))}
    assert found == set(ALLOWED)


def test_MD_06_no_page_has_inline_script_style_or_handler() -> None:
    for page in FRONTEND.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", text), page.name
