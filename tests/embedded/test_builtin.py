"""The service: what it says, when it runs, what survives."""

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import psutil
import pytest

from madang.clock import FixedClock
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.errors import BuiltInOff, BuiltInUnsupported, EngineCrashed, FetchFailed
from madang.gateway.embedded.states import States
from madang.gateway.embedded.types import BuiltInState, Status
from tests.embedded.conftest import GOOD, MakeBuiltIn, use_index
from tests.embedded.fileserver import FileServer
from tests.embedded.make import Offer, lay_out, make_offer
from tests.support.builtin import engine_processes

_HOLD = """
import asyncio, sys
from pathlib import Path
from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.builtin import BuiltIn
from tests.embedded.make import make_offer

async def hold():
    offer = make_offer(Path(sys.argv[1]), int(sys.argv[3]))
    data = Path(sys.argv[2])
    tiny = {"model": offer.model, "engine": offer.engine}
    service = BuiltIn(Settings(data_dir=data), data, Clock(), lambda state: None, **tiny)
    async with service.lease():
        print(psutil.Process().children()[0].pid, flush=True)
        await asyncio.sleep(3600)

import psutil
asyncio.run(hold())
"""


async def reaches(service: BuiltIn, status: Status) -> BuiltInState:
    async with asyncio.timeout(60):
        async for state in service.changes():
            if state.status == status:
                return state
    raise AssertionError("the states ended")


async def listed(base_url: str, key: str | None) -> int:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with aiohttp.ClientSession() as session, session.get(f"{base_url}/models", headers=headers) as response:
        return response.status


def engine_process() -> psutil.Process:
    (child,) = engine_processes()
    return child


async def is_gone(pid: int) -> bool:
    for _ in range(600):
        if has_died(pid):
            return True
        await asyncio.sleep(0.05)
    return False


