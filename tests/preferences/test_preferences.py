"""What a person chooses holds, is checked, and outlives the process; on SQLite and PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest

from madang.clock import FixedClock
from madang.config import load
from madang.db.database import Database
from madang.errors import NotAllowed
from madang.preferences.changing import checked
from madang.preferences.errors import InvalidPreference
from madang.preferences.service import Preferences
from madang.preferences.store import choose
from madang.principal import Principal

PROGRAM = Principal("token", "t1", frozenset({"manage"}))


async def opened(database: Database, heard: list[Any] | None = None, **settings: Any) -> Preferences:
    said = [] if heard is None else heard
    preferences = Preferences(database, load(**settings), FixedClock(), lambda *event: said.append(event))
    await preferences.start()
    return preferences


async def test_a_choice_outlives_the_process_and_everybody_hears_of_it(database: Database) -> None:
    heard: list[Any] = []
    first = await opened(database, heard)
    await first.change({"theme": "dark", "fallbacks": ["a/x", "b/y", "a/x"], "temperature": 1})
    kind, data = heard[0]
    assert (kind, data["preferences"]["theme"]) == ("preferences.changed", "dark")
    again = (await opened(database)).get()
    assert (again.theme, again.fallbacks, again.temperature) == ("dark", ("a/x", "b/y"), 1)


async def test_the_environment_says_what_holds_before_anything_is_chosen(database: Database) -> None:
    given = {"lang": "ko", "model": "env/m", "max_tokens": 99, "builtin": False}
    values = (await opened(database, cache_ttl=timedelta(minutes=1), **given)).get()
    assert (values.language, values.default_model, values.max_tokens) == ("ko", "env/m", 99)
    assert (values.builtin_enabled, values.cache_ttl_seconds) == (False, 60)


async def test_choosing_nothing_is_a_choice_too(database: Database) -> None:
    await (await opened(database, max_tokens=99)).change({"max_tokens": None})
    assert (await opened(database, max_tokens=99)).get().max_tokens is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("temperature", 9), ("temperature", float("nan")), ("temperature", "1"), ("top_p", 0), ("max_tokens", -5),
     ("max_tokens", 1.5), ("max_tokens", True), ("theme", "pink"), ("theme", None), ("language", "fr"),
     ("fallbacks", "a/x"), ("fallbacks", ["x"] * 11), ("cache_limit_bytes", 0),
     ("default_model", " "), ("routes", [{"id": "a", "name": "a"}]),
     ("routes", [{"id": "a", "name": "a", "model": "m"}] * 2),
     ("system_prompt", "\ud800"), ("reasoning_effort", "High!"), ("colour", "red")],
)  # fmt: skip
async def test_what_cannot_be_chosen_is_refused_by_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidPreference) as refused:
        checked({"title_calls": True, field: value})
    assert refused.value.details["field"].split(".")[0] == field
    assert "rule" in refused.value.details


async def test_a_refused_patch_changes_nothing(database: Database) -> None:
    preferences = await opened(database)
    with pytest.raises(InvalidPreference):
        await preferences.change({"theme": "dark", "temperature": 9})
    assert preferences.get().theme == (await opened(database)).get().theme == "system"


async def test_a_stored_choice_of_another_version_is_left_aside(database: Database) -> None:
    await choose(database, {"colour": "red", "theme": "plaid", "title_calls": True}, FixedClock().now())
    values = (await opened(database)).get()
    assert (values.theme, values.title_calls) == ("system", True)


async def test_a_program_may_set_the_cache_and_nothing_more(database: Database) -> None:
    preferences = await opened(database)
    await preferences.change({"cache_enabled": False, "cache_ttl_seconds": 5}, PROGRAM)
    for beyond in ({"allow_paid_fallback": True}, {"unknown_price": "allow"},
                   {"default_model": "openai/dear"}, {"cache_enabled": True, "theme": "dark"}):  # fmt: skip
        with pytest.raises(NotAllowed):
            await preferences.change(beyond, PROGRAM)
    assert preferences.get().cache_ttl_seconds == 5
