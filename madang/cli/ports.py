"""The sockets the server listens on, and who holds a port that is taken."""

import errno
import socket

from madang.cli.words import say
from madang.errors import Conflict

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BACKLOG = 2048
_TRIES = 100


class PortTaken(Conflict):
    """Another program listens on the port."""

    code = "serve.port_taken"


def listen(host: str, port: int, next_port: bool) -> list[socket.socket]:
    """Return listening sockets: for loopback both of IPv4 and IPv6 where there is one. Raises `PortTaken`.

    With `next_port` the next hundred ports are tried; port 0 takes a free one.
    """
    last = port + _TRIES if next_port and port else port
    for candidate in range(port, min(last, 65535) + 1):
        try:
            return _open(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    holder = _holder(port)
    by = say("serve.port_taken_by", name=holder[0], pid=holder[1]) if holder else ""
    raise PortTaken(say("serve.port_taken", port=port, by=by), port=port)


def _open(host: str, port: int) -> list[socket.socket]:
    if host not in LOOPBACK:
        return [_bind(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)]
    first = _bind(socket.AF_INET, "127.0.0.1", port)
    try:
        return [first, _bind(socket.AF_INET6, "::1", first.getsockname()[1])]
    except OSError:
        # No IPv6 on this machine, or that side of the port is somebody else's: IPv4 alone serves.
        return [first]


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    opened = socket.socket(family)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(_BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def _holder(port: int) -> tuple[str, int] | None:
    """The name and pid of who listens on `port`, where this user may see it."""
    import psutil

    try:
        connections = psutil.net_connections(kind="tcp")
        pid = next((c.pid for c in connections if c.status == "LISTEN" and c.laddr and c.laddr.port == port), None)
        return (psutil.Process(pid).name(), pid) if pid else None
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return None
