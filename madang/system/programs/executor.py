"""Carries out `RunProgram`: the program and its folder are found and held, then run in the best sandbox there is."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Self

from madang.errors import BadRequest
from madang.folders.beneath import Root
from madang.folders.service import Folders
from madang.folders.types import OpenedFolder
from madang.system.executor import Asking, Outcome, Watch
from madang.system.files.names import names_of
from madang.system.programs import words
from madang.system.programs.errors import BadArguments, ProgramChanged, SandboxMissing
from madang.system.programs.find import Held, find
from madang.system.programs.looking import script_of, touched
from madang.system.programs.probe import GAPS
from madang.system.programs.protected import Guarded
from madang.system.programs.runner import Runner
from madang.system.programs.sandbox import SandboxState
from madang.system.programs.types import Command, Ended, Ground
from madang.system.requests import Request, RunProgram
from madang.system.types import Action, Limits, Sandbox, Tier, Touched

REQUIRED: Tier = 1


class ProgramExecutor:
    """Runs programs in opened folders. Where the sandbox is weaker than `required`, only outside one by request."""

    def __init__(self, folders: Folders, sandbox: SandboxState, runner: Runner, required: Tier = REQUIRED) -> None:
        self._folders = folders
        self._sandbox = sandbox
        self._runner = runner
        self._required = required

    def takes(self, request: Request) -> bool:
        """Say whether this is a request of the kind carried out here."""
        return isinstance(request, RunProgram)

    async def prepare(self, request: Request, asking: Asking) -> "PreparedProgram":
        """Find and hold the program, its folder, and what its words name. Raises what can be wrong with these."""
        if not isinstance(request, RunProgram):
            raise BadRequest("this runs programs only")
        words.check(request.argv, request.wall_s)
        tier = await self._tier(request)
        return await asyncio.to_thread(self._prepare, request, asking, tier)

    async def _tier(self, request: RunProgram) -> Tier:
        if request.unsandboxed:
            return 0
        report = await self._sandbox.read()
        if report.tier < self._required:
            raise SandboxMissing("no sandbox is strong enough", tier=report.tier, required=self._required)
        return report.tier

    def _prepare(self, request: RunProgram, asking: Asking, tier: Tier) -> "PreparedProgram":
        folder = self._folders.find(request.folder)
        names = names_of(request.cwd)
        root = self._folders.hold(request.folder)
        try:
            held = find(request.argv[0], [each.path for each in self._folders.all()])
            try:
                paths = _paths(folder, root, request, names)
                action = _action(request, asking, tier, folder=folder, held=held, paths=paths)
                return PreparedProgram(action, folder, root, held, request.stdin, self._runner)
            except BaseException:
                held.close()
                raise
        except BaseException:
            root.close()
            raise


def _paths(folder: OpenedFolder, root: Root, request: RunProgram, names: tuple[str, ...]) -> tuple[Touched, ...]:
    where = touched(folder, root, names, "cwd")
    if where is None or where.type != "folder":
        raise ProgramChanged("there is no such folder to run in", path=request.cwd)
    named = (touched(folder, root, each) for each in words.paths_in(request.argv, folder.path, request.cwd))
    found = tuple(islice((each for each in named if each), words.MOST_PATHS + 1))
    if len(found) > words.MOST_PATHS:
        raise BadArguments("the words name too many files", most=words.MOST_PATHS)
    return (where, *found)


def _action(
    request: RunProgram, asking: Asking, tier: Tier, *, folder: OpenedFolder, held: Held, paths: tuple[Touched, ...]
) -> Action:
    writable = ("/",) if tier == 0 else (folder.path,) if folder.access == "write" else ()
    return Action(
        kind="exec", actor=asking.actor, run=asking.run, step=asking.step, paths=paths, program=held.program,
        argv=request.argv, cwd=paths[0].path, limits=Limits(wall_s=request.wall_s), taint=asking.taint,
        stdin_sha256=hashlib.sha256(request.stdin).hexdigest() if request.stdin else "",
        sandbox=Sandbox(tier, tier == 0, writable), details={"unsandboxed": True} if request.unsandboxed else {},
    )  # fmt: skip


@dataclass(slots=True)
class PreparedProgram:
    """A program that is ready to run; it lets go of everything at the end of its `async with`."""

    action: Action
    folder: OpenedFolder
    root: Root
    held: Held
    stdin: bytes
    runner: Runner

    @property
    def preview(self) -> Mapping[str, Any]:
        """The script that would be run, and what holds it: `script` (or None), `tier`, `gaps`."""
        tier = self._sandbox.tier
        script = script_of(self.held.program.path, self.root, self.action.paths[1:])
        return {"script": script, "tier": tier, "gaps": list(GAPS[tier])}

    async def perform(self, watch: Watch) -> Outcome:
        """Run it to its end. Raises `ProgramChanged` where it, its folder or a file it names is another one."""
        await asyncio.to_thread(self._check)
        watch("started", {"tier": self._sandbox.tier})
        guarded = await asyncio.to_thread(Guarded, self.root) if self._guards else None
        try:
            ended = await self.runner.run(self._command(guarded), watch)
        finally:
            # Whatever way it ended, what it left must not be obeyed.
            set_aside = await asyncio.shield(asyncio.to_thread(self._mend, guarded)) if guarded else []
        return Outcome(_facts(ended, self._sandbox.tier, set_aside), taint=("private",))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.held.close()
        self.root.close()

    @property
    def _sandbox(self) -> Sandbox:
        assert self.action.sandbox is not None
        return self.action.sandbox

    @property
    def _guards(self) -> bool:
        return self._sandbox.tier > 0 and self.folder.access == "write"

    def _check(self) -> None:
        self.held.check()
        for path in self.action.paths:
            names = tuple(path.relative.split("/")) if path.relative else ()
            if touched(self.folder, self.root, names, path.use) != path:
                raise ProgramChanged("what it would read or run in changed", path=path.relative)

    def _command(self, guarded: Guarded | None) -> Command:
        where = self.action.paths[0]
        assert where.dev is not None
        assert where.ino is not None
        assert self.action.limits is not None
        base = self.folder.path.rstrip("/")
        closed = tuple(f"{base}/{each}" for each in guarded.paths) if guarded else ()
        ground = Ground(self.folder.path, self.folder.access == "write", where.path, (where.dev, where.ino), closed)
        return Command(
            self.held.program.path, self.action.argv, ground, self._sandbox.tier, self.action.limits, self.stdin
        )  # fmt: skip

    def _mend(self, guarded: Guarded) -> list[str]:
        changed = guarded.changed()
        # What a person runs by hand may do this; it is told, and the files stay.
        if self.action.actor.kind != "person":
            guarded.mend(changed)
        return changed


def _facts(ended: Ended, tier: Tier, protected: list[str]) -> dict[str, Any]:
    printed = {name: asdict(each) for name, each in ended.printed.items()}
    return {
        "how": ended.how, "exit_code": ended.exit_code, "signal": ended.signal, "left_over": ended.left_over,
        "tier": tier, "protected": protected, **printed,
    }  # fmt: skip
