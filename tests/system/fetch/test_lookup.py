"""The system's resolver, asked for a name: here only for what needs no network."""

import asyncio
import socket
import threading

import pytest

from madang.system.fetch.errors import FetchTooMany
from madang.system.fetch.lookup import SystemLookup


async def test_a_name_of_this_machine_is_found() -> None:
    assert "127.0.0.1" in await SystemLookup()("127.0.0.1")


async def test_a_name_that_cannot_be_looked_up_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError):
        await SystemLookup()("." * 300)


async def test_INJ_09_a_resolver_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, begun = threading.Event(), threading.Event()

    def hanging(*asked: object, **more: object) -> list[object]:
        begun.set()
        may_end.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    lookup = SystemLookup(most=1)
    first = asyncio.ensure_future(lookup("slow.example.com"))
    await asyncio.to_thread(begun.wait)
    with pytest.raises(FetchTooMany):
        await lookup("other.example.com")
    assert all(one.daemon for one in threading.enumerate() if one.name == "lookup")
    may_end.set()
    with pytest.raises(socket.gaierror):
        await first
    begun.clear()
    with pytest.raises(socket.gaierror):
        await lookup("other.example.com")
