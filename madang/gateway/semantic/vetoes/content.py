"""The words that carry a question, without their endings and without those that only ask."""

import unicodedata
from functools import partial

from madang.gateway.semantic.vetoes.numbers import is_number
from madang.gateway.semantic.vetoes.text import PARTICLES, Text, Word, stem, words
from madang.gateway.semantic.vetoes.times import is_time
from madang.gateway.semantic.vetoes.units import is_unit

EMPTY_ENGLISH = words("""
    a an the this that these those there here it its is are was were be been being am do does did done has have
    had can could may might will would shall should must what what's which how how's why if in on at for of by
    with as and or but so about i i'm i'd i've i'll we you he she they my me us them please hi hello hey ok let
    let's just tell explain describe give show suggest recommend provide know want need like way ways method right
    best good get getting take takes took use using any some is then fine okay possible able help think idea
    ideas mean means meaning there's thing things kind sort-of from to into than who who's where when while your
    our their his her whether go going much amount say said help helps well between differ differs difference
    differences different wonder wondering summary summarise summarize
""")
_EMPTY_KOREAN = words("""
    법 방법 어떻게 어떡하 알려 알리 알 알아 줘 주 주세요 달 달라 좀 뭐 뭔 뭔지 무엇 뭘 뭔가 어떤 무슨 이유 왜 하
    해 되 돼 있 수 것 거 게 건 걸 때 데 정도 추천 설명 말하 얼마 어떠 어때 어떻 좋 만하 만한 될 될까 인가 이 그 저
    더 제일 가장 나 내 제 좀더 혹시 중 씩 싶 대하 대한 관하 관한 위하 위한 가 갈 오 보 봐 면 쓰 써 괜찮 맞 어느 쪽
    점 할 한 하나 해야 즉 드리 주시 줄 부탁 궁금 어디야 어디예요 어디인가요 차이 다르 달라
""")
# Short for a noun and its particle, or nouns that say nothing; what is left of a verb may look like them: 걸어.
_NEVER_VERBS = frozenset("걸게건때중점면달수")
# What Korean verbs end in. Those of one syllable that many nouns end in as well are left out.
_ENDINGS = words("""
    는 은 을 려면 으려면 려고 으려고 으려 면 으면 고 아서 어서 아도 어도 어요 아요 나요 가요 까요 을까 을까요 니까
    네요 세요 으세요 습니다 습니까 어야 아야 는데 은데 는지 은지 어줘 아줘 해줘 해주세요 해요 하는 하나요 하려면
    하면 하고 해서 해도 해야 하게 했어 했나요 한다 하기 하던 되는 되나요 어 아 여 었어 았어 었나요 았나요 던 다가
    면서 겠다 겠다는 겠다고 줘 주세요 할까 할까요 한지 했을까 으로 듯 듯이 듯하게 인가요 이에요 예요 이야 야 인지
    인가
""")
_LONGEST_ENDING = max(map(len, _ENDINGS))
# What makes a verb of a noun: 설명 and 하 are to explain.
_DOES = frozenset("하해되돼한할된될")
_NFC, _NFD = partial(unicodedata.normalize, "NFC"), partial(unicodedata.normalize, "NFD")
# A verb's last vowel melts with the ending behind it: 지우 and 어 are 지워.
_MELTED = {"ᅯ": "ᅮ", "ᅧ": "ᅵ", "ᅢ": "ᅡ", "ᅫ": "ᅬ", "ᅪ": "ᅩ"}
_OPEN_TAILS = frozenset("ᆫᆯᆸᆻ")
_ENGLISH_ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
_SHORTEST_STEM = 3


def content(text: Text) -> list[str]:
    """Return the stems of the words that carry the question, in their order. Numbers, units and days are others'."""
    return [carried for word in text.words if (carried := carried_by(word))]


def carried_by(word: Word) -> str:
    """Return the stem of a word that carries the question, "" of any other."""
    if is_number(word) or is_unit(word) or is_time(word):
        return ""
    return _korean(word) if word.is_korean else _english(word)


def worded_otherwise(one: Text, other: Text) -> bool:
    """Say whether one text has a word that carries it and the other has not: rice is not pasta."""
    first, second = content(one), content(other)
    return set(first) != set(second) and "".join(first) != "".join(second)


def _english(word: Word) -> str:
    if word.folded in EMPTY_ENGLISH:
        return ""
    bare = word.folded.removesuffix("'s")
    for ending, instead in _ENGLISH_ENDINGS:
        if bare.endswith(ending) and not bare.endswith("ss") and len(bare) - len(ending) >= _SHORTEST_STEM:
            bare = bare.removesuffix(ending) + instead
            break
    bare = bare.removesuffix("e")
    return bare[:-1] if len(bare) > _SHORTEST_STEM and bare[-1] == bare[-2] else bare


def _korean(word: Word) -> str:
    bare = word.folded
    if bare in _EMPTY_KOREAN or bare in PARTICLES:
        return ""
    bare = _without_endings(bare)
    if bare in _NEVER_VERBS and stem(word.folded) != bare:
        return bare
    return "" if bare in _EMPTY_KOREAN or _open(bare) in _EMPTY_KOREAN else _open(bare)


def verb(word: str) -> str:
    """Return a Korean word without its endings, even where it carries nothing: 했 and 한 are both 하."""
    letters = _NFD(_without_endings(word))
    return _opened(letters[:-1] if letters[-1] in _OPEN_TAILS else letters)


def _without_endings(word: str) -> str:
    bare = _without_ending(_without_ending(stem(word)))
    return bare[:-1] if len(bare) > len("하다") and bare[-1] in _DOES else bare


def _without_ending(word: str) -> str:
    for length in range(min(_LONGEST_ENDING, len(word) - 1), 0, -1):
        if word[-length:] in _ENDINGS:
            return word[:-length]
    return word


def _open(word: str) -> str:
    """Return a verb with its last vowel as it is without an ending. A noun keeps all but a tail."""
    letters = _NFD(word)
    if len(word) > 1 and letters[-1] in _OPEN_TAILS:
        letters = letters[:-1]
    return _opened(letters)


def _opened(letters: str) -> str:
    return _NFC(letters[:-1] + _MELTED.get(letters[-1], letters[-1]))
