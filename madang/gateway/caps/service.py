"""The caps: set, changed and removed, and known in memory so that a call that none binds asks nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.errors import NotAllowed, named
from madang.gateway.caps import store
from madang.gateway.caps.types import Cap, CapScope, CapWindow, Standing, Subjects, strictest
from madang.gateway.days import day_of
from madang.gateway.errors import BadCap, CapExists, UnknownCap
from madang.gateway.prices import MICRO
from madang.gateway.types import Feature
from madang.ids import new_id
from madang.principal import Announce, Principal

ENVIRONMENT = "environment"
"""The id of the cap that `MADANG_DAILY_CAP_USD` sets."""


class Caps:
    """Every cap: those that were set here, and the environment's."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, announce: Announce) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce
        usd = settings.daily_cap_usd
        self.fixed = () if usd is None else (Cap(ENVIRONMENT, "all", "", "day", round(usd * MICRO), is_fixed=True),)
        self._known: Sequence[Cap] = self.fixed

    async def start(self) -> None:
        """Read what was set, and hear of what is set at other processes."""
        self._database.refresh_on(store.CAPS, self.refresh)
        await self.refresh()

    async def refresh(self) -> None:
        """Read again what was set."""
        self._known = (*self.fixed, *await store.all_caps(self._database))

    def bind(self, subjects: Subjects) -> bool:
        """Say whether any cap is about a call with these subjects. Asks memory only."""
        return any(subjects.get(cap.scope) == cap.subject for cap in self._known)

    def now(self) -> datetime:
        """Return the moment whose day and month are counted."""
        return self._clock.now()

    async def all(self) -> list[Standing]:
        """Return every cap, the environment's first, and what its window has taken so far."""
        return await self._standings(self._known)

    async def of_today(self) -> Standing | None:
        """Return the strictest cap on all calls of a day, where there is one."""
        daily = [cap for cap in self._known if (cap.scope, cap.window) == ("all", "day")]
        return strictest(await self._standings(daily)) if daily else None

    async def taken_today(self) -> Standing:
        """Return what all calls of today have taken, as of a cap of nothing."""
        [standing] = await self._standings([Cap("", "all", "", "day", 0)])
        return standing

    async def add(self, scope: CapScope, subject: str, window: CapWindow, limit_microusd: int) -> Standing:
        """Set a cap. Raises `BadCap`, and `CapExists` where there is one for this already."""
        _check(scope, subject)
        cap = Cap(new_id(), scope, subject, window, limit_microusd)
        if not await store.put_cap(self._database, cap, self._clock.now()):
            raise CapExists("there is a cap for this already", scope=scope, window=window)
        return await self._changed(cap.id)

    async def change(self, cap_id: str, limit_microusd: int, by: Principal) -> Standing:
        """Change a limit. Raises `UnknownCap`, and `NotAllowed` where it is raised by anybody but a person."""

        def check(cap: Cap) -> None:
            if by.kind != "person" and limit_microusd > cap.limit_microusd:
                raise NotAllowed("only a signed-in person may raise a cap", needs="person")

        if not await store.change_cap(self._database, cap_id, limit_microusd, self._clock.now(), check):
            raise _unknown(cap_id)
        return await self._changed(cap_id)

    async def remove(self, cap_id: str) -> None:
        """Remove a cap. Raises `UnknownCap`; the environment's cannot be removed here."""
        if not await store.delete_cap(self._database, cap_id):
            raise _unknown(cap_id)
        await self.refresh()
        self._announce("caps.changed", {})

    async def _changed(self, cap_id: str) -> Standing:
        await self.refresh()
        self._announce("caps.changed", {})
        found = [cap for cap in self._known if cap.id == cap_id]
        if not found:
            raise _unknown(cap_id)
        [standing] = await self._standings(found)
        return standing

    async def _standings(self, found: Sequence[Cap]) -> list[Standing]:
        return await store.standings(self._database, found, day_of(self.now()))


def told(standing: Standing) -> dict[str, object]:
    """Return a cap and its standing as a refusal says it: JSON values."""
    cap, resets_at = standing.cap, standing.resets_at
    return {
        "cap_id": cap.id,
        "scope": cap.scope,
        "subject": cap.subject,
        "window": cap.window,
        "cap_microusd": cap.limit_microusd,
        "spent_microusd": standing.spent_microusd,
        "reserved_microusd": standing.reserved_microusd,
        "resets_at": resets_at.isoformat() if resets_at else None,
    }


def _check(scope: CapScope, subject: str) -> None:
    is_good = {
        "all": subject == "",
        "model": "/" in subject.strip("/"),
        "feature": subject in get_args(Feature),
    }.get(scope, subject != "")
    if not is_good:
        raise BadCap(f"a cap of the scope {scope!r} needs another subject", scope=scope)


def _unknown(cap_id: str) -> UnknownCap:
    return UnknownCap("there is no such cap, or it is the environment's", cap=named(cap_id))
