"""What the person chose: read from memory, changed in the database first."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from loguru import logger

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.errors import NotAllowed
from madang.preferences import store
from madang.preferences.changing import checked, is_for_persons, laid_over
from madang.preferences.errors import InvalidPreference
from madang.preferences.types import PreferenceValues, defaults
from madang.principal import Announce, Principal


class Preferences:
    """The choices of this installation. A choice that was never made is what the settings say."""

    def __init__(self, db: Database, settings: Settings, clock: Clock, announce: Announce) -> None:
        self._db = db
        self._clock = clock
        self._announce = announce
        self._values = self._defaults = defaults(settings)
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Read what was chosen, and hear of what is chosen at other processes."""
        self._db.refresh_on(store.PREFERENCES, self.refresh)
        await self.refresh()

    async def stop(self) -> None:
        """Nothing is held open."""

    async def refresh(self) -> None:
        """Read again what was chosen. A choice this version does not know or cannot use is left aside."""
        async with self._changing:
            values = self._defaults
            for name, value in (await store.chosen(self._db)).items():
                try:
                    values = laid_over(values, checked({name: value}))
                except InvalidPreference as error:
                    logger.warning("a stored preference is left aside: {}", error.message)
            self._values = values

    def get(self) -> PreferenceValues:
        """Return everything chosen. Asks memory only."""
        return self._values

    async def change(self, patch: Mapping[str, Any], by: Principal | None = None) -> PreferenceValues:
        """Make the choices in `patch` and return all; None for `by` is the house itself.

        Raises `InvalidPreference` with the field, and `NotAllowed` where only a person may choose this.
        """
        choices = checked(patch)
        async with self._changing:
            if by is not None and by.kind != "person" and is_for_persons(choices):
                raise NotAllowed("only a signed-in person may choose this", needs="person")
            await store.choose(self._db, choices, self._clock.now())
            self._values = laid_over(self._values, choices)
        self._announce("preferences.changed", {"preferences": asdict(self._values)})
        return self._values
