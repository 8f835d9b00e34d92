"""Clients that never come to the end: each is cut off in its time, and nobody waits for them."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psutil
import pytest

from tests.guard.conftest import House, Start
from tests.guard.house import CONNECTIONS, LARGE_FILE_BYTES
from tests.guard.wire import answers

BEARER = "Authorization: Bearer token-of-the-environment"
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def impatient(start_house: Start) -> House:
    return start_house(seconds=1)


def begun(house: House, first: str, *headers: str) -> str:
    return "\r\n".join([first, f"Host: 127.0.0.1:{house.port}", *headers, ""])


def posted(house: House, *headers: str, path: str = "/api/things") -> str:
    return begun(house, f"POST {path} HTTP/1.1", JSON, *headers) + "\r\n"


def drip(house: House, start: str, part: bytes, pause_seconds: float = 0.1) -> bytes:
    """Send `start`, then `part` again and again until the server hangs up; return all it said."""
    received = b""
    with socket.create_connection(("127.0.0.1", house.port), timeout=pause_seconds) as connection:
        connection.sendall(start.encode())
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if not (said := connection.recv(65536)):
                    return received
                received += said
            except TimeoutError:
                with suppress(BrokenPipeError, ConnectionResetError):
                    connection.sendall(part)
            except ConnectionResetError:
                return received
    raise AssertionError(f"the server did not hang up; it said {received!r}")


def test_WEB_18_who_says_nothing_is_sent_away(impatient: House) -> None:
    assert answers(impatient.port, b"") == ([], "")


def test_WEB_18_headers_that_never_end_are_408(impatient: House) -> None:
    for half in ("G", "GET /", begun(impatient, "GET / HTTP/1.1", "X-One: 1")):
        statuses, said = answers(impatient.port, half.encode())
        assert statuses == [408]
        assert "guard.too_slow" in said


def test_WEB_18_headers_that_drip_are_408(impatient: House) -> None:
    said = drip(impatient, begun(impatient, "GET / HTTP/1.1"), b"X-One: 1\r\n")
    assert said.startswith(b"HTTP/1.1 408 ")


def test_WEB_18_a_second_request_that_never_ends_is_408(impatient: House) -> None:
    whole = begun(impatient, "GET /api/health/live HTTP/1.1") + "\r\n"
    statuses, _ = answers(impatient.port, (whole + begun(impatient, "GET / HTTP/1.1")).encode())
    assert statuses == [200, 408]


@pytest.mark.parametrize("path", ["/api/things", "/api/session"])
@pytest.mark.parametrize(
    ("head", "part"), [("Content-Length: 100", '{"text":'), (CHUNKED, '8\r\n{"text":\r\n'), (CHUNKED, "8;x=")]
)
def test_WEB_18_a_body_that_never_ends_is_408(impatient: House, path: str, head: str, part: str) -> None:
    statuses, said = answers(impatient.port, (posted(impatient, BEARER, head, path=path) + part).encode())
    assert statuses == [408]
    assert "guard.too_slow" in said
    assert impatient.done == []


def test_WEB_18_a_body_that_drips_is_408(impatient: House) -> None:
    said = drip(impatient, posted(impatient, BEARER, "Content-Length: 5000"), b" ")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert impatient.done == []


@pytest.mark.parametrize("part", [b"1\r\nx\r\n", b"1;" + b"x" * 1000, b"\r\n"])
def test_WEB_18_a_refused_body_is_not_listened_to(impatient: House, part: bytes) -> None:
    assert drip(impatient, posted(impatient, CHUNKED), part).startswith(b"HTTP/1.1 401 ")


def endless(house: House, start: str, part: bytes) -> tuple[bytes, int]:
    """Send `start` and then `part` as fast as it goes, until the server hangs up; return the answer and the size."""
    received, sent = b"", 0
    with socket.create_connection(("127.0.0.1", house.port), timeout=60) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(start.encode())
            while sent < 2**30:
                connection.sendall(part)
                sent += len(part)
        with suppress(ConnectionResetError):
            while said := connection.recv(65536):
                received += said
    return received, sent


def test_WEB_18_headers_without_end_are_cut_off(house: House) -> None:
    for part in (b"X-One: 1\r\n" * 1000, b"X-One: " + b"x" * 10_000):
        said, sent = endless(house, begun(house, "GET / HTTP/1.1"), part)
        assert not said or said.startswith(b"HTTP/1.1 431 ")
        assert sent < 32 * 2**20


def test_WEB_18_what_stands_around_a_body_is_cut_off(house: House) -> None:
    start = posted(house, BEARER, CHUNKED)
    for begin, part in (("2;", b"x" * 10_000), ("0\r\n", b"X-One: 1\r\n" * 1000), ("0\r\nX: ", b"x" * 10_000)):
        said, sent = endless(house, start + begin, part)
        assert not said or said.startswith(b"HTTP/1.1 400 ")
        assert sent < 32 * 2**20
    assert house.done == []


def test_a_body_in_chunks_of_one_byte_is_read(house: House) -> None:
    text = '{"text": "' + "x" * 20_000 + '"}'
    chunks = "".join(f"1\r\n{letter}\r\n" for letter in text) + "0\r\n\r\n"
    sent = posted(house, BEARER, CHUNKED, "Connection: close") + chunks
    assert answers(house.port, sent.encode())[0] == [200]


@pytest.fixture
def half_open(house: House) -> Iterator[list[socket.socket]]:
    """More connections that say nothing than this house has places."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=30))
            for _ in range(CONNECTIONS * 2)
        ]


