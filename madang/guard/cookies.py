"""The session's cookie: its name, how it is found in a request, and how it is set."""

from dataclasses import dataclass
from datetime import timedelta

from madang.guard.asgi import Scope, state_of, values
from madang.guard.hosts import Doors


@dataclass(frozen=True, slots=True)
class Cookie:
    """Browsers share cookies between the ports of a machine, so the name says which server it belongs to."""

    name: str
    names: Doors

    @classmethod
    def named(cls, port: int | None, install: str, names: Doors) -> "Cookie":
        """Return the cookie of the installation `install` (letters and digits), on `port` alone or on any."""
        return cls(f"madang_{install}" if port is None else f"madang_{port}_{install}", names)

    def values_in(self, scope: Scope) -> list[str]:
        """Return every value under this name; a page on another port can put a second one beside ours."""
        start = f"{self.name}="
        parts = [part.strip() for line in values(scope, b"cookie") for part in str(line, "latin-1").split(";")]
        return [part.removeprefix(start) for part in parts if part.startswith(start)]

    def set_to(self, value: str, lifetime: timedelta, scope: Scope) -> str:
        """Return the `Set-Cookie` value that keeps `value` for `lifetime` in the browser that sent `scope`."""
        # A proxy in front may have ended TLS, so the browser's own view of our address decides.
        secure = "; Secure" if self.names.own[state_of(scope)["host"]].startswith("https:") else ""
        age = int(lifetime.total_seconds())
        return f"{self.name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"

    def cleared(self, scope: Scope) -> str:
        """Return the `Set-Cookie` value that takes the cookie away."""
        return self.set_to("", timedelta(0), scope)
