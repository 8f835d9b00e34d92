"""The life of one installation: people chat, the weather rages, then everything is brought to its end and counted."""

import asyncio
import math
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from madang.gateway.fake_upstream import FakeUpstream
from soak.books import check_books
from soak.endings import bring_to_an_end
from soak.errors import hold
from soak.follower import Follower
from soak.line import Line
from soak.oracle import check_events, check_rest
from soak.own import Own
from soak.person import Person
from soak.promises import Promises
from soak.provider import Provider
from soak.server import TOKEN, House, Kind
from soak.watch import Watch
from soak.weather import Weather

PEOPLE = 4
LAST_DEED_SECONDS = 300
# A name that the price list knows, so that calls cost something.
MODEL = "gpt-4o-mini"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the storm lasts, in lives, and the calm after it, in seconds; at `until`, by the clock of
    `time.monotonic`, both are over."""

    lives: int
    calm_seconds: float
    until: float = math.inf

    @property
    def seconds_left(self) -> float:
        """Return how long there is until the end."""
        return self.until - time.monotonic()


class Epoch:
    """One installation from its first start to its last check. `counts` is what happened."""

    def __init__(self, folder: Path, kind: Kind, database_url: str | None, chance: random.Random) -> None:
        self.counts: Counter[str] = Counter()
        self._folder, self._kind, self._url = folder, kind, database_url
        self._chance = chance
        self._promises = Promises()
        self._provider = Provider(random.Random(chance.random()))

    async def run(self, plan: Plan) -> None:
        """Live through the plan. Raises `PromiseBroken`."""
        async with FakeUpstream(self._provider, models=[MODEL]) as upstream, AsyncExitStack() as stack:
            house = House(self._folder, self._kind, self._url, upstream.base_url, self.counts)
            stack.callback(house.place.leave)
            stack.callback(house.server.kill)
            session = await stack.enter_async_context(_session())
            await house.start()
            await self._live(house, session, plan)
            upstream.requests.clear()

    async def _live(self, house: House, session: aiohttp.ClientSession, plan: Plan) -> None:
        lines = [Line(house, session) for _ in range(PEOPLE + 1)]
        followers = [Follower(house, session, self._promises, line) for line in lines[:PEOPLE]]
        people = [Person(self._own(number, lines[number], followers[number])) for number in range(PEOPLE)]
        weather = Weather(house, self._promises, self._chance, lines[-1])
        async with asyncio.TaskGroup() as group:
            following = [group.create_task(follower.run()) for follower in followers]
            living = [group.create_task(person.live()) for person in people]
            for _ in range(plan.lives):
                if plan.seconds_left < 0:
                    break
                await weather.live(self._chance.uniform(0.2, 2.5))
            house.is_open.set()
            if (seconds := min(plan.calm_seconds, plan.seconds_left)) > 0:
                await self._calm(house, weather, seconds)
            self._provider.is_calm = True
            for person in people:
                person.is_over.set()
            _, waiting = await asyncio.wait(living, timeout=LAST_DEED_SECONDS)
            hold(not waiting, f"{len(waiting)} people wait without end")
            self._count(people, followers, lines)
            rows = await bring_to_an_end(house, lines[-1], self._promises)
            await _until_told(followers)
            for task in following:
                task.cancel()
        await house.end()
        await asyncio.to_thread(check_rest, house, self._promises)
        await asyncio.to_thread(check_events, house, self._promises)
        await asyncio.to_thread(check_books, house, self._promises, self._provider, rows)

    def _own(self, number: int, line: Line, follower: Follower) -> Own:
        return Own(f"p{number}", line, follower, self._promises, random.Random(self._chance.random()))

    async def _calm(self, house: House, weather: Weather, seconds: float) -> None:
        """Let one process work for long, and see that it does not grow."""
        watch = Watch(house.process)
        loop = asyncio.get_running_loop()
        began = loop.time()
        first = None
        while loop.time() - began < seconds:
            await asyncio.sleep(2)
            sample = watch.look()
            # By then everything that is loaded late is loaded.
            if first is None and loop.time() - began > seconds / 3:
                first = sample
            if self._chance.random() < 0.1:
                await weather.calm()
        if first is not None:
            watch.check(first, watch.look())
        self.counts["calm seconds"] += round(seconds)
        for name in ("rss_mib", "fds", "threads"):
            self.counts[f"most {name}"] = round(max(getattr(sample, name) for sample in watch.samples))

    def _count(self, people: list[Person], followers: list[Follower], lines: list[Line]) -> None:
        self.counts["deeds"] += sum(person.deeds for person in people)
        self.counts["turns acknowledged"] += len(self._promises.turns)
        self.counts["events followed"] += sum(follower.events for follower in followers)
        self.counts["resyncs"] += sum(follower.resyncs for follower in followers)
        self.counts["calls of the provider"] += sum(self._provider.calls.values())
        for name, number in self._provider.faults.items():
            self.counts[f"provider's faults {name}"] += number
        for line in lines:
            for status, number in line.answers.items():
                self.counts[f"answers {status}"] += number


async def _until_told(followers: list[Follower]) -> None:
    """Give the followers a moment to hear the last."""
    seen = -1
    while seen != (now := sum(follower.events for follower in followers)):
        seen = now
        await asyncio.sleep(1)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60),
        connector=aiohttp.TCPConnector(limit=0),
    )
