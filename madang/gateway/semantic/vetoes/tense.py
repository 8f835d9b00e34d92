"""Whether something is, or was: when Easter was is not when it is."""

import unicodedata
from typing import Literal

from madang.gateway.semantic.vetoes.content import verb
from madang.gateway.semantic.vetoes.text import Text, Word, words

_Form = Literal["past", "done", "told", "now", "will", "bare"]
"""먹었다, 본, 먹은 (or a noun that is spoken of: 물은), 먹는, 볼; `bare` is all else."""

_PAST = words("""
    was were did had wasn't weren't didn't hadn't wasnt werent didnt hadnt
""")
# Behind "I was" these only ask: "I was wondering whether …".
_POLITE = words("""
    wondering hoping thinking curious looking trying going
""")
_FUTURE = words("""
    will won't shall it'll he'll she'll they'll we'll there'll
""")
_BE = words("""
    is are am be been being isn't aren't has have hasn't haven't what's who's where's when's it's
""")
_NOT_PAST = words("""
    need speed feed seed red bed led embed exceed proceed succeed indeed breed bleed shed wed med weed fed
    unlimited united
""")
_POLITE_KOREAN = ("싶었", "궁금했", "몰랐")
# These are said of what is: 있다, and 겠 of what will be.
_NO_PAST_KOREAN = frozenset("있겠")
_ENDINGS: dict[str, _Form] = {"는": "now", "은": "told"}
# Behind a verb 은 and 을 tell when, behind a noun which part it plays; these are never nouns.
_VERBS = tuple("먹읽입앉찾받잡닫넣쌓씻벗웃잃잊얻믿섞깎볶닦묶꺾밟갚뽑찢쫓쏟뜯걷낳놓")
_TAIL_OF_PAST = "\u11bb"
_TAILS: dict[str, _Form] = {"\u11ab": "done", "\u11af": "will"}
# Short for a pronoun and its particle, or a number.
_NEVER = words("""
    난 전 넌 건 날 널 걸 뭘 번 분 단
""")
_NEVER_LAST = frozenset("을를면란인")


def timed_otherwise(one: Text, other: Text) -> bool:
    """Say whether one text speaks of the past where the other does not."""
    if any(word.is_korean for word in one.words):
        return _is_conjugated_otherwise(one, other) or _is_conjugated_otherwise(other, one)
    return _is_past_beside(one, other) or _is_past_beside(other, one)


def _is_past_beside(one: Text, other: Text) -> bool:
    if _will_be(one) and not _will_be(other) and _has_be(other):
        return True
    if _has_past(other):
        return False
    if _has_past(one):
        return not _has_participle(other) or _has_be(other)
    # Behind "is" it is no past: "how is rain formed" and "how does rain form".
    return _has_participle(one) and not (_has_participle(other) or _has_be(one) or _has_be(other))


def _will_be(text: Text) -> bool:
    spoken = {word.folded for word in text.words}
    return "be" in spoken and not spoken.isdisjoint(_FUTURE)


def _has_past(text: Text) -> bool:
    spoken = [word.folded for word in text.words]
    pairs = zip(spoken, [*spoken[1:], ""], strict=True)
    return any(word in _PAST and following not in _POLITE for word, following in pairs)


def _has_participle(text: Text) -> bool:
    return any(word.folded.endswith("ed") and word.folded not in _NOT_PAST for word in text.words)


def _has_be(text: Text) -> bool:
    return any(word.folded in _BE for word in text.words)


def _is_conjugated_otherwise(one: Text, other: Text) -> bool:
    """Say whether a verb is past here and not there. What 이긴 tells of, 이겼어 tells of as well."""
    first, second = _forms(one), _forms(other)
    for stem, form in first.items():
        there = second.get(stem, "bare")
        if form == "past" and there not in ("past", "done", "told"):
            return True
        if (form in ("done", "told") and there == "now") or (form == "done" and there == "will"):
            return True
    return False


def _forms(text: Text) -> dict[str, _Form]:
    return {verb(word.folded): _form(word) for word in text.words if word.is_korean}


def _form(word: Word) -> _Form:
    if _is_past(word.folded):
        return "past"
    if word.folded[-1] in "은을" and word.folded[:-1].endswith(_VERBS):
        return "done" if word.folded[-1] == "은" else "will"
    if word.folded[-1] in _ENDINGS:
        return _ENDINGS[word.folded[-1]]
    if word.folded in _NEVER or word.folded[-1] in _NEVER_LAST:
        return "bare"
    return _TAILS.get(unicodedata.normalize("NFD", word.folded)[-1], "bare")


def _is_past(word: str) -> bool:
    if word.startswith(_POLITE_KOREAN):
        return False
    syllables = (letter for letter in word if letter not in _NO_PAST_KOREAN)
    return any(unicodedata.normalize("NFD", letter)[-1] == _TAIL_OF_PAST for letter in syllables)
