"""What a page says, as text: its title, its words in paragraphs, and where its links lead."""

import re
from dataclasses import dataclass, field
from itertools import islice

from madang.system.fetch.errors import BadFetchUrl, NotPublic
from madang.system.fetch.limits import FetchLimits
from madang.system.fetch.markup import Raw, Tag, parts, resolved
from madang.system.fetch.urls import PageUrl

_PARAGRAPHS = frozenset(
    """address article aside blockquote body br center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section select summary table tbody tfoot thead title tr
    ul""".split()  # noqa: SIM905
)
_ASIDE = frozenset({"nav", "template", "svg", "head", "select", "button"})
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_TITLE_LENGTH = 300
# Control characters but tab and new line, then what is invisible or turns the direction, tags of characters included.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufe00-\ufe0f\U000e0000-\U000e01ef]"
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link: where it leads, and what it says."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says. `is_whole` is false where text was left out because there is too much."""

    title: str
    text: str
    links: tuple[Link, ...] = ()
    is_whole: bool = True


def plain(text: str) -> str:
    """Return text without characters that are not seen, or that steer what shows it."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def of_text(text: str, limits: FetchLimits) -> Said:
    """Return a text as it is."""
    shown = plain(text)
    return Said("", shown[: limits.text_characters], is_whole=len(shown) <= limits.text_characters)


def of_html(markup: str, base: PageUrl, limits: FetchLimits) -> Said:
    """Return what a page says. Menus, scripts, styles and what is for no eye are left out."""
    reader = _Reader(base, limits.links)
    cut = parts(markup)
    for part in islice(cut, limits.parts):
        reader.take(part)
    text, most = reader.text(), limits.text_characters
    is_whole = next(cut, None) is None and len(text) <= most
    return Said(reader.title[:_TITLE_LENGTH], text[:most], tuple(reader.links), is_whole)


@dataclass(slots=True)
class _Reader:
    """Takes the parts of a page in their order."""

    base: PageUrl
    most_links: int
    title: str = ""
    links: list[Link] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)
    _aside: str = ""
    _depth: int = 0
    _in_pre: int = 0
    _link: str = ""
    _link_from: int = 0

    def take(self, part: Tag | Raw | str) -> None:
        match part:
            case Raw("title", text):
                self.title = self.title or " ".join(plain(resolved(text)).split())
            case Raw():
                pass
            case Tag():
                self._take_tag(part)
            case _ if not self._aside:
                self._said.append(part if self._in_pre else self._joined(part))

    def _joined(self, text: str) -> str:
        """Return text with its white space as one space each, and none where a line begins."""
        words = re.sub(r"\s+", " ", text)
        return words.lstrip(" ") if not self._said or self._said[-1].endswith("\n") else words

    def _take_tag(self, tag: Tag) -> None:
        name, closes = tag.name.removeprefix("/"), tag.name.startswith("/")
        if self._aside or name in _ASIDE:
            self._count(name, closes)
            # Some pages never close their head; their body does begin.
            if name != "body":
                return
            self._aside, self._depth = "", 0
        if name == "a":
            self._take_link(tag, closes)
        elif name == "pre":
            self._in_pre = 0 if closes else 1
        if name in _PARAGRAPHS:
            self._said.append("\n" if name in {"br", "li", "tr"} else "\n\n")
            if not closes and (sign := "- " if name == "li" else _HEADINGS.get(name)):
                self._said.append(sign)
        elif name in {"td", "th"} and closes:
            self._said.append(" \t")

    def _count(self, name: str, closes: bool) -> None:
        """Follow how deep we are in what is left out."""
        if not self._aside and not closes:
            self._aside, self._depth = name, 1
        elif name == self._aside:
            self._depth += -1 if closes else 1
            if self._depth == 0:
                self._aside = ""

    def _take_link(self, tag: Tag, closes: bool) -> None:
        if self._link and len(self.links) < self.most_links:
            text = " ".join(plain("".join(self._said[self._link_from :])).split())
            self.links.append(Link(self._link, text[:_TITLE_LENGTH]))
        self._link, self._link_from = "" if closes else self._leads_to(tag), len(self._said)

    def _leads_to(self, tag: Tag) -> str:
        """Return where a link leads, or nothing where it leads to no page that could be fetched."""
        target = tag.values.get("href", "").strip()
        if not target or target.startswith("#") or len(self.links) >= self.most_links:
            return ""
        try:
            return str(self.base.next(target))
        except (BadFetchUrl, NotPublic, ValueError):
            return ""

    def text(self) -> str:
        """Return the words in paragraphs."""
        lines = (line.rstrip() for line in plain("".join(self._said)).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
