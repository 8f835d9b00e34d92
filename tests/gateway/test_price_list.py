"""A newer price list: fetched on request only, used at once and after a restart, refused where it makes no sense."""

from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Say
from madang.gateway.pricing import renewal
from tests.gateway.rooms import Place, open_room
from tests.gateway.test_api import TOKEN, browse
from tests.gateway.test_budget import USAGE
from tests.support.price_list import price_list, price_list_place

LIST = "/api/settings/prices/list"
NEW = "env/new-0"


async def cost(here: Place) -> int | None:
    return (await here.ask(model=NEW, cache="off")).receipt.cost_microusd


async def test_a_newer_list_counts_from_the_moment_it_is_fetched_until_it_is_taken_back(tmp_path: Path):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, price_list_place(price_list()) as place:
        settings = {"openai_base_url": fake.base_url, "price_list_url": place.url}
        async with open_room(tmp_path, **settings) as here, browse(here) as client:
            assert await cost(here) is None
            assert (await client.get("/api/settings/prices")).json()["is_fetched"] is False
            assert place.asked == 0
            assert (await client.post(LIST)).status_code == 204
            assert await cost(here) == USAGE["prompt_tokens"] + 2 * USAGE["completion_tokens"]
            assert (await client.get("/api/settings/prices")).json()["is_fetched"] is True
        async with open_room(tmp_path, **settings) as here, browse(here) as client:
            assert await cost(here) == USAGE["prompt_tokens"] + 2 * USAGE["completion_tokens"]
            assert (await client.delete(LIST)).status_code == 204
            assert await cost(here) is None
            assert (await client.get("/api/settings/prices")).json()["is_fetched"] is False
        async with open_room(tmp_path, **settings) as here:
            assert await cost(here) is None
    assert place.asked == 1


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"<html>", "200 OK", "form"),
        (b'[{"id": 1}]', "200 OK", "form"),
        (price_list()[:-9], "200 OK", "form"),
        (price_list(count=3), "200 OK", "few"),
        (price_list({"input_mtok": -1, "output_mtok": 1}), "200 OK", "numbers"),
        (price_list({"input_mtok": 10**9, "output_mtok": 1}), "200 OK", "numbers"),
        (price_list(), "404 Not Found", "unreachable"),
        (price_list(), "302 Found", "unreachable"),
    ],
)
async def test_nonsense_changes_nothing_and_says_why(tmp_path: Path, content: bytes, status: str, reason: str):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, price_list_place(price_list()) as place:
        settings = {"openai_base_url": fake.base_url, "price_list_url": place.url}
        async with open_room(tmp_path, **settings) as here:
            await here.room.price_renewal.renew()
            place.content, place.status = content, status
            with pytest.raises(renewal.BadPriceList) as refused:
                await here.room.price_renewal.renew()
            assert refused.value.details["reason"] == reason
            assert await cost(here) == USAGE["prompt_tokens"] + 2 * USAGE["completion_tokens"]
            assert [path.name for path in tmp_path.glob("price-list*")] == ["price-list.json"]


async def test_no_more_is_read_than_a_price_list_can_have(tmp_path: Path):
    async with price_list_place(b" " * (17 * 2**20)) as place, open_room(tmp_path, price_list_url=place.url) as here:
        with pytest.raises(renewal.BadPriceList) as refused:
            await here.room.price_renewal.renew()
    assert refused.value.details["reason"] == "large"


async def test_a_spoilt_file_gives_way_to_the_shipped_list(tmp_path: Path):
    (tmp_path / "price-list.json").write_bytes(b"spoilt")
    async with open_room(tmp_path) as here:
        assert (await here.room.prices.list_date())[1] is False


async def test_a_program_has_no_list_fetched(tmp_path: Path):
    async with (
        price_list_place(price_list()) as place,
        open_room(tmp_path, price_list_url=place.url) as here,
        browse(here, TOKEN) as client,
    ):
        assert (await client.post(LIST)).status_code == 403
        assert (await client.delete(LIST)).status_code == 403
    assert place.asked == 0
