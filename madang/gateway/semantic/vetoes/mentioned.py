"""Words that a question speaks of as words, and letters that are names: there the smallest ones matter."""

import re

from madang.gateway.semantic.vetoes.content import EMPTY_ENGLISH
from madang.gateway.semantic.vetoes.text import Text

_SPOKEN_OF = re.compile(
    r"\b(?:between|when to use|spell|pronounce|say|rhymes? with|synonyms? (?:of|for)|antonyms? (?:of|for)|meaning of"
    r"|tense of|plural of|word for|make a|what is an?|what does) (.{1,80})"
)
# These stand beside such words, and are none of them.
_BESIDE = frozenset({"a", "an", "the", "and", "mean", "of", "in", "please", "do", "for", "to", "my", "your", "it"})
_RIGHT_HAND = re.compile(r"\bright (?!way|ways|now|time|size|thing|place|one|to|amount|method|order|and)\w")


def mentioned(text: Text) -> frozenset[str]:
    """Return small words that are spoken of: "what is a will", "between this and that"."""
    spoken = " ".join(word.folded for word in text.words)
    found = {word for tail in _SPOKEN_OF.findall(spoken) for word in tail.split()}
    return frozenset(found & EMPTY_ENGLISH - _BESIDE)


def initials(text: Text) -> tuple[str, ...]:
    """Return capitals that spell a small word and mean another: IT, WHO, US. Where all is in capitals, none do."""
    if text.written.isupper():
        return ()
    capitals = (word for word in text.words if len(word.written) > 1 and word.written.isupper())
    return tuple(word.folded for word in capitals if word.folded in EMPTY_ENGLISH)


def right_hand(text: Text) -> bool:
    """Say whether "right" is a side, and not what is fitting: the right knee."""
    return _RIGHT_HAND.search(" ".join(word.folded for word in text.words)) is not None
