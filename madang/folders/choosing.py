"""Which folders can be opened, and what there is to choose from. Asks the system; changes nothing."""

import errno
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from madang.errors import named
from madang.folders.beneath import Root
from madang.folders.errors import (
    BadFolderPath,
    FolderAlreadyOpen,
    FolderNested,
    FolderNotForUs,
    FolderNotThere,
    FolderOutOfReach,
    LinkToFolder,
)
from madang.folders.types import FolderAccess, OpenedFolder, Places

MOST_PLACES = 1000
LONGEST_PATH_BYTES = 4096
_SYSTEM = ("/proc", "/sys", "/dev", "/run")
_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


def checked_path(path: str) -> str:
    """Return an absolute path in its one form. Raises `BadFolderPath`."""
    names = [name for name in path.split("/") if name]
    is_plain = path.startswith("/") and len(path.encode(errors="surrogatepass")) <= LONGEST_PATH_BYTES
    is_odd = any(unicodedata.category(character) in ("Cc", "Cs") for character in path)
    if not is_plain or is_odd or {".", ".."} & set(names):
        raise BadFolderPath("give the folder's whole path, from / on")
    return "/" + "/".join(names)


def hold_new(path: str, access: FolderAccess, data_dir: Path) -> Root:
    """Hold a folder that may be opened, from a checked path; close it.

    Raises `FolderNotThere`, `LinkToFolder`, `FolderNotForUs` and `FolderOutOfReach`.
    """
    _check_place(path, access)
    root = _held(path)
    try:
        _check_not_ours(path, root, data_dir)
        _check_reach(root, access)
    except BaseException:
        root.close()
        raise
    return root


def check_apart(path: str, identity: tuple[int, int], folders: Iterable[OpenedFolder]) -> None:
    """Raise `FolderAlreadyOpen` or `FolderNested` where an opened folder is this one, around it or in it."""
    for folder in folders:
        if folder.path == path or (folder.dev, folder.ino) == identity:
            raise FolderAlreadyOpen("this folder is open", id=folder.id)
        if is_within(path, folder.path) or is_within(folder.path, path):
            raise FolderNested("an opened folder is around it or in it", id=folder.id, path=named(folder.path))


def is_within(path: str, folder: str) -> bool:
    """Say whether an absolute path is a folder's or lies in it, name by name."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def places(path: str | None) -> Places:
    """Return the folders in a folder, or in the home folder, without hidden ones and links. Raises as `hold_new`."""
    path = checked_path(path or os.path.realpath(Path.home()))
    with _held(path) as root:
        try:
            descriptor = root.open((), _FOLDER_FLAGS)
        except OSError as error:
            raise _ours(error, path) from error
        try:
            with os.scandir(descriptor) as entries:
                names, is_cut = _names(entries)
        finally:
            os.close(descriptor)
    return Places(path, None if path == "/" else str(Path(path).parent), names, is_cut)


def _names(entries: Iterable["os.DirEntry[str]"]) -> tuple[tuple[str, ...], bool]:
    found: list[str] = []
    # A folder may hold a million files; no more entries than this are looked at.
    for number, entry in enumerate(entries):
        if len(found) == MOST_PLACES or number == 50 * MOST_PLACES:
            return tuple(sorted(found, key=str.casefold)), True
        if not entry.name.startswith(".") and entry.name.isprintable() and entry.is_dir(follow_symlinks=False):
            found.append(entry.name)
    return tuple(sorted(found, key=str.casefold)), False


def _check_place(path: str, access: FolderAccess) -> None:
    if path == "/":
        raise FolderNotForUs("the whole machine is never opened", reason="root")
    if any(is_within(path, place) for place in _SYSTEM):
        raise FolderNotForUs("this belongs to the system", reason="system")
    if access == "write" and Path(path) == Path(os.path.realpath(Path.home())):
        raise FolderNotForUs("the home folder is not opened to write; open one in it", reason="home")


def _held(path: str) -> Root:
    try:
        return Root.hold(path)
    except OSError as error:
        raise _ours(error, path) from error


def _ours(error: OSError, path: str) -> BadFolderPath | FolderNotThere | LinkToFolder | FolderOutOfReach:
    match error.errno:
        case errno.ELOOP:
            return LinkToFolder("the path leads over a symbolic link", real=named(os.path.realpath(path)))
        case errno.EACCES | errno.EPERM:
            return FolderOutOfReach("this account may not read it", access="read")
        case errno.ENAMETOOLONG:
            return BadFolderPath("a name in the path is too long")
    return FolderNotThere("no folder is under this path")


def _check_not_ours(path: str, root: Root, data_dir: Path) -> None:
    ours = Path(os.path.realpath(data_dir))
    above_ours = [_identity(place) for place in (ours, *ours.parents)]
    above_it = [_identity(place) for place in (Path(path), *Path(path).parents)]
    if root.identity() in above_ours or _identity(ours) in above_it:
        raise FolderNotForUs("Madang's own folder is not opened, nor one around it", reason="madang")


def _identity(place: Path) -> tuple[int, int] | None:
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _check_reach(root: Root, access: FolderAccess) -> None:
    try:
        os.close(root.open((), _FOLDER_FLAGS))
    except OSError:
        raise FolderOutOfReach("this account may not read it", access="read") from None
    may = os.X_OK | (os.W_OK if access == "write" else os.R_OK)
    if not os.access(".", may, dir_fd=root.fd, effective_ids=os.access in os.supports_effective_ids):
        raise FolderOutOfReach("this account may not do that there", access=access)
