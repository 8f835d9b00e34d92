"""Who is connected to: the addresses that were checked and nobody else, whatever names and redirects say."""

import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from madang.system.fetch.addresses import not_public
from madang.system.fetch.errors import BadRedirect, FetchRefused, FetchUnreachable, NoSuchHost, NotPublic
from madang.system.fetch.executor import FetchExecutor
from madang.system.fetch.fetcher import Fetcher
from tests.support.certificates import self_signed
from tests.system.fetch.site import (
    PUBLIC,
    Names,
    Pages,
    Site,
    answer,
    executor,
    fetched,
    moved,
    only_public,
    serving,
)

_PRIVATE = "127.0.0.1"
HOST = "page.example.com"


@asynccontextmanager
async def both(public: Pages, private: Pages) -> AsyncIterator[tuple[Site, Site]]:
    """Two servers behind one port, on the public address and on a private one."""
    async with serving(private, _PRIVATE) as inside, serving(public, PUBLIC, inside.port) as outside:
        yield outside, inside


async def test_INJ_08_a_name_that_changes_between_check_and_connect_leads_nowhere_else() -> None:
    async with both({"/": answer(b"public")}, {"/": answer(b"secret")}) as (public, private):
        url = f"http://{HOST}:{public.port}/"
        names = Names(page_example_com=[[PUBLIC], [_PRIVATE]])
        outcome = await fetched(executor(names), url)
        assert outcome.body == b"public"
        assert (names.asked, private.heads) == ([HOST], [])

        # The control: who checks first and lets the client look the name up again is led astray.
        assert await _naive(Names(page_example_com=[[PUBLIC], [_PRIVATE]]), url) == b"secret"
        assert len(private.heads) == 1


async def _naive(names: Names, url: str) -> bytes:
    class Resolver(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            found = (await names(host))[0]
            return [ResolveResult(hostname=host, host=found, port=port, family=socket.AF_INET, proto=0, flags=0)]

        async def close(self) -> None:
            pass

    checked = await names(HOST)
    assert checked == [PUBLIC]
    connector = aiohttp.TCPConnector(resolver=Resolver(), force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as response:
        return await response.read()


@pytest.mark.parametrize(
    "answers",
    [
        {"page_example_com": [["inside.example.com"]], "inside_example_com": [[_PRIVATE]]},
        {"page_example_com": [[PUBLIC, _PRIVATE]]},
        {"page_example_com": [[_PRIVATE, PUBLIC]]},
        {"page_example_com": [["::ffff:127.0.0.2"]]},
        {"page_example_com": [["fe80::1%lo"]]},
        {"page_example_com": [["169.254.169.254"]]},
        {"page_example_com": [["64:ff9b::7f00:2"]]},
    ],
)
async def test_INJ_08_a_name_that_leads_into_a_private_network_is_refused(answers: dict[str, list[list[str]]]) -> None:
    async with both({"/": answer(b"secret")}, {"/": answer(b"secret")}) as (public, private):
        with pytest.raises(NotPublic):
            await fetched(executor(Names(**answers)), f"http://{HOST}:{public.port}/")
        assert (public.heads, private.heads) == ([], [])


async def test_INJ_08_no_socket_is_made_for_an_address_that_was_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from madang.system.fetch import wire

    async def elsewhere(
        self: object, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=_PRIVATE, port=port, family=socket.AF_INET, proto=0, flags=0)]

    monkeypatch.setattr(wire._Pinned, "resolve", elsewhere)
    async with serving({"/": answer(b"secret")}, _PRIVATE) as private:
        with pytest.raises(FetchUnreachable):
            await fetched(executor(Names(page_example_com=[[PUBLIC]])), f"http://{HOST}:{private.port}/")
        assert private.heads == []


async def test_INJ_07_each_hop_is_looked_up_and_checked_anew() -> None:
    async with both({"/": moved("/next")}, {"/next": answer(b"secret")}) as (public, private):
        with pytest.raises(NotPublic):
            names = Names(page_example_com=[[PUBLIC], [_PRIVATE]])
            await fetched(executor(names), f"http://{HOST}:{public.port}/")
        assert (len(public.heads), private.heads) == (1, [])


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", "address"),
        ("ftp://other.example.com/", "address"),
        ("gopher://other.example.com:70/_", "address"),
        ("data:text/html,hello", "address"),
        ("javascript:alert(1)", "address"),
        ("http://me:word@page.example.com/", "address"),
        ("http:\\\\other.example.com/", "address"),
        ("http://127.1/", "address"),
        ("http://127.0.0.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://[::ffff:a9fe:a9fe]/", "private"),
        ("http://localhost:8000/", "private"),
        ("//169.254.169.254/latest/meta-data/", "private"),
    ],
)
async def test_INJ_07_a_redirect_to_what_is_not_fetched_is_refused(location: str, reason: str) -> None:
    async with serving({"/": moved(location)}) as public:
        with pytest.raises(BadRedirect) as refused:
            await fetched(executor(Names(page_example_com=[[PUBLIC]])), f"http://{HOST}:{public.port}/")
        assert refused.value.details["reason"] == reason
        assert len(public.heads) == 1


