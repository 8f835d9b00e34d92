"""Days, months, seasons and times of day, in the order in which they are said."""

from madang.gateway.semantic.vetoes.text import Text, Word, key_in, stem, table

# "May" and "sun" are left to the names: they are other words as often.
_TIMES = table("""
monday: monday mondays mon 월요일 월욜
tuesday: tuesday tuesdays tue tues 화요일 화욜
wednesday: wednesday wednesdays wed 수요일 수욜
thursday: thursday thursdays thu thurs 목요일 목욜
friday: friday fridays fri 금요일 금욜 불금
saturday: saturday saturdays 토요일 토욜
sunday: sunday sundays 일요일 일욜
weekend: weekend weekends 주말
weekday: weekday weekdays 평일
january: january jan
february: february feb
march: march
april: april apr
june: june jun
july: july jul
august: august aug
september: september sep sept
october: october oct
november: november nov
december: december dec
today: today 오늘 금일
tomorrow: tomorrow 내일 명일
yesterday: yesterday 어제
dayafter: 모레
daybefore: 그저께 그제 엊그제
tonight: tonight
now: nowadays currently 지금 현재 요즘
thisweek: 금주
next: next upcoming 다음 다음날 내달
last: last previous past 지난 저번 지난주 지난달
nextweek: 차주
thisyear: 올해 금년
lastyear: 작년 지난해
nextyear: 내년
ago: ago
morning: morning mornings 아침 오전 am a.m
noon: noon midday 정오 점심
afternoon: afternoon afternoons 오후 pm p.m
evening: evening evenings 저녁
night: night nights overnight 밤 밤중 야간
midnight: midnight 자정
dawn: dawn 새벽
spring: spring 봄 봄철
summer: summer 여름 여름철
autumn: autumn 가을 가을철
winter: winter 겨울 겨울철
breakfast: breakfast
lunch: lunch
dinner: dinner supper
newyear: 설날 설
chuseok: chuseok thanksgiving 추석 한가위
christmas: christmas xmas 크리스마스 성탄절
halloween: halloween 핼러윈 할로윈
easter: easter 부활절
birthday: birthday birthdays 생일
lunar: lunar 음력
solar: 양력
""")


def is_time(word: Word) -> bool:
    """Say whether a word is a day, a part of it or of the year."""
    return (word.folded if not word.is_korean else stem(word.folded)) in _TIMES


# "주" is to give as well, and "달" the moon; behind one of these they are a week and a month.
_WHICH = frozenset(("다음", "이번", "지난", "저번", "매"))
_SPANS = {"주": "week", "달": "month", "해": "year"}


def dates(text: Text) -> tuple[str, ...]:
    """Return every word for a day, a part of it or of the year, under one name each, in order."""
    found: list[str] = []
    before = ""
    for word in text.words:
        span = _SPANS.get(stem(word.folded)) if before in _WHICH else None
        if meant := span or key_in(word, _TIMES):
            found.append(meant)
        before = word.folded
    return tuple(found)
