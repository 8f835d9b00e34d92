"""One installation under test: its process, its place, its database, and the gate that people wait at."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
import psutil

from soak.errors import hold
from soak.place import Place
from tests.support.server import NotStarted, Server

TOKEN = "mdt_soak-test-token-of-more-than-thirty-two-characters"
# A gentle end takes ten seconds at most; where several houses share two processors, more of the clock.
STOP_SECONDS = 60
Kind = Literal["sqlite", "postgresql"]
# Short enough that every fault of the provider ends within a life.
_TIMES = {"FIRST_BYTE": "3", "LOCAL_FIRST_BYTE": "3", "GAP": "2", "TOTAL": "20"}


@dataclass
class House:
    """Madang in a folder. `is_open` is set while it runs and people may speak to it."""

    folder: Path
    kind: Kind
    database_url: str | None
    upstream_url: str
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.is_open = asyncio.Event()
        self.place = Place(self.folder / "data")
        times = {f"MADANG_UPSTREAM_{name}_TIMEOUT": value for name, value in _TIMES.items()}
        own = {"DATABASE_URL": self.database_url} if self.database_url else {}
        self.server = Server(
            self.folder,
            {
                **times,
                **own,
                "OPENAI_BASE_URL": self.upstream_url,
                # A cap that is never reached makes every call reserve its money first.
                "MADANG_DAILY_CAP_USD": "1000000",
                "MADANG_TOKEN": TOKEN,
                "MADANG_LOG_LEVEL": "WARNING",
            },
        )
        self.url = ""

    @property
    def pid(self) -> int:
        return self.server.process.pid if self.server.process else 0

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.pid)

    async def start(self, timeout: float = 120) -> None:
        """Start, without letting people in. Raises `NotStarted`."""
        began = time.monotonic()
        await asyncio.to_thread(self.server.start, timeout)
        await asyncio.to_thread(self._until_ready, began + timeout)
        self.counts["starts"] += 1
        self.counts["start milliseconds"] += round((time.monotonic() - began) * 1000)
        self.url = self.server.url

    async def start_at_last(self) -> None:
        """Start as people would: again, until it runs."""
        try:
            await self.start()
        except NotStarted:
            self.counts["starts refused"] += 1
            await self.start()

    def _until_ready(self, deadline: float) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        process = self.server.process
        while process and process.poll() is None and time.monotonic() < deadline:
            with suppress(httpx.TransportError, OSError, ValueError):
                if httpx.get(f"{self.server.url}/api/health/ready", headers=headers, timeout=30).status_code == 200:
                    return
            time.sleep(0.02)
        raise NotStarted(f"the house did not open.\n{self.server.output[-3000:]}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.is_open.clear()
        self.server.kill()
        self.counts["kills"] += 1

    async def kill_while_starting(self, seconds: float) -> None:
        """Start, and end it after so long, wherever it has got to."""
        with suppress(NotStarted):
            await self.start(timeout=seconds)
        self.kill()
        self.counts["kills while starting"] += 1

    async def end(self) -> None:
        """End it as a person would; it has ten seconds."""
        self.is_open.clear()
        began = time.monotonic()
        code = await asyncio.to_thread(self._terminate)
        self.counts["gentle ends"] += 1
        hold(code == 0, "a gentle end gave another exit code", code, self.server.output[-3000:])
        seconds = time.monotonic() - began
        self.counts["most milliseconds of a gentle end"] = max(
            self.counts["most milliseconds of a gentle end"], round(seconds * 1000)
        )
        hold(seconds < STOP_SECONDS, "a gentle end took too long", seconds)

    def _terminate(self) -> int:
        process = self.server.process
        if process is None:
            return 0
        process.terminate()
        return process.wait(120)
