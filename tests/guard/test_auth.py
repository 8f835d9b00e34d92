"""Whatever is not public needs a credential, and half a credential is none."""

import asyncio
import json
import time

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from madang.guard import paths
from tests.guard.conftest import JSON, Browser, House, Start

SPELLINGS = [
    "/api/things", "/api/things/", "//api/things", "/api//things", "/%61pi/things", "/api/%74hings", "/API/THINGS",
    "/static/../api/things", "/static/%2e%2e/api/things", "/static/..%2fapi/things", "/static//api/things",
    "/chat/../api/things", "/chat/x/../../api/things", "/./api/things", "/api/things%00", "/api/things;x", "/docs",
    "/docs/x", "/openapi.json", "/redoc", "/metrics", "/v1/models", "/nowhere", "/static", "/static/a\\..\\b",
    "/Static/x", "/api/session/", "/api/session/ways/", "/api/health/live/../../things",
]  # fmt: skip


@pytest.mark.parametrize("path", SPELLINGS)
def test_WEB_03_without_a_credential_no_spelling_opens_anything(house: House, path: str) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
        assert house.ask(method, path).status in (401, 403), (method, path)


def test_WEB_03_only_the_listed_addresses_are_public() -> None:
    public = ["/", "/chat", "/chat/01hx", "/files", "/files/01hx", "/usage", "/settings", "/settings/keys",
              "/static/v/main.js", "/favicon.ico", "/manifest.webmanifest", "/api/health/live"]  # fmt: skip
    assert all(paths.is_public("GET", path) for path in public)
    assert paths.is_public("GET", "/api/session/ways")
    assert paths.is_public("POST", "/api/session")
    closed = [("POST", path) for path in public] + [("GET", "/api/session"), ("DELETE", "/api/session")]
    assert not any(paths.is_public(method, path) for method, path in closed)


def test_WEB_09_the_cookie_alone_opens_only_what_a_link_leads_to(house: House) -> None:
    browser = house.sign_in()
    cookie = ("Cookie", browser.cookie)
    answer = house.ask("GET", "/api/things", [cookie])
    assert (answer.status, answer.code) == (403, "guard.header_missing")
    assert house.ask("POST", "/api/things", [cookie, JSON], b'{"text": "by cookie"}').status == 403
    assert house.ask("GET", "/openapi.json", [cookie]).status == 200
    assert house.ask("POST", "/docs", [cookie]).status == 403
    assert "by cookie" not in house.done


def test_WEB_09_the_header_token_alone_or_of_another_session_opens_nothing(house: House) -> None:
    mine, yours = house.sign_in(), house.sign_in()
    alone = [("X-Madang-Token", mine.token)]
    assert house.ask("GET", "/api/things", [*alone, ("Origin", "http://evil.example")]).status == 403
    assert house.ask("GET", "/api/things", alone).status == 401
    mixed = Browser(mine.cookie, yours.token)
    assert house.ask("GET", "/api/things", mixed.headers).status == 401


def test_a_second_cookie_set_by_another_port_does_not_sign_out(house: House) -> None:
    browser = house.sign_in()
    name = browser.cookie.partition("=")[0]
    headers = [("Cookie", f"other=1; {name}=planted; {browser.cookie}"), *browser.headers[1:]]
    assert house.ask("GET", "/api/things", headers).status == 200


def test_WEB_10_what_the_database_keeps_opens_nothing(house: House) -> None:
    browser, token = house.sign_in(), house.token("read")
    stored = b"".join(path.read_bytes() for path in house.folder.glob("house.sqlite3*"))
    for secret in (browser.cookie.partition("=")[2], browser.token, token, token.removeprefix("mdt_")):
        assert len(secret) >= 43  # 256 bits in base64
        assert secret.encode() not in stored


