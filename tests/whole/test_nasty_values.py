"""What has broken other programs, in every field, query and address of the API, on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from madang.app.web import web_app
from tests.support.server import Server, running
from tests.support.upstream import upstream_process
from tests.whole.asking import fault_of, operations

CANARY = "CANARY-of-the-nasty-values"
DESCRIPTION: dict[str, Any] = web_app({}).openapi()
TEXTS = {
    "nul": f"{CANARY}\0x",
    "sql": f"{CANARY}'; DROP TABLE conversations; --",
    "or": f"{CANARY}' OR '1'='1",
    "wildcards": f"%_{CANARY}%\\",
    "climbing": f"../../../{CANARY}/etc/passwd",
    "markup": f"<img src=x onerror=alert('{CANARY}')>",
    "template": f"{{{{7*7}}}}${{jndi:ldap://127.0.0.1/{CANARY}}}",
    "lines": f"{CANARY}\r\nX-Injected: yes",
    "direction": f"\u202e{CANARY}\u2066\U000e0041\ufeff",
    "long": CANARY * 5000,
    "empty": "",
    "blank": " \t\u3000",
}
USUAL = {"scopes": ["read"], "base_url": "http://127.0.0.1:9/v1", "options": {}}
FRAGMENTS: dict[str, str | bytes] = {
    "lone surrogate": f'"{CANARY}\\ud800"',
    "surrogates the wrong way round": f'"\\udc00\\ud800{CANARY}"',
    "too large": "1e400",
    "no number": "NaN",
    "more digits than a number has": "9" * 5000,
    "beyond 64 bits": str(2**63),
    "deep list": "[" * 5000 + "]" * 5000,
    "deep object": '{"a":' * 5000 + "1" + "}" * 5000,
    "the same key twice": f'{{"a": 1, "a": "{CANARY}"}}',
    "bytes that are no text": b'"\xff\xfe\xc0\x80"',
    "not closed": f'"{CANARY}',
}


def fields_of(schema: dict[str, Any]) -> Iterator[str]:
    """The names of the fields of a body, those of bodies within it as well: `options.model`."""
    schema = resolved(schema)
    for part in schema.get("anyOf", ()):
        yield from fields_of(part)
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{deeper}" for deeper in fields_of(inner))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DESCRIPTION["components"]["schemas"][name] if name else schema
    return found


def body_with(schema: dict[str, Any], field: str, fragment: bytes) -> bytes:
    """A body that holds `fragment` in `field`, and beside it what the address cannot do without."""
    outer, _, inner = field.partition(".")
    value = b'{"%b":%b}' % (inner.encode(), fragment) if inner else fragment
    needed = [name for name in resolved(schema).get("required", ()) if name != outer]
    parts = [b'"%b":%b' % (name.encode(), json.dumps(USUAL.get(name, "x")).encode()) for name in needed]
    return b"{" + b",".join([*parts, b'"%b":%b' % (outer.encode(), value)]) + b"}"


def bodies_of(operation: dict[str, Any]) -> Iterator[bytes]:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return
    for value in (*map(json.dumps, TEXTS.values()), *FRAGMENTS.values()):
        fragment = value if isinstance(value, bytes) else value.encode()
        yield fragment
        yield from (body_with(schema, field, fragment) for field in fields_of(schema))


def places_of(path: str, operation: dict[str, Any]) -> Iterator[str]:
    """The address with each text in each of its parts, then in each of its queries."""
    names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
    for text in TEXTS.values():
        if names and len(text) < 10_000:
            yield path.format(**{name: quote(text, safe="") or "%20" for name in names})
    plain = path.format(**dict.fromkeys(names, "x"))
    for one in operation.get("parameters", ()):
        if one["in"] == "query":
            for text in TEXTS.values():
                yield f"{plain}?stream=app&{one['name']}={quote(text[:10_000], safe='')}"


def tried(client: httpx.Client, method: str, url: str, body: bytes | None = None) -> Iterator[str]:
    """Send one request and yield what is wrong with its answer."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    with client.stream(method, url, content=body, headers=headers) as answer:
        is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
        text = "" if is_stream else answer.read().decode(errors="replace")
    fault = fault_of(answer.status_code, answer.headers, text, {CANARY}, "")
    is_named = answer.status_code == 404 and fault and fault.startswith("an echo")
    if (fault and not is_named) or "x-injected" in answer.headers:
        yield f"{method} {url[:200]} {(body or b'')[:200]!r}: {fault}"


def faults(client: httpx.Client) -> Iterator[str]:
    for method, path, operation in operations(DESCRIPTION):
        plain = path.replace("{", "").replace("}", "")
        for body in bodies_of(operation):
            yield from tried(client, method, plain, body)
        for url in places_of(path, operation):
            yield from tried(client, method, url, b"{}" if "requestBody" in operation else None)


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    place = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    with (
        upstream_process() as upstream,
        running(tmp_path, (), OPENAI_BASE_URL=upstream, OPENAI_API_KEY="sk-x", **place) as madang,
    ):
        yield madang


def test_WEB_17_no_value_breaks_an_address_or_comes_back_in_an_error(server: Server) -> None:
    with server.client() as client:
        kept = client.post("/api/chat/conversations", json={"title": "kept"}).raise_for_status().json()["id"]
        found = list(faults(client))
        assert found == [], "\n".join(found)
    assert "internal (" not in server.output
    with server.client() as client:
        found = client.get(f"/api/chat/conversations/{kept}").raise_for_status().json()
        assert found["conversation"]["title"] == "kept"
