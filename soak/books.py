"""The books: each call to the provider is entered once, and what was reserved is settled."""

from collections import Counter
from typing import NamedTuple

from soak.errors import hold
from soak.oracle import Row
from soak.promises import Promises
from soak.provider import Provider
from soak.rows import all_of, rows_of
from soak.server import House
from soak.truth import key_of

# The product asks a provider three times at most within one call.
TRIES = 3
_CALLS = "SELECT id, turn_id, status, cache, attempts, cost_microusd FROM calls"


class Call(NamedTuple):
    """A row of the ledger."""

    id: str
    turn_id: str
    status: str
    cache: str
    attempts: int
    cost_microusd: int | None


def check_books(house: House, promises: Promises, provider: Provider, turns: dict[str, Row]) -> None:
    """Compare what the provider was asked, what the ledger has, and what people wanted."""
    with rows_of(house) as rows:
        calls = [Call(*row) for row in all_of(rows, _CALLS)]
        open_calls = [turn_id for (turn_id,) in all_of(rows, "SELECT turn_id FROM reservations")]
    if house.kind == "sqlite":
        hold(not open_calls, "reservations that nobody settles", open_calls)
    unknown = [call for call in calls if call.cost_microusd is None]
    hold(not unknown, "a call under a cap has no cost", *unknown)
    asked = [call for call in calls if call.cache not in {"hit", "similar"}]
    _check_wanted(Counter([*(call.turn_id for call in asked), *open_calls]), promises)
    _check_entered(provider, asked, open_calls, {row.id: key_of(row.content) for row in turns.values()})
    hold(not provider.lies, "a prompt had words that nobody said", *provider.lies)


def _check_wanted(runs: Counter[str], promises: Promises) -> None:
    """No turn was answered more often than somebody wanted."""
    for turn_id in promises.turns:
        wanted = 1 + promises.runs_asked[turn_id]
        hold(runs[turn_id] <= wanted, "a turn was charged twice", turn_id, runs[turn_id], wanted)


def _check_entered(provider: Provider, asked: list[Call], open_calls: list[str], keys: dict[str, str]) -> None:
    """Every request that the provider got belongs to a call in the books."""
    booked: Counter[str] = Counter()
    for call in asked:
        booked[keys.get(call.turn_id, "")] += TRIES if call.status == "lost" else call.attempts
    for turn_id in open_calls:
        booked[keys.get(turn_id, "")] += TRIES
    for key, times in provider.calls.items():
        hold(times <= booked[key], "the provider was asked and the books do not have it", key, times, booked[key])
