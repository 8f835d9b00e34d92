"""What the provider has to say to each question: a text that anybody can compute from the question's key."""

import random
import re
from typing import Any

from madang.chat.context import GO_ON

_KEY = re.compile(r"q[0-9a-f]{8}")
_WORDS = (
    *("마당", "에", "비가", "와요", "한글", "and", "then", "the sun"),
    *("\U0001f469\u200d\U0001f467", "😀", "`code`", "**굵게**", "—", "…", "\n", "\n\n"),
)


def new_key(chance: random.Random) -> str:
    """Return the name of a question that nobody has asked."""
    return f"q{chance.getrandbits(32):08x}"


def question(key: str, chance: random.Random) -> str:
    """Return a question that carries its key."""
    return f"{key} {' '.join(chance.choices(_WORDS[:-2], k=chance.randint(0, 12)))}".strip()


def truth(key: str) -> str:
    """Return the whole answer to the question with this key."""
    chance = random.Random(key)
    return " ".join([key, *chance.choices(_WORDS, k=chance.choice((3, 20, 60, 200))), "끝"])


def key_of(text: str) -> str:
    """Return the last key in a text. Raises `ValueError` where there is none."""
    found = _KEY.findall(text)
    if not found:
        raise ValueError(f"no key in {text!r}")
    return str(found[-1])


def asked(messages: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the key of what a prompt asks, and how much of its answer the prompt has already."""
    if messages[-1]["content"] != GO_ON:
        return key_of(messages[-1]["content"]), ""
    return key_of(messages[-3]["content"]), str(messages[-2]["content"])
