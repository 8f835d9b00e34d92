"""Five hundred calls at once against a cap that has room for 137 of them, by one process and by three."""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select

from madang.db.schema import calls, reservations, spending
from madang.gateway.budget import quoted
from madang.gateway.caps.types import Cap, CapWindow, Standing, bounds, resets_at, strictest
from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Status, Turn
from madang.gateway.prices import OwnTariff
from tests.gateway.asking import question
from tests.gateway.rooms import open_room
from tests.gateway.test_budget import add
from tests.support.server import ROOT

# One call may cost at most 16 + 6 bytes of prompt + 78 tokens = 100 micro-dollars.
MOST, FIT, CALLS = 100, 137, 500
# Later than any call is waited for by whoever kills its process.
LATE = Say("late", usage={"prompt_tokens": 22, "completion_tokens": 78}, first_delay=8)
DEAR = Say("ok", usage={"prompt_tokens": 22, "completion_tokens": 78})


@dataclass
class Books:
    """What the database says once everybody has ended."""

    spent: int
    reserved: int
    rows: int
    lost: int
    capped: int
    sums: dict[str, int]

    def agree(self) -> bool:
        """Say whether ledger, sums and cap are one, and nothing is left reserved."""
        sums = [self.sums.get(scope, 0) for scope in ("all", "model", "feature")]
        return self.reserved == 0 and [self.spent] * 4 == [*sums, self.capped]


@dataclass
class Purse:
    """A database with a cap, a provider that answers with `turn`, and the processes that spend."""

    folder: Path
    url: str
    model: str
    ended: Counter[str] = field(default_factory=Counter)

    async def spender(self, name: str, count: int) -> asyncio.subprocess.Process:
        words = (str(self.folder / name), self.url, self.model, str(count))
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.gateway.spender", *words, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def spend(self, name: str, count: int, until: Callable[[], Awaitable[None]] | None = None) -> None:
        """Let a process make its calls, or kill it once `until` has passed."""
        process = await self.spender(name, count)
        killing = asyncio.create_task(_kill(process, until)) if until else None
        said, complaint = await process.communicate()
        if killing:
            await killing
            return
        assert process.returncode == 0, complaint.decode()
        self.ended.update(json.loads(said))

    async def books(self) -> Books:
        """Open the database as the next start does, which settles what the dead had reserved, and read it."""
        async with open_room(self.folder / "last", self.url) as here:
            async with here.database.read() as tx:
                cost = func.coalesce(func.sum(calls.c.cost_microusd), 0)
                spent, rows = (await tx.execute(select(cost, func.count()).select_from(calls))).one()
                is_lost = select(func.count()).select_from(calls).where(calls.c.status == "lost")
                lost = (await tx.execute(is_lost)).scalar_one()
                held = (await tx.execute(select(func.count()).select_from(reservations))).scalar_one()
                by_scope = select(spending.c.scope, func.sum(spending.c.cost_microusd)).group_by(spending.c.scope)
                sums = {scope: int(total) for scope, total in (await tx.execute(by_scope)).all()}
            [standing] = await here.room.caps.all()
        return Books(int(spent), held, rows, lost, standing.spent_microusd, sums)


async def open_purse(folder: Path, url: str, fake: FakeUpstream, cap: int) -> Purse:
    async with open_room(folder / "first", url) as here:
        # Of all time, so that no midnight comes between.
        await here.room.caps.add("all", "", "total", cap)
        return Purse(folder, url, await add(here, fake))


def shared(database_url: str) -> list[int]:
    """How many calls each process makes: SQLite has one, PostgreSQL three."""
    return [CALLS] if database_url.startswith("sqlite") else [167, 167, 166]


async def test_of_500_calls_at_once_exactly_the_137_that_fit_are_served(tmp_path: Path, database_url: str):
    async with FakeUpstream(DEAR) as fake:
        purse = await open_purse(tmp_path, database_url, fake, FIT * MOST + MOST - 1)
        parts = enumerate(shared(database_url))
        await asyncio.gather(*[purse.spend(f"process-{number}", count) for number, count in parts])
        books = await purse.books()
    # On a machine that is slow enough some wait in vain for the database and have not called, so that fewer may fit.
    served, in_vain = purse.ended["null"], purse.ended["db.busy"]
    assert served == FIT or (served < FIT <= served + in_vain)
    assert (served + in_vain + purse.ended["gateway.budget_reached"], purse.ended.total()) == (CALLS, CALLS)
    assert len(fake.requests) == served
    assert (books.spent, books.rows) == (served * MOST, CALLS)
    assert books.agree(), books


