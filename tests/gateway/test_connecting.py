"""Where there is nobody, nobody to trust, or nothing that speaks HTTP: said by name, three tries at most."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Fault
from madang.gateway.upstream import Target, Upstream
from tests.gateway.asking import Seen, ask, ask_scripted, client_with, target_of
from tests.support.certificates import self_signed

KEY = "sk-CANARY-0123456789"


def told(seen: Seen) -> tuple[str | None, str | None, int]:
    """The code, the reason, and how often it was tried again."""
    return seen.code, seen.error.details.get("reason") if seen.error else None, len(seen.waits)


@asynccontextmanager
async def blackhole() -> AsyncIterator[str]:
    """A port whose queue of callers is full: the next one's first packet is dropped, as by a firewall."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as server:
        port = server.getsockname()[1]
        callers = [socket.socket() for _ in range(3)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}/v1"
        for caller in callers:
            caller.close()


@asynccontextmanager
async def without_tls(says: bytes = b"") -> AsyncIterator[str]:
    """A port that takes a call, and to the client's handshake says only this."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(says)
        await reader.read(-1)
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def tls(folder: Path, *, address: str = "127.0.0.1", ends_in_days: int = 1) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(folder, address, ends_in_days))
    return context


async def test_UP_03_nobody_at_the_address_is_said_after_three_tries(upstream: Upstream):
    async with FakeUpstream() as fake:
        target = target_of(fake)
    assert told(await ask(upstream, target)) == ("upstream.unreachable", "refused", 2)


async def test_UP_03_a_name_that_nobody_has_is_said_to_be_one(upstream: Upstream):
    seen = await ask(upstream, Target("p", "m", "http://no-such-host.invalid/v1"))
    assert told(seen) == ("upstream.unreachable", "name", 2)


@pytest.mark.parametrize("place", [blackhole, without_tls])
async def test_UP_03_an_address_that_swallows_everything_is_given_the_time_of_a_connection(place: object):
    # All other times are an hour: only that of the connection can end this.
    client = client_with(connect=0.2, first_byte=3600, local_first_byte=3600, gap=3600, total=3600)
    async with place() as url:
        seen = await ask(client, Target("p", "m", url, KEY))
    await client.stop()
    assert told(seen) == ("upstream.unreachable", "timeout", 2)


@pytest.mark.parametrize(
    "certificate", [{}, {"address": "127.0.0.2"}, {"ends_in_days": -1}], ids=["untrusted", "of another", "run out"]
)
async def test_UP_03_a_certificate_nobody_can_trust_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: dict
):
    context = tls(tmp_path, **certificate)
    if certificate:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    client = client_with()
    async with FakeUpstream("never", ssl=context) as fake:
        seen = await ask(client, target_of(fake, KEY))
    await client.stop()
    assert told(seen) == ("upstream.tls", None, 0)
    assert (fake.requests, fake.bytes_received) == ([], 0)


async def test_UP_03_control_a_certificate_the_machine_trusts_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    context = tls(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    client = client_with()
    async with FakeUpstream("safe", ssl=context) as fake:
        assert (await ask(client, target_of(fake, KEY))).text == "safe"
    await client.stop()


async def test_UP_03_a_server_without_tls_under_https_is_no_matter_of_certificates(upstream: Upstream):
    async with without_tls(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        seen = await ask(upstream, Target("p", "m", url, KEY))
    assert told(seen) == ("upstream.tls", "handshake", 0)


async def test_UP_03_a_reset_before_the_headers_is_asked_again(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Fault.reset_before_headers, "finally")
    assert (seen.text, len(fake.requests)) == ("finally", 2)
    seen, fake = await ask_scripted(upstream, Fault.reset_before_headers)
    assert told(seen) == ("upstream.unreachable", "reset", 2)
    assert len(fake.requests) == 3


@pytest.mark.parametrize("fault", ["not_http", "endless_headers"])
async def test_UP_07_a_server_that_speaks_no_http_is_not_a_model(upstream: Upstream, fault: str):
    seen, fake = await ask_scripted(upstream, getattr(Fault, fault))
    assert told(seen) == ("upstream.not_an_answer", None, 0)
    assert len(fake.requests) == 1


async def test_UP_04_hints_without_end_are_no_answer():
    client = client_with(connect=0.2, local_first_byte=0.2, total=3600)
    seen, fake = await ask_scripted(client, Fault.endless_hints)
    await client.stop()
    assert (seen.code, len(fake.requests)) == ("upstream.timeout", 1)


async def test_UP_04_a_refusal_that_drips_is_heard_for_the_time_of_a_connection():
    client = client_with(connect=0.3, retries=0, gap=3600, total=3600)
    seen, fake = await ask_scripted(client, Fault.dripping_refusal)
    await client.stop()
    assert (seen.code, seen.error.details["http_status"]) == ("upstream.failed", 500)
    assert len(fake.requests) == 1
