"""The audit: each entry is sealed behind the one before it, in the transaction of what it tells of."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from madang.clock import Clock
from madang.db.database import Database
from madang.db.transaction import Transaction
from madang.ids import new_id
from madang.permissions.audit import store
from madang.permissions.audit.checking import check_chain, check_effects
from madang.permissions.audit.sealing import Seal
from madang.permissions.audit.types import Entry, EntryKind, Head, Verification
from madang.permissions.codec import shown
from madang.redact import Redactor

_BATCH = 1000


class Audit:
    """Nothing is done before its entry is on the disk, and an entry cannot be changed without it being seen."""

    def __init__(self, database: Database, keys_dir: Path, data_dir: Path, clock: Clock, redactor: Redactor) -> None:
        self._database = database
        self._keys_dir, self._data_dir = keys_dir, data_dir
        self._clock = clock
        self._redactor = redactor
        self._opened: Seal | None = None

    async def start(self) -> None:
        """Open the key, made at the first start. Raises what `in_words` says where the folder is closed to us."""
        self._opened = Seal(self._keys_dir, self._data_dir)

    async def stop(self) -> None:
        """Let the files go."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _seal(self) -> Seal:
        if self._opened is None:
            raise RuntimeError("the audit is not started")
        return self._opened

    async def append(self, tx: Transaction, kind: EntryKind, about: str, entry: Mapping[str, Any]) -> None:
        """Add an entry, which is stored with whatever else `tx` stores. Secrets in it are masked."""
        seal = self._seal
        facts = self._redactor.clean_all(shown(entry))
        await tx.lock(f"{store.LOCK} {seal.chain}")
        last = await store.head(tx, seal.chain)
        open_one = Entry(new_id(), seal.chain, last.number + 1, self._clock.now(), kind, about, facts, "")
        sealed = replace(open_one, mac=seal.mac(last.mac, open_one))
        await store.add(tx, sealed)
        tx.after_commit(lambda: seal.remember(Head(sealed.number, sealed.mac)))

    async def page(self, before: str | None, limit: int) -> list[Entry]:
        """Return entries, the newest first, from before the one with the id `before`."""
        return await store.newest(self._database, before, limit)

    async def verify(self) -> Verification:
        """Look at every entry of this key's chain, and at the effects they tell of."""
        # What is remembered is never ahead of what is stored, so it is read before the snapshot.
        head = self._seal.remembered()
        async with self._database.read() as tx:
            entries, rows = await self._chain(tx), await _effects(tx)
            others = await store.count_others(tx, self._seal.chain)
        findings = (*check_chain(entries, self._seal.mac, head), *check_effects(entries, rows, is_only=not others))
        return Verification(len(entries), len(rows), others, findings)

    async def _chain(self, tx: Transaction) -> list[Entry]:
        found: list[Entry] = []
        while batch := await store.after(tx, self._seal.chain, found[-1].number if found else -1, _BATCH):
            found += batch
        return found


async def _effects(tx: Transaction) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    while batch := await store.effects_after(tx, found[-1][0] if found else "", _BATCH):
        found += batch
    return found
