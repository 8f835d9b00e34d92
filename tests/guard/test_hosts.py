"""Only our own names are answered."""

import pytest

from madang.guard.errors import WrongOrigin
from madang.guard.hosts import doors, judge
from tests.guard.conftest import House
from tests.guard.wire import UPGRADE

EVERYWHERE = ["/", "/static/main.js", "/docs", "/api/things", "/api/health/live", "/nowhere"]


def strange_names(port: int) -> list[str | None]:
    return [
        "evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", f"localhost.evil:{port}", " ", None,
        f"127.1:{port}", f"2130706433:{port}", f"0x7f000001:{port}", f"[::ffff:7f00:1]:{port}", f"[::]:{port}",
        "127.0.0.1", f"127.0.0.1:{port + 1}", f"127.0.0.1:0{port}", f"localhost.:{port}", f"127.0.0.1:{port}:{port}",
        f"user@127.0.0.1:{port}",
    ]  # fmt: skip


def test_WEB_01_a_foreign_host_is_refused_everywhere(house: House) -> None:
    for name in strange_names(house.port):
        for path in EVERYWHERE:
            answer = house.ask("GET", path, host=name)
            # The server itself refuses what is not HTTP at all, such as no Host in HTTP/1.1.
            assert answer.status in ((400, 421) if name in (None, " ") else (421,)), (name, path)


def test_WEB_01_two_hosts_are_refused(house: House) -> None:
    for second in (f"127.0.0.1:{house.port}", "evil.example"):
        assert house.ask("GET", "/", [("Host", second)]).status in (400, 421)


def test_WEB_01_a_socket_for_a_foreign_host_is_refused(house: House) -> None:
    for name in strange_names(house.port):
        status = house.ask("GET", "/api/live", UPGRADE, host=name).status
        assert status in ((400, 421) if name in (None, " ") else (421,)), name


def test_WEB_01_the_host_is_looked_at_before_the_credential(house: House) -> None:
    assert house.ask("GET", "/api/things", house.sign_in().headers, host="evil.example").status == 421


def test_WEB_02_a_host_that_looks_like_a_path_is_refused(house: House) -> None:
    for mark in "/?#@\\,":
        for name in (f"127.0.0.1:{house.port}{mark}static/x", f"evil{mark}127.0.0.1:{house.port}"):
            assert house.ask("GET", "/api/things", host=name).status in (400, 421), name


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_every_name_of_this_machine_is_answered(house: House, name: str) -> None:
    assert house.ask("GET", "/api/health/live", host=f"{name}:{house.port}").status == 200


def test_a_name_from_the_settings_is_answered(house: House) -> None:
    assert house.ask("GET", "/api/health/live", host="madang.example.org").status == 200


def test_a_page_of_localhost_moves_to_the_address_with_its_query(house: House) -> None:
    answer = house.ask("GET", "/chat/abc?from=link", host=f"localhost:{house.port}")
    assert (answer.status, answer.headers["location"]) == (307, f"http://127.0.0.1:{house.port}/chat/abc?from=link")


def test_on_the_usual_port_a_browser_leaves_the_port_out() -> None:
    assert judge(doors(80), [b"127.0.0.1"]) == "welcome"
    assert judge(doors(8765), [b"127.0.0.1"]) == "unknown"


@pytest.mark.parametrize(
    "origin", ["*", "null", "example.org", "https://example.org/", "https://*.example.org", "ftp://example.org",
               "https://user@example.org", "https://example.org:443", "https://example.org:x", "HTTPS://EXAMPLE.ORG"],
)  # fmt: skip
def test_what_is_not_an_origin_is_refused_at_start(origin: str) -> None:
    with pytest.raises(WrongOrigin):
        doors(8765, [origin])
