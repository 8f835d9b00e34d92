"""The language a question is in, the language asked for, and the form the answer is to have."""

import re

from madang.gateway.semantic.vetoes.text import Text, key_in, stem, table

# Where letters of one script begin and end; Han alone is Chinese, with kana it is Japanese.
_SCRIPTS = (
    ("korean", 0xAC00, 0xD7A3), ("korean", 0x1100, 0x11FF), ("korean", 0x3130, 0x318F),
    ("kana", 0x3040, 0x30FF), ("han", 0x3400, 0x9FFF), ("latin", 0x41, 0x24F), ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F), ("hebrew", 0x590, 0x5FF), ("arabic", 0x600, 0x6FF), ("indic", 0x900, 0xDFF),
    ("thai", 0xE00, 0xE7F),
)  # fmt: skip
_LANGUAGES = table("""
english: english 영어 영문
korean: korean hangul 한국어 한글 우리말 국문
japanese: japanese 일본어 일어 일문
chinese: chinese mandarin 중국어 중문 한문
cantonese: cantonese 광둥어
spanish: spanish 스페인어
french: french 프랑스어 불어
german: german 독일어 독어
italian: italian 이탈리아어
portuguese: portuguese 포르투갈어
russian: russian 러시아어
vietnamese: vietnamese 베트남어
thai: thai 태국어
arabic: arabic 아랍어
hindi: hindi 힌디어
turkish: turkish 터키어 튀르키예어
dutch: dutch 네덜란드어
polish: polish 폴란드어
indonesian: indonesian 인도네시아어
latin: latin 라틴어
""")
_FORMS = table("""
table: table tables tabular 도표
json: json 제이슨
csv: csv
xml: xml
yaml: yaml
html: html
latex: latex 레이텍
markdown: markdown 마크다운
list: list lists listing 목록 리스트
bullets: bullet bullets bulleted 글머리 불릿
steps: step steps stepwise 단계 단계별
sentence: sentence sentences 문장
paragraph: paragraph paragraphs 문단 단락
line: line lines
word: word words 단어 낱말
character: character characters 글자
page: page pages 페이지
short: short brief briefly concise concisely succinctly tldr 간단 간단히 간략히 간결 짧은 요점만 한마디로
long: long detail details detailed thorough thoroughly depth 자세 자세히 상세 상세히 꼼꼼
plain: simple simply simpler plain layman beginner beginners eli5 dummies 쉽게 쉬운 알기쉽게 초보 초보자 입문자
expert: expert experts advanced technical 전문가 고급 심화
example: example examples sample 예시 예제 예를 예문 보기
poem: poem poems haiku rhyme rap song lyrics 시조 삼행시 노래 가사
story: story stories tale novel 이야기 소설 동화
email: email emails e-mail mail 이메일 메일
letter: letter letters 편지
message: message text sms 메시지 문자 카톡
essay: essay report article blog 에세이 보고서 리포트 기사 블로그
speech: speech presentation slides 연설 발표 발표문 슬라이드
code: code script program snippet 코드 스크립트 프로그램
function: function method 함수 메서드
class: class classes 클래스
query: query queries 쿼리
regex: regex regexp 정규식 정규표현식
chart: chart graph diagram plot 차트 그래프 도식
summary: summarize summarise summary sum tl;dr 요약 간추려 정리
translation: translate translation translating 번역
formal: formal formally polite politely business professional 정중 정중히 격식 존댓말 공손 공식
casual: casual casually informal friendly 반말 캐주얼 편하게 친근
funny: funny humorous joke witty sarcastic 웃긴 재밌 재미있 유머
names: name names 이름
why: why reason reasons makes 왜 이유 원인
when: when 언제
where: where 어디서 어디에 어디로
who: who whom whose 누구 누가
count: many
""")
_LEAVE = {"must": "duty", "should": "duty", "can": "leave", "could": "leave", "may": "leave"}
# The others are said for politeness as well where they do not open the question.
_FIRM = frozenset({"must", "may"})
_OBLIGED = re.compile(r"do(?:es)? .{1,40}\b(?:have|need) to\b", re.IGNORECASE)
_SHORT_FORMS = {"표": "table", "줄": "line", "시": "poem", "글": "text", "예": "example"}


def script(text: Text) -> str:
    """Return the script that most letters of the text belong to; Korean as soon as a third of them are Hangul."""
    counts: dict[str, int] = {}
    for letter in text.written:
        if letter.isalpha():
            name = _script_of(ord(letter))
            counts[name] = counts.get(name, 0) + 1
    if counts.get("korean", 0) * 3 >= sum(counts.values()) > 0:
        return "korean"
    return "kana" if counts.get("kana") else max(counts, key=lambda name: (counts[name], name), default="")


def asked_language(text: Text) -> tuple[str, ...]:
    """Return the languages that are named, in order: from and to are two things."""
    return tuple(found for word in text.words if (found := key_in(word, _LANGUAGES)))


def leave(text: Text) -> str:
    """Return whether it is asked what may be done, or what must be. "Can you" is only polite."""
    if _OBLIGED.match(text.normal):
        return "duty"
    opening = tuple(word.folded for word in text.words[:2])
    if "you" in opening or not opening:
        return ""
    firm = (word.folded for word in text.words[1:] if word.folded in _FIRM)
    return _LEAVE.get(opening[0]) or _LEAVE.get(next(firm, ""), "")


def forms(text: Text) -> tuple[str, ...]:
    """Return what is said about the form of the answer, and what is asked about the thing: why, when, who, how many."""
    found = {key_in(word, _FORMS) or _SHORT_FORMS.get(stem(word.folded)) for word in text.words}
    return tuple(sorted(form for form in found if form))


def _script_of(point: int) -> str:
    return next((name for name, first, last in _SCRIPTS if first <= point <= last), "other")
