"""Speech and transcriptions through `/v1` by the official SDK: to a provider that has them, and never past a cap."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import openai
import pytest

from madang.gateway.fake_upstream import Fault, Pause, Status
from tests.v1.conftest import KEY, Place

# The client still has what its maker gives up.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
Call = Callable[..., Awaitable[Any]]
SOUND = ("안녕.wav", b"RIFF\r\n--x\x00\xff", "audio/wav")
EARS, VOICE = "env/whisper-1", "env/tts-1"
MPEG = (("Content-Type", "audio/mpeg"),)


async def speak(sdk: openai.AsyncOpenAI, model: str = VOICE, **more: Any) -> Any:
    return await sdk.audio.speech.create(model=model, input="안녕", voice="alloy", **more)


async def transcribe(sdk: openai.AsyncOpenAI, model: str = EARS, **more: Any) -> Any:
    return await sdk.audio.transcriptions.create(model=model, file=SOUND, **more)


async def translate(sdk: openai.AsyncOpenAI, model: str = EARS, **more: Any) -> Any:
    return await sdk.audio.translations.create(model=model, file=SOUND, **more)


CALLS: dict[str, Call] = {"speech": speak, "transcriptions": transcribe, "translations": translate}


async def test_speech_comes_back_byte_for_byte_and_its_cost_is_unknown(place: Place):
    answer = await place.sdk.audio.speech.with_raw_response.create(
        model=VOICE, input="안녕", voice="alloy", response_format="wav"
    )
    assert answer.content == b"ID3\xff\x00" + "안녕".encode()
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["x-madang-model"] == VOICE
    assert answer.headers["x-madang-cache"] == "off"
    assert place.asked == [{"model": "tts-1", "input": "안녕", "voice": "alloy", "response_format": "wav"}]
    row = await place.call(answer.headers["x-madang-call-id"])
    assert (row["status"], row["model"], row["cost_microusd"]) == ("done", "tts-1", None)


async def test_speech_streams_as_the_sdk_reads_it(place: Place):
    create = place.sdk.audio.speech.with_streaming_response.create
    async with create(model=VOICE, input="x", voice="alloy") as answer:
        assert b"".join([data async for data in answer.iter_bytes()]) == b"ID3\xff\x00x"


async def test_speech_is_handed_on_while_it_comes_and_ends_with_its_client(place: Place):
    place.says(Fault((b"ID3", Pause(float("inf"))), headers=MPEG))
    body = {"model": VOICE, "input": "x", "voice": "alloy"}
    async with place.http.stream("POST", "/v1/audio/speech", json=body) as answer:
        assert await anext(answer.aiter_raw()) == b"ID3"
    async with asyncio.timeout(60):
        while place.upstream.requests[0].outcome != "client_gone":
            await asyncio.sleep(0.02)
    assert (await place.call(answer.headers["x-madang-call-id"]))["status"] == "cancelled"


@pytest.mark.parametrize("name", ["transcriptions", "translations"])
async def test_what_was_heard_is_json_or_text(place: Place, name: str):
    assert (await CALLS[name](place.sdk, response_format="json")).text == "hello there"
    assert await CALLS[name](place.sdk, response_format="text", prompt="말", temperature=0) == "hello there"
    sent = place.upstream.requests[-1]
    assert sent.path == f"/v1/audio/{name}"
    assert SOUND[1] in sent.body
    assert 'filename="안녕.wav"\r\nContent-Type: audio/wav\r\n'.encode() in sent.body
    for field, value in (("model", "whisper-1"), ("prompt", "말"), ("response_format", "text")):
        assert f'name="{field}"\r\n\r\n{value}\r\n'.encode() in sent.body
    assert b"env/whisper-1" not in sent.body


async def test_a_transcription_is_in_the_ledger_without_a_cost(place: Place):
    answer = await place.sdk.audio.transcriptions.with_raw_response.create(model=EARS, file=SOUND)
    assert "x-madang-cost-usd" not in answer.headers
    row = await place.call(answer.headers["x-madang-call-id"])
    assert (row["status"], row["model"], row["cost_microusd"], row["cache"]) == ("done", "whisper-1", None, "off")


async def test_a_name_that_is_large_and_a_file_of_megabytes_arrive_whole(place: Place):
    data = bytes(range(256)) * 2**14
    await place.sdk.audio.transcriptions.create(model=EARS, file=('a\r\n"b.wav', data))
    sent = place.upstream.requests[-1].body
    assert data in sent
    assert sent.count(b"filename=") == 1


async def test_a_key_in_what_was_heard_is_masked(place: Place):
    place.says(f"the key is {KEY}")
    for form in ("json", "text"):
        assert KEY not in str(await transcribe(place.sdk, response_format=form))


async def test_an_upload_that_is_too_large_is_refused_in_openais_shape(place: Place):
    with pytest.raises(openai.APIStatusError) as raised:
        await place.sdk.audio.transcriptions.create(model=EARS, file=("a.wav", bytes(26 * 2**20)))
    assert (raised.value.status_code, raised.value.code) == (413, "guard.body_too_large")
    assert raised.value.type == "invalid_request_error"
    assert place.upstream.requests == []


@pytest.mark.parametrize("name", CALLS)
async def test_a_provider_that_fails_is_the_sdks_own_error(place: Place, name: str):
    place.says(Status(500, f"broken, {KEY}"))
    with pytest.raises(openai.InternalServerError) as raised:
        await CALLS[name](place.sdk)
    assert (raised.value.status_code, raised.value.code) == (502, "upstream.failed")
    assert KEY not in str(raised.value)
    assert (await place.call(raised.value.request_id))["error_code"] == "upstream.failed"


@pytest.mark.parametrize("name", CALLS)
async def test_a_bad_request_keeps_the_providers_words_and_goes_to_nobody_else(place: Place, name: str):
    place.says(Status(400, "unsupported file, says the provider", "invalid_value", param="file"))
    with pytest.raises(openai.BadRequestError, match="says the provider"):
        await CALLS[name](place.sdk)
    assert len(place.upstream.requests) == 1


@pytest.mark.parametrize("name", CALLS)
async def test_a_page_is_no_answer(place: Place, name: str):
    place.says(Fault.html)
    with pytest.raises(openai.InternalServerError) as raised:
        await CALLS[name](place.sdk)
    assert raised.value.code == "upstream.not_an_answer"


async def test_speech_that_breaks_off_breaks_off_here_too(place: Place):
    place.says(Fault((b"ID3",), headers=MPEG, ending="truncated"))
    body = {"model": VOICE, "input": "x", "voice": "alloy"}
    async with place.http.stream("POST", "/v1/audio/speech", json=body) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            await answer.aread()
    row = await place.call(answer.headers["x-madang-call-id"])
    assert (row["status"], row["error_code"]) == ("incomplete", "upstream.incomplete")


@pytest.mark.parametrize("name", CALLS)
async def test_the_built_in_model_says_that_it_has_no_sound(place: Place, name: str):
    async with place.server.async_client() as page:
        models = (await page.get("/api/settings/models")).json()
    built_in = next(one["id"] for one in models if one["is_builtin"])
    with pytest.raises(openai.BadRequestError) as raised:
        await CALLS[name](place.sdk, built_in)
    assert raised.value.code == "builtin.no_sound"


@pytest.mark.parametrize("name", CALLS)
async def test_a_token_for_other_models_sends_nothing(place: Place, name: str):
    async with narrow(place) as sdk:
        with pytest.raises(openai.PermissionDeniedError) as raised:
            await CALLS[name](sdk)
    assert raised.value.code == "gateway.model_not_allowed"
    assert place.upstream.requests == []


async def test_a_cap_stops_sound_whose_price_nobody_knows_and_lets_free_sound_pass(place: Place):
    voices = {name: place.dear.replace("fake-model", name) for name in ("tts-1", "whisper-1")}
    async with capped(place) as page:
        for name, call in CALLS.items():
            model = voices["tts-1" if name == "speech" else "whisper-1"]
            for each in (model, model.replace(model.partition("/")[0], "env")):
                with pytest.raises(openai.APIStatusError) as raised:
                    await call(place.sdk, each)
                assert (raised.value.status_code, raised.value.code) == (402, "gateway.price_unknown")
        assert place.upstream.requests == []
        prices = {"price_input_microusd_per_mtok": 0, "price_output_microusd_per_mtok": 0}
        added = {"name": "gift", "base_url": place.upstream.base_url, **prices}
        gift = (await page.post("/api/settings/providers", json=added)).json()["id"]
        answer = await place.sdk.audio.transcriptions.with_raw_response.create(model=f"{gift}/whisper-1", file=SOUND)
        assert answer.headers["x-madang-cost-usd"] == "0.000000"
        assert (await speak(place.sdk, f"{gift}/tts-1")).content
        await page.delete(f"/api/settings/providers/{gift}")


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no model": ({"input": "x"}, "model"),
    "no input": ({"model": VOICE}, "input"),
    "events": ({"model": VOICE, "input": "x", "stream_format": "sse"}, "stream_format"),
}


@pytest.mark.parametrize("case", BAD)
async def test_speech_that_cannot_be_understood_is_never_sent(place: Place, case: str):
    answer = await place.post(BAD[case][0], "audio/speech")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, BAD[case][1])
    assert place.upstream.requests == []


async def test_a_form_that_could_be_read_in_two_ways_is_never_sent(place: Place):
    file = ("file", SOUND)
    two_models = [("model", (None, EARS)), ("model", (None, "env/other")), file]
    for form in (two_models, [("model", (None, EARS))], [file], [("model", (None, EARS)), file, file]):
        answer = await place.http.post("/v1/audio/transcriptions", files=form)
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    streamed = {"model": EARS, "stream": "true"}
    answer = await place.http.post("/v1/audio/transcriptions", data=streamed, files=[file])
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "stream")
    plain = await place.http.post("/v1/audio/translations", json={"model": EARS})
    assert (plain.status_code, plain.json()["error"]["type"]) == (415, "invalid_request_error")
    assert place.upstream.requests == []


async def test_another_site_cannot_send_a_form_with_a_persons_session(place: Place):
    async with place.server.async_client() as page:
        cookies = dict(page.cookies)
    async with httpx.AsyncClient(base_url=place.server.url, cookies=cookies) as browser:
        for headers in ({"Origin": "https://evil.example"}, {}, {"Origin": place.server.url}):
            files = {"model": (None, EARS), "file": SOUND}
            answer = await browser.post("/v1/audio/transcriptions", files=files, headers=headers)
            assert answer.status_code in {401, 403}
    assert place.upstream.requests == []


async def test_only_what_is_kept_is_nothing_here(place: Place):
    with pytest.raises(openai.NotFoundError) as raised:
        await speak(place.sdk, extra_headers={"x-madang-cache": "only"})
    assert raised.value.code == "gateway.not_kept"
    assert place.upstream.requests == []


@asynccontextmanager
async def narrow(place: Place) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK with a token for one model, which has no sound."""
    body = {"name": "narrow", "scopes": ["chat"], "models": ["env/fake-model"]}
    async with place.server.async_client() as page:
        token = (await page.post("/api/tokens", json=body)).json()["token"]
    base_url = f"{place.server.url}/v1"
    async with openai.AsyncOpenAI(base_url=base_url, api_key=token, timeout=60, max_retries=0) as sdk:
        yield sdk


@asynccontextmanager
async def capped(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    """A cap that leaves a dollar, and a page that is signed in."""
    async with place.server.async_client() as page, asyncio.timeout(60):
        while (today := (await page.get("/api/settings/limits")).json())["reserved_microusd"]:
            await asyncio.sleep(0.02)
        limit = today["spent_today_microusd"] + 1_000_000
        made = await page.post("/api/settings/caps", json={"scope": "all", "window": "day", "limit_microusd": limit})
        assert made.status_code == 201, made.text
        try:
            yield page
        finally:
            await page.delete(f"/api/settings/caps/{json.loads(made.text)['id']}")
