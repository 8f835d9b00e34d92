"""From a host to the addresses that may be connected to: looked up once, each of them checked."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from madang.system.fetch.addresses import Address, Forbids
from madang.system.fetch.errors import FetchTimedOut, NoSuchHost, NotPublic
from madang.system.fetch.urls import PageUrl

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of a host's name, whatever names it leads over. Raises `OSError`."""


async def system_lookup(host: str) -> Sequence[str]:
    """Ask the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


async def checked_addresses(url: PageUrl, lookup: Lookup, forbids: Forbids, patience: float) -> tuple[Address, ...]:
    """Return the addresses of a page's host; one that is forbidden forbids them all.

    Raises `NotPublic`, `NoSuchHost` and `FetchTimedOut`.
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
