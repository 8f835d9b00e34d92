"""Files in an opened folder that other programs obey: a program in a sandbox leaves them as they are.

What it makes or changes of these is set aside under another name, where nothing obeys it, and reported.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase

from madang.folders.beneath import Root

_FILES = (
    ".git/config", ".git/config.worktree", ".git/commondir", ".git/modules/*/config", ".git/modules/*/hooks/*",
    ".git/modules/*/commondir", ".git/worktrees/*/config.worktree", ".git/worktrees/*/commondir",
    ".gitattributes", ".gitmodules", ".mcp.json", ".envrc", ".npmrc", ".bashrc", ".bash_profile", ".bash_login",
    ".profile", ".zshrc", ".zshenv", ".zprofile", "*.pth", "sitecustomize.py", "usercustomize.py",
)  # fmt: skip
_FOLDERS = (".git/hooks", ".vscode", ".idea", ".madang")
# Where this is no folder, it says in which other one its settings lie.
_POINTING = ".git"
ASIDE = ".set-aside"
# Git's own samples are obeyed by nobody, nor is what was set aside.
_HARMLESS = (".git/hooks/*.sample", f"*{ASIDE}-[0-9]*")
MOST_ENTRIES, MOST_BYTES = 20_000, 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A protected file as it was before, or a link and where it leads; `content` is None where it is too large."""

    mode: int
    stamp: tuple[int, int, int]
    content: bytes | None


def is_protected(relative: str) -> bool:
    """Say whether other programs obey what lies at this path of a folder."""
    if any(_ends(relative, pattern) for pattern in _HARMLESS):
        return False
    inside = f"/{relative}/"
    return any(f"/{folder}/" in inside for folder in _FOLDERS) or any(_ends(relative, pattern) for pattern in _FILES)


def _ends(relative: str, pattern: str) -> bool:
    return fnmatchcase(relative, pattern) or fnmatchcase(relative, f"*/{pattern}")


class Guarded:
    """The protected files of a folder, as they were when this was made."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._before = {relative: self._keep(relative) for relative in self._found()}

    @property
    def paths(self) -> list[str]:
        """The folders and files that are there, as paths in the folder: each folder stands for what is in it."""
        tops: dict[str, None] = {}
        for relative, kept in self._before.items():
            if not stat.S_ISLNK(kept.mode):
                tops[_top(relative)] = None
        return list(tops)

    def changed(self) -> list[str]:
        """Return what was made, changed or removed since, as paths in the folder."""
        now = {relative: self._keep(relative) for relative in self._found(opens=True)}
        return sorted(each for each in {*now, *self._before} if now.get(each) != self._before.get(each))

    def mend(self, changed: list[str]) -> None:
        """Set aside what was made or changed, and put back what was there."""
        for relative in changed:
            *above, name = relative.split("/")
            with self._made(tuple(above)) as parent:
                if _mode(parent.fd, name):
                    _set_aside(parent, name)
                kept = self._before.get(relative)
                if kept is not None and kept.content is not None:
                    _write(parent, name, kept)

    def _found(self, opens: bool = False) -> Iterator[str]:
        """Yield every protected file; links are not followed. A folder too large is not looked through to its end.

        With `opens` folders that cannot be listed are made so: what is in them can be obeyed.
        """
        left = MOST_ENTRIES
        for above, folders, files, inner in os.fwalk(".", dir_fd=self._root.fd, onerror=None):
            place = "" if above == "." else above.removeprefix("./") + "/"
            folders[:] = [name for name in folders if not _is_dull(place, name)]
            # What lies in the folder itself is looked at before what lies deep, however much that is.
            folders.sort(key=lambda name: not name.startswith("."))
            links = {name for name in folders if _is_link(inner, name)}
            for name in folders if opens else ():
                _open_up(inner, name)
            for name in (*files, *folders):
                left -= 1
                # A link is obeyed as what it leads to, wherever that lies.
                is_other = name in files or name in links
                if is_other and (is_protected(place + name) or name == _POINTING):
                    yield place + name
            if left <= 0:
                return

    def _keep(self, relative: str) -> Kept:
        found = os.stat(relative, dir_fd=self._root.fd, follow_symlinks=False)
        content = None
        if stat.S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES:
            with os.fdopen(self._root.open(tuple(relative.split("/")), os.O_RDONLY), "rb") as file:
                content = file.read()
        elif stat.S_ISLNK(found.st_mode):
            content = os.fsencode(os.readlink(relative, dir_fd=self._root.fd))
        return Kept(found.st_mode, (found.st_ino, found.st_size, found.st_mtime_ns), content)

    def _made(self, names: tuple[str, ...]) -> Root:
        """Hold a folder, made where it is missing; what took the place of one is set aside."""
        for count in range(1, len(names) + 1):
            with self._root.inner(names[: count - 1]) as parent:
                _make_folder(parent, names[count - 1])
        return self._root.inner(names)


def _mode(folder: int, name: str) -> int:
    """Return the mode of what has this name, a link's own, and 0 where there is nothing."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return 0


def _is_link(folder: int, name: str) -> bool:
    return stat.S_ISLNK(_mode(folder, name))


def _open_up(folder: int, name: str) -> None:
    """Let its owner list and change a folder that is kept from being looked through."""
    mode = _mode(folder, name)
    if stat.S_ISDIR(mode) and mode & 0o700 != 0o700:
        with suppress(OSError):
            os.chmod(name, stat.S_IMODE(mode) | 0o700, dir_fd=folder)


def _make_folder(parent: Root, name: str) -> None:
    mode = _mode(parent.fd, name)
    if mode and not stat.S_ISDIR(mode):
        _set_aside(parent, name)
        mode = 0
    if not mode:
        os.mkdir(name, dir_fd=parent.fd)


def _set_aside(parent: Root, name: str) -> None:
    os.rename(name, _free(parent, name), src_dir_fd=parent.fd, dst_dir_fd=parent.fd)


def _is_dull(place: str, name: str) -> bool:
    """Say whether nothing protected can lie in a folder, and much else can."""
    return name == "__pycache__" or (place.endswith(".git/") and name in {"objects", "refs", "logs"})


def _top(relative: str) -> str:
    for folder in _FOLDERS:
        before, found, _ = f"/{relative}/".partition(f"/{folder}/")
        if found:
            return f"{before}/{folder}".strip("/")
    return relative


def _free(parent: Root, name: str) -> str:
    number = 1
    while os.access(f"{name}{ASIDE}-{number}", os.F_OK, dir_fd=parent.fd, follow_symlinks=False):
        number += 1
    return f"{name}{ASIDE}-{number}"


def _write(parent: Root, name: str, kept: Kept) -> None:
    if stat.S_ISLNK(kept.mode):
        os.symlink(kept.content or b"", name, dir_fd=parent.fd)
        return
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=parent.fd)
    with os.fdopen(descriptor, "wb") as file:
        file.write(kept.content or b"")
        os.fchmod(file.fileno(), stat.S_IMODE(kept.mode))
        os.utime(file.fileno(), ns=(kept.stamp[2], kept.stamp[2]))
