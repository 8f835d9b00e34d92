"""HTML cut into tags and text in one pass. What does not end ends the page, so that nothing is looked at twice."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from html import unescape

_NAME = re.compile(r"/?[A-Za-z][^\s/>]{0,63}")
# A tag's end is the first `>` outside quotes; a quote opens a value only behind `=`.
_REST = re.compile(r"""(?:[^>=]|=\s*"[^"]*"|=\s*'[^']*'|=(?!\s*["']))*+>""")
_ATTRIBUTE = re.compile(r"""([^\s=/>"']{1,64})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")
_WITHOUT_TAGS = frozenset({"script", "style", "textarea", "title", "noscript", "iframe", "noembed", "noframes", "xmp"})
# Bounded: the number of an entity may have millions of digits.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag. `name` is small, with `/` before it where it closes."""

    name: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """What is in an element that has no tags in it."""

    name: str
    text: str


def parts(markup: str) -> Iterator[Tag | Raw | str]:
    """Yield the tags and the text of a page, entities resolved; comments and declarations go."""
    at = 0
    while at < len(markup):
        start = markup.find("<", at)
        if start < 0:
            start = len(markup)
        if start > at:
            yield resolved(markup[at:start])
        at = yield from _bracket(markup, start)


def resolved(text: str) -> str:
    """Return text with its entities resolved."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text)


def _bracket(markup: str, start: int) -> Generator[Tag | Raw | str, None, int]:
    """Yield what begins with the `<` at `start` and return where it ends."""
    if markup.startswith("<!--", start):
        return _behind(markup, "-->", start + 4)
    if markup.startswith(("<!", "<?"), start):
        return _behind(markup, ">", start)
    named = _NAME.match(markup, start + 1)
    if named is None:
        yield markup[start : start + 1]
        return start + 1
    rest = _REST.match(markup, named.end())
    if rest is None:
        return len(markup)
    name = named[0].lower()
    yield Tag(name, _values(rest[0]) if name in {"a", "base", "meta"} else {})
    if name not in _WITHOUT_TAGS:
        return rest.end()
    closing = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(markup, rest.end())
    end = closing.start() if closing else len(markup)
    yield Raw(name, markup[rest.end() : end])
    return end


def _behind(markup: str, end: str, start: int) -> int:
    found = markup.find(end, start)
    return len(markup) if found < 0 else found + len(end)


def _values(text: str) -> dict[str, str]:
    """Return a tag's values; of two with one name the first counts."""
    values: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text):
        values.setdefault(found[1].lower(), resolved(found[2] or found[3] or found[4] or ""))
    return values
