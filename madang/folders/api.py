"""/api/files/folders and /api/files/places: which folders are open, and which could be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from madang.folders.service import Folders
from madang.folders.types import FolderAccess, FolderState, Loaded, Places, Standing
from madang.web import Body, needs, service

router = APIRouter(prefix="/api/files", tags=["files"])

FoldersDep = Annotated[Folders, service(Folders)]
PathField = Annotated[str, Field(min_length=1, max_length=4096)]


@dataclass(frozen=True, slots=True)
class FolderView:
    """An opened folder as it is. `ignored` are files that Madang would load from it, changed since they were looked at;
    they are left aside until `fingerprint` is given back. Nothing is done where `state` is not `ready`."""

    id: str
    path: str
    name: str
    access: FolderAccess
    opened_at: datetime
    state: FolderState
    ignored: dict[str, Loaded]
    fingerprint: str


class NewFolder(Body):
    """The whole path of a folder, and how far it is opened."""

    path: PathField
    access: FolderAccess


class FolderPatch(Body):
    """How far it goes from here on."""

    access: FolderAccess


class Seen(Body):
    """The fingerprint of the files that were looked at."""

    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@router.get("/folders", dependencies=[needs("read")])
async def all_folders(folders: FoldersDep) -> list[FolderView]:
    """Every opened folder, oldest first."""
    return [_view(await folders.standing(folder.id)) for folder in folders.all()]


@router.post("/folders", status_code=201, dependencies=[needs(person=True)])
async def open_folder(body: NewFolder, folders: FoldersDep) -> FolderView:
    """Open a folder."""
    opened = await folders.open(body.path, body.access)
    return _view(await folders.standing(opened.id))


@router.patch("/folders/{folder_id}", dependencies=[needs(person=True)])
async def change_folder(folder_id: str, body: FolderPatch, folders: FoldersDep) -> FolderView:
    """Let a folder be written to, or only read."""
    await folders.change(folder_id, body.access)
    return _view(await folders.standing(folder_id))


@router.delete("/folders/{folder_id}", status_code=204, dependencies=[needs(person=True)])
async def close_folder(folder_id: str, folders: FoldersDep) -> None:
    """Close a folder. Nothing in it changes."""
    await folders.close(folder_id)


@router.post("/folders/{folder_id}/trust", dependencies=[needs(person=True)])
async def trust_folder(folder_id: str, body: Seen, folders: FoldersDep) -> FolderView:
    """Load again what Madang loads from it: its files were looked at."""
    await folders.trust(folder_id, body.fingerprint)
    return _view(await folders.standing(folder_id))


@router.get("/places", dependencies=[needs(person=True)])
async def places(folders: FoldersDep, path: Annotated[str | None, Query(max_length=4096)] = None) -> Places:
    """The folders in a folder, to choose one from; in the home folder where no path is given."""
    return await folders.places(path)


def _view(standing: Standing) -> FolderView:
    folder = standing.folder
    return FolderView(
        folder.id, folder.path, folder.name, folder.access, folder.opened_at, standing.state, dict(standing.ignored),
        standing.fingerprint,
    )  # fmt: skip
