"""Patterns of path components: `*`, `?` and `**`, compared without going back further than the last star."""

import unicodedata
from collections.abc import Callable, Sequence

# Some file systems leave these out when they compare names.
_IGNORED = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])


def folded(name: str) -> str:
    """Return a name as a file system that folds case and composes Unicode would compare it."""
    composed = name if name.isascii() else unicodedata.normalize("NFC", name.translate(_IGNORED))
    return composed.casefold()


def matches(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Say whether a pattern covers a path; both are components."""
    # Most patterns that do not cover a path differ in its last component already.
    if pattern and path and pattern[-1] != "**" and not segment_matches(pattern[-1], path[-1]):
        return False
    return _covers(pattern, path, lambda segment: segment == "**", segment_matches)


def segment_matches(pattern: str, name: str) -> bool:
    """Say whether one component fits: `*` is any text, `?` any character."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == name
    if "?" not in pattern:
        return _holds_in_order(pattern.split("*"), name)
    return _covers(pattern, name, lambda one: one == "*", lambda one, char: one in ("?", char))


def _holds_in_order(pieces: list[str], name: str) -> bool:
    """Say whether a name begins with the first piece, ends with the last, and has the others between, in order."""
    first, *middle, last = pieces
    if not name.startswith(first) or not name.endswith(last) or len(first) + len(last) > len(name):
        return False
    at, end = len(first), len(name) - len(last)
    for piece in middle:
        if (found := name.find(piece, at, end)) < 0:
            return False
        at = found + len(piece)
    return True


def head(segment: str) -> str:
    """Return what stands before the first wildcard of a component."""
    return segment.split("*", 1)[0].split("?", 1)[0]


def may_lie_below(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Say whether a pattern could cover something below a path."""
    for place, segment in enumerate(pattern):
        if segment == "**" or place == len(path):
            return True
        if not segment_matches(segment, path[place]):
            return False
    return False


def literal_prefix(pattern: Sequence[str]) -> tuple[str, ...]:
    """Return the components before the first with a wildcard."""
    for place, segment in enumerate(pattern):
        if "*" in segment or "?" in segment:
            return tuple(pattern[:place])
    return tuple(pattern)


def _covers(
    pattern: Sequence[str], text: Sequence[str], is_star: Callable[[str], bool], fits: Callable[[str, str], bool]
) -> bool:
    """Compare greedily: a later star makes the choices of an earlier one irrelevant, so only the last is taken back."""
    at = place = 0
    star, resumed = -1, 0
    while place < len(text):
        if at < len(pattern) and is_star(pattern[at]):
            star, resumed = at, place
            at += 1
        elif at < len(pattern) and fits(pattern[at], text[place]):
            at += 1
            place += 1
        elif star >= 0:
            resumed += 1
            at, place = star + 1, resumed
        else:
            return False
    return all(is_star(segment) for segment in pattern[at:])
