"""What a page sends: however much, however slowly, however it is packed or spelt."""

import asyncio
import gzip
import zlib

import pytest

from madang.system.executor import Outcome
from madang.system.fetch.errors import FetchTimedOut, FetchTooMany, FetchUnreachable, NotReadable
from madang.system.fetch.executor import FetchExecutor
from madang.system.fetch.fetcher import Fetcher
from madang.system.fetch.limits import FetchLimits
from tests.system.fetch.site import PUBLIC, Answer, Names, Site, answer, executor, fetched, serving

_MIB = 1 << 20
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


async def _got(page: bytes | Answer, limits: FetchLimits | None = None) -> Outcome:
    async with serving({"/": page}) as site:
        return await fetched(executor(Names(page_example_com=[[PUBLIC]]), limits), _url(site))


def _url(site: Site) -> str:
    return f"http://page.example.com:{site.port}/"


def _endless(head: bytes, piece: bytes) -> tuple[Answer, list[int]]:
    sent = [0]

    async def page(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            sent[0] += len(piece)

    return page, sent


@pytest.mark.parametrize("length", [b"Content-Length: 10737418240\r\n\r\n", b"\r\n"], ids=["10 GB", "endless"])
async def test_INJ_09_what_never_ends_is_cut_at_five_mebibytes(length: bytes) -> None:
    page, sent = _endless(_HEAD + length, b"0123456789abcdef" * 4096)
    outcome = await _got(page)
    assert outcome.facts["received_bytes"] == 5 * _MIB
    assert outcome.facts["is_whole"] is False
    assert len(outcome.body) == _MIB
    # What lies in the buffers between us is all that is sent beyond it.
    assert sent[0] < 64 * _MIB


async def test_INJ_09_endless_headers_are_refused() -> None:
    page, _ = _endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"a" * 4000 + b"\r\n")
    with pytest.raises(FetchUnreachable):
        await _got(page)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate"])
async def test_INJ_09_a_bomb_is_unpacked_no_further_than_its_limit(coding: str) -> None:
    made = zlib.compressobj(9, wbits={"gzip": 31, "deflate": 15, "raw deflate": -15}[coding])
    bomb = b"".join(made.compress(b"a" * _MIB) for _ in range(60)) + made.flush()
    assert len(bomb) < _MIB / 2
    outcome = await _got(answer(bomb, "text/plain", Content_Encoding=coding.removeprefix("raw ")))
    assert (outcome.facts["received_bytes"], outcome.facts["is_whole"]) == (5 * _MIB, False)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
async def test_INJ_09_what_is_packed_is_unpacked(coding: str) -> None:
    outcome = await _got(answer(gzip.compress(b"hello"), "text/plain", Content_Encoding=coding))
    assert (outcome.body, outcome.facts["is_whole"]) == (b"hello", True)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
async def test_INJ_09_a_packing_that_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(NotReadable) as refused:
        await _got(answer(b"\x00" * 99, "text/plain", Content_Encoding=coding))
    assert refused.value.details["reason"] == "coding"


async def test_INJ_09_what_is_not_packed_as_it_says_is_refused() -> None:
    with pytest.raises(NotReadable):
        await _got(answer(b"hello, hello", "text/plain", Content_Encoding="gzip"))


