"""The embedder's process as seen from here: started when it is asked, one frame at a time, ended with us."""

import asyncio
import json
import os
import signal
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from madang.gateway.embedder.errors import EmbedderCrashed
from madang.gateway.embedder.manifest import DIMENSIONS

_WORKER = Path(__file__).with_name("worker.py")
_READY_SECONDS = 60.0
_ANSWER_SECONDS = 120.0
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
_BYTES_A_TEXT = 4 + 4 * DIMENSIONS


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of unit length, float32 in little-endian, one behind the other, and how many tokens were read."""

    vectors: bytes
    tokens: int


class Child:
    """At most one process. `ask` starts it where there is none."""

    def __init__(self, library: Path, model: Path, threads: int) -> None:
        self._library, self._model, self._threads = library, model, threads
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._is_stopping = False

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    async def ask(self, texts: Sequence[str], is_query: bool) -> Embedded:
        """Return the vectors of texts. One that died unnoticed is started again. Raises `EmbedderCrashed`."""
        # What was begun is read to its end even where nobody waits for it any more: frames must not get mixed up.
        return await asyncio.shield(asyncio.create_task(self._ask(texts, is_query), name="embedder"))

    async def stop(self) -> None:
        """End the process, and let those fail who wait for it. Nothing happens where there is none."""
        self._is_stopping = True
        try:
            if self._process is not None:
                _kill(self._process)
            async with self._turn:
                await self._end()
        finally:
            self._is_stopping = False

    async def _ask(self, texts: Sequence[str], is_query: bool) -> Embedded:
        async with self._turn:
            was_running = self.is_running
            try:
                return await self._exchange(texts, is_query)
            except EmbedderCrashed:
                if not was_running or self._is_stopping:
                    raise
            logger.warning("The embedder's process ended by itself and is started again")
            return await self._exchange(texts, is_query)

    async def _exchange(self, texts: Sequence[str], is_query: bool) -> Embedded:
        if self._is_stopping:
            raise EmbedderCrashed("the embedder is being stopped", exit_code=None)
        try:
            process = self._process if self.is_running else None
            if process is None:
                process = await asyncio.wait_for(self._start(), _READY_SECONDS)
            return await asyncio.wait_for(_answer(process, texts, is_query), _ANSWER_SECONDS)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            exit_code = await self._end()
            raise EmbedderCrashed("the embedder's process did not answer", exit_code=exit_code) from error
        except BaseException:
            await self._end()
            raise

    async def _start(self) -> Process:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        # Threads that spin while they wait fall to a tenth of their speed as soon as something else wants a processor.
        environment |= {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(self._threads)}
        await self._end()
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(_WORKER), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
        )  # fmt: skip
        orders = {"library": str(self._library), "model": str(self._model), "parent": os.getpid()}
        _writer(process).write(json.dumps(orders).encode() + b"\n")
        await _reader(process).readuntil(b"\n")
        return process

    async def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        _kill(process)
        _writer(process).close()
        return await process.wait()


def _kill(process: Process) -> None:
    if process.returncode is None:
        # By its number: asyncio's own way may collect the exit status before its watcher does.
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


async def _answer(process: Process, texts: Sequence[str], is_query: bool) -> Embedded:
    asked = json.dumps(list(texts)).encode()
    _writer(process).write(struct.pack("<IB", len(asked), is_query) + asked)
    await _writer(process).drain()
    (length,) = struct.unpack("<I", await _reader(process).readexactly(4))
    if length != len(texts) * _BYTES_A_TEXT:
        raise OSError("an answer of another length than was asked for")
    answer = await _reader(process).readexactly(length)
    counts = struct.unpack_from(f"<{len(texts)}i", answer)
    return Embedded(answer[4 * len(texts) :], sum(counts))


def _writer(process: Process) -> asyncio.StreamWriter:
    if process.stdin is None:
        raise BrokenPipeError
    return process.stdin


def _reader(process: Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise BrokenPipeError
    return process.stdout
