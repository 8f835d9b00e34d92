"""Pages of other origins neither change nor read anything."""

import json

import pytest

from tests.guard.conftest import JSON, House

BODY = json.dumps({"text": "changed"}).encode()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new"])
def test_WEB_04_a_foreign_page_changes_nothing(house: House, site: str) -> None:
    browser = house.sign_in()
    headers = [*browser.headers[:2], ("Sec-Fetch-Site", site), JSON]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert house.ask(method, "/api/things", headers, BODY).status == 403
    assert "changed" not in house.done


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_WEB_04_a_foreign_page_reads_nothing_of_the_api(house: House, site: str) -> None:
    headers = [*house.sign_in().headers[:2], ("Sec-Fetch-Site", site)]
    assert house.ask("GET", "/api/things", headers).code == "guard.foreign_origin"
    assert house.ask("GET", "/", [("Sec-Fetch-Site", site)]).status == 200


def test_WEB_04_without_an_origin_a_change_needs_a_bearer_token(house: House) -> None:
    session = house.sign_in().headers[:2]
    for typed in ([], [("Sec-Fetch-Site", "none")]):
        assert house.ask("POST", "/api/things", [*session, *typed, JSON], BODY).code == "guard.origin_missing"
    bearer = ("Authorization", f"Bearer {house.token('manage')}")
    assert house.ask("POST", "/api/things", [bearer, JSON], json.dumps({"text": "by a program"}).encode()).status == 200
    assert house.done[-1] == "by a program"


def test_WEB_05_without_sec_fetch_site_the_origin_decides(house: House) -> None:
    session = house.sign_in().headers[:2]
    own = f"127.0.0.1:{house.port}"
    foreign = ["null", "http://evil.example", f"http://127.0.0.1:{house.port + 1}", f"https://{own}", "http://127.0.0.1",
               f"http://localhost:{house.port}", f"http://{own}.evil.example", f"http://{own}/", ""]  # fmt: skip
    for origin in foreign:
        answer = house.ask("POST", "/api/things", [*session, ("Origin", origin), JSON], BODY)
        assert answer.status == 403, origin
    assert "changed" not in house.done
    kept = json.dumps({"text": "from its own page"}).encode()
    assert house.ask("POST", "/api/things", [*session, ("Origin", f"http://{own}"), JSON], kept).status == 200


def test_WEB_05_two_origins_are_foreign(house: House) -> None:
    twice = [("Origin", f"http://127.0.0.1:{house.port}")] * 2
    assert house.ask("POST", "/api/things", [*house.sign_in().headers[:2], *twice, JSON], BODY).status == 403


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None, "application/json;x",
     "application/json; charset=utf-16", "text/json", "application/jsonp", "application/json, text/plain"],
)  # fmt: skip
def test_WEB_06_what_a_form_could_send_is_refused(house: House, media_type: str | None) -> None:
    headers = [*house.sign_in().headers, *([("Content-Type", media_type)] if media_type else [])]
    assert house.ask("POST", "/api/things", headers, BODY).status == 415
    assert "changed" not in house.done


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_WEB_06_json_that_is_not_utf_8_is_refused(house: House, encoding: str) -> None:
    answer = house.ask("POST", "/api/things", [*house.sign_in().headers, JSON], BODY.decode().encode(encoding))
    assert answer.status in (415, 422)
    assert "changed" not in house.done


def test_WEB_06_a_file_is_taken_as_it_is_at_its_own_address(house: House) -> None:
    headers = [*house.sign_in().headers, ("Content-Type", "text/plain")]
    assert house.ask("POST", "/api/chat/attachments", headers, b"\xff\xfeh\0i\0").json() == 6


def test_WEB_07_an_unnamed_origin_is_told_nothing(house: House) -> None:
    asked = [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST")]
    for method, path in (("OPTIONS", "/api/things"), ("GET", "/api/things"), ("GET", "/")):
        answer = house.ask(method, path, asked)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.status == (200 if path == "/" else 403)


def test_WEB_07_a_named_origin_is_answered_without_credentials(house: House) -> None:
    origin = ("Origin", "http://friend.example:3000")
    asked = [origin, ("Sec-Fetch-Site", "cross-site"), ("Access-Control-Request-Method", "POST")]
    answer = house.ask("OPTIONS", "/api/things", asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "http://friend.example:3000")
    read = house.ask("GET", "/api/things", [origin, ("Authorization", f"Bearer {house.token('read')}")])
    assert (read.status, read.headers["access-control-allow-origin"]) == (200, "http://friend.example:3000")
    assert "access-control-allow-credentials" not in answer.headers | read.headers


def test_WEB_08_a_socket_for_a_foreign_page_is_refused(house: House) -> None:
    browser = house.sign_in()
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{house.port + 1}"):
        protocols = ("Sec-WebSocket-Protocol", f"madang.live, ticket.{house.ticket(browser)}")
        assert house.knock([("Origin", origin), protocols]).status == 403


def test_WEB_08_a_socket_needs_a_ticket_and_each_opens_one(house: House) -> None:
    browser = house.sign_in()
    own = ("Origin", f"http://127.0.0.1:{house.port}")
    assert house.knock([("Cookie", browser.cookie)]).status == 403
    assert house.knock([("Cookie", browser.cookie), own]).status == 403
    protocols = ("Sec-WebSocket-Protocol", f"madang.live, ticket.{house.ticket(browser)}")
    assert house.knock([own, protocols]).status == 101
    assert house.knock([own, protocols]).status == 403
