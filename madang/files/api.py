"""/api/files/{folder}/…: the files in an opened folder, by hand."""

import binascii
from base64 import b64decode
from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from madang.errors import BadRequest
from madang.files.service import Files
from madang.files.types import (
    ChangedPath,
    Changes,
    Entry,
    FoundLine,
    FoundLines,
    FoundPath,
    FoundPaths,
    InTrash,
    Listing,
    Text,
    Trashed,
    Unpacked,
    Written,
)
from madang.principal import Principal
from madang.system.files.errors import FileTooLarge
from madang.system.files.writing import MOST_BYTES
from madang.system.requests import (
    DeleteEntries,
    ExtractArchive,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    RestoreEntry,
    SearchFiles,
    UndoChanges,
    WriteFile,
)
from madang.system.undo.types import Kept
from madang.web import Body, Page, needs, service

router = APIRouter(prefix="/api/files/{folder}", tags=["files"])

FilesDep = Annotated[Files, service(Files)]
Reader = Annotated[Principal, needs("read")]
Person = Annotated[Principal, needs(person=True)]
FolderId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", description="An opened folder's id.")]
PathQuery = Annotated[
    str, Query(max_length=4096, description="From the folder on, with `/`; empty: the folder itself.")
]
FileQuery = Annotated[str, Query(min_length=1, max_length=4096)]
PathField = Annotated[str, Field(min_length=1, max_length=4096)]
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class OnePath(Body):
    """A path within the folder."""

    path: PathField


