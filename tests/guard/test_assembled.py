"""The doors of the whole house: every address there is, as the real server serves it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from madang.app.web import web_app
from tests.guard.wire import UPGRADE, Answer, ask
from tests.support.server import ROOT, Credentials, Server, running

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
JSON = ("Content-Type", "application/json")
PUBLIC = {("POST", "/api/session"), ("GET", "/api/session/ways")}


@cache
def routes() -> list[tuple[str, str, bool]]:
    """Method, path and whether the route asks who is there, for every route of the application."""
    web = web_app({})
    found = [(method, one.path, asks(one)) for one in flat(web.routes) for method in sorted(one.methods or ["GET"])]
    assert {path for _, path, _ in found} >= set(web.openapi()["paths"])
    return found


def flat(some: Iterable[Any]) -> Iterator[Any]:
    """Every route, also those that an included router keeps to itself."""
    for one in some:
        inner = getattr(one, "original_router", None)
        yield from flat(inner.routes) if inner is not None else [one]


def asks(route: Any) -> bool:
    def is_asking(dependant: Any) -> bool:
        name = getattr(dependant.call, "__qualname__", "")
        return name.startswith("needs.") or any(map(is_asking, dependant.dependencies))

    return hasattr(route, "dependant") and is_asking(route.dependant)


def spellings(path: str) -> Iterator[str]:
    """Ways to write an address that another reader might take for the same."""
    real = re.sub(r"\{[^}]+\}", "x", path)
    yield from (real, f"{real}/", f"/{real}", f"/.{real}", f"/static/..{real}", f"/static/%2e%2e{real}", real.upper())
    yield f"/{real[1:].replace('/', '//', 1)}"
    yield f"/%{ord(real[1]):x}{real[2:]}"


def own(credentials: Credentials) -> list[tuple[str, str]]:
    cookie = "; ".join(f"{name}={value}" for name, value in credentials.cookies.items())
    return [("Cookie", cookie), *credentials.headers.items()]


def test_WEB_02_every_route_that_is_not_public_asks_who_is_there() -> None:
    silent = {(method, path) for method, path, asks in routes() if not asks}
    assert silent == PUBLIC


def test_WEB_03_no_route_opens_without_a_credential(port: int) -> None:
    paths = {path for _, path, _ in routes()} | {"/api/live", "/docs", "/openapi.json", "/metrics", "/v1/models"}
    assert len(paths) > 10
    opened: list[tuple[str, str, int]] = []
    for path in sorted(paths):
        for spelling in spellings(path):
            for method in METHODS:
                answer = ask(port, method, spelling)
                if answer.status not in (401, 403) and (method, unquote(spelling)) not in PUBLIC:
                    opened.append((method, spelling, answer.status))
    assert opened == []


def test_WEB_01_a_foreign_host_is_refused_on_every_route(port: int) -> None:
    paths = {re.sub(r"\{[^}]+\}", "x", path) for _, path, _ in routes()} | {"/", "/static/main.js", "/api/health/live"}
    for name in ("evil.example", f"127.0.0.1.evil.example:{port}", f"127.0.0.1:{port + 1}"):
        assert {ask(port, "GET", path, host=name).status for path in paths} == {421}
        assert ask(port, "GET", "/api/live", UPGRADE, host=name).status == 421


def a_change(port: int, headers: list[tuple[str, str]], name: str, media_type: str = "application/json") -> Answer:
    body = json.dumps({"name": name, "scopes": ["read"]}).encode()
    return ask(port, "POST", "/api/tokens", [*headers, ("Content-Type", media_type)], body)


def test_WEB_04_05_06_a_foreign_page_makes_no_token(server: Server, port: int) -> None:
    session = own(server.sign_in())
    halves = [header for header in session if header[0] != "Sec-Fetch-Site"]
    for sign in (("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "null"),
                 ("Origin", f"https://127.0.0.1:{port}"), ("Origin", f"http://127.0.0.1:{port + 1}")):  # fmt: skip
        assert a_change(port, [*halves, sign], "foreign").status == 403, sign
    assert a_change(port, halves, "foreign").status == 403
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/json;x"):
        assert a_change(port, session, "foreign", media_type).status == 415
    assert a_change(port, session, "own").status == 201
    names = [token["name"] for token in ask(port, "GET", "/api/tokens", session).json()["items"]]
    assert names == ["own"]


def test_WEB_07_no_origin_is_allowed_unless_it_is_named(port: int) -> None:
    asked = [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST")]
    for path in ("/api/chat", "/api/session", "/api/keys"):
        answer = ask(port, "OPTIONS", path, asked)
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_WEB_08_a_socket_opens_for_our_own_page_with_a_fresh_ticket(server: Server, port: int) -> None:
    session = own(server.sign_in())

    def knock(origin: str | None, *protocols: str) -> int:
        headers = [*UPGRADE, *([("Origin", origin)] if origin else []), session[0]]
        offered = [("Sec-WebSocket-Protocol", ", ".join(["madang.live", *protocols]))]
        return ask(port, "GET", "/api/live", [*headers, *offered]).status

    def ticket() -> str:
        return "ticket." + str(ask(port, "POST", "/api/session/ticket", session).json()["ticket"])

    assert knock("http://evil.example", ticket()) == 403
    assert knock(None) == knock(f"http://127.0.0.1:{port}") == 403
    used = ticket()
    assert [knock(f"http://127.0.0.1:{port}", used), knock(f"http://127.0.0.1:{port}", used)] == [101, 403]


def test_WEB_09_half_a_credential_opens_nothing(server: Server, port: int) -> None:
    cookie, token, _ = own(server.sign_in())
    assert ask(port, "GET", "/api/settings", [cookie]).status == 403
    assert ask(port, "GET", "/api/settings", [token]).status == 401
    assert ask(port, "GET", "/api/settings", [token, ("Origin", "http://evil.example")]).status == 403
    assert ask(port, "GET", "/docs", [cookie]).status == 200


def test_WEB_10_neither_code_nor_token_is_written_down(server: Server, port: int) -> None:
    bearer = [("Authorization", f"Bearer {server.runtime['control_key']}")]
    code = ask(port, "POST", "/api/session/code", bearer).json()["code"]
    signed_in = ask(port, "POST", "/api/session", [JSON], json.dumps({"code": code}).encode())
    cookie, token = signed_in.headers["set-cookie"].partition(";")[0], signed_in.json()["token"]
    session = [("Cookie", cookie), ("X-Madang-Token", token), ("Sec-Fetch-Site", "same-origin")]
    bearer_token = a_change(port, session, "a program").json()["token"]
    ask(port, "GET", "/api/nowhere", session)
    written = [path for path in server.folder.rglob("*") if path.is_file() and path.name != "runtime.json"]
    for secret in (code, cookie.partition("=")[2], token, bearer_token):
        assert [path.name for path in written if secret.encode() in path.read_bytes()] == []


def test_WEB_11_signing_out_ends_open_streams(server: Server, port: int) -> None:
    credentials = server.sign_in()
    session = own(credentials)
    ticket = ask(port, "POST", "/api/session/ticket", session).json()["ticket"]
    protocols: list[Any] = ["madang.live", f"ticket.{ticket}"]
    with (
        connect(f"ws://127.0.0.1:{port}/api/live", subprotocols=protocols) as socket,
        server.client(credentials) as client,
        client.stream("GET", "/api/live/events", params={"stream": "app"}) as events,
    ):
        assert events.status_code == 200
        assert ask(port, "DELETE", "/api/session", session).status == 204
        with pytest.raises(ConnectionClosed):
            while True:
                socket.recv(timeout=10)
        events.read()  # to its end
    assert ask(port, "GET", "/api/settings", session).status == 401


def test_WEB_03_no_socket_opens_without_a_credential(port: int) -> None:
    for path in (
        "/api/live",
        "/api/live/",
        "//api/live",
        "/%61pi/live",
        "/API/LIVE",
        "/static/../api/live",
        "/",
        "/ws",
    ):
        assert ask(port, "GET", path, UPGRADE).status == 403, path


def test_WEB_22_the_network_is_not_served_without_a_password(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "madang", "serve"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "MADANG_DATA_DIR": str(tmp_path / "data"),
                   "MADANG_HOST": "0.0.0.0", "MADANG_PORT": "0", "MADANG_BUILTIN": "off", "MADANG_OPEN_BROWSER": "off",
                   "PYTHONPATH": str(ROOT)}  # fmt: skip
    done = subprocess.run(
        program, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "MADANG_PASSWORD" in done.stdout + done.stderr


def test_WEB_22_with_a_password_and_a_name_the_network_is_served(tmp_path: Path) -> None:
    settings = {
        "MADANG_HOST": "0.0.0.0",
        "MADANG_PASSWORD": "an old oak tree",
        "MADANG_ALLOWED_ORIGINS": "https://yard.example",
    }
    with running(tmp_path, (), **settings) as server:
        port, host = int(urlsplit(server.url).port or 0), "yard.example"
        body = json.dumps({"password": "an old oak tree"}).encode()
        assert ask(port, "GET", "/api/session/ways", host=host).json() == {"password": True}
        answer = ask(port, "POST", "/api/session", [JSON, ("Origin", f"https://{host}")], body, host=host)
        assert "Secure" in answer.headers["set-cookie"]
        cookie = ("Cookie", answer.headers["set-cookie"].partition(";")[0])
        session = [cookie, ("X-Madang-Token", answer.json()["token"]), ("Origin", f"https://{host}"), JSON]
        assert ask(port, "PATCH", "/api/settings", session, b'{"theme": "dark"}', host=host).status == 200
        assert ask(port, "GET", "/", host=f"192.0.2.1:{port}").status == 421
        assert "0.0.0.0" in server.output


def test_SEC_02_no_refusal_repeats_what_was_sent(server: Server, port: int) -> None:
    session, key = [*own(server.sign_in()), JSON], "sk-CANARY-abcdefghijklmnop-1234"
    assert ask(port, "PUT", "/api/keys/provider:openai", session, json.dumps({"value": key}).encode()).status == 200
    wrong: list[tuple[str, str, Any]] = [
        ("PUT", "/api/keys/provider:openai", {"value": [key]}), ("PUT", "/api/keys/provider:openai", {"key": key}),
        ("PUT", "/api/keys/provider:openai", {"value": key, "place": key}), ("PUT", f"/api/keys/{key}", {"value": key}),
        ("PUT", "/api/keys/provider:openai", {"value": f"{key} {key}"}), ("PUT", "/api/keys/provider:openai", key),
        ("PATCH", "/api/settings", {"theme": key}), ("PATCH", "/api/settings", {key: key}),
        ("POST", "/api/tokens", {"name": key, "scopes": [key]}), ("POST", "/api/session", {"code": key}),
        ("DELETE", f"/api/keys/{key}", {}), ("GET", f"/api/nowhere/{key}", {}),
    ]  # fmt: skip
    for method, path, body in wrong:
        answer = ask(port, method, path, session, json.dumps(body).encode())
        assert answer.status in (401, 404, 422), (method, path, body)
        assert key.encode() not in answer.body, (method, path, body)
    assert ask(port, "PUT", "/api/keys/provider:openai", session, b'{"value": "' + key.encode()).status == 422
    assert key not in server.output


def test_SEC_02_the_description_of_the_api_holds_no_key(server: Server, port: int) -> None:
    description = ask(port, "GET", "/openapi.json", own(server.sign_in())).body
    assert b"CANARY" not in description
    assert b"SecretStatus" in description
