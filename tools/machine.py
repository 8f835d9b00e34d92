"""Installs what the tests need from outside Python, where it can: Chromium, fonts, OpenMP, a keyring and bubblewrap.

On Debian and its relatives as root or with passwordless sudo; elsewhere it says what is missing and what that costs.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Need:
    """A package of the system, how to see that it is there, and what is not tested without it."""

    package: str
    is_there: Callable[[], bool]
    without: str


def has_chromium() -> bool:
    return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")))


def has_korean_font() -> bool:
    return any(any(Path(folder).rglob("*CJK*")) for folder in ("/usr/share/fonts", "/usr/local/share/fonts"))


def has_openmp() -> bool:
    return ctypes.util.find_library("gomp") is not None or Path("/usr/lib/x86_64-linux-gnu/libgomp.so.1").exists()


def has_keyring() -> bool:
    return shutil.which("gnome-keyring-daemon") is not None


def has_session_bus() -> bool:
    return shutil.which("dbus-daemon") is not None


def has_bubblewrap() -> bool:
    return Path("/usr/bin/bwrap").exists()


def has_system_python() -> bool:
    return os.geteuid() != 0 or Path("/usr/bin/python3").exists() or Path("/usr/local/bin/python3").exists()


NEEDS = (
    Need("chromium", has_chromium, "the page in a real browser"),
    Need("fonts-noto-cjk", has_korean_font, "how Korean looks on screenshots"),
    Need("libgomp1", has_openmp, "the built-in model"),
    Need("gnome-keyring", has_keyring, "keys in a system's keyring"),
    # The smallest package that brings a session bus; the keyring alone would bring systemd.
    Need("dbus-x11", has_session_bus, "keys in a system's keyring"),
    Need("bubblewrap", has_bubblewrap, "programs in a full sandbox"),
    # Root's tests lend an ordinary user an interpreter; one in root's own folder is closed to it.
    Need("python3", has_system_python, "what an ordinary user may do"),
)


def main() -> None:
    missing = [need for need in NEEDS if not need.is_there()]
    if missing:
        install([need.package for need in missing])
    for need in (need for need in missing if not need.is_there()):
        print(f"Not tested: {need.without}, because {need.package} is not installed.", file=sys.stderr)


def install(packages: list[str]) -> None:
    """Install by apt, without questions; a machine without apt or rights is left as it is."""
    apt = shutil.which("apt-get")
    rights = privilege()
    if apt is None or rights is None:
        return
    print(f"Installing {', '.join(packages)} with apt for the tests.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(
            [*rights, apt, *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )


def privilege() -> list[str] | None:
    """Return the words before a command that make it root's, or None where that needs a password."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


if __name__ == "__main__":
    main()
