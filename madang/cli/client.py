"""Talks to the Madang that runs on this data folder, signed in for as long as one command lasts."""

import http.client
import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from madang.cli.runtime import Runtime, read
from madang.cli.words import say
from madang.config import Settings
from madang.errors import MadangError


class NotRunning(MadangError):
    """No server runs on this data folder."""

    code = "cli.not_running"


class Refused(MadangError):
    """The server answered with an error; the message has its code and its words."""

    code = "cli.request_failed"


class Unreachable(MadangError):
    """The note is there, and nothing answers at its address."""

    code = "cli.unreachable"


class Client:
    """A signed-in connection: `with Client.of(settings) as client: client.get("/api/settings")`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._headers: dict[str, str] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return a client of the server that runs on the settings' data folder. Raises `NotRunning`."""
        runtime = read(settings.data_dir)
        if runtime is None:
            raise NotRunning(say("cli.not_running"))
        return cls(runtime)

    def __enter__(self) -> Self:
        answer, cookie = self._send("POST", "/api/session", {"code": self.code()}, {})
        self._headers = {"Cookie": cookie.partition(";")[0], "X-Madang-Token": answer["token"]}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._send("DELETE", "/api/session", None, self._headers)

    def code(self) -> str:
        """Return a fresh sign-in code."""
        key = {"Authorization": f"Bearer {self._runtime.control_key}"}
        answer, _ = self._send("POST", "/api/session/code", None, key)
        return str(answer["code"])

    def sign_in_url(self) -> str:
        """Return an address that signs a browser in, once."""
        return f"{self._runtime.url}/#code={self.code()}"

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one request and return its JSON. Raises `Refused`, `Unreachable`."""
        return self._send(method, path, body, self._headers)[0]

    def events(self, path: str, body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Send `body` and yield each server-sent event as `(kind, data)`."""
        connection = self._connection()
        response = self._open(connection, "POST", path, body, self._headers)
        kind = ""
        for line in response:
            field, _, value = line.decode().rstrip("\r\n").partition(": ")
            if field == "event":
                kind = value
            elif field == "data":
                yield kind, json.loads(value)
        connection.close()

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[Any, str]:
        connection = self._connection()
        response = self._open(connection, method, path, body, headers)
        content, cookie = response.read(), response.getheader("Set-Cookie", "")
        connection.close()
        return (json.loads(content) if content else None), cookie

    def _open(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        content = None if body is None else json.dumps(body)
        sent = {"Origin": self._runtime.url, "Content-Type": "application/json", **headers}
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
        except OSError as error:
            raise Unreachable(say("cli.unreachable", url=self._runtime.url), url=self._runtime.url) from error
        if response.status >= 400:
            raise _refused(response.read())
        return response

    def _connection(self) -> http.client.HTTPConnection:
        place = urlsplit(self._runtime.url)
        return http.client.HTTPConnection(place.hostname or "127.0.0.1", place.port, timeout=900)


def _refused(content: bytes) -> Refused:
    error = json.loads(content)["error"]
    return Refused(say("cli.request_failed", code=error["code"], message=error["message"]))
