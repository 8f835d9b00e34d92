"""The title of a conversation: its first words."""

import re
import unicodedata

TITLE_LIMIT = 60
"""Characters; about what a list shows on one line in Korean and two in English."""

_MARKS = re.compile(r"^[\s#>*`~_\-+=|.]+|[\s*`~_]+$")
_JOINERS = ("\u200d", "\ufe0f", "\ufe0e")


def first_words(content: str, fallback: str = "") -> str:
    """Return a title from `content`: its first line with words, cut at a word, in NFC; `fallback` if there is none."""
    for line in unicodedata.normalize("NFC", content).splitlines():
        words = _visible(_MARKS.sub("", " ".join(line.split())))
        if words:
            return _cut(words)
    return _cut(_visible(unicodedata.normalize("NFC", fallback)))


def clean_title(text: str) -> str:
    """Return a title that a person or a model wrote, on one line, in NFC and not too long."""
    return _visible(unicodedata.normalize("NFC", " ".join(text.split())))[:200].strip()


def _visible(text: str) -> str:
    """`text` without characters that show nothing and may turn the direction of what follows."""
    return "".join(one for one in text if one in _JOINERS or unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cn"})


def _cut(words: str) -> str:
    if len(words) <= TITLE_LIMIT:
        return words
    end = words.rfind(" ", TITLE_LIMIT // 2, TITLE_LIMIT)
    return words[: end if end > 0 else _whole(words, TITLE_LIMIT - 1)].rstrip(" ,;:·") + "…"


def _whole(words: str, end: int) -> int:
    """The place at or before `end` where no mark or joined emoji is parted from its base."""
    while end > 1 and (unicodedata.combining(words[end]) or words[end] in _JOINERS or words[end - 1] == "\u200d"):
        end -= 1
    return end
