"""Sessions and tokens outlive the process and end when they should; on SQLite and PostgreSQL."""

from typing import Any

import pytest

from madang.clock import FixedClock
from madang.db.database import Database
from madang.guard.errors import NoSuchToken
from madang.guard.sessions import Sessions
from madang.guard.signin import label_of
from madang.guard.tokens import Tokens
from madang.guard.watch import SessionWatch


class Heard:
    """What every open page was told."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def __call__(self, kind: str, data: dict[str, Any]) -> None:
        self.kinds.append(kind)


async def test_a_session_survives_a_restart_and_ends_after_thirty_days(database: Database) -> None:
    clock = FixedClock()
    opened = await Sessions(database, clock, Heard()).open("Firefox · Linux")
    clock.advance(days=29, hours=23)
    restarted = Sessions(database, clock, Heard())
    await restarted.start()
    found = await restarted.find(opened.cookie, opened.token)
    assert found is not None
    assert (found[0], found[1].id) == ("whole", opened.session.id)
    clock.advance(hours=1)
    assert await restarted.find(opened.cookie, opened.token) is None
    assert not restarted.is_live(opened.session.id)
    assert restarted.all() == []


async def test_a_closed_session_stays_closed_after_a_restart(database: Database) -> None:
    clock, heard = FixedClock(), Heard()
    sessions = Sessions(database, clock, heard)
    opened, other = await sessions.open("one"), await sessions.open("two")
    await sessions.close(opened.session.id)
    restarted = Sessions(database, clock, Heard())
    await restarted.start()
    assert [session.id for session in restarted.all()] == [other.session.id]
    assert heard.kinds == ["sessions.changed"] * 3


async def test_when_a_session_was_seen_last_is_kept(database: Database) -> None:
    clock = FixedClock()
    sessions = Sessions(database, clock, Heard())
    opened = await sessions.open("one")
    clock.advance(hours=5)
    await sessions.find(opened.cookie, opened.token)
    await sessions.stop()
    restarted = Sessions(database, clock, Heard())
    await restarted.start()
    assert restarted.all()[0].last_seen_at == clock.now()


async def test_sessions_do_not_pile_up(database: Database) -> None:
    clock = FixedClock()
    sessions = Sessions(database, clock, Heard())
    for _ in range(203):
        clock.advance(seconds=1)
        last = await sessions.open("script")
    assert len(sessions.all()) == 200
    assert sessions.is_live(last.session.id)


async def test_a_token_survives_a_restart_until_it_is_revoked(database: Database) -> None:
    clock = FixedClock()
    tokens = Tokens(database, clock, Heard())
    kept, text = await tokens.create("editor", frozenset({"chat", "read"}))
    restarted = Tokens(database, clock, Heard())
    await restarted.start()
    found = await restarted.find(text)
    assert found is not None
    assert (found.kind, found.id, found.scopes) == ("token", kept.id, {"chat", "read"})
    watch = SessionWatch(Sessions(database, clock, Heard()), restarted)
    assert watch.is_live(found)
    await restarted.delete(kept.id)
    assert not watch.is_live(found)
    with pytest.raises(NoSuchToken):
        await restarted.delete(kept.id)
    again = Tokens(database, clock, Heard())
    await again.start()
    assert await again.find(text) is None


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36", "Chrome · Android"),
        ("python-httpx/0.28", "python-httpx"),
        ("", "?"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_a_person_calls_it(user_agent: str, label: str) -> None:
    assert label_of(user_agent) == label