def test_WEB_18_who_says_nothing_gives_way(house: House, half_open: list[socket.socket]) -> None:
    browser = house.sign_in()
    for _ in range(20):
        assert house.ask("GET", "/api/things", browser.headers).status == 200
    first = half_open[0]
    assert first.recv(1) == b""
    assert len(half_open) > CONNECTIONS


def test_places_that_are_all_in_use_are_not_given_twice(start_house: Start) -> None:
    house = start_house()
    stream = begun(house, "GET /api/live/events HTTP/1.1", *(f"{n}: {v}" for n, v in house.sign_in().headers)) + "\r\n"
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=60))
            connection.sendall(stream.encode())
            assert b": beat" in _until(connection, b": beat")
        refused = house.ask("GET", "/api/health/live")
        assert (refused.status, refused.code) == (503, "guard.too_many_open")


def _until(connection: socket.socket, mark: bytes) -> bytes:
    received = b""
    while mark not in received and (part := connection.recv(65536)):
        received += part
    return received


def test_WEB_18_requests_without_end_and_without_a_look_at_the_answers_are_cut_off(house: House) -> None:
    said, sent = endless(house, "", (begun(house, "GET /api/health/live HTTP/1.1") + "\r\n").encode() * 1000)
    assert sent < 32 * 2**20
    assert said.count(b" 200 OK") < 1000


def test_a_few_requests_may_be_sent_at_once(house: House) -> None:
    few = (begun(house, "GET /api/health/live HTTP/1.1") + "\r\n") * 20
    last = begun(house, "GET /api/health/live HTTP/1.1", "Connection: close") + "\r\n"
    assert answers(house.port, (few + last).encode())[0] == [200] * 21


def test_WEB_18_who_takes_no_answer_is_let_go(impatient: House) -> None:
    asked = begun(impatient, "GET /api/large HTTP/1.1", BEARER) + "\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", impatient.port))
        connection.sendall(asked.encode())
        own_port = connection.getsockname()[1]
        assert connection.recv(1) == b"H"
        until = time.monotonic() + 60
        while is_held(impatient, own_port):
            assert time.monotonic() < until
            time.sleep(0.1)


def is_held(house: House, port: int) -> bool:
    """Say whether the server still keeps its end of the connection from `port`."""
    held = psutil.Process(house.pid).net_connections(kind="tcp")
    return any(one.raddr and one.raddr.port == port for one in held)


def test_who_takes_an_answer_slowly_gets_all_of_it(impatient: House) -> None:
    asked = begun(impatient, "GET /api/large HTTP/1.1", BEARER, "Connection: close") + "\r\n"
    received = 0
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=60) as connection:
        connection.sendall(asked.encode())
        while part := connection.recv(2**18):
            received += len(part)
            time.sleep(0.05)
    assert received > LARGE_FILE_BYTES
