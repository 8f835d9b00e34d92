"""Small words of Korean that mostly say nothing, and sometimes everything: 가는 and 오는, 해야 and 해도.

`deeds` and `duty` hold two texts apart where both have something and not the same, `degrees` wherever they differ.
"""

import re

from madang.gateway.semantic.vetoes.content import verb
from madang.gateway.semantic.vetoes.text import Text, Word, table, words

_VERBS = table("""
가: 가
오: 오
보: 보
쓰: 쓰 써
주: 주
받: 받
알: 알
말하: 말하
""")
# What a verb ends in that has another behind it to help, 해 주다, 먹어 보다; and nouns that end so as well.
_LINKS = frozenset("해여어아려러줘워와봐써켜져쳐겨펴춰꿔둬려내대")
_NOUNS = words("""
    영어 언어 단어 국어 용어 일본어 중국어 한국어 외국어 프랑스어 독일어 스페인어 문어 상어 장어
    연어 아내 노래 빨래 침대 여러
""")
_DUTY = re.compile(r"야\s?(?:하|해|할|한|합|되|돼|될|됩)")
_LEAVE = re.compile(r"도\s?(?:되|돼|될|됩|괜찮|좋)|수\s?있")
_MOST = re.compile(r"(?:가장|제일)(?!\s*(?:좋|괜찮|나은))")
_MORE = re.compile(r"(?:^|\s)더\s")
_COMPARED = re.compile(r"보다|중에?\s|하고\s|[와과랑]\s")


def deeds(text: Text) -> frozenset[str]:
    """Return the verbs that help other verbs, where they stand alone: who goes, and who comes."""
    pairs = zip((None, *text.words), text.words, strict=False)
    return frozenset(found for before, word in pairs if (found := _deed(before, word)))


def duty(text: Text) -> str:
    """Return whether it is asked what must be done, or what may be."""
    if _DUTY.search(text.normal):
        return "duty"
    return "leave" if _LEAVE.search(text.normal) else ""


def degrees(text: Text) -> frozenset[str]:
    """Return whether the most is asked for, or more. Where two things are compared "more" says nothing."""
    found = {"most"} if _MOST.search(text.normal) else set()
    return frozenset(found | ({"more"} if _MORE.search(text.normal) and not _COMPARED.search(text.normal) else set()))


def _deed(before: Word | None, word: Word) -> str | None:
    if not word.is_korean or (before is not None and before.is_korean and _links(before.folded)):
        return None
    return _VERBS.get(verb(word.folded))


def _links(word: str) -> bool:
    return word[-1] in _LINKS and word not in _NOUNS
