"""Questions whose answers the person wants never kept."""

from pathlib import Path

from madang.gateway.fake_upstream import FakeUpstream
from tests.gateway.rooms import open_room
from tests.gateway.test_api import browse

MODEL = "env/gpt-4o-mini"
NEVER = "/api/settings/cache/never"


async def test_an_answer_that_is_never_to_be_kept_is_forgotten_and_asked_for_each_time(tmp_path: Path):
    async with FakeUpstream("one", "two", "three", "four") as fake:
        async with open_room(tmp_path, openai_base_url=fake.base_url) as here, browse(here) as client:
            heard = await here.ask(model=MODEL)
            assert (await client.post(NEVER, json={"call_id": heard.receipt.call_id})).status_code == 204
            assert (await client.get("/api/settings/cache")).json()["entries"] == 0
            assert (await here.ask(model=MODEL)).text == "two"
            assert (await here.ask(model=MODEL, cache="refresh")).receipt.cache == "off"
            assert (await here.ask(model=MODEL, cache="only")).code == "gateway.not_kept"
        async with open_room(tmp_path, openai_base_url=fake.base_url) as here, browse(here) as client:
            assert (await here.ask(model=MODEL)).text == "four"
            assert (await client.get("/api/settings/cache")).json()["never_kept"] == 1


async def test_a_hit_can_be_the_last_one(tmp_path: Path):
    async with (
        FakeUpstream("one", "two") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        await here.ask(model=MODEL)
        hit = await here.ask(model=MODEL)
        assert hit.receipt.cache == "hit"
        for _ in range(2):
            assert (await client.post(NEVER, json={"call_id": hit.receipt.call_id})).status_code == 204
        assert (await here.ask(model=MODEL)).text == "two"


async def test_answers_are_kept_again_once_the_person_says_so(tmp_path: Path):
    async with (
        FakeUpstream("one", "two", "three") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        heard = await here.ask(model=MODEL)
        await client.post(NEVER, json={"call_id": heard.receipt.call_id})
        assert (await client.delete(NEVER)).status_code == 204
        assert (await client.get("/api/settings/cache")).json()["never_kept"] == 0
        assert (await here.ask(model=MODEL)).text == "two"
        assert (await here.ask(model=MODEL)).receipt.cache == "hit"


async def test_a_call_that_nobody_made_is_not_found(tmp_path: Path):
    async with open_room(tmp_path) as here, browse(here) as client:
        found = await client.post(NEVER, json={"call_id": "nobody"})
    assert (found.status_code, found.text) == (404, "gateway.unknown_call")
