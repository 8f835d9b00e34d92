"""Two questions that differ in a detail are told apart, whatever their vectors say; two that do not are left alone."""

import csv
import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.gateway.semantic.vetoes import Veto, veto

QUESTIONS = Path(__file__).parents[3] / "bench" / "similar_questions"
PARTED: Final[list[tuple[Veto, str, str]]] = [
    ("numbers", "How long do I boil 2 eggs?", "How long do I boil 3 eggs?"),
    ("numbers", "How long do I boil two eggs?", "How long do I boil three eggs?"),
    ("numbers", "Is 1,000 more than 900?", "Is 10,000 more than 900?"),
    ("numbers", "What is new in Python 3.11?", "What is new in Python 3.12?"),
    ("numbers", "What is 5 - 3?", "What is 3 - 5?"),
    ("numbers", "Who came second?", "Who came third?"),
    ("numbers", "계란 두 개 삶는 시간", "계란 세 개 삶는 시간"),
    ("numbers", "이십의 제곱근은?", "삼십의 제곱근은?"),
    ("numbers", "천만 원을 저축하는 법", "백만 원을 저축하는 법"),
    ("numbers", "세 줄로 요약해 줘", "네 줄로 요약해 줘"),
    ("units", "How many feet are in a mile?", "How many metres are in a mile?"),
    ("units", "Convert 5 km to miles", "Convert 5 miles to km"),
    ("units", "Is $20 a lot?", "Is €20 a lot?"),
    ("units", "오븐 200도에 30분 구우면 돼?", "오븐 200도에 30초 구우면 돼?"),
    ("units", "100달러는 얼마야?", "100유로는 얼마야?"),
    ("dates", "Is the bank open on Monday?", "Is the bank open on Sunday?"),
    ("dates", "What should I plant in March?", "What should I plant in June?"),
    ("dates", "내일 서울 날씨 어때?", "모레 서울 날씨 어때?"),
    ("dates", "월요일에 병원 열어?", "일요일에 병원 열어?"),
    ("names", "Is Paris expensive?", "Is Rome expensive?"),
    ("names", "Rome in two days", "Paris in two days"),
    ("names", "Did Brazil beat Germany?", "Did Germany beat Brazil?"),
    ("names", "how do trains go from seoul to busan", "how do trains go from busan to seoul"),
    ("names", "What does 'apple' mean?", "What does 'pear' mean?"),
    ("names", "PDF를 워드로 바꾸는 법", "HWP를 워드로 바꾸는 법"),
    ("names", "서울에서 부산까지 가는 법", "부산에서 서울까지 가는 법"),
    ("names", "고양이가 개를 무서워해?", "고양이를 개가 무서워해?"),
    ("negation", "Can I eat raw beans?", "Can't I eat raw beans?"),
    ("negation", "A cake with eggs", "A cake without eggs"),
    ("negation", "커피를 마시면 안 되는 때", "커피를 마시면 되는 때"),
    ("negation", "설탕을 넣은 빵", "설탕 없이 만든 빵"),
    ("negation", "돼지고기를 제외한 요리", "돼지고기 요리"),
    ("opposites", "How do I turn the light on?", "How do I turn the light off?"),
    ("opposites", "What is the maximum dose?", "What is the minimum dose?"),
    ("opposites", "체중 늘리는 법", "체중 줄이는 법"),
    ("opposites", "알림 켜는 법", "알림 끄는 법"),
    ("language", "Explain photosynthesis in English", "Explain photosynthesis in Korean"),
    ("language", "What is photosynthesis?", "광합성이 뭐야?"),
    ("language", "한국어로 설명해 줘", "일본어로 설명해 줘"),
    ("format", "Compare cats and dogs in a table", "Compare cats and dogs in a paragraph"),
    ("format", "표로 정리해 줘", "목록으로 정리해 줘"),
    ("format", "자세히 알려 줘", "간단히 알려 줘"),
    ("format", "Why do cats purr?", "How do cats purr?"),
    ("names", "Proofread this: I has two cats", "Proofread this: I have two cats"),
    ("names", "Is this right?\nthe cat", "Is this right?\na cat"),
    ("names", "Do they like us?", "Do we like them?"),
    ("names", "Can I go with her?", "Can she go with me?"),
    ("names", "철수는 영희를 좋아해?", "영희는 철수를 좋아해?"),
    ("format", "Can I drink while I take aspirin?", "Must I drink while I take aspirin?"),
    ("names", "What causes high blood pressure?", "What does high blood pressure cause?"),
    ("names", "how do trains get from seoul to daegu", "how do trains get to seoul from daegu"),
    ("names", "cheap flights to rome", "cheap flights from rome"),
    ("names", "What does inflation influence?", "What is inflation influenced by?"),
    ("names", "Write a letter to my neighbour", "Write a letter about my neighbour"),
    ("names", "서울역 가는 법", "서울역에서 가는 법"),
    ("names", "홍대에서 강남 가는 법", "강남에서 홍대 가는 법"),
    ("names", "고기 먼저 넣고 양파 넣어요?", "양파 먼저 넣고 고기 넣어요?"),
    ("names", "설탕을 먼저 넣고 소금을 넣어?", "소금을 먼저 넣고 설탕을 넣어?"),
    ("names", "한국이 일본 이긴 경기", "일본이 한국 이긴 경기"),
    ("format", "What must I bring to the exam?", "What may I bring to the exam?"),
    ("tense", "Do I need a visa for Vietnam?", "Did I need a visa for Vietnam?"),
    ("tense", "When is Easter?", "When was Easter?"),
    ("tense", "What causes inflation?", "What caused inflation?"),
    ("tense", "비타민 먹어?", "비타민 먹었어?"),
    ("tense", "요리를 만드는 사람", "요리를 만든 사람"),
    ("tense", "내가 한 일", "내가 할 일"),
    ("tense", "Will the bank be open?", "Is the bank open?"),
    ("tense", "먹을 약", "먹은 약"),
    ("names", "물만 마셔도 돼?", "물도 마셔도 돼?"),
    ("names", "물만 마셔도 돼?", "물 마셔도 돼?"),
    ("names", "Do you like me?", "Do I like you?"),
    ("names", "What do I give my wife?", "What does my wife give me?"),
    ("names", "Is this a cat?", "Is that a cat?"),
    ("names", "Is their car fast?", "Is our car fast?"),
    ("format", "When should I take vitamin D?", "When can I take vitamin D?"),
    ("format", "Do I have to boil milk?", "Do I boil milk?"),
    ("format", "What is milk?", "How is milk?"),
    ("format", "How much is a car?", "How is a car?"),
    ("format", "우유 끓여야 해?", "우유 끓여도 돼?"),
    ("words", "Can I eat rice and beans?", "Can I eat rice or beans?"),
    ("words", "Can I also eat rice?", "Can I eat rice?"),
    ("words", "What do cats need?", "What do cats like?"),
    ("words", "How do I use Docker?", "How do I get Docker?"),
    ("words", "What is he like?", "What does he like?"),
    ("words", "What do bees say?", "What do bees do?"),
    ("words", "가장 높은 산", "높은 산"),
    ("words", "더 먹어도 돼?", "먹어도 돼?"),
    ("words", "서울 가는 버스", "서울 오는 버스"),
    ("words", "영화 보는 법", "영화 쓰는 법"),
    ("words", "아기는 언제부터 걸어?", "아기는 언제부터 말해?"),
    ("names", "What is IT?", "What is it?"),
    ("names", "엄마한테 시 써줘", "엄마에 대한 시 써줘"),
    ("dates", "금요일에 열어?", "금요일까지 열어?"),
    ("opposites", "Why does my right knee hurt?", "Why does my knee hurt?"),
    ("words", "Difference between this and that", "Difference between these and those"),
    ("words", "How do you spell their?", "How do you spell there?"),
    ("words", "What is a will?", "What is a can?"),
    ("words", "How do I boil rice?", "How do I boil pasta?"),
    ("words", "How do I store basil?", "How do I store dried basil?"),
    ("words", "감자 삶는 법", "고구마 삶는 법"),
    ("words", "감자 삶는 법", "감자 굽는 법"),
    ("names", "does the dog chase the cat", "does the cat chase the dog"),
    ("dates", "다음 주 일정", "다음 달 일정"),
    ("code", "What does `a = b` do?", "What does `a == b` do?"),
    ("code", "What does list.pop() do?", "What does list.push() do?"),
    ("code", "Is a < b true?", "Is a > b true?"),
    ("code", "What is in /etc/hosts?", "What is in /etc/passwd?"),
    ("code", "```\nx\n```", "```\ny\n```"),
]
SAME = [
    ("How do I boil an egg properly?", "How do I properly boil an egg?"),
    ("How do I boil an egg?", "How can I boil an egg"),
    ("What is the capital of France?", "Could you tell me the capital of France, please?"),
    ("is paris expensive?", "Is Paris expensive"),
    ("It costs 1,000 won", "it costs 1000 won"),
    ("How long is 2 hours?", "How long is two hours?  "),
    ("In Python, how do I sort a long list?", "How do I sort a long list in Python?"),
    ("How do rainbows form?", "How are rainbows formed?"),
    ("Who designed the Eiffel Tower?", "Who did design the Eiffel Tower?"),
    ("What is the capital of Italy?", "I was wondering, what is the capital of Italy?"),
    ("What is inflation?", "I'd like to know what inflation is"),
    ("What is the right way to tie a tie?", "How do I tie a tie?"),
    ("WHAT IS INFLATION?", "What is inflation?"),
    ("광합성이 뭐야", "광합성에 대해 설명해 주세요"),
    ("How do I use vlookup?", "Could you help me, how do I use vlookup?"),
    ("How is the weather in Rome?", "What is the weather in Rome like?"),
    ("차가 커피보다 비싸?", "차가 커피보다 더 비싸?"),
    ("제일 좋은 방법은?", "좋은 방법은?"),
    ("시 써줘", "시를 써 주세요"),
    ("How do I sort a list in Python?", "How do I sort a list with Python?"),
    ("감자 삶는 법", "감자는 어떻게 삶아요?"),
    ("프랑스가 크로아티아를 이겼어?", "프랑스가 크로아티아를 이긴 게 맞아?"),
    ("배열에서 map을 쓰는 법", "배열에 map은 어떻게 써?"),
    ("선생님께 기타 배우는 법", "기타를 선생님께 배우려면 어떻게 해?"),
    ("여우에 대한 시 써줘", "여우에 대한 시를 써 주세요"),
    ("상사에게 편지 쓰는 법", "편지를 상사에게 어떻게 써?"),
    ("광합성이 뭐야?", "광합성은 무엇인가요?"),
    ("계란 2개 삶는 법", "계란을 2개 삶는 법 알려 줘"),
    ("월요일에 뭐 먹지", "월욜에 뭐 먹지"),
    ("カレーの作り方", "カレーの作り方"),
]
texts = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from([text for pair in SAME for text in pair] + [text for _, *pair in PARTED for text in pair]),
        max_size=4,
    ).map(" ".join),
)


