"""Whether a program's words fit a template, word by word, and where they stop to."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Final

from madang.permissions.templates.flags import FLAG_LISTS, ValueKind
from madang.permissions.types import Template, Token

MOST_WORDS: Final = 2048
MOST_BYTES: Final = 128 << 10
_INT = re.compile(r"[+-]?[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Placed:
    """A word and the token it fits: its place in the template, None for `--`. `is_value`: it belongs to the flag
    before it. `path` is "r" or "w" where the word is a path."""

    word: str
    token: int | None
    is_value: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """How far the words fit. `stopped` is the index of the first that does not, the number of words where some are
    missing, and None where all fit."""

    placed: tuple[Placed, ...] = ()
    stopped: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.stopped is None


@dataclass(slots=True)
class _Way:
    """One way of fitting the words so far: the token that is next, and how it was reached."""

    at: int
    placed: tuple[Placed, ...] = field(default=())
    value_of: ValueKind | None = None
    ended: bool = False


def is_bounded(argv: Sequence[str]) -> bool:
    """Say whether the words are few and short enough to be compared."""
    return len(argv) <= MOST_WORDS and sum(map(len, argv)) <= MOST_BYTES


def fit(template: Template, words: Sequence[str], is_strict: bool = True) -> Fit:
    """Try the words after the program's own against a template.

    `is_strict` is for what allows: values may not look like flags or name a file of arguments. What denies takes them.
    """
    if not is_bounded(words):
        return Fit(stopped=0)
    ways = [_Way(0)]
    for place, word in enumerate(words):
        following = _distinct([one for way in ways for one in _step(template.tokens, way, word, is_strict)])
        if not following:
            return Fit(_best(ways), place)
        ways = following
    for way in ways:
        if way.value_of is None and all(_is_optional(token) for token in template.tokens[way.at :]):
            return Fit(way.placed)
    return Fit(_best(ways), len(words))


def _best(ways: list[_Way]) -> tuple[Placed, ...]:
    return max(ways, key=lambda way: way.at).placed


def _distinct(ways: list[_Way]) -> list[_Way]:
    """Keep one way to each state, so that there are never more ways than tokens, a few times over."""
    return list({(way.at, way.value_of, way.ended): way for way in reversed(ways)}.values())[::-1]


def _step(tokens: Sequence[Token], way: _Way, word: str, is_strict: bool) -> list[_Way]:
    if "\0" in word:
        return []
    if way.value_of is not None:
        if not _is_value(way.value_of, word):
            return []
        index = way.placed[-1].token
        value = Placed(word, index, True, "r" if way.value_of == "path_read" else "")
        return [_Way(way.at, (*way.placed, value), None, way.ended)]
    found: list[_Way] = []
    for at in range(way.at, len(tokens)):
        found += _taken(tokens, at, way, word, is_strict)
        if not _is_optional(tokens[at]):
            break
    return found


def _taken(tokens: Sequence[Token], at: int, way: _Way, word: str, is_strict: bool) -> list[_Way]:
    token = tokens[at]
    after = at if token.many else at + 1
    if token.kind == "flag":
        return _flag(token, at, after, way, word)
    if token.kind == "literal":
        if word != token.text:
            return []
        return [_Way(after, (*way.placed, Placed(word, at)), None, way.ended or word == "--")]
    if is_strict and not _FITS[token.kind](word):
        return []
    if is_strict and token.kind == "text" and word[:1] in ("-", "@") and not way.ended:
        return []
    path = {"path_read": "r", "path_write": "w"}.get(token.kind, "")
    return [_Way(after, (*way.placed, Placed(word, at, False, path)), None, way.ended)]


def _flag(token: Token, at: int, after: int, way: _Way, word: str) -> list[_Way]:
    if way.ended:
        return []
    if not token.text.startswith("-"):
        return _listed(FLAG_LISTS[token.text], at, after, way, word)
    return [_Way(after, (*way.placed, Placed(word, at)))] if word == token.text else []


def _listed(flags: dict[str, ValueKind], at: int, after: int, way: _Way, word: str) -> list[_Way]:
    if word == "--" and "-name" not in flags:
        return [_Way(at + 1, (*way.placed, Placed(word, None)), None, True)]
    if (kind := flags.get(word)) is not None and not word.endswith("="):
        return [_Way(after, (*way.placed, Placed(word, at)), None if kind == "none" else kind)]
    name, sign, value = word.partition("=")
    kind = flags.get(name + sign) if sign else None
    if kind is None or kind == "none" or not _is_value(kind, value):
        return []
    return [_Way(after, (*way.placed, Placed(word, at)))]


def _is_optional(token: Token) -> bool:
    return token.many or token.kind == "flag"


def _is_value(kind: ValueKind, word: str) -> bool:
    return {"int": _is_int, "word": _is_word, "path_read": _is_direct}.get(kind, lambda _: True)(word)


def _is_int(word: str) -> bool:
    return _INT.fullmatch(word) is not None


def _is_word(word: str) -> bool:
    return _is_path(word) and not any(char.isspace() for char in word)


def _is_path(word: str) -> bool:
    return bool(word) and word[0] not in "-@" and word.isprintable()


def _is_direct(word: str) -> bool:
    """Say whether a path means what its spelling does: up from a link leads elsewhere."""
    names = [name for name in word.split("/") if name not in ("", ".")]
    return _is_path(word) and ".." not in dropwhile(lambda name: name == "..", names)


def _is_plain_int(word: str) -> bool:
    return not word.startswith("-") and _is_int(word)


_FITS: Final[dict[str, Callable[[str], bool]]] = {
    "path_read": _is_direct,
    "path_write": _is_direct,
    "int": _is_plain_int,
    "word": _is_word,
    "text": lambda _: True,
}
