"""Runs programs: words only, nothing inherited, at most four at once, each ended whole with all it started."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from madang.system.executor import Watch
from madang.system.programs.errors import SandboxFailed, TooManyPrograms
from madang.system.programs.output import Capped
from madang.system.programs.tiers import policy, words
from madang.system.programs.types import Command, Ended, How, Printed

AT_ONCE, WAITING = 4, 32
# How long a program that was told to end may take, and how often its memory is looked at.
GRACE_S, LOOK_S = 3.0, 1.0
_CHUNK = 1 << 16


class Runner:
    """Runs programs in their boxes, `at_once` of them; more wait. Told to end, each has `grace_s` seconds."""

    def __init__(self, at_once: int = AT_ONCE, grace_s: float = GRACE_S) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._grace_s = grace_s
        self._waiting = 0

    async def run(self, command: Command, watch: Watch) -> Ended:
        """Run it to its end; output goes to `watch` as it comes. Cancelled, it ends the program at once, whole.

        Raises `SandboxFailed` when the program was not run, `TooManyPrograms`.
        """
        async with self._place(), _started(command, self._grace_s) as running:
            return await running.finish(watch)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= WAITING:
            raise TooManyPrograms("too many programs wait to be run", most=WAITING)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()


@dataclass(slots=True)
class _Running:
    """One program's process, and the line to its launcher."""

    command: Command
    process: Process
    link: socket.socket
    grace_s: float
    how: How = "ended"
    _capped: dict[str, Capped] = field(default_factory=dict)
    _ended_by_force: list[Any] = field(default_factory=list)

    async def finish(self, watch: Watch) -> Ended:
        """Wait for its end, or bring it about."""
        reading = [asyncio.create_task(each) for each in self._streams(watch)]
        minder = asyncio.create_task(self._mind())
        try:
            await self.process.wait()
        finally:
            minder.cancel()
            if self.process.returncode is None:
                self.end()
            await _settled([minder], 1)
            # What left the box can hold a pipe open; whoever is inside one is gone with it.
            await _settled(reading, 1)
            printed = {name: self._told_end(name, kept.finish(), watch) for name, kept in self._capped.items()}
        return self._ended(printed)

    def _streams(self, watch: Watch) -> list[Any]:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        streams = {"stdout": self.process.stdout, "stderr": self.process.stderr}
        self._capped = {name: Capped(self.command.limits.output_bytes) for name in streams}
        return [*(self._read(name, stream, watch) for name, stream in streams.items()), self._write()]

    async def _read(self, name: str, stream: asyncio.StreamReader, watch: Watch) -> None:
        while data := await stream.read(_CHUNK):
            if text := self._capped[name].feed(data):
                watch("output", {"stream": name, "text": text})

    async def _write(self) -> None:
        if (stdin := self.process.stdin) is not None:
            with contextlib.suppress(ConnectionError):
                stdin.write(self.command.stdin)
                await stdin.drain()
            stdin.close()

    def _told_end(self, name: str, printed: Printed, watch: Watch) -> Printed:
        if printed.tail:
            watch("output", {"stream": name, "text": printed.tail, "skipped_bytes": printed.skipped_bytes})
        return printed

    async def _mind(self) -> None:
        """End it when its time is over or its memory full."""
        from madang.system.programs import tree

        limits, loop = self.command.limits, asyncio.get_running_loop()
        deadline = loop.time() + limits.wall_s
        while (left := deadline - loop.time()) > 0:
            await asyncio.sleep(min(LOOK_S, left))
            if await asyncio.to_thread(tree.memory_bytes, self.process.pid) > limits.memory_bytes:
                self.how = "memory"
                return self.end()
        self.how = "timed_out"
        await self._end_softly()
        return None

    async def _end_softly(self) -> None:
        from madang.system.programs import tree

        if self.command.tier <= 1:
            self._signal(signal.SIGTERM)
        else:
            found = await asyncio.to_thread(tree.below, self.process.pid)
            tree.tell(found, signal.SIGTERM, signal.SIGCONT)
        await asyncio.sleep(self.grace_s)
        self.end()

    def end(self) -> None:
        """End it at once with all it started. Its supervisor, where there is one, does that and then ends itself."""
        from madang.system.programs import tree

        self._ended_by_force += tree.below(self.process.pid)
        if self.command.tier <= 1:
            self._signal(signal.SIGUSR1)
        else:
            self._signal_group(signal.SIGKILL)

    async def reap(self) -> None:
        """See that it has ended, by force where asking did not help."""
        if self.process.returncode is None:
            self.end()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.process.wait(), 6)
        if self.process.returncode is None:
            self._signal_group(signal.SIGKILL)
            await self.process.wait()
        if self._ended_by_force:
            from madang.system.programs import tree

            # The box dies a moment before what is in it.
            await asyncio.to_thread(tree.wait_gone, self._ended_by_force)

    def _ended(self, printed: dict[str, Printed]) -> Ended:
        said = _said(self.link)
        if "failed" in said:
            raise SandboxFailed(f"the sandbox could not be put up: {said['failed']}", why=said["failed"])
        code = self.process.returncode
        assert code is not None
        if "tied" not in said and self.how == "ended":
            raise SandboxFailed(
                "the sandbox could not be put up", why=printed["stderr"].head[:300].strip() or str(code)
            )
        # A box passes on that a signal ended its program as 128 and the signal's number.
        ended_by = -code if code < 0 else code - 128 if 128 < code < 193 else None
        return Ended(self.how, None if ended_by else code, ended_by, int(said.get("left_over", 0)), printed)

    def _signal(self, which: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(which)

    def _signal_group(self, which: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, which)


@asynccontextmanager
async def _started(command: Command, grace_s: float) -> AsyncIterator[_Running]:
    private = await asyncio.to_thread(tempfile.mkdtemp, prefix="madang-program-")
    ours, theirs = socket.socketpair()
    try:
        running = _Running(command, await _spawn(command, private, theirs), ours, grace_s)
        theirs.close()
        ours.sendall(json.dumps(policy(command, private, grace_s)).encode() + b"\n")
        try:
            yield running
        finally:
            await asyncio.shield(running.reap())
    finally:
        theirs.close()
        ours.close()
        await asyncio.to_thread(shutil.rmtree, private, True)


async def _spawn(command: Command, private: str, link: socket.socket) -> Process:
    argv = words(command.tier, command.ground, private, link.fileno())
    try:
        return await asyncio.create_subprocess_exec(
            *argv, stdin=PIPE if command.stdin else DEVNULL, stdout=PIPE, stderr=PIPE, cwd="/", env={},
            pass_fds=(link.fileno(),), start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise SandboxFailed("the sandbox is not there", why=str(error)) from error


async def _settled(tasks: list[asyncio.Task[Any]], seconds: float) -> None:
    """Wait for tasks, and cancel those that are late."""
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _said(link: socket.socket) -> dict[str, Any]:
    """What the launcher said about itself, in lines of JSON: nothing, where the box could not be put up."""
    link.setblocking(False)
    found: dict[str, Any] = {}
    with contextlib.suppress(BlockingIOError, ConnectionError):
        while word := link.recv(4096):
            for line in word.splitlines():
                found |= json.loads(line)
    return found
