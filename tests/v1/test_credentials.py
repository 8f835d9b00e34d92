"""Who may use `/v1`: the scope `chat`, whatever the credential, and the same answer to the same right."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.server import Server
from tests.v1.conftest import QUESTION, TOKEN, Place

ASKS = {
    "models": ("GET", "/v1/models", None),
    "one model": ("GET", "/v1/models/env/fake-model", None),
    "completion": ("POST", "/v1/chat/completions", {"model": "env/fake-model", "messages": QUESTION}),
    "stream": ("POST", "/v1/chat/completions", {"model": "env/fake-model", "messages": QUESTION, "stream": True}),
    "vectors": ("POST", "/v1/embeddings", {"model": "env/e", "input": "x"}),
    "nothing": ("GET", "/v1/nothing", None),
    "settings": ("GET", "/api/settings", None),
    "cache": ("DELETE", "/api/settings/cache", None),
    "tokens": ("GET", "/api/tokens", None),
}
SCOPED = {name: {"chat": 200} for name in ("models", "one model", "completion", "stream", "vectors")} | {
    "nothing": {"chat": 404}, "settings": {"read": 200}, "cache": {"manage": 204}, "tokens": {},
}  # fmt: skip
"""What each scope opens; everything else is 403."""


@pytest.fixture(scope="module")
def made(house: Place) -> Iterator[dict[str, str]]:
    """A token of each scope, and one of all."""
    with house.server.client() as page:
        yield {
            name: page.post("/api/tokens", json={"name": name, "scopes": scopes}).json()["token"]
            for name, scopes in {
                "chat": ["chat"], "read": ["read"], "manage": ["manage"], "all": ["chat", "read", "manage"],
            }.items()
        }  # fmt: skip


@pytest.mark.parametrize("scope", ["chat", "read", "manage"])
async def test_WEB_14_a_token_opens_what_its_scope_says_and_nothing_else(
    place: Place, made: dict[str, str], scope: str
):
    found = await _statuses(place.server, {"Authorization": f"Bearer {made[scope]}"})
    assert found == {name: SCOPED[name].get(scope, 403) for name in ASKS}


@pytest.mark.parametrize("claim", [{"x-madang-scope": "manage"}, {"x-forwarded-user": "me"}, {"x-scopes": "chat"}])
async def test_WEB_14_a_scope_that_a_request_claims_for_itself_counts_for_nothing(
    place: Place, made: dict[str, str], claim: dict[str, str]
):
    headers = {"Authorization": f"Bearer {made['read']}"} | claim
    async with httpx.AsyncClient(base_url=place.server.url, headers=headers, timeout=60) as client:
        body = {"model": "env/fake-model", "messages": QUESTION, "scopes": ["chat"]}
        answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "permission_error"
    assert place.asked == []


async def test_WEB_16_the_same_right_by_every_credential_opens_the_same(place: Place, made: dict[str, str]):
    by_all = await _statuses(place.server, {"Authorization": f"Bearer {made['all']}"})
    by_environment = await _statuses(place.server, {"Authorization": f"Bearer {TOKEN}"})
    by_other_spelling = await _statuses(place.server, {"authorization": f"bearer {made['all']}"})
    who = place.server.sign_in()
    by_session = await _statuses(place.server, who.headers, who.cookies)
    assert by_all == by_environment == by_other_spelling
    # What only a person may is the one difference.
    assert by_session == by_all | {"tokens": 200}
    assert by_all["tokens"] == 403


async def test_WEB_16_half_a_session_and_a_revoked_token_open_nothing(place: Place):
    who = place.server.sign_in()
    with place.server.client() as page:
        one = page.post("/api/tokens", json={"name": "gone", "scopes": ["chat"]}).json()
        page.delete(f"/api/tokens/{one['id']}")
    for headers, cookies in (
        ({}, who.cookies), (who.headers, {}), ({"Authorization": f"Bearer {one['token']}"}, {}), ({}, {}),
    ):  # fmt: skip
        assert set((await _statuses(place.server, headers, cookies)).values()) <= {401, 403}
    assert place.asked == []


async def _statuses(server: Server, headers: dict[str, str], cookies: dict[str, str] | None = None) -> dict[str, int]:
    async with httpx.AsyncClient(base_url=server.url, headers=headers, cookies=cookies, timeout=60) as client:
        return {
            name: (await client.request(method, path, json=body)).status_code
            for name, (method, path, body) in ASKS.items()
        }
