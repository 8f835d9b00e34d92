"""A request that two servers could read differently is 400, and what hides behind it is never carried out."""

import json

import pytest

from tests.guard.conftest import House
from tests.guard.wire import answers

BEARER = "Authorization: Bearer token-of-the-environment"
CHUNKED = "Transfer-Encoding: chunked"
EMPTY = "0\r\n\r\n"

LENGTHS = {
    "both": (f"Content-Length: 4\r\n{CHUNKED}", EMPTY),
    "both, the other way round": (f"{CHUNKED}\r\nContent-Length: 4", EMPTY),
    "two lengths": ("Content-Length: 2\r\nContent-Length: 5", "{}"),
    "the same length twice": ("Content-Length: 2\r\nContent-Length: 2", "{}"),
    **{f"length {value!r}": (f"Content-Length: {value}", "{}")
       for value in ("2, 2", "+2", "-2", "0x2", "2 2", "", "2;", "1e1", "\xb2", "9" * 30)},
}  # fmt: skip
CODINGS = {
    **{f"coding {value!r}": (f"Transfer-Encoding: {value}", EMPTY)
       for value in ("xchunked", "chunked, identity", "identity", "chunked, chunked", "\x0bchunked", '"chunked"',
                     "gzip, chunked", "chunked;q=1", "chunked\0", "")},
    "two codings": (f"{CHUNKED}\r\nTransfer-Encoding: identity", EMPTY),
    "chunked twice": (f"{CHUNKED}\r\n{CHUNKED}", EMPTY),
    "a space before the colon": ("Transfer-Encoding : chunked", EMPTY),
    "a space before the name": (f" {CHUNKED}", EMPTY),
    "a folded coding": ("Transfer-Encoding:\r\n chunked", EMPTY),
}  # fmt: skip
CHUNKS = {
    **{f"chunk of {size!r}": (CHUNKED, f"{size}\r\n{{}}\r\n{EMPTY}")
       for size in ("g", "-1", "0x2", "2 ", " 2", "+2", "", "2\n", "2\rX", "2;x=\n", "f" * 20)},
    "a chunk longer than it says": (CHUNKED, f"2\r\n{{}}xx\r\n{EMPTY}"),
    "chunks ended by a bare line feed": (CHUNKED, "2\n{}\n0\n\n"),
    "a length behind the chunks": (CHUNKED, "2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n"),
    "a trailer that is no header": (CHUNKED, "2\r\n{}\r\n0\r\nX y\r\n\r\n"),
}  # fmt: skip
HEADERS = {
    "a folded line": ("X-One: 1\r\n two: 2\r\nContent-Length: 2", "{}"),
    "a bare line feed": ("X-One: 1\nX-Two: 2\r\nContent-Length: 2", "{}"),
    "a bare carriage return": ("X-One: 1\rX-Two: 2\r\nContent-Length: 2", "{}"),
    "a NUL": ("X-One: \0\r\nContent-Length: 2", "{}"),
    "a line without a colon": ("X-One\r\nContent-Length: 2", "{}"),
    "a name that is no token": ("X One: 1\r\nContent-Length: 2", "{}"),
    "an empty name": (": 1\r\nContent-Length: 2", "{}"),
}
TARGETS = [
    "/api/things HTTP/1.1 ",
    "/api/things HTTP/1.2",
    "/api/things HTTP/2.0",
    "/api/things",
    "/api /things HTTP/1.1",
    "http://evil.example/api/things HTTP/1.1",
    "api/things HTTP/1.1",
    "* HTTP/1.1",
    "? HTTP/1.1",
    "/api/thi\0ngs HTTP/1.1",
    "/api/\xff HTTP/1.1",
    "/api/things HTTP/1.1\nX-One: 1",
]
SMUGGLED = LENGTHS | CODINGS | CHUNKS | HEADERS


def hidden(house: House, name: str) -> str:
    """A whole request of somebody who may do this, to stand where a body should have ended."""
    return request(house, f"Content-Length: {len(note(name))}", note(name))


def note(name: str) -> str:
    return json.dumps({"text": name})


