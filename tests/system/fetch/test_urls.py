"""How an address is read, and which are public."""

from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from madang.errors import MadangError
from madang.system.executor import Asking
from madang.system.fetch.addresses import not_public, public_and_not_ours
from madang.system.fetch.errors import BadFetchUrl, NotPublic
from madang.system.fetch.executor import FetchExecutor
from madang.system.fetch.fetcher import Fetcher, is_same_site
from madang.system.fetch.urls import parsed
from madang.system.requests import FetchPage
from madang.system.types import Actor
from tests.system.fetch.site import Names, fetched

# Every way to spell an address that leads to this machine, its network or its provider's metadata.
_FORMS = (Path(__file__).parent / "forms.txt").read_text(encoding="utf-8").split()
_BLANKS = [
    "http://127.0.0.1 /",
    "http://pub\tlic.example.com/",
    "http://public.example.com\r\nHost: x/",
    "http://a\x00b.example.com/",
]
_SCHEMES = """
file:///etc/passwd ftp://a.example.com/ gopher://a.example.com/ data:text/html,x javascript:1 ws://a.example.com/
jar:http://a.example.com!/ httpſ://a.example.com/
""".split()  # noqa: SIM905


@pytest.mark.parametrize("url", [*_FORMS, *_BLANKS])
async def test_INJ_08_no_form_of_an_address_leads_into_this_machine_or_its_network(url: str) -> None:
    names = Names()
    with pytest.raises((BadFetchUrl, NotPublic)):
        await fetched(FetchExecutor(Fetcher(lookup=names)), url)
    assert names.asked == []


def test_INJ_08_the_table_of_forms_is_long_enough() -> None:
    assert len(set(_FORMS)) >= 120


@pytest.mark.parametrize("url", _SCHEMES)
async def test_INJ_07_only_http_and_https_are_fetched(url: str) -> None:
    with pytest.raises(BadFetchUrl):
        await fetched(FetchExecutor(Fetcher(lookup=Names())), url)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Public.Example.COM", "http://public.example.com/"),
        ("https://public.example.com.:443/a#part", "https://public.example.com/a"),
        ("http://public.example.com:443/", "http://public.example.com:443/"),
        ("https://public.example.com/a/./b/../c/%2e%2E/d", "https://public.example.com/a/d"),
        ("https://public.example.com/../../x/..", "https://public.example.com/"),
        (
            "https://public.example.com/%7euser/%41%2f?q=%c3%a9 ".strip(),
            "https://public.example.com/~user/A%2F?q=%C3%A9",
        ),
        (
            "https://public.example.com/한글?q=é&z=100%",
            "https://public.example.com/%ED%95%9C%EA%B8%80?q=%C3%A9&z=100%25",
        ),
        ("https://한글.example.com/", "https://xn--bj0bj06e.example.com/"),
        ("https://public.example.com/a?#b", "https://public.example.com/a"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
    ],
)
def test_INJ_08_an_address_has_one_spelling(url: str, canonical: str) -> None:
    assert str(parsed(url)) == canonical
    assert str(parsed(canonical)) == canonical


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
)
def test_a_public_address_is_public(address: str) -> None:
    assert not_public(ip_address(address)) is None


def test_INJ_08_this_machines_own_addresses_are_none_of_the_public_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [SimpleNamespace(address=one) for one in ("8.8.4.4", "2a00:1450::5%eth0", "02:00:00:00:00:01")]
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {"eth0": here})
    assert public_and_not_ours(ip_address("8.8.4.4")) == "own"
    assert public_and_not_ours(ip_address("2a00:1450::77")) == "own"
    assert public_and_not_ours(ip_address("8.8.4.5")) is None
    assert public_and_not_ours(ip_address("2a00:1450:0:1::5")) is None


@pytest.mark.parametrize(
    ("url", "to", "stays"),
    [
        ("http://page.example.com/", "http://page.example.com/a", True),
        ("http://page.example.com/", "https://page.example.com/", True),
        ("https://page.example.com/", "https://www.page.example.com/", False),
        ("https://page.example.com/", "https://page.example.com:8443/", False),
        ("http://page.example.com:8000/", "https://page.example.com/", False),
        ("http://page.example.com:8000/", "https://page.example.com:8000/", False),
    ],
)
def test_INJ_07_a_site_is_a_host_and_a_port_or_its_secure_side(url: str, to: str, stays: bool) -> None:
    assert is_same_site(parsed(url), parsed(to)) is stays


async def test_a_question_shows_the_whole_address_in_letters_and_in_ascii() -> None:
    one = FetchExecutor(Fetcher(lookup=(names := Names())))
    prepared = await one.prepare(
        FetchPage("https://한글.example.com/a?q=12345"), Asking(Actor("run", "r"), taint=("private",))
    )
    assert prepared.preview == {
        "host": "한글.example.com",
        "ascii_host": "xn--bj0bj06e.example.com",
        "url": "https://한글.example.com/a?q=12345",
        "query_characters": 7,
    }
    action = prepared.action
    assert (action.kind, action.method, action.url) == ("fetch", "GET", "https://xn--bj0bj06e.example.com/a?q=12345")
    assert action.taint == ("private",)
    assert names.asked == [], "a name that is looked up can already tell a secret"


@given(st.text(max_size=60) | st.text("htp:/[]@#?%.\\0127xaf\u3002", max_size=40).map(lambda rest: f"http://{rest}"))
def test_INJ_08_whatever_is_read_stays_as_it_was_read(text: str) -> None:
    try:
        url = parsed(text)
    except MadangError:
        return
    assert parsed(str(url)) == url
    assert str(url).isascii()
    sent = URL(str(url), encoded=True)
    assert (sent.raw_host, sent.port, sent.raw_path_qs) == (url.host, url.port, url.target)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://me@page.example.com/", "credentials"),
        ("http://page.example.com\\@x/", "characters"),
        ("ftp://page.example.com/", "scheme"),
        ("http://127.1/", "host"),
        ("http://page.example.com:22/", "port"),
        (f"http://page.example.com/{'a' * 4096}", "length"),
    ],
)
def test_a_refused_address_says_why(url: str, reason: str) -> None:
    with pytest.raises(BadFetchUrl) as refused:
        parsed(url)
    assert refused.value.details["reason"] == reason
