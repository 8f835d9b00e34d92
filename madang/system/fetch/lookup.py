"""From a host to the addresses that may be connected to: looked up once, each of them checked."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_address

from madang.system.fetch.addresses import Address, Forbids
from madang.system.fetch.errors import FetchTimedOut, FetchTooMany, NoSuchHost, NotPublic
from madang.system.fetch.urls import PageUrl

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of a host's name, whatever names it leads over. Raises `OSError`."""


class SystemLookup:
    """Asks the system's resolver, which may take its time and cannot be stopped: each asking has a thread of its own,
    which nobody else's work or the end of the process waits for. More than `most` at once are refused."""

    def __init__(self, most: int = 32) -> None:
        self._most = most
        self._free = threading.Semaphore(most)

    async def __call__(self, host: str) -> Sequence[str]:
        """Return the addresses of a name. Raises `OSError` and `FetchTooMany`."""
        if not self._free.acquire(blocking=False):
            raise FetchTooMany("too many names are being looked up", most=self._most)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()
        threading.Thread(target=self._ask, args=(host, loop, answer), name="lookup", daemon=True).start()
        return await answer

    def _ask(self, host: str, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Sequence[str]]) -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            give = partial(_give, answer, [str(one[4][0]) for one in found])
        except (OSError, UnicodeError) as error:
            give = partial(_fail, answer, error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            self._free.release()
        # The loop may have ended meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(give)


def _give(answer: asyncio.Future[Sequence[str]], found: Sequence[str]) -> None:
    if not answer.done():
        answer.set_result(found)


def _fail(answer: asyncio.Future[Sequence[str]], error: OSError) -> None:
    if not answer.done():
        answer.set_exception(error)


async def checked_addresses(url: PageUrl, lookup: Lookup, forbids: Forbids, patience: float) -> tuple[Address, ...]:
    """Return the addresses of a page's host; one that is forbidden forbids them all.

    Raises `NotPublic`, `NoSuchHost`, `FetchTimedOut` and `FetchTooMany`.
    """
    addresses = (url.address,) if url.address else await _found(url.host, lookup, patience)
    for address in addresses:
        if kind := forbids(address):
            raise NotPublic("this address is none of the public internet", host=url.host, kind=kind)
    return addresses


async def _found(host: str, lookup: Lookup, patience: float) -> tuple[Address, ...]:
    try:
        async with asyncio.timeout(patience):
            answer = await lookup(host)
        # A zone (`%eth0`) names a network of this machine; what has one is no public address.
        addresses = tuple(dict.fromkeys(ip_address(one.partition("%")[0]) for one in answer))
    except TimeoutError as error:
        raise FetchTimedOut("the name was not found in time", host=host) from error
    except (OSError, ValueError) as error:
        raise NoSuchHost("no address for this name", host=host) from error
    if not addresses:
        raise NoSuchHost("no address for this name", host=host)
    return addresses
