"""Which paths are taken: names within a folder, checked before the system sees them. Pure."""

import re
import unicodedata
from urllib.parse import unquote

from madang.system.files.errors import BadPath

LONGEST_NAME_BYTES = 255
LONGEST_PATH_BYTES = 4096
DEEPEST = 256
_DRIVE = re.compile(r"[A-Za-z]:")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:$|/)")
_HOME = re.compile(r"~[A-Za-z0-9_.-]*")
_DOTS = re.compile(r"[. ]+")


def names_of(path: str, makes: bool = False) -> tuple[str, ...]:
    """Return the names in a path relative to a folder; the empty path is the folder itself.

    Names are taken as they are, without normalisation of their characters. With `makes`, names that another system
    could not hold (a dot or a space at the end) are refused too. Raises `BadPath` with the reason.
    """
    if not path:
        return ()
    _check_characters(path)
    names = tuple(path.split("/"))
    _check_form(path, names)
    for name in names:
        _check_name(name, makes)
    return names


def absolute_names_of(path: str, makes: bool = False) -> tuple[str, ...]:
    """Return the names in an absolute path; `/` has none. Raises `BadPath` with the reason."""
    if not path.startswith("/"):
        raise _bad("relative")
    return names_of(path[1:], makes)


def is_plain(name: str) -> bool:
    """Say whether a name found in a folder can be asked for."""
    try:
        return len(names_of(name)) == 1
    except BadPath:
        return False


def _check_characters(path: str) -> None:
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        raise _bad("unicode") from None
    if len(encoded) > LONGEST_PATH_BYTES:
        raise _bad("long")
    if "\0" in path or any(unicodedata.category(character) == "Cc" for character in path):
        raise _bad("control")
    if "\\" in path:
        raise _bad("backslash")


def _check_form(path: str, names: tuple[str, ...]) -> None:
    if path.startswith("/"):
        raise _bad("absolute")
    if _DRIVE.match(path) or _SCHEME.match(path):
        raise _bad("address")
    if _HOME.fullmatch(names[0]) and (len(names) > 1 or names[0] == "~"):
        raise _bad("home")
    if len(names) > DEEPEST:
        raise _bad("deep")
    if "%" in path and _names_behind(path) != len(names):
        raise _bad("percent")


def _check_name(name: str, makes: bool) -> None:
    if not name:
        raise _bad("empty")
    if _DOTS.fullmatch(name):
        raise _bad("dots")
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise _bad("long")
    if makes and name[-1] in ". ":
        raise _bad("end")


def _names_behind(path: str) -> int:
    """Count the names that whoever decodes percent signs would see; none where it would lead elsewhere."""
    for _ in range(8):
        decoded = unquote(path, errors="surrogateescape")
        if decoded == path:
            break
        path = decoded
    else:
        return 0
    names = path.split("/")
    is_odd = any("\ud800" <= c <= "\udfff" or c == "\\" or unicodedata.category(c) == "Cc" for c in path)
    return 0 if is_odd or any(_DOTS.fullmatch(name) or not name for name in names) else len(names)


def _bad(reason: str) -> BadPath:
    return BadPath("this is no path within a folder", reason=reason)