def _dripping(head: bytes, gap: float) -> Answer:
    async def page(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(gap)

    return page


@pytest.mark.parametrize("head", [_HEAD + b"\r\n", b"HTTP/1.1 200 OK\r\nX: "], ids=["body", "headers"])
async def test_INJ_09_a_slow_drip_ends_when_its_time_is_up(head: bytes) -> None:
    with pytest.raises(FetchTimedOut):
        await _got(_dripping(head, 0.02), FetchLimits(total=0.5))


async def test_INJ_09_a_page_that_halts_is_given_up() -> None:
    with pytest.raises(FetchTimedOut):
        await _got(_dripping(_HEAD + b"\r\n", 3600), FetchLimits(gap=0.2))


async def test_INJ_09_a_server_that_says_nothing_is_given_up() -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    with pytest.raises(FetchTimedOut):
        await _got(silent, FetchLimits(connect=0.1, gap=0.1))


async def test_INJ_09_a_name_that_is_never_found_is_given_up() -> None:
    async def never(host: str) -> list[str]:
        await asyncio.sleep(3600)
        return []

    with pytest.raises(FetchTimedOut):
        await fetched(FetchExecutor(Fetcher(FetchLimits(connect=0.1), never)), "http://page.example.com/")


async def test_INJ_09_a_connection_that_breaks_off_is_said() -> None:
    with pytest.raises(FetchUnreachable):
        await _got(_HEAD + b"Content-Length: 100\r\n\r\nonly this")


async def test_only_so_many_pages_are_fetched_at_once() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def page(writer: asyncio.StreamWriter) -> None:
        begun.set()
        await may_end.wait()
        writer.write(answer(b"there"))

    async with serving({"/": page}) as site:
        one = executor(Names(page_example_com=[[PUBLIC]]), FetchLimits(at_once=1))
        first = asyncio.create_task(fetched(one, _url(site)))
        await begun.wait()
        with pytest.raises(FetchTooMany):
            await fetched(one, _url(site))
        may_end.set()
        assert (await first).body == b"there"
        assert (await fetched(one, _url(site))).body == b"there"


@pytest.mark.parametrize(
    ("body", "type", "text", "charset"),
    [
        ("마당".encode(), "text/plain; charset=utf-8", "마당", "utf-8"),
        ("마당".encode(), "text/plain", "마당", "utf-8"),
        ("마당".encode(), "text/plain; charset=no-such-set", "마당", "utf-8"),
        ("마당".encode("cp949"), 'text/plain; charset="EUC-KR"', "마당", "cp949"),
        ("마당".encode("cp949"), "text/plain; charset=utf-8", "\ufffd\ufffd\ufffd\ufffd", "utf-8"),
        ("마당".encode("utf-16"), "text/plain; charset=utf-8", "마당", "utf-16-le"),
        (b"caf\xe9 \x93x\x94", "text/plain; charset=iso-8859-1", "café “x”", "cp1252"),
        (b"xn--bj0bj06e", "text/plain; charset=punycode", "xn--bj0bj06e", "utf-8"),
        (b"+AGE-", "text/plain; charset=utf-7", "+AGE-", "utf-8"),
        (b"\\x41", "text/plain; charset=unicode_escape", "\\x41", "utf-8"),
        (b"61", "text/plain; charset=hex", "61", "utf-8"),
        ("<meta charset=euc-kr><p>마당".encode("cp949"), "text/html", "마당", "cp949"),
        ("<p>마당".encode("utf-16-le"), "text/html; charset=utf-16", "마당", "utf-16-le"),
    ],
)
async def test_INJ_09_a_wrong_charset_breaks_nothing(body: bytes, type: str, text: str, charset: str) -> None:
    outcome = await _got(answer(body, type))
    assert (outcome.body.decode(), outcome.facts["charset"]) == (text, charset)


@pytest.mark.parametrize(
    "type", ["application/json", "application/ld+json", "text/markdown", "application/atom+xml", ""]
)
async def test_text_of_any_kind_is_given_as_it_is(type: str) -> None:
    page = answer(b'{"a": "<b>"}', type) if type else b'HTTP/1.1 200 OK\r\n\r\n{"a": "<b>"}'
    assert (await _got(page)).body == b'{"a": "<b>"}'


@pytest.mark.parametrize(
    ("type", "reason"),
    [("application/pdf", "pdf"), ("image/png", "type"), ("application/octet-stream", "type"), ("x\u202ey", "type")],
)
async def test_what_is_no_text_is_refused_with_words(type: str, reason: str) -> None:
    with pytest.raises(NotReadable) as refused:
        await _got(answer(b"%PDF", type))
    assert refused.value.details["reason"] == reason


async def test_a_page_of_strangers_leaves_its_mark_and_steers_nothing() -> None:
    page = "<title>a\u202eb\x1b[31m</title><p>one\u200b\x07two &#x202e;three &#0;<a href='/x?\u202e'>li\u2066nk</a>"
    outcome = await _got(answer(page.encode()))
    assert outcome.taint == ("untrusted",)
    assert outcome.facts["title"] == "ab[31m"
    assert outcome.body.decode() == "onetwo three \ufffdlink"
    assert outcome.facts["links"] == [], "an address with hidden characters leads nowhere"
