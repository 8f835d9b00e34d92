"""SEC-07: a real keyring that is absent, locked, frozen or gone, and a bus on which nobody ever answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from madang.clock import FixedClock
from madang.secrets.errors import PlaceUnusable
from madang.secrets.keyring import KeyringPlace
from tests.conftest import StartServer
from tests.secrets.conftest import KEY, NAME
from tests.secrets.rings import MemoryRing
from tests.support.keyring import SecretService
from tests.support.server import Server


@contextmanager
def silent_bus(folder: Path) -> Iterator[str]:
    """A bus that takes connections and never says a word."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "bus"))
        listening.listen(16)
        yield f"unix:path={folder / 'bus'}"


def kept(server: Server, place: str | None = None) -> tuple[int, dict[str, str]]:
    with server.client() as client:
        answer = client.put(f"/api/keys/{NAME}", json={"value": KEY, "place": place})
    return answer.status_code, answer.json()


def in_plain_file(server: Server) -> bool:
    path = server.data_dir / "keys.json"
    return path.exists() and KEY.encode() in path.read_bytes()


def status(server: Server) -> tuple[bool, str | None]:
    with server.client() as client:
        assert client.get("/api/health/ready").status_code == 200
        said = {one["name"]: one for one in client.get("/api/keys").json()}[NAME]
    return said["set"], said["problem"]


def assert_said(server: Server, problem: str) -> None:
    """A key that is asked to go into the keyring goes nowhere else; one without a wish is told where it went."""
    code, answer = kept(server, "keyring")
    assert (code, answer["error"]["details"]["problem"]) == (503, problem)
    assert not in_plain_file(server)
    code, said = kept(server)
    assert (code, said["source"], said["problem"]) == (200, "file", problem)
    assert in_plain_file(server)
    assert (server.data_dir / "keys.json").stat().st_mode & 0o777 == 0o600


def test_SEC_07_a_locked_keyring_is_named(start_server: StartServer, keyring: SecretService) -> None:
    keyring.lock()
    assert_said(start_server(**keyring.environment), "keyring_locked")


def test_SEC_07_a_keyring_that_froze_or_went_away_is_said_and_nothing_takes_its_place(
    start_server: StartServer, keyring: SecretService
) -> None:
    environment = dict(keyring.environment)
    server = start_server(**environment)
    assert kept(server)[1]["source"] == "keyring"
    server.stop()
    keyring.freeze()
    server.environment = environment | {"MADANG_KEYRING_TIMEOUT": "0.5"}
    assert status(server.start()) == (False, "keyring_slow")
    server.stop()
    keyring.stop()
    server.environment = environment
    assert status(server.start()) == (False, "keyring_absent")
    assert not in_plain_file(server)


def test_SEC_07_a_bus_that_never_answers_keeps_nobody_waiting(
    start_server: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with silent_bus(tmp_path_factory.mktemp("b")) as address:
        server = start_server(DBUS_SESSION_BUS_ADDRESS=address, MADANG_KEYRING_TIMEOUT="0.5")
        assert_said(server, "keyring_slow")
        assert status(server) == (True, "keyring_slow")


class SlowRing(MemoryRing):
    """Takes its time to keep a password, and keeps it in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.may_keep, self.is_undone = threading.Event(), threading.Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.may_keep.wait()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        super().delete_password(service, username)
        self.is_undone.set()


async def test_SEC_11_a_key_that_reaches_the_keyring_too_late_does_not_stay_there() -> None:
    ring = SlowRing()
    with pytest.raises(PlaceUnusable):
        await KeyringPlace("madang test", FixedClock(), 0.05, lambda: ring).write(NAME, KEY)
    ring.may_keep.set()
    assert ring.is_undone.wait(30)
    assert ring.kept == {}