class Content(Body):
    """What a file is to hold: text, or any bytes in base64. `expected` is the SHA-256 that was read, or empty where no
    such file may be there yet; null takes what is there."""

    path: PathField
    text: Annotated[str | None, Field(max_length=MOST_BYTES)] = None
    base64: Annotated[str | None, Field(max_length=MOST_BYTES * 4 // 3 + 4)] = None
    expected: Annotated[str | None, Field(pattern=r"^([0-9a-f]{64})?$")] = None

    def as_bytes(self) -> bytes:
        """Raises `BadRequest` unless it is given in just one way."""
        try:
            if self.text is not None and self.base64 is None:
                return self.text.encode()
            if self.text is None and self.base64 is not None:
                return b64decode(self.base64, validate=True)
        except binascii.Error:
            raise BadRequest("this is no base64", field="base64") from None
        raise BadRequest("give either text or base64", field="text")


class Move(Body):
    """A path within the folder, and the one it is to have."""

    path: PathField
    to: PathField


class Paths(Body):
    """Paths within the folder."""

    paths: Annotated[list[PathField], Field(min_length=1, max_length=1000)]


@router.get("/list")
async def list_folder(
    *,
    folder: FolderId,
    by: Reader,
    files: FilesDep,
    path: PathQuery = "",
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,5}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Listing:
    """The entries of a folder, folders first."""
    facts = await files.facts(ListFolder(folder, path), by)
    start = int(cursor or 0)
    items = [Entry(**each) for each in facts["entries"][start : start + limit]]
    following = str(start + limit) if start + limit < len(facts["entries"]) else None
    return Listing(items, following, facts["is_truncated"])


@router.get("/find")
async def find(
    folder: FolderId, by: Reader, files: FilesDep, pattern: Annotated[str, Query(max_length=500)], path: PathQuery = ""
) -> FoundPaths:
    """Paths by a pattern: `*.py` at any depth, `src/*.py` from the folder on, `src/**` all below."""
    facts = await files.facts(FindFiles(folder, pattern, path), by)
    return FoundPaths([FoundPath(**each) for each in facts["found"]], facts["looked_at"], facts["is_truncated"])


@router.get("/search")
async def search(
    *,
    folder: FolderId,
    by: Reader,
    files: FilesDep,
    text: Annotated[str, Query(min_length=1, max_length=1000)],
    path: PathQuery = "",
    pattern: Annotated[str, Query(max_length=500)] = "**",
) -> FoundLines:
    """Lines that hold a text, which is taken as it is."""
    facts = dict(await files.facts(SearchFiles(folder, text, path, pattern), by))
    return FoundLines([FoundLine(**each) for each in facts.pop("lines")], **facts)


@router.get("/text")
async def read_text(
    folder: FolderId, by: Reader, files: FilesDep, path: FileQuery, offset: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> Text:
    """A part of a file as text, up to 1 MiB from a byte on."""
    outcome = await files.ask(ReadFile(folder, path, offset), by)
    facts = dict(outcome.facts)
    return Text(outcome.body.decode(errors="replace") if facts.pop("is_text") else None, **facts)


@router.get("/content", response_class=Response, responses={200: {"content": _BYTES}})
async def download(folder: FolderId, by: Reader, files: FilesDep, path: FileQuery) -> Response:
    """A file as a download, up to 10 MiB; a browser never shows it as a page of ours."""
    outcome = await files.ask(ReadFile(folder, path, limit_bytes=MOST_BYTES), by)
    if outcome.facts["is_truncated"]:
        raise FileTooLarge("this file is too large to be sent", path="…", limit_bytes=MOST_BYTES)
    name = quote(path.rsplit("/", 1)[-1], safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(outcome.body, headers=headers, media_type="application/octet-stream")


@router.put("/content")
async def write(folder: FolderId, body: Content, by: Person, files: FilesDep) -> Written:
    """Write a file whole."""
    facts = await files.facts(WriteFile(folder, body.path, body.as_bytes(), body.expected), by)
    return Written(facts["sha256"], facts["before"], facts["size_bytes"], facts["made"])


@router.post("/folders", status_code=201)
async def make_folder(folder: FolderId, body: OnePath, by: Person, files: FilesDep) -> list[str]:
    """Make a folder, and those above it; return the paths that were made."""
    made: list[str] = (await files.facts(MakeFolder(folder, body.path), by))["made"]
    return made


@router.post("/move", status_code=204)
async def move(folder: FolderId, body: Move, by: Person, files: FilesDep) -> None:
    """Move a file or a folder to another name; what is there is not replaced."""
    await files.ask(MoveEntry(folder, body.path, body.to), by)


@router.post("/delete")
async def delete(folder: FolderId, body: Paths, by: Person, files: FilesDep) -> list[InTrash]:
    """Move files and folders to the trash, all of them or none."""
    facts = await files.facts(DeleteEntries(folder, tuple(body.paths)), by)
    return [InTrash(**each) for each in facts["trash"]]


@router.post("/extract")
async def extract(folder: FolderId, body: Move, by: Person, files: FilesDep) -> Unpacked:
    """Unpack an archive (zip, tar, tar.gz, tar.bz2, tar.xz) into a folder `to`, which is made for it."""
    facts = await files.facts(ExtractArchive(folder, body.path, body.to), by)
    return Unpacked(facts["files"], facts["size_bytes"])


@router.get("/trash", dependencies=[needs("read")])
async def deleted(folder: FolderId, files: FilesDep) -> list[Trashed]:
    """What was deleted from this folder and can be brought back, newest first."""
    found = [asdict(each) for each in await files.deleted(folder)]
    return [Trashed(each["id"], each["path"], each["type"], each["deleted_at"]) for each in found]


@router.post("/trash/{deleted_id}/restore", status_code=204)
async def restore(folder: FolderId, deleted_id: str, by: Person, files: FilesDep) -> None:
    """Bring something back to where it was; what is there is not replaced."""
    await files.ask(RestoreEntry(folder, deleted_id), by)


class Undoing(Body):
    """What to undo: all of it, or some paths. `over` are paths to put back although they were changed since."""

    paths: Annotated[tuple[PathField, ...], Field(max_length=1000)] = ()
    over: Annotated[tuple[PathField, ...], Field(max_length=1000)] = ()


@router.get("/changes", dependencies=[needs("read")])
async def changes(
    *,
    folder: FolderId,
    files: FilesDep,
    run: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9a-z]{26}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[Changes]:
    """What was changed in a folder, by whom, and whether it can be undone, newest first."""
    found = await files.changes(folder, run, cursor, limit + 1)
    items = [_shown(kept) for kept in found[:limit]]
    return Page(items=items, next_cursor=items[-1].id if len(found) > limit else None)


@router.post("/changes/{change_id}/undo")
async def undo(folder: FolderId, change_id: str, body: Undoing, by: Person, files: FilesDep) -> dict[str, str]:
    """Undo what one action changed; return what became of each path: `restored`, `unchanged`, or `conflict` where it
    was changed since and left as it is."""
    request = UndoChanges(folder, change_id, body.paths, body.over)
    states: dict[str, str] = (await files.facts(request, by))["states"]
    return states


@router.post("/runs/{run}/undo")
async def undo_run(folder: FolderId, run: str, by: Person, files: FilesDep) -> dict[str, str]:
    """Undo everything that a run changed in a folder, its last action first; return what became of each path."""
    return await files.undo_run(folder, run, by)


def _shown(kept: Kept) -> Changes:
    changed = [ChangedPath("/".join(one.path), one.kind) for one in kept.changes if not one.is_time_only]
    return Changes(kept.id, kept.effect, kept.run, kept.actor_kind, kept.state, kept.at, kept.size_bytes, changed)
