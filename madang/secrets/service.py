"""Keys by name: found in the best place, kept in memory, known to the redactor."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress

from madang.clock import Clock
from madang.db.database import Database
from madang.principal import Announce
from madang.redact import Redactor
from madang.secrets import store
from madang.secrets.errors import InvalidKey, InvalidName, NoSuchKey, NotOurs, PlaceUnusable
from madang.secrets.given import ENVIRONMENT_PROVIDER, GivenSecret
from madang.secrets.types import Note, Place, Problem, SecretStatus, Stored, last4_of

_NAME = re.compile(r"provider:[A-Za-z0-9_-]{1,64}")
_VALUE = re.compile(r"[\x21-\x7e]{1,10000}")


class Secrets:
    """The keys of this installation.

    A key in the keyring goes before one that the settings give in a file, that before one in our own files, and
    that before the environment's. `given` are those of the settings. `shares_files` says that every process on the
    database finds our files in the same folder.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        announce: Announce,
        *,
        redactor: Redactor,
        places: Mapping[Stored, Place],
        given: Mapping[str, GivenSecret],
        shares_files: bool = False,
    ) -> None:
        self._db = db
        self._clock = clock
        self._announce = announce
        self._redactor = redactor
        self._places = places
        self._given = given
        self._shares_files = shares_files
        self._notes: dict[str, Note] = {}
        self._values: dict[str, str] = {}
        self._problems: dict[str, Problem] = {}
        self._changing = asyncio.Lock()
        for secret in given.values():
            redactor.add(secret.value)

    async def start(self) -> None:
        """Read which keys are stored, and hear of those that are set at other processes."""
        self._db.refresh_on(store.KEYS, self.refresh)
        await self.refresh()

    async def refresh(self) -> None:
        """Read again which keys are stored. The keys themselves are read when they are next asked for."""
        async with self._changing:
            notes = {note.name: note for note in await store.all_notes(self._db)}
            for name in self._notes.keys() | notes.keys():
                if self._notes.get(name) != notes.get(name):
                    self._values.pop(name, None)
                    self._problems.pop(name, None)
            self._notes = notes

    async def stop(self) -> None:
        """Nothing is held open."""

    async def get(self, name: str) -> str | None:
        """Return the key, or None. A place that does not work is passed over; `status` says so."""
        given, note = self._given.get(name), self._notes.get(name)
        if given is not None and (note is None or (note.source != "keyring" and given.source == "file_ref")):
            return given.value
        return await self._stored(name) or (given.value if given else None)

    async def status(self, name: str) -> SecretStatus:
        """Say what is known about a key; never the key."""
        value, given, note = await self.get(name), self._given.get(name), self._notes.get(name)
        problem = self._problems.get(name)
        if given is not None and value == given.value and value != self._values.get(name):
            return SecretStatus(name, True, last4_of(given.value), given.source, None, problem)
        if note is None:
            return SecretStatus(name, False, "", None, None, problem)
        return SecretStatus(name, value is not None, note.last4, note.source, note.updated_at, problem)

    async def all(self) -> list[SecretStatus]:
        """Say what is known about every key, by name."""
        return [await self.status(name) for name in sorted(self._notes.keys() | self._given.keys())]

    async def set(self, name: str, value: str, place: Stored | None = None) -> SecretStatus:
        """Keep a key, in place of the one before: in `place`, else in the keyring, else in a 0600 file.

        Raises `InvalidName`, `InvalidKey`, `NotOurs`, and `PlaceUnusable` where the place asked for does not work.
        """
        value = value.strip()
        self._check(name, value)
        self._redactor.add(value)
        async with self._changing:
            before = self._notes.get(name)
            source = await self._write(name, value, place)
            note = Note(name, source, last4_of(value), self._clock.now())
            await store.keep_note(self._db, note)
            self._notes[name], self._values[name] = note, value
            if before is not None and before.source != source:
                await self._clear(name, before.source)
        self._announce("keys.changed", {})
        return await self.status(name)

    async def delete(self, name: str) -> None:
        """Delete a stored key; one that the settings give is then used again. Raises `NoSuchKey` and `NotOurs`."""
        async with self._changing:
            note = self._notes.get(name)
            if note is None:
                raise self._not_stored(name)
            await self._places[note.source].delete(name)
            for source in self._places.keys() - {note.source}:
                # Where an earlier key could not be taken away, since its place did not work at that time.
                with suppress(PlaceUnusable):
                    await self._places[source].delete(name)
            await store.drop_note(self._db, name)
            del self._notes[name]
            self._values.pop(name, None)
            self._problems.pop(name, None)
        self._announce("keys.changed", {})

    async def forget(self, name: str) -> None:
        """Delete a key whose provider is gone; nothing happens where none is stored. Raises `PlaceUnusable`."""
        if name in self._notes:
            await self.delete(name)

    async def _stored(self, name: str) -> str | None:
        note = self._notes.get(name)
        if note is None or name in self._values:
            return self._values.get(name)
        try:
            value = await self._places[note.source].read(name)
        except PlaceUnusable as error:
            self._problems[name] = error.problem
            return None
        if value is None or last4_of(value) != note.last4:
            # Nothing is there, or an older key: the process that set this one keeps it somewhere else.
            self._problems[name] = "gone"
            return None
        self._problems.pop(name, None)
        self._redactor.add(value)
        self._values[name] = value
        return value

    async def _write(self, name: str, value: str, place: Stored | None) -> Stored:
        """Put the key into the first place that takes it, and note why it was not the keyring."""
        self._problems.pop(name, None)
        try:
            await self._put(name, value, place or "keyring")
            return place or "keyring"
        except PlaceUnusable as error:
            if place is not None:
                raise
            self._problems[name] = error.problem
        await self._put(name, value, "file")
        return "file"

    async def _put(self, name: str, value: str, place: Stored) -> None:
        if place != "keyring" and not self._shares_files and await store.others_work(self._db):
            words = "other processes cannot read the keys of this data folder: MADANG_KEYS_DIR names one for all"
            raise PlaceUnusable(words, problem="not_shared")
        await self._places[place].write(name, value)

    async def _clear(self, name: str, source: Stored) -> None:
        try:
            await self._places[source].delete(name)
        except PlaceUnusable as error:
            self._problems[name] = error.problem

    def _check(self, name: str, value: str) -> None:
        if not _NAME.fullmatch(name):
            raise InvalidName("a key's name is provider: and the provider's id")
        if name == ENVIRONMENT_PROVIDER:
            raise self._not_stored(name)
        if not _VALUE.fullmatch(value):
            raise InvalidKey("a key is one line of plain characters without spaces")

    def _not_stored(self, name: str) -> NotOurs | NoSuchKey:
        if name in self._given or name == ENVIRONMENT_PROVIDER:
            source = self._given[name].source if name in self._given else "environment"
            return NotOurs("this key comes from the environment and is changed there", source=source)
        return NoSuchKey("there is no key of this name")
