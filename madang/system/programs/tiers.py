"""How a program is boxed in each tier: the words in front of it, and the policy its launcher is given."""

import os
import sys
from pathlib import Path
from typing import Any

from madang.system.programs.environment import environment_of
from madang.system.programs.types import Command, Ground
from madang.system.types import Limits, Tier

LAUNCHER = Path(__file__).with_name("launcher.py")
BUBBLEWRAP, UNSHARE, SETPRIV, SEATBELT = (
    "/usr/bin/bwrap",
    "/usr/bin/unshare",
    "/usr/bin/setpriv",
    "/usr/bin/sandbox-exec",
)
INSIDE = "/run/launcher.py"
_TOP = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# What ordinary programs read to start, and none of it secret.
_ETC = tuple(
    f"/etc/{name}"
    for name in """
    ld.so.cache ld.so.conf ld.so.conf.d ld.so.preload alternatives localtime passwd group nsswitch.conf mime.types magic
    magic.mime inputrc terminfo fonts python3 python3.11 python3.12 python3.13 perl texmf java-17-openjdk
    java-21-openjdk
    """.split()  # noqa: SIM905 - a list of words takes a screen
)
_READ = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/dev/random",
)
_SINKS = ("/dev/null", "/dev/zero", "/dev/full")
PRIVATE_BYTES = 256 << 20


def words(tier: Tier, ground: Ground, private: str, link: int) -> list[str]:
    """Return the command that puts the box up; the launcher in it reads its policy from `link`."""
    python = os.path.realpath(sys.executable)
    inside = INSIDE if tier == 3 else str(LAUNCHER)
    launcher = [python, "-I", "-S", inside, str(link)]
    if tier == 3:
        return [*_bubblewrap(ground), *launcher]
    if tier == 2 and sys.platform == "darwin":
        return [SEATBELT, "-D", f"PRIVATE={private}", "-p", seatbelt(ground), *launcher]
    if tier == 2:
        return [*_unshare(), *launcher]
    return launcher


def policy(command: Command, private: str, grace_s: float) -> dict[str, Any]:
    """Return what the launcher enforces; `private` is the program's home in every tier but the third."""
    ground, tier = command.ground, command.tier
    home = "/tmp" if tier == 3 else private  # noqa: S108 - the box has a /tmp of its own
    writable = [*([ground.folder] if ground.writable else []), home]
    return {
        "program": command.program, "argv": command.argv, "environment": environment_of(home),
        "cwd": ground.cwd, "cwd_object": ground.cwd_object, "network": False,
        "supervised": tier <= 2, "held": tier > 0, "grace_s": grace_s,
        "landlock": "offered" if tier == 3 else "required", "limits": limits(command.limits, tier),
        "read": ["/", ground.folder] if tier == 3 else [ground.folder, *_ETC, *_READ],
        "run": ["/usr", *_TOP, *_beside_usr()], "write": [*writable, *(("/dev",) if tier == 3 else _SINKS)],
    }  # fmt: skip


def limits(given: Limits, tier: Tier) -> dict[str, int]:
    """Return them by the kernel's names. Processes are counted by user, so only where that user is the box's own."""
    found = {
        "CPU": given.cpu_s, "FSIZE": given.file_bytes, "NOFILE": given.open_files, "CORE": 0,
        "AS" if sys.platform == "darwin" else "DATA": given.memory_bytes,
    }  # fmt: skip
    return found | ({"NPROC": given.processes} if tier >= 2 and sys.platform == "linux" else {})


def _bubblewrap(ground: Ground) -> list[str]:
    found = [BUBBLEWRAP, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]
    found += ["--cap-drop", "ALL", "--clearenv", "--ro-bind", "/usr", "/usr"]
    for top in _TOP:
        found += (
            ["--symlink", str(Path(top).readlink()), top] if Path(top).is_symlink() else ["--ro-bind-try", top, top]
        )
    for path in (*_ETC, *_beside_usr()):
        found += ["--ro-bind-try", path, path]
    found += ["--proc", "/proc", "--dev", "/dev", "--size", str(PRIVATE_BYTES), "--tmpfs", "/tmp"]  # noqa: S108
    found += ["--ro-bind", str(LAUNCHER), INSIDE]
    found += ["--bind" if ground.writable else "--ro-bind", ground.folder, ground.folder]
    for path in ground.closed if ground.writable else ():
        found += ["--ro-bind-try", path, path]
    return [*found, "--chdir", "/", "--"]


def _unshare() -> list[str]:
    names = [UNSHARE, "--user", "--map-current-user", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child=KILL"]
    # unshare itself does not end with who started it.
    return [SETPRIV, "--pdeathsig", "KILL", *names, "--"]


def seatbelt(ground: Ground) -> str:
    """Return macOS's profile of the same: everything refused, then what the program needs."""
    quoted = '"' + ground.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    reads = " ".join(f'(subpath "{path}")' for path in ("/usr", "/bin", "/sbin", "/System", "/Library", *_beside_usr()))
    lines = [
        "(version 1)", "(deny default)", "(allow process-exec process-fork sysctl-read)", "(allow file-read-metadata)",
        f"(allow file-read* {reads} (subpath {quoted}) (literal \"{LAUNCHER}\") (literal \"/\"))",
        '(allow file-write* (literal "/dev/null") (subpath (param "PRIVATE")))',
        f"(allow file-write* (subpath {quoted}))" if ground.writable else "",
        *(f'(deny file-write* (subpath "{path}"))' for path in ground.closed),
    ]  # fmt: skip
    return "\n".join(line for line in lines if line)


def _beside_usr() -> list[str]:
    """Where this interpreter lies, when that is not among the system's own: the launcher needs it."""
    base = os.path.realpath(sys.base_prefix)
    return [] if base == "/usr" or base.startswith("/usr/") else [base]
