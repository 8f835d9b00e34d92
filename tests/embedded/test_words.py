"""What is said in the terminal and to the model."""

import io
from dataclasses import replace

import pytest

from madang.gateway.embedded.progress import TerminalProgress
from madang.gateway.embedded.prompts import Language, language_of, small_model_prompt
from madang.gateway.embedded.types import BuiltInState, Status

STATE = BuiltInState("absent", 0, 1_117_320_768, None, "tiny", 1_117_320_768, "MIT", "0")
WAY: tuple[tuple[Status, int], ...] = (
    ("absent", 0),
    ("fetching", 0),
    ("fetching", 558_660_384),
    ("checking", 1_117_320_768),
    ("stopped", 1_117_320_768),
    ("starting", 1_117_320_768),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(out: io.StringIO, language: Language) -> str:
    bar = TerminalProgress(out, language)
    for status, progress in WAY:
        bar.show(replace(STATE, status=status, progress_bytes=progress))
    return out.getvalue()


def test_a_terminal_gets_a_bar_that_is_wiped_at_the_end() -> None:
    text = drawn(Terminal(), "en")
    assert "████████████░░░░░░░░░░░░  50%  559 MB" in text
    assert text.endswith("\r\x1b[2KThe built-in model is here.\n")


def test_a_pipe_gets_how_it_began_and_how_it_ended() -> None:
    assert drawn(io.StringIO(), "ko").splitlines() == [
        "내장 모델을 받고 있어요 (1,117 MB). 그동안에도 마당을 쓸 수 있어요.",
        "내장 모델이 준비됐어요.",
    ]


def test_nothing_is_said_when_nothing_has_to_be_fetched() -> None:
    out = io.StringIO()
    TerminalProgress(out, "en").show(replace(STATE, status="stopped"))
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ko", "이 컴퓨터에서는 내장 모델을 쓸 수 없어요: 메모리가 2.5 GB 비어 있어야 하는데 0.9 GB만 남았어요.\n"),
        ("en", "This machine cannot run the built-in model: 2.5 GB of memory must be free, 0.9 GB is.\n"),
    ],
)
def test_what_the_machine_lacks_is_said_in_words(language: Language, said: str) -> None:
    out = io.StringIO()
    lack = {"reason": "memory", "needed": 2_500_000_000, "found": 900_000_000}
    TerminalProgress(out, language).show(replace(STATE, status="unsupported", reason=lack))
    assert out.getvalue() == said


def test_the_prompt_names_the_maker_and_follows_the_language_of_the_question() -> None:
    for text, language in {"안녕하세요": "ko", "요약해 줘: the council voted": "ko", "Summarise: …": "en"}.items():
        assert language_of(text) == language
        assert "Alibaba Cloud" in small_model_prompt(language_of(text))
