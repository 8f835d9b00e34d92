"""Nothing too large comes in, and every answer carries the headers that keep the page closed."""

import asyncio

import pytest

from madang.guard.asgi import Message, Receive, Scope, Send
from madang.guard.auth import Auth
from madang.guard.headers import CSP
from tests.guard.conftest import JSON, House
from tests.guard.house import BODY_LIMIT_BYTES


def test_a_body_over_the_limit_is_refused_before_it_is_read(house: House) -> None:
    headers = [*house.sign_in().headers, JSON]
    answer = house.ask("POST", "/api/things", [*headers, ("Content-Length", str(10**12))])
    assert (answer.status, answer.code) == (413, "guard.body_too_large")


def test_a_body_that_says_no_length_is_counted(house: House) -> None:
    headers = [*house.sign_in().headers, JSON, ("Transfer-Encoding", "chunked")]
    size = BODY_LIMIT_BYTES + 1
    chunked = b"%x\r\n" % size + b" " * size + b"\r\n0\r\n\r\n"
    assert house.ask("POST", "/api/things", headers, chunked).status == 413


def test_a_sign_in_is_small(house: House) -> None:
    assert house.ask("POST", "/api/session", [JSON], b'{"code": "' + b"x" * 20_000 + b'"}').status == 413


async def test_a_stranger_who_never_finishes_is_cut_off() -> None:
    said: list[Message] = []

    async def never() -> Message:
        return await asyncio.Future()

    async def hear(message: Message) -> None:
        said.append(message)

    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    scope = {"type": "http", "method": "POST", "path": "/api/session", "headers": []}
    await Auth(reading, None, strangers_seconds=0.05)(scope, never, hear)
    assert said[0]["status"] == 408


def test_headers_over_the_limit_are_refused(house: House) -> None:
    assert house.ask("GET", "/", [("X-Long", "x" * 33_000)]).status == 431
    assert house.ask("GET", "/?" + "x" * 33_000).status in (400, 431)


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "LOCK"])
def test_a_method_nobody_serves_is_refused(house: House, method: str) -> None:
    assert house.ask(method, "/").status in (400, 405)


@pytest.mark.parametrize("path", ["/", "/static/x.js", "/api/things", "/nowhere", "/api/session/ways"])
def test_WEB_21_every_answer_carries_the_headers(house: House, path: str) -> None:
    for host in ("", "evil.example"):
        headers = house.ask("GET", path, host=host).headers
        assert headers["content-security-policy"] == CSP
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "microphone=(self)" in headers["permissions-policy"]
        assert ("no-store" in headers.get("cache-control", "")) == path.startswith(("/api", "/nowhere"))


def test_WEB_21_the_policy_is_the_agreed_one() -> None:
    assert CSP == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
        "frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types madang-url"
    )
