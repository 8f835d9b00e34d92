"""What a small model needs to be told when nobody has told it anything."""

import re
from typing import Literal

Language = Literal["ko", "en"]

TEMPERATURE = 0.3
"""Above 0.4 sums and facts suffer; at 0 it repeats itself."""

TOP_P = 0.9
MAX_TOKENS = 1024
REPEAT_PENALTY = 1.05
"""Enough to end the loops a small model falls into, too little to harm code."""

_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")

# Without its maker's name it invents one; without "한국어로만" Chinese characters slip into Korean answers.
_PROMPTS: dict[Language, str] = {
    "ko": (
        "당신은 Qwen입니다. Alibaba Cloud의 Qwen 팀이 만든 작은 언어 모델로, 사용자의 컴퓨터에 있는 앱 '마당'에 "
        "내장되어 있습니다. 한국어로만, 존댓말로 짧고 정확하게 답하세요. 인터넷과 날씨, 오늘 소식은 볼 수 없습니다. "
        "모르면 모른다고 말하세요."
    ),
    "en": (
        "You are Qwen, a small language model made by the Qwen team of Alibaba Cloud, built into the app Madang on "
        "the user's own computer. Answer in English, briefly and to the point. You cannot see the internet, the "
        "weather or today's news. Say so when you do not know."
    ),
}


def small_model_prompt(language: Language) -> str:
    """The system prompt for a conversation on the built-in model that has none of its own."""
    return _PROMPTS[language]


def language_of(text: str) -> Language:
    """The language to answer `text` in: Korean as soon as any Hangul is in it."""
    return "ko" if _HANGUL.search(text) else "en"
