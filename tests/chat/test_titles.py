"""Titles from first words."""

import unicodedata

import pytest

from madang.chat.store.conversations import fold
from madang.chat.titles import TITLE_LIMIT, clean_title, first_words


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("안녕하세요, 자기소개 해줘", "안녕하세요, 자기소개 해줘"),
        ("\n\n## 오늘 할 일\n- 빨래", "오늘 할 일"),
        ("**굵게** 시작", "굵게** 시작"),
        ("```py\nprint(1)\n```", "py"),
        ("  many   spaces\there ", "many spaces here"),
        ("---\nfirst", "first"),
    ],
)
def test_a_title_is_the_first_line_with_words(content, title):
    assert first_words(content) == title


def test_a_long_line_is_cut_at_a_word():
    title = first_words("여러 낱말로 이루어진 긴 문장은 " * 10)
    assert title.endswith("…")
    assert len(title) <= TITLE_LIMIT
    assert title[:-1].split() == ("여러 낱말로 이루어진 긴 문장은 " * 10).split()[: len(title[:-1].split())]


def test_one_endless_word_is_cut_without_parting_a_joined_emoji():
    family = "👨‍👩‍👧‍👦"
    title = first_words(family * 40)
    assert len(title) <= TITLE_LIMIT
    assert not title[:-1].endswith("\u200d")


def test_a_title_is_composed_and_shows_no_direction_marks():
    decomposed = unicodedata.normalize("NFD", "한글")
    assert first_words("\u202e" + decomposed) == "한글"


def test_without_words_the_fallback_is_the_title():
    assert first_words("***\n", fallback="사진.png") == "사진.png"


def test_folding_makes_forms_and_cases_equal():
    assert fold(unicodedata.normalize("NFD", "한글 ABC")) == fold("한글 abc")


def test_a_written_title_is_one_line():
    assert clean_title(" a\n b ") == "a b"
