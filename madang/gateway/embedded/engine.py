"""The child process that runs the model: started, waited for, watched, ended; never without its parent."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from loguru import logger

from madang.gateway.embedded import prompts
from madang.gateway.embedded.errors import EngineCrashed
from madang.gateway.embedded.types import Endpoint
from madang.ids import new_secret

_LAUNCHER = Path(__file__).with_name("launcher.py")
_READY_SECONDS = 180.0
_END_SECONDS = 3.0
_LOOK_SECONDS = 2.0
_KEPT_LINES = 20
_LINE_CHARACTERS = 300
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")


@dataclass(frozen=True, slots=True)
class Orders:
    """What the child is to run. `context_tokens` holds for each of `slots` answers at a time."""

    engine_path: str
    model_path: str
    model: str
    context_tokens: int
    threads: int
    slots: int = 2
    prompt_cache_mib: int = 256
    max_tokens: int = prompts.MAX_TOKENS
    temperature: float = prompts.TEMPERATURE
    top_p: float = prompts.TOP_P
    repeat_penalty: float = prompts.REPEAT_PENALTY


class Engine:
    """At most one child process. `ended` is called when it goes away without having been asked to."""

    def __init__(self, ended: Callable[[int], None]) -> None:
        self._ended = ended
        self._process: Process | None = None
        self._endpoint: Endpoint | None = None
        self._watching: asyncio.Task[None] | None = None
        self._output: deque[str] = deque(maxlen=_KEPT_LINES)
        self._turn = asyncio.Lock()

    @property
    def endpoint(self) -> Endpoint | None:
        """Where it answers, or None while it does not."""
        return self._endpoint

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid if self._process else None

    async def start(self, orders: Orders) -> Endpoint:
        """Start the child and return once it answers. Raises `EngineCrashed`."""
        async with self._turn:
            return await self._start(orders)

    async def stop(self) -> None:
        """End the child. Nothing happens where there is none."""
        self._endpoint = None
        async with self._turn:
            if self._process is not None:
                await self._end(self._process)
            if self._watching is not None:
                await self._watching
                self._watching = None

    async def find(self) -> Endpoint | None:
        """Return where it answers, after a look: one that died a moment ago may not have been noticed yet."""
        endpoint = self._endpoint
        if endpoint is None or await _is_alive(endpoint):
            return endpoint
        if self._endpoint is endpoint:
            await self.stop()
        return None

    async def _start(self, orders: Orders) -> Endpoint:
        key = new_secret()
        self._output.clear()
        self._process = process = await _spawn()
        reading = asyncio.create_task(self._read_output(process, key))
        try:
            base_url = await asyncio.wait_for(_tell(process, orders, key), _READY_SECONDS)
            endpoint = Endpoint(base_url, key)
            await asyncio.wait_for(_answers(endpoint), _READY_SECONDS)
        except BaseException as error:
            await self._end(process)
            await reading
            if isinstance(error, Exception):
                raise self._crash(process, error) from error
            raise
        self._endpoint = endpoint
        self._watching = asyncio.create_task(self._watch(process, reading))
        return endpoint

    async def _watch(self, process: Process, reading: asyncio.Task[None]) -> None:
        exit_code = await process.wait()
        await reading
        if self._endpoint is not None:
            self._endpoint = self._process = None
            logger.warning("The built-in model's process ended by itself with {}", exit_code)
            self._ended(exit_code)

    async def _end(self, process: Process) -> None:
        """Ask, then insist."""
        if process.returncode is None:
            # By its number: asyncio's own way may collect the exit status before its watcher does.
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _END_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self._process = None

    async def _read_output(self, process: Process, key: str) -> None:
        """Keep the last lines, without the key, and let none of them fill the pipe."""
        rest = ""
        while process.stderr is not None and (block := await process.stderr.read(1 << 14)):
            *lines, rest = (rest + block.decode(errors="replace")).split("\n")
            rest = rest[-_LINE_CHARACTERS:]
            for line in filter(str.strip, lines):
                clean = line.replace(key, "•••")[:_LINE_CHARACTERS]
                self._output.append(clean)
                logger.debug("built-in model: {}", clean)

    def _crash(self, process: Process, error: Exception) -> EngineCrashed:
        what = "did not become ready in time" if isinstance(error, TimeoutError) else "ended while starting"
        return EngineCrashed(
            f"the built-in model's process {what}", exit_code=process.returncode, output=list(self._output)
        )


async def _spawn() -> Process:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    # Threads that spin while they wait fall to a tenth of their speed as soon as something else wants a processor.
    environment["OMP_WAIT_POLICY"] = "passive"
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(_LAUNCHER), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
    )  # fmt: skip


async def _tell(process: Process, orders: Orders, key: str) -> str:
    """Give the orders and the key by stdin, where no list of processes shows them; return the base URL."""
    if process.stdin is None or process.stdout is None:
        raise BrokenPipeError
    message = asdict(orders) | {"key": key, "parent": os.getpid()}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    await process.stdin.drain()
    return str(json.loads(await process.stdout.readline())["base_url"])


async def _is_alive(endpoint: Endpoint) -> bool:
    """Say whether it answers; one that takes its time is busy, not dead.

    To connect is not enough: the system takes connections for a dying process until its last file is closed.
    """
    from aiohttp import ClientError, ClientSession, ClientTimeout

    headers = {"Authorization": f"Bearer {endpoint.key}"}
    try:
        async with (
            ClientSession(headers=headers, timeout=ClientTimeout(total=_LOOK_SECONDS)) as session,
            session.get(f"{endpoint.base_url}/models"),
        ):
            return True
    except TimeoutError:
        return True
    except ClientError:
        return False


async def _answers(endpoint: Endpoint) -> None:
    """Return when the engine says that the model is loaded."""
    from aiohttp import ClientError, ClientSession

    async with ClientSession(headers={"Authorization": f"Bearer {endpoint.key}"}) as session:
        while True:
            try:
                async with session.get(f"{endpoint.base_url}/models") as response:
                    if response.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)