def questions(name: str) -> list[dict[str, str]]:
    with (QUESTIONS / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(("kind", "asked", "kept"), PARTED)
def test_a_detail_parts_two_questions(kind: Veto, asked: str, kept: str) -> None:
    assert veto(asked, kept) == kind
    assert veto(asked, kept) == veto(kept, asked)


@pytest.mark.parametrize(("asked", "kept"), SAME)
def test_other_words_for_the_same_are_left_alone(asked: str, kept: str) -> None:
    assert veto(asked, kept) is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_twin_passes_and_most_paraphrases_do(language: str) -> None:
    rows = questions(language)
    assert len(rows) > 150
    assert [row["twin"] for row in rows if veto(row["question"], row["twin"]) is None] == []
    passed = [row for row in rows if veto(row["question"], row["paraphrase"]) is None]
    assert len(passed) > 0.6 * len(rows)


def test_pairs_that_were_made_to_slip_through_do_not() -> None:
    assert [row["twin"] for row in questions("twins") if veto(row["question"], row["twin"]) is None] == []


@given(texts, texts)
def test_the_order_of_the_two_does_not_matter(asked: str, kept: str) -> None:
    assert veto(asked, kept) == veto(kept, asked)


@given(texts)
def test_nothing_speaks_against_the_same_words(text: str) -> None:
    assert veto(text, text) is None
    assert veto(f" {text}\n", text) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_two_numbers_differ(one: int, other: int) -> None:
    assert (veto(f"What is {one} squared?", f"What is {other} squared?") == "numbers") == (one != other)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "가",
        "1",
        "1,",
        "-",
        "'",
        '"',
        "`",
        "```",
        "A ",
        "이십 ",
        "\n",
        ".",
        "/a",
        "a.b",
        "두 ",
        "_",
        "(",
        "don't ",
        "́",
    ],
)
def test_a_long_text_is_read_once(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    began = time.process_time()
    veto(text, f"{text}x 다")
    # A second or two; what goes back to the beginning for each letter takes minutes.
    assert time.process_time() - began < 30
