"""Words on screen: particles that fit, numbers as people write them, and a sentence for every failure."""

import pytest
from playwright.async_api import JSHandle

pytestmark = pytest.mark.browser

# Each word with its object particle and its direction particle, as it is read aloud.
READ_ALOUD = {
    "파일": "을로", "마당": "을으로", "서버": "를로", "길": "을로", "“제주 여행”": "을으로", "메일 (3)": "을으로",
    "1": "을로", "2": "를로", "3": "을으로", "6": "을으로", "7": "을로", "10": "을으로", "100%": "를로",
    "GPT": "를로", "HTML": "을로", "LLM": "을으로", "gpt-5-mini": "를로", "qwen2.5-coder-1.5b": "를로",
    "Google": "을로", "Slack": "을으로", "chat": "을으로", "server": "를로", "model": "을로", "OpenAI": "를로",
}  # fmt: skip


async def test_a_particle_fits_how_the_word_is_read(core: JSHandle) -> None:
    chosen = await core.evaluate(
        "(core, words) => words.map((word) => core.particle(word, '을', '를') + core.particle(word, '으로', '로'))",
        list(READ_ALOUD),
    )
    assert dict(zip(READ_ALOUD, chosen, strict=True)) == READ_ALOUD


async def test_a_word_nobody_can_read_gets_both_particles(core: JSHandle) -> None:
    assert (
        await core.evaluate("core => core.particle('🙂', '이', '가') + core.particle('🙂', '으로', '로')")
        == "이(가)(으)로"
    )


async def test_a_sentence_takes_its_values_and_their_particles(core: JSHandle) -> None:
    sentence = "core => core.t('settings.providers.deleted', { name: 'Ollama' })"
    assert await core.evaluate(sentence) == "Ollama를 지웠어요."


async def test_a_count_takes_the_plural_of_the_language(core: JSHandle) -> None:
    await core.evaluate("core => core.setLanguage('en')")
    shown = await core.evaluate("core => [1, 2].map((count) => core.t('palette.count', { count }))")
    assert shown == ["1 result", "2 results"]


async def test_small_sums_keep_their_digits_and_unknown_prices_are_not_zero(core: JSHandle) -> None:
    shown = await core.evaluate("core => [0, 412, 20_000, 700_000, 824_100, 2_000_000, null].map(core.money)")
    assert shown == ["$0", "$0.00041", "$0.02", "$0.70", "$0.82", "$2.00", "가격 모름"]


async def test_sizes_and_spans_are_short(core: JSHandle) -> None:
    assert await core.evaluate("core => [core.bytes(1_117_320_768), core.bytes(512), core.duration(412)]") == [
        "1.1GB",
        "512byte",
        "412 ms",
    ]


async def test_a_failure_is_one_sentence_with_its_reason(core: JSHandle) -> None:
    said = "core => core.sentence('gateway.bad_provider', { reason: 'parts' })"
    assert "아이디" in await core.evaluate(said)


async def test_an_unforeseen_failure_shows_the_id_that_the_log_has(core: JSHandle) -> None:
    assert "01ABC" in await core.evaluate("core => core.sentence('internal', {}, '01ABC')")


async def test_the_providers_own_words_come_after_ours(core: JSHandle) -> None:
    said = await core.evaluate("core => core.sentence('upstream.bad_request', { provider_message: 'no such tool' })")
    assert said.endswith("“no such tool”")
