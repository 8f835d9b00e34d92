"""How programs are run, limited and ended, in each tier of this machine, as an ordinary user."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from madang.system.programs.environment import environment_of
from madang.system.programs.runner import Runner
from madang.system.programs.types import Command
from madang.system.types import Limits, Tier
from tests.support.ordinary import Ordinary
from tests.system.programs.running import PYTHON, ground, run_all, run_each, zombies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes")
BOXED = [3, 2, 1]
HOSTILE = {
    "LD_PRELOAD": "/tmp/x.so", "PYTHONSTARTUP": "/tmp/x.py", "OPENAI_API_KEY": "sk-canary", "BASH_ENV": "/tmp/x",
    "GIT_EXTERNAL_DIFF": "/tmp/x", "HTTPS_PROXY": "http://127.0.0.1:9", "NODE_OPTIONS": "-r /tmp/x", "IFS": "x",
    "PROMPT_COMMAND": "x", "SSH_ASKPASS": "/tmp/x", "EDITOR": "/tmp/x", "PERL5OPT": "-Mx",
}  # fmt: skip


def python(code: str) -> list[str]:
    return [PYTHON, "-c", code]


def text(ran: dict[str, Any]) -> str:
    assert "printed" in ran, ran
    return str(ran["printed"]["stdout"]["head"])


LOOK = """
import json, os, resource
try: tty = os.close(os.open("/dev/tty", os.O_RDWR)) or True
except OSError: tty = False
print(json.dumps({"env": dict(os.environ), "open": [n for n in range(3, 200) if not _closed(n)], "tty": tty,
 "stdin": os.read(0, 10).decode(), "umask": os.umask(0), "cwd": os.getcwd(), "core": resource.getrlimit(4),
 "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0]}))
"""
CLOSED = """
import os
def _closed(n):
    try: os.fstat(n)
    except OSError: return True
    return False
"""


def test_PROC_05_PROC_06_PROC_12_PROC_13_SEC_04_a_program_finds_nothing_of_ours(
    ordinary: Ordinary, ordinary_path: Path
) -> None:
    found = ordinary.call(run_each, str(ordinary_path), BOXED, python(CLOSED + LOOK), {}, **HOSTILE)
    for tier, ran in zip(BOXED, found, strict=True):
        seen = json.loads(text(ran))
        private = seen["env"]["HOME"]
        # The interpreter sets LC_CTYPE by itself where the locale asks for it.
        assert seen["env"] | environment_of(private) | {"TZ": "UTC"} == seen["env"], tier
        assert set(seen["env"]) - {"LC_CTYPE"} == set(environment_of(private)), tier
        assert (seen["open"], seen["tty"], seen["stdin"]) == ([], False, "")
        assert (seen["umask"], seen["cwd"], seen["core"]) == (0o022, str(ordinary_path), [0, 0])
        assert seen["files"] == 256


DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for n in range(3): os.close(n)
        time.sleep(600)
    os._exit(0)
os.wait()
"""


def test_PROC_08_what_a_program_leaves_over_ends_with_it(ordinary: Ordinary, ordinary_path: Path) -> None:
    found = ordinary.call(run_each, str(ordinary_path), BOXED, python(DAEMON), {})
    assert [ran["exit_code"] for ran in found] == [0, 0, 0]
    assert found[2]["left_over"] >= 1
    assert not _stays(ordinary, "time.sleep(600)")


def _stays(ordinary: Ordinary, words: str) -> bool:
    """Say whether such a process is there for longer than one that was killed takes to go."""
    deadline = time.monotonic() + 10
    while _of(ordinary, words):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.05)
    return False


def _of(ordinary: Ordinary, words: str) -> list[int]:
    return [
        each.pid
        for each in psutil.process_iter(["uids", "cmdline"])
        if each.info["uids"].real == ordinary.uid and any(words in word for word in each.info["cmdline"] or [])
    ]


def test_PROC_08_control_a_plain_subprocess_leaves_its_daemon(ordinary: Ordinary, ordinary_path: Path) -> None:
    ordinary.run(python(DAEMON.replace("600", "599")))
    left = _of(ordinary, "time.sleep(599)")
    for pid in left:
        os.kill(pid, 9)
    assert left


SPIN = "import time\nwhile True: pass"
IGNORE = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(600)"
STOPPED = "import os, signal\nprint('up', flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)"
HOLDS = "import os, time\nprint('up', flush=True)\nif os.fork() == 0: os.setsid(); time.sleep(600)\ntime.sleep(600)"


def test_PROC_11_whatever_it_does_it_ends_in_time(ordinary: Ordinary, ordinary_path: Path) -> None:
    # The timeout is longer than it takes to start here, so what is printed first is there.
    runs = [(tier, python(code), {"wall_s": 5}) for tier in BOXED for code in (IGNORE, STOPPED, HOLDS)]
    found = ordinary.call(run_all, str(ordinary_path), runs)
    assert {ran["how"] for ran in found} == {"timed_out"}
    assert {text(ran) for ran in found} == {"up\n"}
    assert {ran["zombies"] for ran in found} == {0}
    assert not _stays(ordinary, "time.sleep(600)")


HOARD = """
import mmap, time
held = mmap.mmap(-1, 200 << 20)
for _ in range(200): held.write(b"x" * (1 << 20))
time.sleep(60)
"""
BOMB = """
import os, time
made = 0
try:
    while made < 2000:
        if os.fork() == 0: time.sleep(30); os._exit(0)
        made += 1
except OSError: pass
print(made, flush=True)
os.kill(os.getpid(), 9)
"""


def test_PROC_09_limits_are_hit_and_the_machine_is_not(ordinary: Ordinary, ordinary_path: Path) -> None:
    runs: list[tuple[int, list[str], dict[str, int]]] = [
        (3, python(BOMB), {}),
        *((tier, python("x = bytearray(3 << 30); print('had it')"), {}) for tier in BOXED),
        *((tier, python(SPIN), {"cpu_s": 1, "wall_s": 60}) for tier in BOXED),
        *((tier, python("open('big', 'wb').truncate(1 << 20)"), {"file_bytes": 1 << 16}) for tier in BOXED),
        (3, python(HOARD),
         {"memory_bytes": 100 << 20}),
    ]  # fmt: skip
    found = ordinary.call(run_all, str(ordinary_path), runs)
    assert 0 < int(text(found[0])) < 256
    for ran in found[1:4]:
        assert (ran["exit_code"], text(ran)) == (1, "")
        assert "MemoryError" in ran["printed"]["stderr"]["head"]
    assert {ran["signal"] for ran in found[4:7]} <= {24, 9}, found[4:7]
    assert {ran["exit_code"] or ran["signal"] for ran in found[7:10]} <= {1, 25}
    assert (ordinary_path / "big").stat().st_size <= 1 << 16
    assert found[10]["how"] == "memory"


FLOOD = """
import os
piece = b"\\x1b]0;title\\x07\\xff\\x00\\x1b[31mx" * 4096
for _ in range(600):
    os.write(1, piece); os.write(2, piece)
os.write(1, b"\\nthe end")
"""


def test_PROC_10_a_flood_is_capped_and_harmless(ordinary: Ordinary, ordinary_path: Path) -> None:
    for ran in ordinary.call(run_each, str(ordinary_path), BOXED, python(FLOOD), {}):
        out = ran["printed"]["stdout"]
        assert out["total_bytes"] == 600 * 4096 * 18 + 8
        assert out["skipped_bytes"] == out["total_bytes"] - (1 << 20)
        assert out["tail"].endswith("\nthe end")
        kept = out["head"] + out["tail"] + "".join(facts["text"] for _, facts in ran["told"])
        assert not set("\x1b\x07\x00") & set(kept)
        assert sum(len(facts["text"]) for _, facts in ran["told"]) <= 2 * (len(out["head"]) + len(out["tail"]))


async def cancel_some(folder: str, tiers: list[Tier], times: int) -> dict[str, Any]:
    """Cancel runs half way; return how long each took to be gone, and what was left of them."""
    runner, took = Runner(grace_s=30), []
    for tier in tiers * times:
        up = asyncio.Event()
        argv = tuple(python(HOLDS.replace("600", "601")))
        command = Command(argv[0], argv, ground(folder), tier, Limits())
        running = asyncio.create_task(runner.run(command, lambda *_, up=up: up.set()))
        await asyncio.wait_for(up.wait(), 60)
        begun = time.monotonic()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        took.append(time.monotonic() - begun)
        assert running.cancelled()
    return {"took": took, "zombies": zombies(), "fds": len(list(Path("/proc/self/fd").iterdir()))}


def test_PROC_14_PROC_15_a_cancelled_program_is_gone_with_its_tree(ordinary: Ordinary, ordinary_path: Path) -> None:
    few, many = (ordinary.call(cancel_some, str(ordinary_path), BOXED, times) for times in (1, 6))
    # A second is promised where the machine is free; the grace of thirty is what this must not take.
    assert max(many["took"]) < 20
    assert (few["zombies"], many["zombies"]) == (0, 0)
    assert many["fds"] <= few["fds"]
    assert not _stays(ordinary, "time.sleep(601)")


async def in_another_folder(folder: str, tier: Tier) -> dict[str, Any]:
    command = ground(folder)
    Path(folder).rename(f"{folder}-moved")
    Path(folder).symlink_to(f"{folder}-other")
    Path(f"{folder}-other").mkdir()
    runner = Runner()
    try:
        await runner.run(Command(PYTHON, tuple(python("open('ran', 'w')")), command, tier), lambda *_: None)
    except Exception as error:  # noqa: BLE001
        return {"error": type(error).__name__, "made": len(list(Path(f"{folder}-other").iterdir()))}
    return {"error": ""}


@pytest.mark.parametrize("tier", BOXED)
def test_PROC_16_another_folder_in_its_place_is_refused(ordinary: Ordinary, ordinary_path: Path, tier: int) -> None:
    folder = ordinary_path / "folder"
    folder.mkdir()
    ordinary.own(folder)
    assert ordinary.call(in_another_folder, str(folder), tier) == {"error": "SandboxFailed", "made": 0}


def test_PROC_02_words_reach_the_program_as_they_are(ordinary: Ordinary, ordinary_path: Path) -> None:
    words = [
        "; touch x",
        "$(touch x)",
        "`touch x`",
        "| cat",
        "> x",
        "$IFS",
        "*",
        "~",
        "{a,b}",
        "!",
        "--",
        "-rf",
        "<<E",
        "a\nb",
        "",
    ]
    argv = [*python("import json, sys; print(json.dumps(sys.argv[1:]))"), *words]
    for ran in ordinary.call(run_each, str(ordinary_path), BOXED, argv, {}):
        assert json.loads(text(ran)) == words
    assert not list(ordinary_path.iterdir())
