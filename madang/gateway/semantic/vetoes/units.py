"""Units and currencies: what is counted or measured, in the order in which it is said."""

import re
import unicodedata
from collections.abc import Iterator

from madang.gateway.semantic.vetoes.numbers import counter_after, counter_of
from madang.gateway.semantic.vetoes.text import Text, Word, key_in, stem, table

_SIGNS = re.compile(r"[%‰°℃℉′″]|[^\w\s\x00-\x23\x25-\x7f]|\$")
_UNITS = table("""
km: km kilometer kilometers kilometre kilometres 킬로미터
m: meter meters metre metres 미터
cm: cm centimeter centimeters centimetre centimetres 센티 센티미터
mm: mm millimeter millimeters millimetre millimetres 밀리미터
mile: mile miles mi 마일
ft: ft foot feet 피트
inch: inch inches 인치
yard: yard yards 야드
kg: kg kgs kilo kilos kilogram kilograms 킬로그램 킬로
g: gram grams 그램
mg: mg milligram milligrams 밀리그램
lb: lb lbs pound pounds 파운드
oz: oz ounce ounces 온스
ton: ton tons tonne tonnes 톤
l: liter liters litre litres 리터
ml: ml milliliter milliliters millilitre 밀리리터
cup: cup cups
tbsp: tbsp tablespoon tablespoons 큰술
tsp: tsp teaspoon teaspoons 작은술
gallon: gallon gallons 갤런
celsius: celsius centigrade 섭씨
fahrenheit: fahrenheit 화씨
kelvin: kelvin 켈빈
degree: degree degrees
second: second seconds sec secs
minute: minute minutes min mins
hour: hour hours hr hrs hourly 시간당
day: day days daily 매일 하루
week: week weeks weekly 매주 일주일 주간
month: month months monthly 매월 매달 개월
year: year years yearly annual annually 매년 해마다 연간
decade: decade decades
century: century centuries 세기
quarterly: quarterly 분기
percent: percent percentage 퍼센트 퍼센티지
$: usd dollar dollars 달러
€: eur euro euros 유로
₩: krw won 원화
¥: jpy yen 엔화
yuan: cny rmb yuan 위안 위안화
gbp: gbp sterling
byte: byte bytes 바이트
kb: kb kilobyte kilobytes 킬로바이트
mb: mb megabyte megabytes 메가바이트
gb: gb gigabyte gigabytes 기가바이트 기가
tb: tb terabyte terabytes 테라바이트
bit: bit bits 비트
hz: hz hertz 헤르츠
watt: watt watts 와트
volt: volt volts 볼트
calorie: calorie calories kcal 칼로리
sqm: sqm 제곱미터
pyeong: pyeong
acre: acre acres 에이커
hectare: hectare hectares 헥타르
mph: mph
""")
_SAME_SIGN = {"%": "percent", "℃": "celsius", "℉": "fahrenheit", "°": "degree"}
_SAME_COUNTER = table("""
percent: 프로 퍼센트
kg: 킬로
g: 그램
m: 미터
l: 리터
$: 달러
€: 유로
₩: 원
¥: 엔
yuan: 위안
year: 년
month: 달 개월
week: 주
day: 일
hour: 시간
minute: 분
second: 초
degree: 도
cup: 컵
tbsp: 큰술
tsp: 작은술
""")


def units(text: Text) -> tuple[str, ...]:
    """Return every unit and currency under one name each, in order."""
    found = [(match.start(), _sign(match.group())) for match in _SIGNS.finditer(text.written) if _counts(match.group())]
    return tuple(unit for _, unit in sorted([*found, *_said(text)]))


def is_unit(word: Word) -> bool:
    """Say whether a word is a unit by itself, whatever stands beside it."""
    return (word.folded if not word.is_korean else stem(word.folded)) in _UNITS


def _said(text: Text) -> Iterator[tuple[int, str]]:
    before: Word | None = None
    for word, following in zip(text.words, (*text.words[1:], None), strict=True):
        if unit := _of(text, before, word, following):
            yield word.start, _SAME_COUNTER.get(unit, unit)
        before = word


def _of(text: Text, before: Word | None, word: Word, following: Word | None) -> str | None:
    if before is not None and before.folded[-1].isdigit():
        if word.is_korean:
            return counter_of(word.folded) or key_in(word, _UNITS)
        # Whatever stands right behind a digit measures it, or is a part of a name with a digit: 5m, 3d, 4k.
        is_glued = before.start + len(before.written) == word.start
        return _UNITS.get(word.folded) or (word.folded if is_glued or len(word.folded) <= 2 else None)
    if word.is_korean and (counter := counter_after(word, following)):
        return counter
    return key_in(word, _UNITS)


def _counts(sign: str) -> bool:
    return sign in _SAME_SIGN or unicodedata.category(sign) == "Sc"


def _sign(sign: str) -> str:
    return _SAME_SIGN.get(sign, sign)
