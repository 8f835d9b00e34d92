"""What stands in a rule's parentheses: a path, a template, an address, a tool, or `*`."""

import re
from typing import Final, assert_never

from madang.permissions.templates.flags import FLAG_LISTS, OPEN_ENDED
from madang.permissions.types import (
    Anything,
    Base,
    Effect,
    Matcher,
    PathPattern,
    Template,
    Token,
    TokenKind,
    ToolName,
    UrlPattern,
)

MOST_SEGMENTS: Final = 64
MOST_TOKENS: Final = 256
_BASES: Final[dict[str, Base]] = {"ws": "ws", "home": "home", "abs": "abs"}
_KINDS: Final[dict[str, TokenKind]] = {
    "<path:r>": "path_read", "<path:w>": "path_write", "<int>": "int", "<word>": "word", "<text>": "text",
}  # fmt: skip
_SIGNS: Final = {kind: sign for sign, kind in _KINDS.items()}
_FLAG = re.compile(r"<flag:(--?[A-Za-z0-9][\w-]*|[a-z][a-z0-9]*)>")
_URL = re.compile(r"(https?)://(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(/[^\s?#\\]*)?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOOL = re.compile(r"([\w.-]{1,100})@([0-9a-f]{64})/([\w.-]{1,128})")


class RuleError(ValueError):
    """A rule cannot be read: `code` says why (`permissions.error.<code>` on the page), `place` at which character."""

    def __init__(self, code: str, place: int) -> None:
        super().__init__(f"{code} at {place}")
        self.code = code
        self.place = place


def read_matcher(text: str, place: int, wanted: type, effect: Effect) -> Matcher:
    """Read a matcher of the wanted kind; `place` is where it begins. Raises `RuleError`."""
    if text == "*":
        if effect == "allow":
            raise RuleError("star_in_allow", place)
        return Anything()
    if wanted is PathPattern:
        return _path(text, place)
    if wanted is Template:
        return read_template(text, place, effect)
    if wanted is UrlPattern:
        return _url(text, place)
    if wanted is ToolName and (found := _TOOL.fullmatch(text)):
        return ToolName(found[1], found[2], found[3])
    raise RuleError("tool" if wanted is ToolName else "star_only", place)


def written_matcher(matcher: Matcher) -> str:
    """Return a matcher's text."""
    match matcher:
        case PathPattern(base, segments):
            return f"{base}:{'/'.join(segments)}"
        case Template():
            return written_template(matcher)
        case UrlPattern(scheme, host, below, port, segments):
            number = f":{port}" if port is not None else ""
            return f"{scheme}://{'*.' if below else ''}{host}{number}{''.join('/' + one for one in segments)}"
        case ToolName(server, digest, name):
            return f"{server}@{digest}/{name}"
        case Anything():
            return "*"
        case _:
            assert_never(matcher)


def read_template(text: str, place: int = 0, effect: Effect = "allow") -> Template:
    """Read a template. Raises `RuleError`."""
    words = text.split(" ")
    exe = words[0]
    if not exe.startswith("/") or exe.endswith("/") or "//" in exe or {".", ".."} & set(exe.split("/")):
        raise RuleError("exe", place)
    if len(words) > MOST_TOKENS:
        raise RuleError("too_long", place)
    tokens, at = [], place + len(exe) + 1
    for word in words[1:]:
        tokens.append(_token(word, at))
        at += len(word) + 1
    is_open = any(token.kind != "literal" or token.many for token in tokens)
    if effect == "allow" and is_open and exe.rsplit("/", 1)[1].rstrip("0123456789.") in OPEN_ENDED:
        raise RuleError("open_ended", place)
    return Template(exe, tuple(tokens))


def written_template(template: Template) -> str:
    """Return a template's text."""
    return " ".join((template.exe, *map(written_token, template.tokens)))


def written_token(token: Token) -> str:
    """Return a token's text."""
    sign = token.text if token.kind == "literal" else _SIGNS.get(token.kind, f"<flag:{token.text}>")
    return sign + ("..." if token.many else "")


def _path(text: str, place: int) -> PathPattern:
    name, _, rest = text.partition(":")
    if (base := _BASES.get(name)) is None:
        raise RuleError("base", place)
    segments = tuple(rest.split("/"))
    if len(segments) > MOST_SEGMENTS:
        raise RuleError("too_long", place)
    at = place + len(name) + 1
    for segment in segments:
        if segment in ("", ".", "..") or ("**" in segment and segment != "**") or len(segment.encode()) > 255:
            raise RuleError("segment", at)
        at += len(segment) + 1
    return PathPattern(base, segments)


def _url(text: str, place: int) -> UrlPattern:
    if (found := _URL.fullmatch(text)) is None:
        raise RuleError("url", place)
    host, port = found[3], int(found[4]) if found[4] else None
    if not host.startswith("[") and not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise RuleError("host", place + found.start(3))
    if found[2] and ("." not in host or host.startswith("[")):
        raise RuleError("host_wide", place + found.start(3))
    segments = tuple((found[5] or "").strip("/").split("/")) if (found[5] or "").strip("/") else ()
    if {"", ".", ".."} & set(segments) or any("%" in one or ")" in one for one in segments):
        raise RuleError("url_path", place + found.start(5))
    if port is not None and not 0 < port < 65536:
        raise RuleError("url", place)
    return UrlPattern(found[1], host, bool(found[2]), None if port == DEFAULT_PORTS[found[1]] else port, segments)


DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def _token(word: str, place: int) -> Token:
    sign, many = (word[:-3], True) if word.endswith("...") and word.startswith("<") else (word, False)
    if kind := _KINDS.get(sign):
        return Token(kind, "", many)
    if found := _FLAG.fullmatch(sign):
        if not found[1].startswith("-") and found[1] not in FLAG_LISTS:
            raise RuleError("flags", place)
        return Token("flag", found[1], many)
    if not word or "<" in word or ">" in word:
        raise RuleError("token", place)
    return Token("literal", word)