async def test_CRASH_04_no_failure_and_no_kill_takes_a_micro_dollar_more_than_the_cap(
    tmp_path: Path, database_url: str, chance: random.Random
):
    cap, charged = FIT * MOST, 0
    kills = [[15, 35], [25], []]

    def answer(request: Received) -> Turn:
        nonlocal charged
        # The call that a kill waits for is under way when it comes.
        is_last = any(len(fake.requests) in numbers for numbers in kills)
        turn, cost = (LATE, MOST) if is_last else some_turn(chance)
        charged += cost
        return turn

    async with FakeUpstream(answer) as fake:
        purse = await open_purse(tmp_path, database_url, fake, cap)

        def after(requests: int) -> Callable[[], Awaitable[None]]:
            async def wait() -> None:
                while len(fake.requests) < requests:
                    await asyncio.sleep(0.01)

            return wait

        async def one(name: str, count: int, kills: list[int]) -> None:
            for requests in kills:
                await purse.spend(name, count, after(requests))
            await purse.spend(name, count)

        parts = list(zip(shared(database_url), kills, strict=False))
        await asyncio.gather(*[one(f"process-{number}", count, at) for number, (count, at) in enumerate(parts)])
        books = await purse.books()
    assert charged <= books.spent <= cap
    assert books.agree(), books
    # Whom the cap does not refuse on a machine that is slow enough, waited in vain for the database.
    assert purse.ended["gateway.budget_reached"] + purse.ended["db.busy"] > 0
    # Of three processes the killed one may have had none of its calls under way.
    assert books.lost >= 2 or len(parts) > 1


def some_turn(chance: random.Random) -> tuple[Turn, int]:
    """Return what the provider does with a call, and what it takes for it in micro-dollars."""
    tokens, delay = chance.randint(1, 78), chance.uniform(0, 0.2)
    said = Say("ok", usage={"prompt_tokens": 22, "completion_tokens": tokens}, first_delay=delay)
    faults: list[tuple[Turn, int]] = [
        (Fault.reset_before_headers, MOST),
        (Fault.reset_mid_stream, MOST),
        (Status(400), 0),
        (Status(500), 0),
    ]
    return chance.choice(faults) if chance.random() < 0.3 else (said, 22 + tokens)


async def _kill(process: asyncio.subprocess.Process, until: Callable[[], Awaitable[None]]) -> None:
    ending = asyncio.create_task(process.wait())
    waiting = asyncio.ensure_future(until())
    await asyncio.wait([ending, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if process.returncode is None:
        process.kill()
    await ending


STANDINGS = some.lists(
    some.builds(
        Standing,
        cap=some.builds(Cap, limit_microusd=some.integers(0, 10**12)),
        spent_microusd=some.integers(0, 10**12),
        reserved_microusd=some.integers(0, 10**12),
    ),
    min_size=1,
)


@given(STANDINGS, some.integers(0, 10**6), some.integers(0, 10**9), some.sampled_from([None, 1, 500]))
def test_what_the_strictest_cap_affords_fits_into_every_cap(
    standings: list[Standing], prompt_price: int, answer_price: int, limit: int | None
):
    quote = quoted(
        question(max_tokens=limit), OwnTariff(prompt_price, answer_price), strictest(standings).available_microusd
    )
    for each in standings:
        taken = each.spent_microusd + each.reserved_microusd
        assert quote is None or taken + quote.amount_microusd <= each.cap.limit_microusd


@given(some.dates(date(2000, 1, 1), date(2200, 1, 1)), some.sampled_from(["day", "month"]))
def test_a_window_holds_its_days_and_ends_with_the_first_that_is_not_its_own(day: date, window: CapWindow):
    first, last = bounds(window, str(day))
    end = resets_at(window, str(day))
    assert end is not None
    assert first <= str(day) <= last < end.date().isoformat()
    assert bounds(window, end.date().isoformat())[0] == end.date().isoformat()
