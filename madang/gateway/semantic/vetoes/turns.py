"""What turns a question round: a "not", or a word and its contrary."""

import re

from madang.gateway.semantic.vetoes.text import Text, Word, key_in, table

_ENGLISH = table("""
not: not cannot cant dont doesnt didnt isnt wont wouldnt shouldnt arent wasnt nor neither unable
no: no none without nothing nobody nowhere lacking lack lacks w/o free
never: never
except: except excluding exclude excludes besides apart other
unless: unless
instead: instead rather
avoid: avoid avoiding prevent preventing stop stopping quit refuse fail fails failing
hardly: hardly rarely seldom barely
""")
_KOREAN = re.compile(
    r"않|없|아니|아닌|못하|못해|못한|못할|못했|말고|말아|마세요|지마|말라|말기|제외|빼고|빼면|뺀|외에|대신|금지|불가|모르|말고는|싫"
)
_KOREAN_AN = re.compile(
    r"안(?:되|돼|된|될|됨|됩|됐|하|해|한|할|했|합|나|가|먹|열|켜|꺼|보|맞|들|써|쓰|쓴|와|오|좋|넣|사|자|씻|익)"
)
# Each line is one side of an axis. The side that questions name for politeness, as in "the best way", is not listed.
_POLES = table("""
extreme+: max maximum maximize maximise highest most largest biggest 최대 최대한 최고 최댓값 최대값 최대화 제일큰
extreme-: min minimum minimize minimise lowest least smallest fewest 최소 최소한 최저 최솟값 최소값 최소화
length+: longest longer 오래 길게
length-: shortest shorter 짧게
order+: after afterwards later 이후 이후에 후에 뒤에 나중 나중에 다음에 후
order-: before beforehand prior earlier 이전 이전에 전에 앞에 먼저 미리 전
place+: above over top upper 위 위에 위쪽 상단
place-: below under beneath bottom lower 아래 아래에 아래쪽 하단 밑 밑에
amount+: increase increases increasing increased raise raising grow growing gain gaining boost more 증가 늘리 늘려
amount+: 늘릴 높이 높여 높일 올리 올려 올릴 찌우 찌는 키우
amount-: decrease decreases decreasing decreased reduce reduces reducing lowering shrink lose losing loss fewer
amount-: less drop cut 감소 줄이 줄여 줄일 낮추 낮춰 낮출 내리 내려 내릴 빼는 빼려 뺄 빠지
switch+: enable enabled enabling activate on 켜 켜는 켜기 켜고 켜려 켤 켜줘 활성화 허용
switch-: disable disabled disabling deactivate off 끄 끄는 끄기 끄고 끄려 끌 꺼 꺼줘 비활성화 차단 해제
door+: open opening opened unlock unlocking 열기 여는 열어 열면 열려 열고 잠금해제
door-: close closing closed shut lock locking 닫기 닫는 닫으 닫고 잠그 잠가
edge+: start starting started begin beginning beginnings 시작 시작하
edge-: end ending finish finishing 끝 끝내 끝나 종료 마치
list+: add adding append insert inserting include including 추가 넣는 넣기 넣고 포함
list-: remove removing delete deleting 삭제 제거 지우 지울 지워 없애
way+: upload uploading send sending export exporting push encode encrypt compress install installing lend sell
way+: selling 업로드 보내 보낼 내보내 암호화 압축 설치 팔 파는 팔기 매도 판매 입금 수출
way-: download downloading receive receiving import importing pull decode decrypt extract decompress unzip
way-: uninstall uninstalling borrow buy buying 다운로드 가져오 복호화 해독 압축해제 설치해제 사는 사기 살 매수
way-: 구매 출금 수입
come+: arrive arrival arriving enter entrance 도착 입구 입국 들어가 들어오
come-: depart departure departing leave leaving exit 출발 출구 출국 나가 나오
heat+: hot hotter heat heating warm warmer boil melt thaw 뜨거 뜨겁 덥 더운 더울 더워 따뜻 데우 녹이
heat-: cold colder cool cooler cooling freeze freezing 차가 차갑 춥 추운 추울 추워 시원 식히 얼리
sort+: ascending oldest 오름차순 오래된
sort-: descending newest latest recent 내림차순 최신 최근
speed+: fast faster fastest quick quicker quickly speed 빠르 빠른 빨리
speed-: slow slower slowest slowly 느리 느린 천천히
size+: big bigger large larger wide wider high higher tall taller 큰 크게 넓은 높은
size-: small smaller narrow short low tiny 작은 작게 좁은 낮은
side+: left 왼쪽 좌측 왼손
side-: 오른쪽 우측 오른손
judge-: worst bad worse disadvantage disadvantages cons con downside downsides 최악 나쁜 단점 안좋
judge+: pros pro advantage advantages benefit benefits upside 장점
sex+: man men male boy boys husband father dad son brother king he him his 남자 남성 남편 아버지 아빠 아들 형 오빠
sex+: 할아버지
sex-: woman women female girl girls wife mother mom daughter sister queen she her hers 여자 여성 아내 어머니 엄마
sex-: 딸 누나 언니 할머니
age+: adult adults elderly senior seniors 어른 성인 노인 어르신
age-: child children kid kids baby babies toddler infant 아이 어린이 아기 유아
early-: late 늦게 늦은
early+: early 일찍 이른
legal-: illegal 불법
legal+: legal 합법
same-: different difference differences differ 다른 차이
same+: same similar similarity similarities 같은 비슷한 공통점
cost+: expensive paid pricey 비싼 비싸 유료
cost-: cheap cheaper cheapest inexpensive 싼 싸게 저렴 무료 공짜
sign+: positive 긍정 양수
sign-: negative 부정 음수
inner+: inside indoor indoors internal 안쪽 실내 내부
inner-: outside outdoor outdoors external 바깥 야외 실외 외부
sure-: wet 젖은
sure+: dry 마른 말리
strong+: strong stronger hard harder 강한 강하게 어려운
strong-: weak weaker soft softer easy easier 약한 약하게 쉬운
first+: front forward forwards 앞 앞으로
first-: back backward backwards reverse 뒤 뒤로 거꾸로
public+: public 공개
public-: private 비공개
who-: your yours 네 너의 당신
all+: all every always 모든 모두 항상 전부
all-: some any sometimes 일부 가끔
""")


def negations(text: Text) -> tuple[str, ...]:
    """Return every "not" and its kin, sorted: their order says little, their number much."""
    found = [kind for word in text.words if (kind := _negation(word))]
    return tuple(sorted(found))


def opposites(text: Text) -> tuple[str, ...]:
    """Return which side of which axis the text is on."""
    return tuple(sorted({pole for word in text.words if (pole := key_in(word, _POLES))}))


def _negation(word: Word) -> str | None:
    if not word.is_korean:
        return "not" if word.folded.endswith(("n't", "n´t")) else _ENGLISH.get(word.folded)
    if found := _KOREAN.search(word.folded):
        return found.group()[:1]
    is_not = word.folded in {"안", "못"} or _KOREAN_AN.match(word.folded)
    return word.folded[:1] if is_not else None