def test_WEB_10_the_cookie_is_kept_from_scripts_and_other_sites(house: House) -> None:
    body = json.dumps({"code": house.code()}).encode()
    answer = house.ask("POST", "/api/session", [JSON], body)
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[0].startswith(f"madang_{house.port}_test=")
    assert set(parts[1:]) == {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"}
    assert house.ask("POST", "/api/session", [JSON], body).status == 401


def test_over_tls_the_cookie_is_secure(house: House) -> None:
    body = json.dumps({"code": house.code()}).encode()
    answer = house.ask("POST", "/api/session", [JSON], body, host="madang.example.org")
    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_a_token_opens_what_its_scopes_cover(house: House) -> None:
    reader = ("Authorization", f"Bearer {house.token('read')}")
    assert house.ask("GET", "/api/things", [reader]).status == 200
    assert house.ask("POST", "/api/things", [reader, JSON], b'{"text": "by a reader"}').code == "not_allowed"
    for path in ("/api/tokens", "/api/session/all"):
        assert house.ask("GET", path, [reader]).status == 403
    assert house.ask("POST", "/api/session/code", [reader]).status == 403


def test_the_token_of_the_environment_has_every_scope_and_is_no_person(house: House) -> None:
    bearer = ("Authorization", "Bearer token-of-the-environment")
    assert house.ask("GET", "/api/session", [bearer]).json()["scopes"] == ["chat", "manage", "read"]
    assert house.ask("POST", "/api/tokens", [bearer, JSON], b'{"name": "x", "scopes": ["read"]}').status == 403


def test_the_runtime_key_gives_out_codes_and_nothing_else(house: House) -> None:
    key = ("Authorization", "Bearer control-key-of-the-test-house")
    assert house.ask("POST", "/api/session/code", [key]).status == 201
    for method, path in (("GET", "/api/things"), ("GET", "/api/session/code"), ("POST", "/api/session/ticket")):
        assert house.ask(method, path, [key]).status == 401


def test_WEB_11_a_revoked_token_opens_nothing_at_once(house: House) -> None:
    token, person = house.token("read"), house.sign_in()
    bearer = ("Authorization", f"Bearer {token}")
    listed = house.ask("GET", "/api/tokens", person.headers).json()["items"]
    id = next(item["id"] for item in listed if item["last4"] == token[-4:])
    assert house.ask("DELETE", f"/api/tokens/{id}", person.headers).status == 204
    assert house.ask("GET", "/api/things", [bearer]).status == 401
    assert house.ask("DELETE", f"/api/tokens/{id}", person.headers).code == "guard.no_such_token"


async def test_WEB_11_signing_out_closes_an_open_socket(house: House) -> None:
    browser = house.sign_in()
    protocols = ["madang.live", f"ticket.{house.ticket(browser)}"]
    async with connect(f"ws://127.0.0.1:{house.port}/api/live", subprotocols=protocols) as socket:
        assert await socket.recv() == "beat"
        assert house.ask("DELETE", "/api/session", browser.headers).status == 204
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(5):
                while True:
                    await socket.recv()
    assert house.ask("GET", "/api/things", browser.headers).status == 401


async def test_WEB_11_signing_out_everywhere_closes_an_open_stream(house: House) -> None:
    streaming, other = house.sign_in(), house.sign_in()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    lines = [f"{name}: {value}" for name, value in streaming.headers]
    head = ["GET /api/live/events HTTP/1.1", f"Host: 127.0.0.1:{house.port}", *lines, "Connection: close", "", ""]
    writer.write("\r\n".join(head).encode())
    assert b": beat" in await reader.readuntil(b": beat")
    assert house.ask("DELETE", "/api/session/all", other.headers).status == 204
    async with asyncio.timeout(5):
        await reader.read()  # to its end
    writer.close()
    assert house.ask("GET", "/api/things", other.headers).status == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"])
def test_WEB_13_where_a_request_says_it_comes_from_is_not_believed(start_house: Start, header: str) -> None:
    house = start_house()
    for n in range(25):
        said = f"for=10.0.0.{n}" if header == "Forwarded" else f"10.0.0.{n}"
        last = house.ask("GET", "/api/things", [("Authorization", f"Bearer mdt_{n}"), (header, said)])
    assert last.status == 429
    assert house.ask("GET", "/api/things", [(header, "127.0.0.1")]).status == 401


def test_WEB_13_which_name_and_scheme_a_request_says_it_was_sent_to_is_not_believed(house: House) -> None:
    said = [("X-Forwarded-Host", "madang.example.org"), ("X-Forwarded-Proto", "https")]
    body = json.dumps({"code": house.code()}).encode()
    assert "Secure" not in house.ask("POST", "/api/session", [JSON, *said], body).headers["set-cookie"].split("; ")
    own = [("X-Forwarded-Host", f"127.0.0.1:{house.port}"), ("Forwarded", f"host=127.0.0.1:{house.port}")]
    assert house.ask("GET", "/", own, host="evil.example").status == 421


def test_WEB_12_guessing_is_slowed_down_and_who_is_signed_in_is_not(start_house: Start) -> None:
    house = start_house()
    browser = house.sign_in()
    guesses = [[("Authorization", f"Bearer mdt_{n}")] for n in range(25)]
    wrong = [house.ask("GET", "/api/things", guess) for guess in guesses]
    assert [answer.status for answer in wrong[:19]] == [401] * 19
    assert wrong[-1].status == 429
    assert int(wrong[-1].headers["retry-after"]) >= 1
    assert house.ask("POST", "/api/session", [JSON], b'{"password": "an old oak tree"}').status == 429
    assert house.ask("GET", "/api/things", browser.headers).status == 200
    time.sleep(int(wrong[-1].headers["retry-after"]))
    assert house.ask("POST", "/api/session", [JSON], b'{"password": "an old oak tree"}').status == 201


def test_a_wrong_password_opens_nothing(house: House) -> None:
    assert house.ask("GET", "/api/session/ways").json() == {"password": True}
    assert house.ask("POST", "/api/session", [JSON], b'{"password": "an old elm tree"}').status == 401
    assert house.ask("POST", "/api/session", [JSON], b'{"password": "an old oak tree"}').status == 201
    for neither in (b"{}", b'{"code": "x", "password": "y"}', b'{"code": ""}', b'{"key": "x"}'):
        assert house.ask("POST", "/api/session", [JSON], neither).status == 422
