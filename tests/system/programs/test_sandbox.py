"""What a hostile program can do in each tier, as an ordinary user; tier 0 shows that each attack works."""

import ctypes
import errno
import json
import os
import platform
import shutil
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from madang.system.programs import launcher, tiers
from madang.system.programs.probe import probe, real_trial
from madang.system.programs.runner import Runner
from tests.support.ordinary import Ordinary
from tests.system.programs.running import PYTHON, run_each

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes")
ATTACK = Path(__file__).with_name("attack.py")
TIERS = [3, 2, 1, 0]
X86 = platform.machine() == "x86_64"
# The kernel's numbers of what the launcher needs, to take each away in turn.
FAULTS = (
    {"chdir": 80, "prctl": 157, "prlimit64": 302, "create": 444, "add": 445, "restrict": 446}
    if X86
    else {"chdir": 49, "prctl": 167, "prlimit64": 261, "create": 444, "add": 445, "restrict": 446}
)


class Tripwire:
    """Listeners that must stay silent: TCP, UDP, a socket in the file system and an abstract one."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        def listen(family: int, kind: int, address: Any) -> socket.socket:
            made = stack.enter_context(socket.socket(family, kind))
            made.bind(address)
            made.setblocking(False)
            if kind == socket.SOCK_STREAM:
                made.listen()
            return made

        self.tcp = listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.udp = listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self.unix = listen(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "s"))
        (folder / "s").chmod(0o777)
        self.abstract = listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0madang-{os.getpid()}-{folder.name}")

    @property
    def addresses(self) -> dict[str, Any]:
        ports = {"port": self.tcp.getsockname()[1], "udp": self.udp.getsockname()[1]}
        return {**ports, "unix": self.unix.getsockname(), "abstract": self.abstract.getsockname().decode()}

    def touched(self) -> bool:
        """Say whether anybody has come."""
        for each in (self.tcp, self.unix, self.abstract):
            try:
                each.accept()[0].close()
            except BlockingIOError:
                continue
            return True
        try:
            self.udp.recv(10)
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope="module")
def attacked(ordinary: Ordinary) -> Iterator[dict[int, dict[str, Any]]]:
    """What the attacks reached in each tier, and what was found outside afterwards."""
    with ExitStack() as stack:
        found = {}
        for tier in TIERS:
            place = ordinary.make_folder("attacked")
            wire = Tripwire(place, stack)
            found[tier] = _attacked(ordinary, place, tier, wire)
        yield found


def _attacked(ordinary: Ordinary, place: Path, tier: int, wire: Tripwire) -> dict[str, Any]:
    folder, secret, data = place / "folder", place / "secret", place / "data"
    for made in (folder, data):
        made.mkdir()
    secret.write_text("canary")
    shutil.copyfile(ATTACK, folder / "attack.py")
    ordinary.own(place)
    given = {"outside": [str(secret), str(data), "/root", "/etc/shadow"], "pid": os.getpid(), **wire.addresses}
    argv = [PYTHON, "attack.py", json.dumps(given)]
    ran = ordinary.call(run_each, str(folder), [tier], argv, {})[0]
    assert ran.get("exit_code") == 0, ran
    outside = {path.name: path.stat() for path in place.iterdir()}
    return {
        **json.loads(ran["printed"]["stdout"]["head"]),
        "names": sorted(outside),
        "mode": outside["secret"].st_mode & 0o777 if "secret" in outside else 0,
        "text": secret.read_text() if secret.exists() else "",
        "touched": wire.touched(),
    }


def test_SBX_03_no_way_out_of_a_box(attacked: dict[int, dict[str, Any]]) -> None:
    for tier in (3, 2, 1):
        assert not any(attacked[tier]["egress"].values()), (tier, attacked[tier]["egress"])
        assert not attacked[tier]["touched"], tier
    assert {"tcp", "udp", "unix", "abstract", "netlink"} <= {k for k, v in attacked[0]["egress"].items() if v}
    assert attacked[0]["touched"]


def test_SBX_04_what_lies_outside_cannot_be_read(attacked: dict[int, dict[str, Any]]) -> None:
    for tier in (3, 2, 1):
        assert not any(attacked[tier]["reads"].values()), (tier, attacked[tier]["reads"])
        assert not attacked[tier]["environ"]
    assert not attacked[3]["process"]
    assert sum(attacked[0]["reads"].values()) >= 2


def test_SBX_05_what_lies_outside_stays_as_it_is(attacked: dict[int, dict[str, Any]]) -> None:
    for tier in (3, 2, 1):
        found = attacked[tier]
        done = {name for name, worked in found["writes"].items() if worked}
        # The two lower tiers say so themselves: "outside_metadata". What the first makes is in its own /tmp.
        assert done <= ({"create", "mkdir"} if tier == 3 else {"chmod", "utime", "xattr"}), tier
        assert (found["names"], found["text"]) == (["data", "folder", "s", "secret"], "canary")
    assert attacked[3]["mode"] == 0o644
    assert attacked[0]["text"] != "canary"


@pytest.mark.skipif(not X86, reason="the numbers are this machine's")
def test_SBX_07_calls_that_lead_out_are_refused(attacked: dict[int, dict[str, Any]]) -> None:
    for tier in (3, 2, 1):
        calls = dict(attacked[tier]["calls"])
        assert calls.pop("clone3") == errno.ENOSYS
        assert set(calls.values()) == {errno.EPERM}, (tier, calls)
        assert not attacked[tier]["kills"] or tier == 1
    assert attacked[0]["calls"]["open_tree"] != errno.EPERM or attacked[0]["calls"]["clone3"] != errno.ENOSYS


def deny(numbers: list[int], code: int, first_word: int | None = None) -> None:
    """Take calls away from this process and all it starts, as a kernel without them would."""
    filtered = [(launcher.BPF_LOAD, 0, 0, 0)]
    for number in numbers:
        if first_word is None:
            filtered += [(launcher.BPF_EQUAL, 0, 1, number), (launcher.BPF_RETURN, 0, 0, 0x50000 | code)]
        else:
            filtered += [(launcher.BPF_EQUAL, 0, 3, number), (launcher.BPF_LOAD, 0, 0, 16)]
            filtered += [(launcher.BPF_EQUAL, 0, 1, first_word), (launcher.BPF_RETURN, 0, 0, 0x50000 | code)]
    code_bytes = b"".join(struct.pack("HBBI", *one) for one in [*filtered, (launcher.BPF_RETURN, 0, 0, launcher.ALLOW)])
    held = ctypes.create_string_buffer(code_bytes)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code_bytes) // 8, ctypes.addressof(held)))
    launcher.prctl(38, 1)
    launcher.prctl(22, 2, ctypes.addressof(program))


async def probe_without(missing: list[str]) -> list[Any]:
    """Try the sandbox on a machine that lacks these layers."""
    if "bubblewrap" in missing:
        tiers.BUBBLEWRAP = "/usr/bin/no-such-bwrap"
    if "landlock" in missing:
        deny([444, 445, 446], errno.ENOSYS)
    if "namespaces" in missing:
        machine = launcher.MACHINES[platform.machine()]
        deny([machine[4][3]], errno.EPERM)
        deny([165 if X86 else 40], errno.EPERM)
    if "seccomp" in missing:
        deny([FAULTS["prctl"]], errno.EINVAL, first_word=22)
    report = await probe(real_trial(Runner()))
    return [report.tier, [each.tier for each in report.tiers if each.works]]


@pytest.mark.parametrize(
    ("missing", "working"),
    [
        ([], [3, 2, 1, 0]),
        (["bubblewrap"], [2, 1, 0]),
        (["namespaces"], [1, 0]),
        (["landlock"], [3, 0]),
        (["bubblewrap", "landlock"], [0]),
        (["seccomp"], [0]),
    ],
    ids=lambda given: "-".join(map(str, given)) or "nothing",
)
def test_SBX_01_the_probe_finds_what_is_really_there(
    ordinary: Ordinary, missing: list[str], working: list[int]
) -> None:
    assert ordinary.call(probe_without, missing) == [working[0], working]


async def launch_without(folder: str, number: int, first_word: int | None) -> dict[str, Any]:
    deny([number], errno.EPERM, first_word)
    return (await run_each(folder, [1], [PYTHON, "-c", "open('ran', 'w')"], {}))[0]


@pytest.mark.parametrize(
    ("call", "first_word"),
    [*((name, None) for name in FAULTS if name != "prctl"), *(("prctl", word) for word in (1, 22, 36, 38))],
)
def test_SBX_09_whatever_fails_the_program_does_not_run(
    ordinary: Ordinary, ordinary_path: Path, call: str, first_word: int | None
) -> None:
    found = ordinary.call(launch_without, str(ordinary_path), FAULTS[call], first_word)
    assert found["error"] == "system.sandbox_failed"
    assert not (ordinary_path / "ran").exists()


def test_SBX_09_control_the_same_program_runs_where_nothing_fails(ordinary: Ordinary, ordinary_path: Path) -> None:
    found = ordinary.call(launch_without, str(ordinary_path), 179, None)
    assert found["exit_code"] == 0, found
    assert (ordinary_path / "ran").exists()
