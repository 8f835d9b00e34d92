"""A keyring as desktops have it: gnome-keyring on a session bus of the test's own, unlocked or locked."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DAEMONS = ("dbus-daemon", "gnome-keyring-daemon")
_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""


def missing_daemon() -> str | None:
    """Return the name of what this machine lacks, or None."""
    return next((name for name in _DAEMONS if shutil.which(name) is None), None)


@dataclass(slots=True)
class SecretService:
    """A session bus at `address`, and on it a keyring that can be unlocked, locked and frozen."""

    folder: Path
    address: str
    daemon: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What Madang needs to find it, and to wait for it on a machine that is busy with other tests."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.address, "MADANG_KEYRING_TIMEOUT": "60"}

    def unlock(self) -> None:
        """Start the keyring as a desktop does at sign-in; what was kept before is there again."""
        self._start("--unlock")

    def lock(self) -> None:
        """Start it as it is before anybody signed in, with nobody there to ask for the password."""
        self._start()

    def stop(self) -> None:
        """End the keyring and leave the bus."""
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait()

    def kept(self) -> list[str]:
        """Return every secret in the unlocked keyring."""
        from jeepney.io.blocking import open_dbus_connection
        from secretstorage import get_default_collection

        with open_dbus_connection(self.address) as connection:
            return [item.get_secret().decode() for item in get_default_collection(connection).get_all_items()]

    def freeze(self) -> None:
        """Let it answer nobody from here on."""
        assert self.daemon is not None
        self.daemon.send_signal(signal.SIGSTOP)

    def _start(self, *words: str) -> None:
        self.stop()
        command = ["gnome-keyring-daemon", "--components=secrets", "--foreground", f"--control-directory={self.folder}"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder)}
        with (self.folder / "output.txt").open("ab") as output:
            self.daemon = subprocess.Popen(
                [*command, *words], env=environment | self.environment,
                stdin=subprocess.PIPE, stdout=output, stderr=output,
            )  # fmt: skip
        assert self.daemon.stdin is not None
        with self.daemon.stdin as pipe:
            pipe.write(b"the password of a desktop")
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while not self._has_collection():
            if time.monotonic() > deadline:
                raise AssertionError(f"no keyring: {(self.folder / 'output.txt').read_text()}")
            time.sleep(0.02)

    def _has_collection(self) -> bool:
        from jeepney import DBusErrorResponse
        from jeepney.io.blocking import open_dbus_connection
        from secretstorage.collection import get_collection_by_alias
        from secretstorage.exceptions import SecretStorageException

        try:
            with open_dbus_connection(self.address) as connection:
                get_collection_by_alias(connection, "default")
                return True
        except (SecretStorageException, DBusErrorResponse, OSError):
            return False


@contextmanager
def secret_service() -> Iterator[SecretService]:
    """Run a session bus without a keyring on it yet; both end with the block."""
    # Not below the test's own folder: the path of a socket has room for a hundred characters.
    with tempfile.TemporaryDirectory(prefix="bus-") as name:
        folder = Path(name)
        (folder / "bus.conf").write_text(_CONFIGURATION.format(folder=folder))
        command = ["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork", "--print-address=1"]
        bus = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert bus.stdout is not None
        service = SecretService(folder, bus.stdout.readline().strip())
        try:
            yield service
        finally:
            service.stop()
            bus.kill()
            bus.wait()
            bus.stdout.close()
