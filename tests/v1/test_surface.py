"""Every address of the official SDK: what is not offered says so in OpenAI's shape, and nothing of it is sent on."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.v1.conftest import QUESTION, Place

# The client still has what its maker gives up.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
Call = Callable[[openai.AsyncOpenAI], Awaitable[Any]]
FILE = ("a.wav", b"RIFF", "audio/wav")
# The first call of each part of the SDK, by the name that the table in the documentation gives it.
NOT_OFFERED: dict[str, Call] = {
    "completions": lambda sdk: sdk.completions.create(model="m", prompt="x"),
    "images": lambda sdk: sdk.images.generate(prompt="x"),
    "moderations": lambda sdk: sdk.moderations.create(input="x"),
    "files": lambda sdk: sdk.files.list(),
    "uploads": lambda sdk: sdk.uploads.create(bytes=1, filename="x", mime_type="text/plain", purpose="batch"),
    "batches": lambda sdk: sdk.batches.list(),
    "fine_tuning": lambda sdk: sdk.fine_tuning.jobs.list(),
    "vector_stores": lambda sdk: sdk.vector_stores.list(),
    "conversations": lambda sdk: sdk.conversations.create(),
    "containers": lambda sdk: sdk.containers.list(),
    "evals": lambda sdk: sdk.evals.list(),
    "videos": lambda sdk: sdk.videos.list(),
    "beta.assistants": lambda sdk: sdk.beta.assistants.list(),
    "beta.threads": lambda sdk: sdk.beta.threads.create(),
    "responses.retrieve": lambda sdk: sdk.responses.retrieve("resp_1"),
    "responses.delete": lambda sdk: sdk.responses.delete("resp_1"),
    "responses.cancel": lambda sdk: sdk.responses.cancel("resp_1"),
    "responses.input_items": lambda sdk: sdk.responses.input_items.list("resp_1"),
    "chat.completions.retrieve": lambda sdk: sdk.chat.completions.retrieve("c"),
    "chat.completions.list": lambda sdk: sdk.chat.completions.list(),
    "models.delete": lambda sdk: sdk.models.delete("m"),
}
FILES: dict[str, Call] = {
    "images.edit": lambda sdk: sdk.images.edit(image=FILE, prompt="x"),
    "files.create": lambda sdk: sdk.files.create(file=FILE, purpose="batch"),
}
OFFERED: dict[str, Call] = {
    "chat.completions.create": lambda sdk: sdk.chat.completions.create(model="env/fake-model", messages=QUESTION),
    "responses.create": lambda sdk: sdk.responses.create(model="env/fake-model", input="x"),
    "embeddings.create": lambda sdk: sdk.embeddings.create(model="env/text-embedding-3-small", input="x"),
    "audio.speech.create": lambda sdk: sdk.audio.speech.create(model="env/tts-1", input="x", voice="alloy"),
    "audio.transcriptions.create": lambda sdk: sdk.audio.transcriptions.create(model="env/whisper-1", file=FILE),
    "audio.translations.create": lambda sdk: sdk.audio.translations.create(model="env/whisper-1", file=FILE),
    "models.list": lambda sdk: sdk.models.list(),
    "models.retrieve": lambda sdk: sdk.models.retrieve("env/fake-model"),
}


@pytest.mark.parametrize("name", NOT_OFFERED)
async def test_what_is_not_offered_is_not_found(place: Place, name: str):
    with pytest.raises(openai.NotFoundError) as raised:
        await NOT_OFFERED[name](place.sdk)
    error = raised.value
    assert (error.status_code, error.code, error.type) == (404, "not_found", "invalid_request_error")
    assert error.request_id
    assert place.asked == []


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_a_kind_of_body_that_no_address_takes(place: Place, name: str):
    with pytest.raises(openai.APIStatusError) as raised:
        await FILES[name](place.sdk)
    assert (raised.value.status_code, raised.value.type) == (415, "invalid_request_error")
    assert place.asked == []


@pytest.mark.parametrize("name", OFFERED)
async def test_what_is_offered_answers(place: Place, name: str):
    assert await OFFERED[name](place.sdk)


@pytest.mark.parametrize("name", [*NOT_OFFERED, *FILES, *OFFERED])
def test_the_table_names_it(name: str):
    text = (Path(__file__).parents[2] / "docs" / "v1.md").read_text(encoding="utf-8")
    table = text.partition("## The official SDK")[2].partition("\n## ")[0]
    named = {one for line in table.splitlines() for one in line.split("`")[1::2]}
    part = name.partition(".")[0]
    assert named & {name, f"{part}.*", f"{name}.*", f"{part}.{name.partition('.')[2].partition('.')[0]}.*"}
