"""Numbers, in digits or in words of English and Korean, in the order in which they are said."""

import re
from collections.abc import Iterator

from madang.gateway.semantic.vetoes.text import Text, Word, table, words

_DIGITS = re.compile(r"(?:(?<![\w)\]])[-−])?\d+(?:[.,:/]\d+)*", re.ASCII)
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_OTHER_DIGITS = re.compile(r"[²³¹⁰-⁹₀-₉½⅓⅔¼¾⅛Ⅰ-ⅿ①-⑳]+")
# "One" and its Korean kin are left out: they are articles and pronouns as often as numbers.
_ENGLISH = table("""
0: zero
1: first 1st
2: two
3: three third 3rd
4: four fourth
5: five fifth
6: six sixth
7: seven seventh
8: eight eighth
9: nine ninth
10: ten tenth
11: eleven eleventh
12: twelve twelfth dozen
13: thirteen thirteenth
14: fourteen
15: fifteen
16: sixteen
17: seventeen
18: eighteen
19: nineteen
20: twenty
30: thirty
40: forty
50: fifty
60: sixty
70: seventy
80: eighty
90: ninety
100: hundred hundreds
1000: thousand thousands
1000000: million millions
1000000000: billion billions
1/2: half halve
x2: double twice twofold
x3: triple thrice
1/4: quarter quarters
several: several
couple: couple
single: single
both: both
""")
_KOREAN = table("""
1: 첫째 첫번째 첫
2: 둘 두 둘째 두번째 두세 이틀
3: 셋 세 석 셋째 세번째 사흘
4: 넷 네 넉 넷째 네번째 나흘
5: 다섯 닷새
6: 여섯 엿새
7: 일곱 이레
8: 여덟
9: 아홉
10: 열 열흘
11: 열한 열하나
12: 열두 열둘
20: 스물 스무
30: 서른
40: 마흔
50: 쉰
60: 예순
70: 일흔
80: 여든
90: 아흔
1/2: 절반 반
x2: 두배 갑절
x3: 세배
""")
# Short words that mean something else unless a counter follows.
_NEEDS_COUNTER = words("""
    두 세 네 석 넉 열 반 첫 쉰
""")
COUNTERS = words("""
    개 명 분 사람 살 줄 번 번째 가지 마리 권 장 잔 병 대 시 시간 달 주 곳 배 단계 문장 문단 컵 숟갈 스푼 큰술
    작은술 조각 쪽 판 켤레 송이 그루 군데 끼 모금 봉지 접시 그릇 통 자루 채 칸 층 편 학년 년 월 일 개월 초 원 도
    프로 퍼센트 킬로 그램 미터 리터 달러 유로 엔 위안 평 인분 박 세 위 등 호 회 차 과 절 항 페이지 글자 단어 자
    항목
""")
_SINO_DIGITS = {digit: value for value, digit in enumerate("영일이삼사오육칠팔구")} | {"공": 0}
_SINO_TENS = {"십": 10, "백": 100, "천": 1000}
_SINO_GROUPS = {"만": 10**4, "억": 10**8, "조": 10**12}
_SINO = re.compile(r"[영공일이삼사오육칠팔구십백천만억조]{1,24}")
_LONGEST_COUNTER = 4


def numbers(text: Text) -> tuple[str, ...]:
    """Return every number in one spelling, in order."""
    found = [(match.start(), _plain(match.group())) for match in _DIGITS.finditer(text.written)]
    found += [(match.start(), match.group()) for match in _OTHER_DIGITS.finditer(text.written)]
    found += _said(text.words)
    return tuple(value for _, value in sorted(found))


def is_number(word: Word) -> bool:
    """Say whether a word is a number by itself, whatever stands beside it."""
    return word.folded[0].isdigit() or word.folded in _ENGLISH


def counter_after(word: Word, following: Word | None) -> str | None:
    """Return what a Korean number word counts: the rest of the word, else the word that follows."""
    numeral = _numeral(word.folded)
    if numeral is None:
        return None
    rest = word.folded[len(numeral) :] or (following.folded if following and following.is_korean else "")
    return counter_of(rest)


def counter_of(rest: str) -> str | None:
    """Return the counter that a piece of Korean begins with."""
    return next((rest[:n] for n in range(min(_LONGEST_COUNTER, len(rest)), 0, -1) if rest[:n] in COUNTERS), None)


def _said(words: tuple[Word, ...]) -> Iterator[tuple[int, str]]:
    for word, following in zip(words, (*words[1:], None), strict=True):
        value = _korean(word, following) if word.is_korean else _ENGLISH.get(word.folded)
        if value is not None:
            yield word.start, value


def _korean(word: Word, following: Word | None) -> str | None:
    numeral = _numeral(word.folded)
    if numeral is None:
        return None
    if numeral in _KOREAN and numeral not in _NEEDS_COUNTER:
        return _KOREAN[numeral]
    if counter_after(word, following) is None and not _is_plainly_sino(numeral, word.folded):
        return None
    return _KOREAN.get(numeral) or str(_sino(numeral))


def _numeral(word: str) -> str | None:
    """Return the number word at the beginning of a Korean word."""
    for length in range(min(4, len(word)), 0, -1):
        if word[:length] in _KOREAN:
            return word[:length]
    match = _SINO.match(word)
    return match.group() if match else None


def _is_plainly_sino(numeral: str, word: str) -> bool:
    """Two syllables and a multiplier, with at most a particle behind: "이십", "오백은"."""
    has_multiplier = any(letter in _SINO_TENS or letter in _SINO_GROUPS for letter in numeral)
    return len(numeral) > 1 and has_multiplier and len(word) - len(numeral) <= 2


def _sino(numeral: str) -> int:
    total = group = digit = 0
    for letter in numeral:
        if letter in _SINO_DIGITS:
            digit = digit * 10 + _SINO_DIGITS[letter]
        elif letter in _SINO_TENS:
            group, digit = group + (digit or 1) * _SINO_TENS[letter], 0
        else:
            total, group, digit = total + ((group + digit) or 1) * _SINO_GROUPS[letter], 0, 0
    return total + group + digit


def _plain(digits: str) -> str:
    digits = digits.replace("−", "-")
    return digits.replace(",", "") if _THOUSANDS.fullmatch(digits) else digits
