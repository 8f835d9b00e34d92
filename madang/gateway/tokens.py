"""How many tokens a text takes, estimated from above, without any model's tokenizer."""

import math

MESSAGE_TOKENS = 6
"""What a message costs beside its words: the role and the marks around it."""

IMAGE_TOKENS = 1_100
"""A picture of ordinary size at high detail."""

_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ \n"
_DIGITS = b"0123456789"
_ASCII = bytes(range(128))
_OF_TWO = bytes(range(0xC0, 0xE0))
_OF_THREE = bytes(range(0xE0, 0xF0))
_OF_FOUR = bytes(range(0xF0, 0xF8))

# English takes a token for about four letters. Newer tokenizers give each digit its own token. A Hangul syllable or
# a Chinese character (three bytes) takes 0.7 to 1.3 by vocabulary, an emoji (four bytes) up to three.
_COSTS = ((_LETTERS, 0.3), (_DIGITS, 1.0), (_OF_TWO, 0.8), (_OF_THREE, 1.3), (_OF_FOUR, 3.0))
_OTHER_ASCII_COST = 0.7


def estimate_tokens(text: str) -> int:
    """Return a number of tokens that `text` hardly exceeds with any of today's models."""
    raw = text.encode("utf-8", "replace")
    counts = [(_count(raw, kind), cost) for kind, cost in _COSTS]
    marks = _count(raw, _ASCII) - _count(raw, _LETTERS) - _count(raw, _DIGITS)
    return math.ceil(sum(number * cost for number, cost in counts) + marks * _OTHER_ASCII_COST)


def _count(raw: bytes, kind: bytes) -> int:
    # Deleting bytes and comparing lengths runs in C, so a text of a megabyte takes milliseconds.
    return len(raw) - len(raw.translate(None, kind))
