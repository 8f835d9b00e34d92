"""Which models there are, what a name means, and which model answers when none is named."""

import asyncio
from pathlib import Path

import pytest

from madang.gateway.answers import check_of
from madang.gateway.choosing import is_chat, may_stand_in, small_general
from madang.gateway.errors import BadProvider, NoModel, UnknownModel
from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.types import ModelInfo, Price
from tests.embedded.make import lay_out, make_offer
from tests.gateway.rooms import NOBODY, open_room

OLLAMA_PAGES = {"/api/tags": {"models": [{"name": "llama3.2:3b", "digest": "0"}]}}
LMSTUDIO_PAGES = {"/api/v0/models": {"data": [{"id": "m", "type": "llm", "state": "loaded"}]}}
LLAMACPP_PAGES = {"/props": {"default_generation_settings": {}}}


@pytest.mark.parametrize(
    ("kind", "pages", "owner"),
    [
        ("ollama", OLLAMA_PAGES, "library"),
        ("lmstudio", LMSTUDIO_PAGES, "organization_owner"),
        ("llamacpp", LLAMACPP_PAGES, "llamacpp"),
        ("vllm", {}, "vllm"),
    ],
)
async def test_a_model_server_on_this_machine_is_found_and_answers(tmp_path: Path, kind: str, pages: dict, owner: str):
    async with (
        FakeUpstream("from here", models=["local-model", "text-embed"], pages=pages, owned_by=owner) as fake,
        open_room(tmp_path, ports={**NOBODY, kind: fake.port}) as here,
    ):
        model = await here.room.gateway.default_model()
        heard = await here.ask(model=model.id)
        assert (model.id, model.is_local, model.is_free) == (f"{kind}/local-model", True, True)
        assert (heard.text, heard.receipt.cost_microusd) == ("from here", 0)
        assert ("models.changed", {}) in here.said


@pytest.mark.parametrize(
    "turn_pages", [{}, {"/api/tags": {"models": "no"}}, {"/api/tags": []}, {"/props": {"ok": True}}]
)
async def test_what_answers_otherwise_is_not_taken_for_a_model_server(tmp_path: Path, turn_pages: dict):
    async with FakeUpstream(pages=turn_pages) as fake:
        ports = dict.fromkeys(NOBODY, fake.port)
        async with open_room(tmp_path, ports=ports) as here:
            assert await here.room.registry.discover() == []


async def test_nothing_is_looked_for_where_the_person_does_not_want_it(tmp_path: Path):
    async with (
        FakeUpstream(owned_by="vllm") as fake,
        open_room(tmp_path, discover=False, ports={"vllm": fake.port}) as here,
    ):
        assert [model.id for model in await here.room.gateway.models() if model.available] == []
        assert fake.bytes_received == 0


async def test_the_default_is_the_environments_word_then_the_persons_then_a_small_one(tmp_path: Path):
    names = ["gpt-4o", "gpt-4o-mini", "gpt-4.1-nano"]
    async with FakeUpstream(models=names) as fake:
        async with open_room(tmp_path / "a", openai_base_url=fake.base_url) as here:
            assert (await here.room.gateway.default_model()).id == "env/gpt-4o-mini"
            await here.preferences.change({"default_model": "env/gpt-4o"})
            assert (await here.room.gateway.default_model()).id == "env/gpt-4o"
        async with open_room(tmp_path / "b", openai_base_url=fake.base_url, model="gpt-4.1-nano") as here:
            await here.preferences.change({"default_model": "env/gpt-4o"})
            assert (await here.room.gateway.default_model()).id == "env/gpt-4.1-nano"
        async with open_room(tmp_path / "c", openai_base_url=fake.base_url, model="not-listed") as here:
            assert (await here.room.gateway.default_model()).id == "env/not-listed"
            assert "env/not-listed" in [model.id for model in await here.room.gateway.models()]


@pytest.mark.parametrize("wish", ["ollama/llama3.2:3b", "builtin/qwen2.5-coder-1.5b", "01jd8m3qa5v7x2k9t4w6y8z0bc/m"])
async def test_nothing_leaves_the_machine_because_the_wished_model_is_not_there(tmp_path: Path, wish: str):
    async with FakeUpstream("never", pages={"/v1/models": {"no": "list"}}) as remote:
        for folder, settings in (("a", {}), ("b", {"model": wish})):
            async with open_room(tmp_path / folder, openai_base_url=remote.base_url, **settings) as here:
                await here.preferences.change({"default_model": wish})
                assert (await here.ask(model="")).code in {"gateway.unknown_model", "builtin.off"}
                assert (await here.ask(model=wish)).code in {"gateway.unknown_model", "builtin.off"}
        assert remote.requests == []


