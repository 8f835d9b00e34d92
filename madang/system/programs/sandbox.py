"""The sandbox of this machine, as it was last found: tried when it is first asked about, and again on request."""

import asyncio

from madang.principal import Announce
from madang.system.programs.probe import SandboxReport, Trial, probe


class SandboxState:
    """Knows the tier. Asking many times at once tries it once."""

    def __init__(self, trial: Trial, announce: Announce) -> None:
        self._trial = trial
        self._announce = announce
        self._lock = asyncio.Lock()
        self.last: SandboxReport | None = None

    async def read(self) -> SandboxReport:
        """Return what was found, trying it the first time."""
        async with self._lock:
            return self.last or await self._look()

    async def probe(self) -> SandboxReport:
        """Try everything again."""
        async with self._lock:
            return await self._look()

    async def _look(self) -> SandboxReport:
        before, self.last = self.last, await probe(self._trial)
        if before is not None and before.tier != self.last.tier:
            self._announce("sandbox.changed", {"tier": self.last.tier})
        return self.last
