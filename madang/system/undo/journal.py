"""The undo journal: what each action found and left in opened folders, kept for a while, and put back when asked."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from loguru import logger

from madang.clock import Clock
from madang.db.database import Database
from madang.db.lease import Lease
from madang.db.transaction import Transaction, to_the_end
from madang.errors import MadangError
from madang.folders.beneath import Root
from madang.folders.service import Folders
from madang.ids import new_id
from madang.system.types import Action
from madang.system.undo import store
from madang.system.undo.contents import Contents
from madang.system.undo.errors import NoSuchChange
from madang.system.undo.scanning import TooMuch, measure, scan
from madang.system.undo.types import Kept, KeptState, Tree, compare

AGE = timedelta(days=30)
MOST_HELD_BYTES = 1 << 30
_WRITING = frozenset({"write", "delete", "move_from", "move_to"})
Names = tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """A folder as it was found, before an action; `before` is None where it could not be kept, and `kept` says why."""

    kept: Kept
    root: Root
    tops: tuple[Names, ...]
    before: Tree | None


class Undo:
    """Keeps what actions change in opened folders. `keeping` goes around each of them."""

    def __init__(self, database: Database, lease: Lease, folders: Folders, data_dir: Path, clock: Clock) -> None:
        self._database = database
        self._lease = lease
        self._folders = folders
        self._clock = clock
        self.contents = Contents(data_dir / "undo")

    async def start(self) -> None:
        """Say of what an ended process left behind that nobody knows what it changed."""
        await self.recover()
        self._lease.now_and_then(self.recover)

    async def stop(self) -> None:
        """Nothing is held open."""

    def keeping(self, action: Action, effect: str) -> AbstractAsyncContextManager[None]:
        """Keep what lies where `action` may change something, and store afterwards what it changed."""
        return self._keeping(action, effect)

    async def page(self, folder: str, run: str | None, before: str | None, limit: int) -> list[Kept]:
        """Return what was changed in a folder, the newest first."""
        async with self._database.read() as tx:
            return await store.page(tx, folder, run, before, limit)

    async def find(self, id: str) -> Kept:
        """Return one. Raises `NoSuchChange`."""
        async with self._database.read() as tx:
            found = await store.find(tx, id)
        if found is None:
            raise NoSuchChange("nothing of this id can be undone")
        return found

    async def fits(self, action: Action) -> bool:
        """Say whether all that an action may change can be kept."""
        for folder, tops in _places(action):
            if not await asyncio.to_thread(self._fits, folder, tops):
                return False
        return True

    async def mark(self, id: str, state: KeptState) -> None:
        """Give an entry a state."""

        async def put(tx: Transaction) -> None:
            await store.set_state(tx, [id], state)

        await self._database.run_write(put)

    async def tidy(self) -> None:
        """Let go of what is older than 30 days, and of the oldest of more than a gibibyte."""
        async with self._database.read() as tx:
            held = await store.weights(tx)
        total, since, over = 0, self._clock.now() - AGE, []
        for id, at, size in held:
            total += size
            if at < since or total > MOST_HELD_BYTES:
                over.append(id)

        async def drop(tx: Transaction) -> set[str] | None:
            await store.set_state(tx, over, "dropped")
            return await store.needed(tx)

        if over and (needed := await self._database.run_write(drop)) is not None:
            await asyncio.to_thread(self.contents.drop_others, needed)

    async def recover(self) -> None:
        """Give what an ended process was doing an honest state."""
        async with self._database.read() as tx:
            left = await store.left_behind(tx)
        if not left:
            return

        async def put(tx: Transaction) -> None:
            await store.set_state(tx, left, "unknown")

        await self._database.run_write(put)

    def _fits(self, folder: str, tops: tuple[Names, ...]) -> bool:
        try:
            with self._folders.hold(folder) as root:
                measure(root, tops)
        except TooMuch:
            return False
        except MadangError:
            # The executor says what is wrong with the folder.
            return True
        return True

    @asynccontextmanager
    async def _keeping(self, action: Action, effect: str) -> AsyncIterator[None]:
        drafts: list[_Draft] = []
        try:
            for folder, tops in _places(action):
                if draft := await self._begin(action, effect, folder, tops):
                    drafts.append(draft)
            yield
        finally:
            for draft in drafts:
                await to_the_end(self._end(draft))

    async def _begin(self, action: Action, effect: str, folder: str, tops: tuple[Names, ...]) -> _Draft | None:
        try:
            root = await asyncio.to_thread(self._folders.hold, folder)
        except MadangError:
            # The executor says what is wrong with the folder.
            return None
        kept = Kept(new_id(), effect, action.run, action.actor.kind, folder, "open", self._clock.now())

        async def put(tx: Transaction) -> None:
            await store.add(tx, kept, self._lease.id)

        try:
            await self._database.run_write(put)
            before, state = await asyncio.to_thread(_scanned, root, self.contents, tops)
        except BaseException:
            root.close()
            raise
        return _Draft(replace(kept, state=state), root, tops, before)

    async def _end(self, draft: _Draft) -> None:
        try:
            kept = await asyncio.to_thread(self._compared, draft)
        finally:
            draft.root.close()

        async def put(tx: Transaction) -> None:
            if kept.state == "kept" and all(change.is_time_only for change in kept.changes):
                await store.remove(tx, kept.id)
            else:
                await store.end(tx, kept)

        await self._database.run_write(put)

    def _compared(self, draft: _Draft) -> Kept:
        if draft.before is None:
            return draft.kept
        after, state = _scanned(draft.root, self.contents, draft.tops)
        if after is None:
            return replace(draft.kept, state=state)
        changes = tuple(compare(draft.before, after))
        shas = {entry.sha for one in changes for entry in (one.before, one.after) if entry and entry.sha}
        return replace(draft.kept, changes=changes, size_bytes=self.contents.size(shas))


def _places(action: Action) -> Iterable[tuple[str, tuple[Names, ...]]]:
    """Return the opened folders an action may change, each with the paths in it; the empty path is all of it."""
    found: dict[str, list[Names]] = {}
    for each in action.paths:
        if action.kind == "exec" and each.use == "cwd" and each.folder and action.sandbox and action.sandbox.writable:
            found[each.folder] = [()]
        elif action.kind in ("fs.write", "fs.delete") and each.folder and each.use in _WRITING:
            found.setdefault(each.folder, []).append(tuple(each.relative.split("/")) if each.relative else ())
    return [(folder, tuple(tops)) for folder, tops in found.items()]


def _scanned(root: Root, contents: Contents, tops: tuple[Names, ...]) -> tuple[Tree | None, KeptState]:
    """Return what is there, or None and why it cannot be kept."""
    try:
        return scan(root, contents, tops), "kept"
    except TooMuch:
        return None, "too_large"
    except OSError as error:
        logger.warning("undo: what is there cannot be kept: errno {}", error.errno)
        return None, "unknown"