def has_died(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_switched_off_it_neither_fetches_nor_answers(make_builtin: MakeBuiltIn, offer: Offer) -> None:
    service = make_builtin(offer, builtin=False)
    await service.start()
    assert service.state.status == "off"
    with pytest.raises(BuiltInOff):
        async with service.lease():
            pass
    with pytest.raises(BuiltInOff):
        service.fetch()


async def test_it_is_fetched_in_the_background_and_then_rests(make_builtin: MakeBuiltIn, offer: Offer) -> None:
    seen: list[BuiltInState] = []
    service = make_builtin(offer, seen)
    await service.start()
    state = await reaches(service, "stopped")
    assert list(dict.fromkeys(state.status for state in seen)) == ["absent", "fetching", "checking", "stopped"]
    assert (state.progress_bytes, state.total_bytes) == (len(offer.content), len(offer.content))
    assert state.sha256 == offer.model.sha256


async def test_a_first_question_waits_for_the_fetch_and_the_start(make_builtin: MakeBuiltIn, offer: Offer) -> None:
    service = make_builtin(offer)
    async with service.lease() as endpoint:
        assert service.state.status == "ready"
        assert await listed(endpoint.base_url, endpoint.key) == 200


async def test_two_leases_share_one_process(make_builtin: MakeBuiltIn, laid: Offer) -> None:
    service = make_builtin(laid)
    async with service.lease() as first, service.lease() as second:
        assert first == second
        assert engine_process().is_running()


async def test_its_key_is_needed_and_stands_in_no_list_of_processes(make_builtin: MakeBuiltIn, laid: Offer) -> None:
    async with make_builtin(laid).lease() as endpoint:
        assert await listed(endpoint.base_url, None) == 401
        child = engine_process()
        assert endpoint.key not in " ".join(child.cmdline())
        assert endpoint.key not in str(child.environ())
        assert not any(name.startswith(("MADANG", "OPENAI", "PIP")) for name in child.environ())
        assert {connection.laddr.ip for connection in child.net_connections()} == {"127.0.0.1"}


async def test_it_stops_when_idle_and_not_while_it_is_used(make_builtin: MakeBuiltIn, laid: Offer) -> None:
    service = make_builtin(laid, idle=0.2)
    async with service.lease():
        async with service.lease():
            pass
        await asyncio.sleep(0.5)
        assert service.state.status == "ready"
        pid = engine_process().pid
    await reaches(service, "stopped")
    assert await is_gone(pid)


async def test_CRASH_a_killed_engine_is_noticed_and_started_by_the_next_lease(
    make_builtin: MakeBuiltIn, laid: Offer
) -> None:
    service = make_builtin(laid)
    async with service.lease() as before:
        engine_process().kill()
        await reaches(service, "stopped")
    async with service.lease() as after:
        assert after.key != before.key
        assert await listed(after.base_url, after.key) == 200


async def test_CRASH_a_lease_right_after_the_death_gets_a_living_engine(make_builtin: MakeBuiltIn, laid: Offer) -> None:
    service = make_builtin(laid)
    async with service.lease() as before:
        child = engine_process()
        child.kill()
        # Waiting like this keeps the loop from noticing the death first.
        while not has_died(child.pid):
            time.sleep(0.01)
        async with service.lease() as after:
            assert after.base_url != before.base_url
            assert await listed(after.base_url, after.key) == 200


async def test_CRASH_the_engine_does_not_outlive_a_killed_parent(offer: Offer, tmp_path: Path, seed: int) -> None:
    lay_out(offer, tmp_path / "data" / "builtin")
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _HOLD,
        str(offer.wheels),
        str(tmp_path / "data"),
        str(seed),
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert psutil.pid_exists(child)
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    assert await is_gone(child)


async def test_an_engine_that_dies_while_starting_says_what_it_printed_but_not_its_key(
    make_builtin: MakeBuiltIn, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_index(monkeypatch, str(tmp_path))
    offer = make_offer(tmp_path, seed, start=b"CRASH")
    lay_out(offer, tmp_path / "builtin")
    service = make_builtin(offer)
    with pytest.raises(EngineCrashed) as failure:
        async with service.lease():
            pass
    assert failure.value.details == {"exit_code": 7, "output": ["no such tensor •••"]}
    assert service.state.status == "failed"
    assert service.state.reason is not None
    assert service.state.reason["code"] == "builtin.crashed"


@pytest.mark.parametrize(
    ("lack", "reason"),
    [({"has_avx2": False}, "cpu"), ({"memory_bytes": 10**9}, "memory"), ({"disk_bytes": 10**6}, "disk")],
)
async def test_what_the_machine_lacks_is_said_before_anything_is_fetched(
    lack: dict[str, int], reason: str, make_builtin: MakeBuiltIn, offer: Offer, tmp_path: Path
) -> None:
    service = make_builtin(offer, measured=lambda: replace(GOOD, **lack))
    await service.start()
    assert service.state.status == "unsupported"
    assert service.state.reason is not None
    assert service.state.reason["reason"] == reason
    with pytest.raises(BuiltInUnsupported):
        async with service.lease():
            pass
    assert not (tmp_path / "builtin").exists()


async def test_too_little_memory_to_start_is_said_and_asked_again_the_next_time(
    make_builtin: MakeBuiltIn, laid: Offer
) -> None:
    measured = [GOOD]
    service = make_builtin(laid, measured=lambda: measured[-1])
    await service.start()
    await reaches(service, "stopped")
    measured.append(replace(GOOD, memory_bytes=10**9))
    with pytest.raises(BuiltInUnsupported) as failure:
        async with service.lease():
            pass
    assert failure.value.details == {"reason": "memory", "needed": 1_500_000_000, "found": 10**9}
    assert service.state.status == "failed"
    measured.append(GOOD)
    async with service.lease():
        await reaches(service, "ready")


async def test_a_cancelled_fetch_tells_who_waits_and_is_continued_later(
    make_builtin: MakeBuiltIn, files: FileServer, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = make_offer(tmp_path, seed)
    files.index, files.held = tmp_path, {"yard_part3"}
    use_index(monkeypatch, f"{files.base_url}/")
    service = make_builtin(offer)

    async def ask() -> None:
        async with service.lease():
            pass

    waiting = asyncio.create_task(ask())
    while not files.asked_for("yard_part3"):
        await asyncio.sleep(0.02)
    await service.cancel()
    with pytest.raises(FetchFailed) as failure:
        await waiting
    assert failure.value.details["reason"] == "cancelled"
    assert service.state.status == "absent"
    files.held.clear()
    service.fetch()
    await reaches(service, "stopped")


async def test_one_who_stops_waiting_does_not_stop_the_fetch(make_builtin: MakeBuiltIn, offer: Offer) -> None:
    service = make_builtin(offer)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), service.lease():
            pass
    await reaches(service, "stopped")


async def test_removed_it_leaves_nothing_behind(make_builtin: MakeBuiltIn, laid: Offer, tmp_path: Path) -> None:
    service = make_builtin(laid)
    async with service.lease():
        pass
    await service.remove()
    assert service.state.status == "absent"
    left = [path.name for path in (tmp_path / "builtin").rglob("*") if path.is_file()]
    assert left == ["fetch.lock"]


async def test_switching_it_off_ends_the_engine_and_on_brings_it_back(make_builtin: MakeBuiltIn, laid: Offer) -> None:
    service = make_builtin(laid)
    async with service.lease():
        pid = engine_process().pid
    await service.switch(False)
    assert service.state.status == "off"
    assert await is_gone(pid)
    await service.switch(True)
    assert service.state.status == "stopped"


def test_progress_is_told_four_times_a_second_and_each_status_at_once() -> None:
    clock, told = FixedClock(), list[BuiltInState]()
    states = States(BuiltInState("absent", 0, 100, None, "tiny", 100, "MIT", "0"), clock, told.append)
    states.change(status="fetching")
    for count in range(1, 101):
        clock.advance(milliseconds=10)
        states.progress(count)
    states.change(status="checking")
    assert [state.progress_bytes for state in told] == [0, 25, 50, 75, 100, 100]
    assert told[-1].status == "checking"
