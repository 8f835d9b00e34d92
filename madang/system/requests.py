"""What can be asked for, before it is looked up on the machine. A waiting question keeps its request, to look again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read a file from a byte on. `folder` is an opened folder's id; empty, `path` is absolute. So in all of these."""

    folder: str
    path: str
    offset: int = 0
    limit_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class ListFolder:
    """List a folder's entries."""

    folder: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class FindFiles:
    """Find files by a pattern of `*`, `?` and `**`, below a path."""

    folder: str
    pattern: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class SearchFiles:
    """Find a text in the files below a path; the text is taken as it is."""

    folder: str
    text: str
    path: str = ""
    pattern: str = "**"


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write a file whole. `expected` is the SHA-256 of what was read, or empty where no such file may be there yet;
    `None` takes what is there now."""

    folder: str
    path: str
    content: bytes
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """Make a folder, and those above it."""

    folder: str
    path: str


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """Move a file or folder to another name within the same folder; what is there already is not replaced."""

    folder: str
    path: str
    to: str


@dataclass(frozen=True, slots=True)
class DeleteEntries:
    """Move files and folders to the trash."""

    folder: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoreEntry:
    """Move one thing out of the trash, to the path it had; `id` is the trash's."""

    folder: str
    id: str


@dataclass(frozen=True, slots=True)
class ExtractArchive:
    """Unpack an archive into a folder that is made for it."""

    folder: str
    path: str
    to: str


@dataclass(frozen=True, slots=True)
class RunProgram:
    """Run a program with these words, in a folder. There is no shell: each word reaches it as it is.

    `unsandboxed` is asked for by name and always put to a person.
    """

    folder: str
    argv: tuple[str, ...]
    cwd: str = ""
    stdin: bytes = b""
    wall_s: int = 120
    unsandboxed: bool = False


@dataclass(frozen=True, slots=True)
class FetchPage:
    """Fetch a web page and return its text."""

    url: str


@dataclass(frozen=True, slots=True)
class UndoChanges:
    """Put back what one action changed in a folder: all of it, or `paths` only. What was changed since stays, but for
    the paths in `over`."""

    folder: str
    entry: str
    paths: tuple[str, ...] = ()
    over: tuple[str, ...] = ()


Request = (
    ReadFile
    | ListFolder
    | FindFiles
    | SearchFiles
    | WriteFile
    | MakeFolder
    | MoveEntry
    | DeleteEntries
    | RestoreEntry
    | ExtractArchive
    | RunProgram
    | FetchPage
    | UndoChanges
)