def request(house: House, headers: str, body: str, target: str = "/api/things HTTP/1.1", method: str = "POST") -> str:
    usual = f"Host: 127.0.0.1:{house.port}\r\n{BEARER}\r\nContent-Type: application/json"
    return f"{method} {target}\r\n{usual}\r\n{headers}\r\n\r\n{body}"


def test_the_hidden_request_would_be_carried_out_if_it_were_read(house: House) -> None:
    two = hidden(house, "first") + hidden(house, "second").replace("Content-Type", "Connection: close\r\nContent-Type")
    assert answers(house.port, two.encode())[0] == [200, 200]
    assert house.done[-2:] == ["first", "second"]


@pytest.mark.parametrize("how", SMUGGLED)
def test_WEB_23_a_request_of_two_readings_is_refused_and_nothing_behind_it_is_done(house: House, how: str) -> None:
    headers, body = SMUGGLED[how]
    sent = request(house, headers, body) + hidden(house, "smuggled")
    statuses, said = answers(house.port, sent.encode("latin-1"))
    assert statuses == [400]
    assert '"code":"guard.unreadable"' in said
    assert "content-security-policy: default-src 'none'" in said
    assert "smuggled" not in house.done


@pytest.mark.parametrize("target", TARGETS)
def test_WEB_23_a_first_line_of_two_readings_is_refused(house: House, target: str) -> None:
    sent = request(house, "X-One: 1", "", target, "GET") + hidden(house, "smuggled")
    assert answers(house.port, sent.encode("latin-1"))[0] == [400]
    assert "smuggled" not in house.done


def test_WEB_23_in_the_older_version_nothing_comes_in_chunks(house: House) -> None:
    sent = request(house, CHUNKED, EMPTY, "/api/things HTTP/1.0") + hidden(house, "smuggled")
    assert answers(house.port, sent.encode())[0] == [400]
    assert "smuggled" not in house.done


def test_WEB_23_what_comes_behind_a_body_is_no_header(house: House) -> None:
    body = f"{len(note('smuggled')):x}\r\n{note('smuggled')}\r\n0\r\n{BEARER}\r\n\r\n"
    sent = request(house, f"{CHUNKED}\r\nConnection: close", body).replace(BEARER, "X-One: 1", 1)
    assert answers(house.port, sent.encode())[0] == [401]
    assert "smuggled" not in house.done


def test_WEB_23_nothing_is_read_behind_a_request_that_was_the_last(house: House) -> None:
    sent = request(house, "Connection: close", "", method="GET") + hidden(house, "smuggled")
    assert answers(house.port, sent.encode())[0] == [200]
    assert "smuggled" not in house.done


def test_WEB_23_nothing_is_read_behind_a_change_to_another_protocol(house: House) -> None:
    sent = request(house, "Connection: Upgrade\r\nUpgrade: h2c", "", method="GET") + hidden(house, "smuggled")
    assert answers(house.port, sent.encode())[0] == [200]
    assert "smuggled" not in house.done


def test_WEB_23_an_answer_is_never_written_into_another(house: House) -> None:
    stream = request(house, "X-One: 1", "", "/api/live/events HTTP/1.1", "GET")
    statuses, said = answers(house.port, (stream + "no request at all\r\n\r\n").encode())
    assert statuses in ([200], [])
    assert "unreadable" not in said


@pytest.mark.parametrize(
    "headers",
    ["Content-Length: 5", CHUNKED, "X-Long: " + "x" * 9000, "\r\n".join(f"X-{n}: 1" for n in range(200)),
     "Sec-WebSocket-Key: second"],
    ids=["length", "chunks", "long", "many", "key"],
)  # fmt: skip
def test_WEB_23_a_socket_that_begins_oddly_is_refused_and_let_go(house: House, headers: str) -> None:
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA=="
    sent = request(house, f"{upgrade}\r\n{headers}", "", "/api/live HTTP/1.1", "GET") + hidden(house, "smuggled")
    assert answers(house.port, sent.encode())[0] == [400]
    assert "smuggled" not in house.done