async def test_INJ_07_twenty_hops_end_at_the_sixth() -> None:
    pages = {f"/{hop}": moved(f"/{hop + 1}") for hop in range(20)} | {"/20": answer(b"the end"), "/15": moved("/16")}
    async with serving({**pages}) as public:
        one = executor(Names(page_example_com=[[PUBLIC]]))
        with pytest.raises(BadRedirect) as refused:
            await fetched(one, f"http://{HOST}:{public.port}/0")
        assert refused.value.details["reason"] == "hops"
        assert len(public.heads) == 6
        outcome = await fetched(one, f"http://{HOST}:{public.port}/15")
        assert (outcome.body, outcome.facts["hops"]) == (b"the end", 5)


async def test_INJ_07_a_redirect_to_another_host_is_told_and_not_followed() -> None:
    async with serving({"/": moved("https://other.example.com/a?told=secret")}) as public:
        names = Names(page_example_com=[[PUBLIC]], other_example_com=[[PUBLIC]])
        outcome = await fetched(executor(names), f"http://{HOST}:{public.port}/")
        assert outcome.facts["moved_to"] == "https://other.example.com/a?told=secret"
        assert (outcome.body, outcome.taint, names.asked) == (b"", ("untrusted",), [HOST])


async def test_INJ_07_no_credential_cookie_or_proxy_goes_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login me password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    first = answer(b"", status="302 Found", Location="/b", Set_Cookie="a=b; Path=/")
    async with serving({"/": first, "/b": answer(b"there")}) as public:
        one = executor(Names(page_example_com=[[PUBLIC]]))
        assert (await fetched(one, f"http://{HOST}:{public.port}/")).body == b"there"
        for head in public.heads:
            sent = {line.partition(":")[0].lower() for line in head.split("\r\n")[1:] if line}
            assert sent == {"host", "user-agent", "accept", "accept-encoding", "connection"}
            assert f"host: {HOST}:{public.port}\r\n" in head.lower()


async def test_INJ_07_from_https_nothing_leads_to_http_and_the_certificate_is_checked(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, PUBLIC)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    trust, names = ssl.create_default_context(cafile=str(certificate)), Names(page_example_com=[[PUBLIC]])
    async with serving({"/": moved("http://127.0.0.2:8000/"), "/a": answer(b"secure")}, tls=tls) as public:
        here = f"https://{PUBLIC}:{public.port}"
        assert (await fetched(executor(names, trust=trust), f"{here}/a")).body == b"secure"
        with pytest.raises(BadRedirect) as refused:
            await fetched(executor(names, trust=trust), f"{here}/")
        assert refused.value.details["reason"] == "downgrade"
        # Signed by nobody known; and a name that the certificate does not hold, at the very same address.
        for one, url in ((executor(names), here), (executor(names, trust=trust), f"https://{HOST}:{public.port}")):
            with pytest.raises(FetchUnreachable) as untrusted:
                await fetched(one, f"{url}/a")
            assert untrusted.value.details["reason"] == "certificate"
        assert len(public.heads) == 2


async def test_what_is_not_there_is_said() -> None:
    async def nothing(host: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async with serving({"/": answer(b"")}) as public:
        names = Names(page_example_com=[[PUBLIC]])
        with pytest.raises(FetchRefused) as refused:
            await fetched(executor(names), f"http://{HOST}:{public.port}/none")
        assert refused.value.details["http_status"] == 404
    with pytest.raises(FetchUnreachable):
        await fetched(executor(names), f"http://{HOST}:{public.port}/")
    with pytest.raises(NoSuchHost):
        await fetched(FetchExecutor(Fetcher(lookup=nothing)), "http://gone.example.com/")


def test_the_tests_themselves_open_one_address_only() -> None:
    assert only_public(ip_address(PUBLIC)) is None
    assert only_public(ip_address(_PRIVATE)) == not_public(ip_address(PUBLIC)) == "loopback"
