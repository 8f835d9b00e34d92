"""The headers of what the whole house answers: the policy on each page, and nothing of the API kept."""

import re
from collections.abc import Iterable

from madang.guard.headers import CSP, DOCS_CSP
from tests.guard.test_assembled import own, routes
from tests.guard.wire import answers, ask
from tests.support.server import Server


def test_WEB_21_every_html_carries_exactly_the_policy(server: Server, port: int) -> None:
    session = own(server.sign_in())
    pages = [
        "/",
        "/chat",
        "/chat/01hx",
        "/files",
        "/files/01hx",
        "/usage",
        "/settings",
        "/settings/keys",
        "/static/index.html",
    ]
    for path in pages:
        answer = ask(port, "GET", path)
        assert answer.headers["content-type"].startswith("text/html")
        assert policies(port, path) == [CSP], path
    assert policies(port, "/docs", session) == [DOCS_CSP]
    assert policies(port, "/nowhere", session) == [CSP]


def policies(port: int, path: str, headers: Iterable[tuple[str, str]] = ()) -> list[str]:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    sent = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers), "", ""])
    found = re.findall(r"(?i)^content-security-policy: (.*?)\r$", answers(port, sent.encode())[1], re.MULTILINE)
    return [str(policy) for policy in found]


def test_WEB_21_nothing_of_the_api_is_kept_by_a_browser(server: Server, port: int) -> None:
    session = own(server.sign_in())
    paths = {re.sub(r"\{[^}]+\}", "x", path) for method, path, _ in routes() if method == "GET"} - {"/api/live/events"}
    for path in sorted(paths):
        for who in (session, []):
            answer = ask(port, "GET", path, who)
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
