"""What the settings pages are told, and what they may change."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest

from madang.clock import Clock
from madang.gateway.alerts.api import router as alerts
from madang.gateway.api import router
from madang.gateway.caps.api import router as caps
from madang.gateway.errors import BadProvider
from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.pricing.api import router as prices
from madang.preferences.service import Preferences
from madang.principal import ALL_SCOPES, Principal
from tests.gateway.rooms import Place, open_room
from tests.support.rooms import visited

PERSON = Principal("person", "p", ALL_SCOPES)
TOKEN = Principal("token", "t", ALL_SCOPES)
ADDED = {"name": "  My server ", "base_url": "https://models.example.org/v1/", "price_input_microusd_per_mtok": 5}


def browse(here: Place, who: Principal = PERSON) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    services = {**here.room.services(), Preferences: here.preferences, Clock: Clock()}
    return visited([router, caps, prices, alerts], services, who)


async def test_a_provider_is_added_changed_and_removed(tmp_path: Path):
    async with open_room(tmp_path) as here, browse(here) as client:
        added = (await client.post("/api/settings/providers", json=ADDED)).json()
        assert (added["name"], added["base_url"]) == ("My server", "https://models.example.org/v1")
        one = f"/api/settings/providers/{added['id']}"
        changed = (await client.patch(one, json={"enabled": False, "price_input_microusd_per_mtok": None})).json()
        assert (changed["enabled"], changed["price_input_microusd_per_mtok"], changed["name"]) == (
            False,
            None,
            "My server",
        )
        listed = (await client.get("/api/settings/providers")).json()
        assert [provider["id"] for provider in listed] == ["openai", added["id"], "builtin"]
        here.keys[f"provider:{added['id']}"] = "sk-test-1234567890"
        assert (await client.delete(one)).status_code == 204
        assert here.keys == {}
        assert (await client.delete(one)).text == "gateway.unknown_provider"
        assert [kind for kind, _ in here.said if kind == "providers.changed"] == ["providers.changed"] * 3


async def test_an_added_provider_is_still_there_after_a_restart(tmp_path: Path):
    async with open_room(tmp_path) as here, browse(here) as client:
        await client.post("/api/settings/providers", json=ADDED)
    async with open_room(tmp_path) as here:
        assert [provider.name for provider in here.room.directory.all()] == ["OpenAI", "My server", "Madang"]


async def test_SEC_08_an_address_beyond_this_machine_must_be_https_and_hold_no_key(tmp_path: Path):
    bad = [
        "http://models.example.org/v1",
        "https://user:key@example.org/v1",
        "https://example.org/v1?key=x",
        "ftp://x",
        "x",
    ]
    async with open_room(tmp_path) as here, browse(here) as client:
        for base_url in bad:
            answer = await client.post("/api/settings/providers", json={**ADDED, "base_url": base_url})
            assert (answer.status_code, answer.text) == (422, "gateway.bad_provider"), base_url
        local = {**ADDED, "base_url": "http://localhost:9/v1"}
        assert (await client.post("/api/settings/providers", json=local)).status_code == 201


@pytest.mark.parametrize(
    "host",
    [
        "192.168.0.9:11434",
        "10.1.2.3",
        "172.31.0.1",
        "100.64.0.7",
        "[fd00::1]",
        "nas",
        "nas.local",
        "host.docker.internal",
    ],
)
async def test_SEC_08_plain_http_leads_into_a_private_network_where_the_person_says_so(tmp_path: Path, host: str):
    async with open_room(tmp_path) as here, browse(here) as client:
        near = {**ADDED, "base_url": f"http://{host}/v1"}
        assert (await client.post("/api/settings/providers", json=near)).status_code == 422
        added = await client.post("/api/settings/providers", json={**near, "may_be_plain": True})
        assert (added.status_code, added.json()["base_url"]) == (201, f"http://{host}/v1")
        one = f"/api/settings/providers/{added.json()['id']}"
        same = {"name": "Attic", "base_url": near["base_url"]}
        assert (await client.patch(one, json=same)).json()["name"] == "Attic"
        assert (await client.patch(one, json={"base_url": "http://192.168.0.10/v1"})).status_code == 422


@pytest.mark.parametrize("host", ["models.example.org", "8.8.8.8", "172.32.0.1", "169.254.169.254", "[2001:db8::1]"])
async def test_SEC_08_plain_http_leads_nowhere_else_whatever_is_said(tmp_path: Path, host: str):
    async with open_room(tmp_path) as here, browse(here) as client:
        far = {**ADDED, "base_url": f"http://{host}/v1", "may_be_plain": True}
        assert (await client.post("/api/settings/providers", json=far)).status_code == 422
    with pytest.raises(BadProvider, match="OPENAI_BASE_URL"):
        async with open_room(tmp_path / "other", openai_base_url=far["base_url"]):
            pass


async def test_a_server_beside_the_container_is_named_in_the_environment(tmp_path: Path):
    async with open_room(tmp_path, openai_base_url="http://ollama:11434/v1") as here:
        assert here.room.directory.get("env").base_url == "http://ollama:11434/v1"


async def test_SEC_08_a_program_may_look_and_not_change_a_provider(tmp_path: Path):
    async with open_room(tmp_path) as here, browse(here, TOKEN) as client:
        assert (await client.get("/api/settings/providers")).status_code == 200
        assert (await client.post("/api/settings/providers", json=ADDED)).status_code == 403
        assert (await client.patch("/api/settings/providers/openai", json={"enabled": False})).status_code == 403
        assert (await client.delete("/api/settings/providers/openai")).status_code == 403


async def test_SEC_08_a_stored_key_never_goes_to_the_environments_address(tmp_path: Path):
    keys = {"provider:openai": "sk-CANARY-stored-000001"}
    async with FakeUpstream("x") as fake, open_room(tmp_path, keys=keys, openai_base_url=fake.base_url) as here:
        await here.ask(model="env/gpt-4o-mini")
        assert "authorization" not in fake.requests[0].headers
        here.keys["provider:env"] = "sk-CANARY-of-the-pair-01"
        await here.ask(model="env/gpt-4o-mini", seed=2)
        assert fake.requests[1].headers["authorization"] == "Bearer sk-CANARY-of-the-pair-01"
        assert b"CANARY-stored" not in b"".join(str(one.headers).encode() + one.body for one in fake.lookups)


async def test_a_check_says_how_many_models_answer_or_what_is_wrong(tmp_path: Path):
    key = "sk-CANARY-right-key-01"
    async with (
        FakeUpstream(models=["a", "b"], api_key=key) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        wrong = (await client.post("/api/settings/providers/env/check")).json()
        here.keys["provider:env"] = key
        right = (await client.post("/api/settings/providers/env/check")).json()
        missing = (await client.post("/api/settings/providers/openai/check")).json()
    assert (wrong["ok"], wrong["error"]["code"]) == (False, "upstream.wrong_key")
    assert (right["ok"], right["models"], right["error"]) == (True, 2, None)
    assert (missing["ok"], missing["error"]["details"]["reason"]) == (False, "no_key")


async def test_the_cache_is_shown_and_cleared(tmp_path: Path):
    async with (
        FakeUpstream("kept") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        await here.ask(model="env/gpt-4o-mini")
        state = (await client.get("/api/settings/cache")).json()
        assert (state["entries"], state["ttl_seconds"], state["enabled"]) == (1, 86400, True)
        assert 0 < state["size_bytes"] < state["limit_bytes"]
        assert (await client.delete("/api/settings/cache")).status_code == 204
        assert (await client.get("/api/settings/cache")).json()["entries"] == 0


async def test_limits_show_the_strictest_cap_and_the_day(tmp_path: Path):
    async with open_room(tmp_path, daily_cap_usd=2) as here, browse(here) as client:
        assert (await client.get("/api/settings/limits")).json()["daily_cap_microusd"] == 2_000_000
        await here.room.caps.add("all", "", "day", 5_000_000)
        limits = (await client.get("/api/settings/limits")).json()
    assert (limits["daily_cap_microusd"], limits["spent_today_microusd"], limits["reserved_microusd"]) == (
        2_000_000,
        0,
        0,
    )
    assert len(limits["day"]) == 10


async def test_the_built_in_model_says_that_it_is_off(tmp_path: Path):
    async with open_room(tmp_path) as here, browse(here) as client:
        assert (await client.get("/api/settings/builtin")).json()["status"] == "off"
        assert (await client.post("/api/settings/builtin/fetch")).text == "builtin.off"
        [model] = (await client.get("/api/settings/models")).json()
    assert (model["id"], model["available"], model["unavailable_reason"]) == (
        "builtin/qwen2.5-coder-1.5b",
        False,
        "off",
    )
