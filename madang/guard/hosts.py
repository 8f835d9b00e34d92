"""The names this server answers to: a request for any other was steered here by somebody else's name server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from madang.guard import paths
from madang.guard.asgi import App, Receive, Scope, Send, is_request, method_of, refuse, state_of, values
from madang.guard.errors import WrongHost, WrongOrigin

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_USUAL_PORTS = {"http": 80, "https": 443}
Arrival = Literal["welcome", "elsewhere", "unknown"]


@dataclass(frozen=True, slots=True)
class Doors:
    """The server's own names. `own` maps a Host value to the origin its pages have; `named` are the origins the
    settings allow; `moved` maps a Host value to the one its pages move to."""

    own: Mapping[str, str]
    named: frozenset[str]
    moved: Mapping[str, str]


def doors(port: int, allowed_origins: Iterable[str] = ()) -> Doors:
    """Return the names of a server on `port` (the one it got, where 0 was asked for).

    Raises `WrongOrigin` where one of `allowed_origins` is not scheme, host and port.
    """
    named = {origin: host for origin in allowed_origins for host in [_host_of(origin)]}
    own = {name: f"http://{name}" for host in _LOOPBACK for name in _written(host, port)}
    own |= {host: origin for origin, host in named.items() if host not in own}
    moved = dict(zip(_written("localhost", port), _written("127.0.0.1", port), strict=True))
    return Doors(own, frozenset(named), moved)


def judge(names: Doors, hosts: list[bytes]) -> Arrival:
    """Decide by the Host headers: exactly one, and one of ours."""
    if len(hosts) != 1:
        return "unknown"
    host = str(hosts[0], "latin-1").lower()
    if host not in names.own:
        return "unknown"
    return "elsewhere" if host in names.moved else "welcome"


class HostGate:
    """Answers 421 to every other name, on every path and on WebSockets, and moves pages from `localhost`."""

    def __init__(self, app: App, names: Doors) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_request(scope):
            await self._app(scope, receive, send)
            return
        hosts = values(scope, b"host")
        arrival = judge(self._names, hosts)
        if arrival == "unknown":
            await refuse(scope, send, WrongHost("this server does not answer to that name"))
        elif arrival == "elsewhere" and _is_visit(scope):
            await _move(scope, send, self._names.moved[_text(hosts)])
        else:
            state_of(scope)["host"] = _text(hosts)
            await self._app(scope, receive, send)


def _host_of(origin: str) -> str:
    """Return the Host value that a browser sends for `origin`."""
    try:
        parts = urlsplit(origin)
        is_usual = parts.port == _USUAL_PORTS.get(parts.scheme)
    except ValueError:
        parts, is_usual = urlsplit(""), True
    is_plain = origin == f"{parts.scheme}://{parts.netloc}".lower() and not set(parts.netloc) & set("@,*\\ ")
    if is_usual or not is_plain or not parts.hostname or parts.scheme not in _USUAL_PORTS:
        raise WrongOrigin(f"{origin!r} is not an origin such as https://madang.example.org", origin=origin)
    return parts.netloc


def _written(host: str, port: int) -> tuple[str, ...]:
    return (f"{host}:{port}", host) if port == _USUAL_PORTS["http"] else (f"{host}:{port}",)


def _text(hosts: list[bytes]) -> str:
    return str(hosts[0], "latin-1").lower()


def _is_visit(scope: Scope) -> bool:
    path = scope["path"]
    return (
        scope["type"] == "http" and method_of(scope) in ("GET", "HEAD") and (paths.is_page(path) or paths.is_docs(path))
    )


async def _move(scope: Scope, send: Send, host: str) -> None:
    """Send the browser to the same page by address. It keeps the part behind `#`, where the sign-in code is."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    target = b"http://" + host.encode() + bytes(scope.get("raw_path") or scope["path"].encode()) + query
    headers = [(b"location", target), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
