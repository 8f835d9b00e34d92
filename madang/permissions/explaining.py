"""An action that is only spoken of: nothing is looked up on the machine, so that a person can ask what would happen."""

from dataclasses import dataclass
from typing import Literal

from madang.folders.types import OpenedFolder
from madang.system.executor import Asking
from madang.system.types import Action, Kind, PathUse, Program, Sandbox, Tier, Touched

SpokenKind = Literal["fs.read", "fs.list", "fs.write", "fs.delete", "exec", "fetch"]
_USES: dict[Kind, PathUse] = {"fs.read": "read", "fs.list": "list", "fs.write": "write", "fs.delete": "delete"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a person asks about. `path` is within the folder, or absolute where none is named."""

    kind: SpokenKind
    folder: OpenedFolder | None = None
    path: str = ""
    argv: tuple[str, ...] = ()
    url: str = ""


def spoken_action(spoken: Spoken, asking: Asking, tier: Tier) -> Action:
    """Return the action it would be if everything is where it is said to be."""
    actor, taint = asking.actor, asking.taint
    if spoken.kind == "fetch":
        return Action("fetch", actor, taint=taint, url=spoken.url, method="GET")
    if spoken.kind == "exec":
        where = _touched(spoken, "cwd", "folder")
        writable = (spoken.folder.path,) if spoken.folder and spoken.folder.access == "write" else ()
        program = Program(spoken.argv[0] if spoken.argv else "", "", 0, 0)
        return Action(
            "exec", actor, paths=(where,), program=program, argv=spoken.argv, cwd=where.path,
            sandbox=Sandbox(tier, False, writable), taint=taint,
        )  # fmt: skip
    kind: Literal["file", "folder"] = "folder" if spoken.kind == "fs.list" else "file"
    return Action(spoken.kind, actor, paths=(_touched(spoken, _USES[spoken.kind], kind),), taint=taint)


def _touched(spoken: Spoken, use: PathUse, kind: Literal["file", "folder"]) -> Touched:
    folder, path = spoken.folder, spoken.path
    whole = path if folder is None else "/".join(part for part in (folder.path.rstrip("/"), path) if part)
    return Touched(use, folder.id if folder else "", path if folder else "", whole, whole, kind, links=1)
