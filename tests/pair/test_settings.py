"""What a person changes at one of two processes is in force at the other: sessions, tokens, choices, providers."""

from pathlib import Path
from typing import Any

import httpx

from tests.pair.conftest import Pair, two
from tests.pair.listening import listening
from tests.pair.test_chat import until
from tests.support import postgres

KEY = "sk-of-two-processes-on-one-database-1234"


def test_WEB_11_signing_out_at_one_process_closes_what_is_open_at_the_other(pair: Pair):
    who = pair.a.sign_in()
    with pair.a.client(who) as here, pair.b.client(who) as there, listening(there, "app") as stream:
        assert there.get("/api/session").status_code == 200
        here.delete("/api/session").raise_for_status()
        assert stream.ends()
        assert there.get("/api/session").status_code == 401
        with pair.person(pair.b) as other:
            assert other.get("/api/session").status_code == 200


def test_WEB_11_signing_out_everywhere_reaches_sessions_of_both(pair: Pair):
    mine, others = pair.b.sign_in(), pair.a.sign_in()
    with pair.a.client(mine) as person, pair.a.client(others) as here, pair.b.client(others) as there:
        with listening(there, "app") as stream:
            person.delete("/api/session/all").raise_for_status()
            assert stream.ends()
        assert [here.get("/api/session").status_code, there.get("/api/session").status_code] == [401, 401]
    # The session that the other tests share has ended as well.
    pair.renew()


def test_WEB_11_a_token_works_at_both_and_is_revoked_at_both(pair: Pair):
    with pair.a.client(pair.a.sign_in()) as here, pair.b.client(pair.b.sign_in()) as there:
        made = here.post("/api/tokens", json={"name": "editor", "scopes": ["read"]}).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {made['token']}"}
        with (
            httpx.Client(base_url=pair.b.url, headers=bearer, timeout=60) as program,
            listening(program, "app") as stream,
        ):
            there.delete(f"/api/tokens/{made['id']}").raise_for_status()
            assert stream.ends()
            assert program.get("/api/settings").status_code == 401
        with httpx.Client(base_url=pair.a.url, headers=bearer, timeout=60) as program:
            assert until(lambda: program.get("/api/settings").status_code == 401)


def test_WEB_10_a_sign_in_code_of_one_process_opens_the_other_once(pair: Pair):
    bearer = {"Authorization": f"Bearer {pair.a.runtime['control_key']}"}
    with pair.a.anonymous() as here, pair.b.anonymous() as there:
        code = here.post("/api/session/code", headers=bearer).raise_for_status().json()["code"]
        answers = [place.post("/api/session", json={"code": code}).status_code for place in (there, here, there)]
    assert answers == [201, 401, 401]


def test_a_session_of_one_process_works_at_once_at_the_other(pair: Pair):
    for _ in range(5):
        with pair.b.client(pair.a.sign_in()) as there:
            assert there.get("/api/session").status_code == 200


def test_choices_providers_and_keys_of_one_process_are_in_force_at_the_other(pair: Pair):
    with pair.a.client(pair.a.sign_in()) as here, pair.b.client(pair.b.sign_in()) as there:
        here.patch("/api/settings", json={"max_tokens": 123, "language": "en"}).raise_for_status()
        assert until(lambda: there.get("/api/settings").json()["max_tokens"] == 123)
        cap = {"scope": "all", "window": "day", "limit_microusd": 123_000_000}
        set_here = here.post("/api/settings/caps", json=cap).raise_for_status().json()
        assert until(lambda: there.get("/api/settings/limits").json()["daily_cap_microusd"] == 123_000_000)
        there.delete(f"/api/settings/caps/{set_here['id']}").raise_for_status()
        assert until(lambda: here.get("/api/settings/caps").json() == [])
        added = here.post("/api/settings/providers", json={"name": "Mine", "base_url": "http://127.0.0.1:9/v1"})
        provider = added.raise_for_status().json()["id"]
        assert until(lambda: provider in ids_of(there))
        there.patch(f"/api/settings/providers/{provider}", json={"name": "Yours"}).raise_for_status()
        assert until(lambda: ids_of(here).get(provider) == "Yours")
        here.delete(f"/api/settings/providers/{provider}").raise_for_status()
        assert until(lambda: provider not in ids_of(there))
        here.patch("/api/settings", json={"max_tokens": None}).raise_for_status()


def test_a_key_that_the_other_process_could_not_read_is_refused_in_words(pair: Pair):
    with pair.a.client(pair.a.sign_in()) as here, pair.b.client(pair.b.sign_in()) as there:
        refused = here.put("/api/keys/provider:openai", json={"value": KEY, "place": "file"})
        assert refused.status_code == 503
        error = refused.json()["error"]
        assert (error["code"], error["details"]) == ("secrets.place_unusable", {"problem": "not_shared"})
        assert not any(key["set"] for key in [*keys_of(here), *keys_of(there)] if key["name"] == "provider:openai")


def test_keys_in_a_folder_that_both_share_are_set_rotated_and_deleted_for_both(
    tmp_path: Path, postgres_cluster: postgres.Cluster
):
    def set_and_seen(setter: httpx.Client, reader: httpx.Client, value: str) -> bool:
        setter.put("/api/keys/provider:openai", json={"value": value, "place": "file"}).raise_for_status()
        return until(lambda: (True, value[-4:]) in [(key["set"], key["last4"]) for key in keys_of(reader)])

    with (
        postgres_cluster.database() as url,
        two(tmp_path, url, MADANG_KEYS_DIR=str(tmp_path / "keys")) as pair,
        pair.a.client(pair.a.sign_in()) as here,
        pair.b.client(pair.b.sign_in()) as there,
    ):
        assert set_and_seen(here, there, KEY)
        assert set_and_seen(there, here, KEY[:-4] + "9999")
        here.delete("/api/keys/provider:openai").raise_for_status()
        assert until(lambda: not any(key["name"] == "provider:openai" and key["set"] for key in keys_of(there)))


def test_kept_answers_are_cleared_at_both(pair: Pair):
    def entries(client: httpx.Client) -> int:
        return int(client.get("/api/settings/cache").raise_for_status().json()["entries"])

    with pair.program(pair.a) as here, pair.program(pair.b) as there:
        for client in (here, there):
            client.post("/api/chat", json={"content": "to be kept", "temperature": 0}).raise_for_status()
            assert until(lambda client=client: entries(client) > 0)
        here.delete("/api/settings/cache").raise_for_status()
        assert entries(here) == 0
        assert until(lambda: entries(there) == 0)


def keys_of(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/keys").raise_for_status().json()
    return found


def ids_of(client: httpx.Client) -> dict[str, Any]:
    items = client.get("/api/settings/providers").raise_for_status().json()
    return {item["id"]: item["name"] for item in items}
