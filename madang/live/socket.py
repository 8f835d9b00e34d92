"""`/api/live`: one WebSocket a page, on which it follows as many streams as it shows. Plain ASGI."""

import asyncio
from contextlib import aclosing
from typing import Any, assert_never

from loguru import logger

from madang.errors import MadangError, named
from madang.live import frames
from madang.live.access import Access
from madang.live.errors import StreamNotAllowed, TooManyFollows
from madang.live.journal import Journal
from madang.live.sse import STUCK_SECONDS, Message, Receive, Send
from madang.live.together import until_false, until_first_ends
from madang.principal import Principal

PROTOCOL = "madang.live"
FOLLOW_LIMIT = 64
MISTAKE_LIMIT = 16

# RFC 6455, 7.4: 4000 to 4999 are an application's own.
SIGNED_OUT = 4401
POLICY = 1008


class LiveSocket:
    """The ASGI application behind the path. The principal stands in `scope["state"]`, put there by the gate."""

    def __init__(self, journal: Journal, access: Access) -> None:
        self._journal = journal
        self._access = access

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes or its session ends."""
        await receive()
        principal = scope.get("state", {}).get("principal")
        if not isinstance(principal, Principal) or not self._access.is_live(principal):
            await send({"type": "websocket.close", "code": SIGNED_OUT})
            return
        offered = PROTOCOL if PROTOCOL in scope.get("subprotocols", ()) else None
        await send({"type": "websocket.accept", "subprotocol": offered})
        await _Line(self._journal, self._access, principal, receive, send).run()


class _Line:
    """One open socket and what is followed on it."""

    def __init__(self, journal: Journal, access: Access, principal: Principal, receive: Receive, send: Send) -> None:
        self._journal = journal
        self._access = access
        self._principal = principal
        self._receive = receive
        self._send = send
        self._follows: dict[str, asyncio.Task[None]] = {}
        self._is_stuck = asyncio.Event()
        self._mistakes = 0

    async def run(self) -> None:
        try:
            code = await until_first_ends(self._hear(), self._watch(), self._until_stuck())
            if code:
                await self._put({"type": "websocket.close", "code": code})
        except TimeoutError:
            logger.info("live: a page took nothing for {} seconds and is let go", STUCK_SECONDS)
        finally:
            for task in self._follows.values():
                task.cancel()
            await asyncio.gather(*self._follows.values(), return_exceptions=True)

    async def _watch(self) -> int | None:
        await until_false(lambda: self._access.is_live(self._principal), self._access.check_seconds)
        return SIGNED_OUT

    async def _until_stuck(self) -> int | None:
        """Wait for a follow that cannot tell any more. The page then comes anew, instead of waiting in vain."""
        await self._is_stuck.wait()
        raise TimeoutError

    async def _hear(self) -> int | None:
        while (message := await self._receive())["type"] != "websocket.disconnect":
            try:
                await self._do(frames.read(message.get("text")))
            except MadangError as error:
                self._mistakes += 1
                if self._mistakes >= MISTAKE_LIMIT:
                    return POLICY
                await self._say(frames.failed(error))
        return None

    async def _do(self, frame: frames.Frame) -> None:
        match frame:
            case frames.Ping():
                await self._say(frames.pong())
            case frames.Unfollow(stream):
                await self._unfollow(stream)
            case frames.Follow(stream, after):
                await self._unfollow(stream)
                self._admit(stream)
                self._follows[stream] = asyncio.create_task(self._follow(stream, after))
            case _:
                assert_never(frame)

    def _admit(self, stream: str) -> None:
        if not self._access.may_follow(self._principal, stream):
            raise StreamNotAllowed("this stream may not be followed with this credential", stream=named(stream))
        if len(self._follows) >= FOLLOW_LIMIT:
            raise TooManyFollows(f"one connection follows at most {FOLLOW_LIMIT} streams", limit=FOLLOW_LIMIT)

    async def _unfollow(self, stream: str) -> None:
        if task := self._follows.pop(stream, None):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self, stream: str, after: int | None) -> None:
        try:
            await self._tell(stream, after)
        except TimeoutError:
            self._is_stuck.set()
        except OSError as error:
            # The page left in the middle of a sentence; `_hear` is told so as well.
            logger.debug("live: {} was not told to its end: {}", stream, type(error).__name__)
        finally:
            if self._follows.get(stream) is asyncio.current_task():
                del self._follows[stream]

    async def _tell(self, stream: str, after: int | None) -> None:
        try:
            if after is None:
                after = await self._journal.last_number(stream)
                await self._say(frames.following(stream, after))
            async with aclosing(self._journal.follow(stream, after)) as events:
                async for event in events:
                    await self._say(frames.happened(event))
        except MadangError as error:
            logger.warning("live: following {} failed: {}", stream, error.code)
            await self._say(frames.failed(error, stream))
            await self._say(frames.resync(stream))

    async def _say(self, text: str) -> None:
        await self._put({"type": "websocket.send", "text": text})

    async def _put(self, message: dict[str, Any]) -> None:
        # A page that takes nothing for so long is gone; its events wait in the journal.
        async with asyncio.timeout(STUCK_SECONDS):
            await self._send(message)
