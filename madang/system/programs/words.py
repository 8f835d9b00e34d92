"""The words of a program: which are taken, and which of them name something in the opened folder. Pure."""

import posixpath
from collections.abc import Iterator, Sequence

from madang.system.programs.errors import BadArguments

MOST_WORDS, MOST_BYTES, LONGEST_WALL_S = 1000, 128 << 10, 600
MOST_PATHS = 200
"""Most that words may name in the folder: more would not be looked at, and so not be judged."""


def check(argv: Sequence[str], wall_s: int) -> None:
    """Raise `BadArguments` for what cannot be given to a program, or is out of bounds."""
    if not argv or not argv[0] or len(argv) > MOST_WORDS or not 1 <= wall_s <= LONGEST_WALL_S:
        raise BadArguments("a program has a name, few words and a limited time", most=MOST_WORDS, wall_s=LONGEST_WALL_S)
    try:
        size = sum(len(word.encode()) + 1 for word in argv)
    except UnicodeEncodeError:
        raise BadArguments("a word is no text") from None
    if size > MOST_BYTES or any("\0" in word for word in argv):
        raise BadArguments("a word holds NUL, or they are too long", most_bytes=MOST_BYTES)


def paths_in(argv: Sequence[str], folder: str, cwd: str) -> Iterator[tuple[str, ...]]:
    """Yield the names, within the folder, of everything the words after the first may mean there, each once.

    A word is taken as a path as it is, and after its `=`. What leads out of the folder is not there in a sandbox.
    """
    seen: set[tuple[str, ...]] = set()
    for word in argv[1:]:
        for candidate in (word, word.partition("=")[2]):
            names = _within(candidate, folder, cwd)
            if names and names not in seen:
                seen.add(names)
                yield names


def _within(word: str, folder: str, cwd: str) -> tuple[str, ...]:
    if not word or len(word) > 4096 or "\n" in word:
        return ()
    path = posixpath.normpath(posixpath.join(folder, cwd, word))
    return tuple(path[len(folder) :].strip("/").split("/")) if path.startswith(folder.rstrip("/") + "/") else ()