async def test_instead_of_a_wished_model_that_is_not_there_a_free_local_one_answers(tmp_path: Path):
    async with (
        FakeUpstream("from here", models=["local-model"], pages=OLLAMA_PAGES, owned_by="library") as local,
        FakeUpstream("never", models=["gpt-4o-mini"]) as remote,
        open_room(tmp_path, openai_base_url=remote.base_url, ports={**NOBODY, "ollama": local.port}) as here,
    ):
        await here.preferences.change({"default_model": "lmstudio/gone"})
        assert (await here.ask(model="")).text == "from here"
        assert remote.requests == []


async def test_the_list_of_models_marks_the_one_that_answers_and_a_check_suggests_a_small_one(tmp_path: Path):
    async with (
        FakeUpstream(models=["gpt-4o", "gpt-4o-mini"]) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        await here.preferences.change({"default_model": "env/gpt-4o"})
        assert [each.id for each in await here.room.gateway.models() if each.is_default] == ["env/gpt-4o"]
        suggested = check_of(*await here.room.registry.check("env")).suggested
        assert suggested is not None and suggested.id == "env/gpt-4o-mini"


async def test_with_a_key_for_openai_its_small_model_answers_and_without_one_nobody(tmp_path: Path):
    keys = {"provider:openai": "sk-CANARY-0123456789"}
    async with open_room(tmp_path / "a") as here:
        with pytest.raises(NoModel):
            await here.room.gateway.default_model()
        assert (await here.ask(model="openai/gpt-4o")).code == "upstream.wrong_key"
    async with open_room(tmp_path / "b", keys=keys, model="gpt-4.1-mini") as here:
        assert (await here.room.gateway.default_model()).id == "openai/gpt-4.1-mini"


async def test_a_bare_name_is_the_one_providers_that_has_it(tmp_path: Path):
    async with (
        FakeUpstream(models=["a"]) as one,
        FakeUpstream(models=["b", "b/c"]) as two,
        open_room(tmp_path, openai_base_url=one.base_url) as here,
    ):
        added = await here.room.directory.add("Two", two.base_url, {})
        assert (await here.room.gateway.resolve("a")).id == "env/a"
        assert (await here.room.gateway.resolve("b")).id == f"{added.id}/b"
        assert (await here.room.gateway.resolve("b/c")).id == f"{added.id}/b/c"
        with pytest.raises(UnknownModel):
            await here.room.gateway.resolve("nobody-has-this")
        with pytest.raises(UnknownModel):
            await here.room.gateway.resolve("builtin/other")


async def test_a_name_that_was_found_is_looked_for_anew_once_something_has_changed(tmp_path: Path):
    async with (
        FakeUpstream(models=["a"]) as one,
        FakeUpstream(models=["b"]) as two,
        open_room(tmp_path, openai_base_url=one.base_url) as here,
    ):
        added = await here.room.directory.add("Two", two.base_url, {})
        here.room.registry.heard("providers.changed")
        assert [(await here.room.gateway.resolve("b")).provider for _ in range(2)] == [added.id] * 2
        await here.room.directory.remove(added.id)
        here.room.registry.heard("providers.changed")
        with pytest.raises(UnknownModel):
            await here.room.gateway.resolve("b")


async def test_a_name_with_another_makers_name_in_it_is_its_listers_where_the_maker_has_no_key(tmp_path: Path):
    async with (
        FakeUpstream(models=["openai/gpt-4o"]) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        assert (await here.room.gateway.resolve("openai/gpt-4o")).id == "env/openai/gpt-4o"
        here.keys["provider:openai"] = "sk-CANARY-0123456789"
        assert (await here.room.gateway.resolve("openai/gpt-4o")).id == "openai/gpt-4o"


async def test_a_server_without_a_list_is_trusted_with_any_name(tmp_path: Path):
    async with (
        FakeUpstream("answer", pages={"/v1/models": {"no": "list"}}) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        assert (await here.room.gateway.resolve("any")).id == "env/any"
        assert (await here.ask(model="")).text == "answer"


async def test_models_are_described_by_their_provider_and_priced_by_the_list(tmp_path: Path):
    async with (
        FakeUpstream(models=["gpt-4o-mini", "whisper-1", "my-own"]) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        models = {model.name: model for model in await here.room.gateway.models() if model.provider == "env"}
    assert set(models) == {"gpt-4o-mini", "my-own"}
    assert models["gpt-4o-mini"].price == Price(150_000, 600_000, models["gpt-4o-mini"].price.date, 75_000)
    assert (models["gpt-4o-mini"].context_tokens, models["gpt-4o-mini"].sees_images) == (128_000, True)
    assert (models["my-own"].price, models["my-own"].context_tokens) == (None, None)


async def test_a_disabled_provider_is_not_asked_and_has_no_models(tmp_path: Path):
    async with FakeUpstream(models=["a"]) as fake, open_room(tmp_path) as here:
        await here.room.directory.add("Off", fake.base_url, {"enabled": False})
        assert [model.id for model in await here.room.gateway.models() if model.available] == []
        assert fake.bytes_received == 0


def _model(name: str, *, local: bool = False, free: bool = False, price: int | None = None) -> ModelInfo:
    known = Price(price, price) if price is not None else None
    return ModelInfo(f"p/{name}", name, "p", "P", is_local=local, is_free=free, price=known)


def test_only_what_is_no_further_and_no_dearer_may_stand_in():
    local_free = _model("l", local=True, free=True, price=0)
    cheap, dear, unknown = _model("c", price=1), _model("d", price=2), _model("u")
    remote_free = _model("r", free=True, price=0)
    allowed = {
        (one.name, other.name)
        for one in (local_free, remote_free, cheap, dear, unknown)
        for other in (local_free, remote_free, cheap, dear, unknown)
        if one is not other and may_stand_in(one, other, has_consent=False)
    }
    assert allowed == {("r", "l"), ("c", "l"), ("d", "l"), ("u", "l"), ("c", "r"), ("d", "r"), ("u", "r"), ("d", "c")}
    assert may_stand_in(local_free, dear, has_consent=True)


def test_the_small_general_model_is_known_by_its_name():
    names = ["gpt-4o", "gpt-5-mini", "gpt-4.1-mini", "gpt-5-mini-search", "o3"]
    assert small_general([_model(name) for name in names]).name == "gpt-5-mini"
    assert small_general([_model("claude-opus-4"), _model("claude-haiku-4-5")]).name == "claude-haiku-4-5"
    assert small_general([_model("only-this")]).name == "only-this"
    assert small_general([]) is None


def test_models_that_do_not_talk_are_known_by_their_names():
    assert all(map(is_chat, ["gpt-4o", "llama3.2:3b", "qwen2.5-coder:7b-instruct", "deepseek-chat", "gemma-3-4b-it"]))
    others = ["text-embedding-3-small", "whisper-1", "tts-1", "gpt-image-1", "omni-moderation-latest", "bge-m3"]
    assert not any(map(is_chat, others))


async def test_a_change_of_keys_or_providers_is_looked_into_at_once(tmp_path: Path):
    key = "sk-CANARY-0123456789"
    async with (
        FakeUpstream(models=["a"], api_key=key) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        assert [model.id for model in await here.room.gateway.models() if model.available] == []
        here.keys["provider:env"] = key
        here.said.clear()
        here.room.registry.heard("keys.changed")
        async with asyncio.timeout(5):
            while ("models.changed", {}) not in here.said:
                await asyncio.sleep(0.01)
        assert [model.id for model in await here.room.gateway.models() if model.available] == ["env/a"]


async def test_the_built_in_model_follows_the_persons_wish(tmp_path: Path, seed: int):
    offer = make_offer(tmp_path, seed)
    lay_out(offer, tmp_path / "room" / "builtin")
    async with open_room(tmp_path / "room", builtin=True, offer=offer) as here:
        assert (await here.room.gateway.default_model()).id == "builtin/tiny"
        await here.preferences.change({"builtin_enabled": False})
        here.room.registry.heard("preferences.changed")
        async with asyncio.timeout(5):
            while here.room.builtin.state.status != "off":
                await asyncio.sleep(0.01)
        with pytest.raises(NoModel):
            await here.room.gateway.default_model()


async def test_a_question_waits_for_the_built_in_engine_and_says_so(tmp_path: Path, seed: int):
    offer = make_offer(tmp_path, seed)
    lay_out(offer, tmp_path / "room" / "builtin")
    async with open_room(tmp_path / "room", builtin=True, offer=offer) as here:
        heard = await here.ask(model="builtin/tiny")
        [row] = await here.rows()
    # The tiny engine lists its model and cannot talk, so the words end here.
    assert [start.is_builtin for start in heard.started] == [True]
    assert {wait.detail["status"] for wait in heard.waits if wait.reason == "builtin"} >= {"starting"}
    assert heard.code == "upstream.failed"
    assert (row["provider"], row["cost_microusd"], row["status"]) == ("builtin", 0, "error")


@pytest.mark.parametrize("address", ["http://models.example/v1", "ftp://127.0.0.1/v1", "models.example"])
async def test_SEC_08_a_provider_of_the_environment_beyond_this_machine_needs_https(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(BadProvider, match="OPENAI_BASE_URL"):
        async with open_room(tmp_path, openai_base_url=address):
            pass
