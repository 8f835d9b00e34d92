"""The context that fits."""

from madang.chat.context import GO_ON, Reader, build_context, path_to
from madang.gateway.messages import ImagePart, TextPart
from madang.gateway.tokens import estimate_tokens
from tests.chat.make import chain, make_attachment, make_turn

BLIND = Reader(sees_images=False, context_tokens=None)
SEEING = Reader(sees_images=True, context_tokens=None)
PNG = b"\x89PNG\r\n\x1a\n rest"


def build(path, reader=BLIND, files=None, system_prompt=None, max_tokens=None, **rest):
    return build_context(path, files or {}, reader, system_prompt=system_prompt, max_tokens=max_tokens, **rest)


def said(context):
    return [(message.role, message.text) for message in context.messages]


def test_the_branch_ends_at_the_leaf_and_leaves_siblings_out():
    turns = {turn.id: turn for turn in [*chain("a", "b", "c"), make_turn("b2", parent_id="a")]}
    assert [turn.id for turn in path_to(turns, "b2")] == ["a", "b2"]
    assert path_to(turns, None) == []


def test_question_and_answer_alternate_and_the_last_question_is_open():
    assert said(build(chain("a", "b"), system_prompt="be kind")) == [
        ("system", "be kind"),
        ("user", "question a"),
        ("assistant", "answer a"),
        ("user", "question b"),
    ]


def test_a_question_without_an_answer_joins_the_next():
    path = [make_turn("a", answer="", status="error"), make_turn("b", parent_id="a", answer="")]
    assert said(build(path)) == [("user", "question a\n\nquestion b")]


def test_going_on_sends_the_part_that_is_there_and_asks_for_the_rest():
    path = [make_turn("a", answer="half an ans", status="interrupted")]
    assert said(build(path, is_going_on=True)) == [
        ("user", "question a"),
        ("assistant", "half an ans"),
        ("user", GO_ON),
    ]


def test_going_on_from_nothing_just_asks():
    path = [make_turn("a", answer="", status="interrupted")]
    assert said(build(path, is_going_on=True)) == [("user", "question a")]


def test_the_oldest_turns_go_first_and_the_system_prompt_stays():
    path = chain(*"abcdefgh", content="가" * 100, answer="나" * 100)
    context = build(path, Reader(sees_images=False, context_tokens=1_000), system_prompt="system", max_tokens=200)
    assert context.gauge.trimmed_turns == 5
    assert context.gauge.limit_tokens == 1_000
    assert context.gauge.used_tokens <= 800
    assert [message.role for message in context.messages] == ["system", *["user", "assistant"] * 2, "user"]


def test_the_last_question_stays_even_when_it_alone_is_too_long():
    context = build(chain("a", "b", content="가" * 5_000), Reader(sees_images=False, context_tokens=1_000))
    assert [message.role for message in context.messages] == ["user"]
    assert context.gauge.used_tokens > 1_000


def test_an_unknown_context_is_not_trimmed():
    context = build(chain(*(str(number) for number in range(200)), content="가" * 1_000))
    assert context.gauge.trimmed_turns == 0
    assert context.gauge.limit_tokens is None


def test_a_picture_goes_only_to_a_model_that_sees():
    picture = make_attachment("p", name="cat.png", media_type="image/png", kind="image")
    path = [make_turn("a", attachments=(picture,), answer="")]
    assert build(path, SEEING, {"p": PNG}).messages[0].content == (
        ImagePart("image/png", "iVBORw0KGgogcmVzdA=="),
        TextPart("question a"),
    )
    assert build(path, BLIND, {"p": PNG}).messages[0].content == "[image: cat.png]\n\nquestion a"


def test_a_text_file_is_fenced_so_that_its_own_fences_stay_inside():
    path = [make_turn("a", attachments=(make_attachment("f", name="읽어.md"),), answer="")]
    sent = build(path, files={"f": b"```py\n1\n```"}).messages[0].content
    assert sent == "읽어.md\n````\n```py\n1\n```\n````\n\nquestion a"


def test_hangul_counts_at_least_one_token_a_syllable():
    assert estimate_tokens("안녕하세요 반갑습니다") >= 10


def test_an_estimate_of_english_is_near_what_models_count():
    text = "The quick brown fox jumps over the lazy dog. " * 20
    assert 180 <= estimate_tokens(text) <= 300


def test_digits_count_one_each_and_odd_characters_do_not_break_the_estimate():
    assert estimate_tokens("1234567890") == 10
    assert estimate_tokens("\ud800") >= 1
    assert estimate_tokens("") == 0
