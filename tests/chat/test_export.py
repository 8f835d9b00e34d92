"""A conversation as a file."""

from madang.chat.export import as_document, as_markdown, file_name
from tests.chat.make import chain, make_attachment, make_conversation, make_turn

RECEIPT = {
    "prompt_tokens": 12,
    "completion_tokens": 34,
    "cost_microusd": 1500,
    "is_free": False,
    "cache": "miss",
}


def test_markdown_shows_questions_answers_and_receipts():
    turn = make_turn(content="첫 줄\n둘째 줄", answer="**답**", model="openai/x", receipt=RECEIPT)
    text = as_markdown(make_conversation(), [turn])
    assert text.startswith("# 제목\n")
    assert "> 첫 줄\n> 둘째 줄\n\n**답**\n\n" in text
    assert "*`openai/x` · 12 → 34 tokens · $0.001500 · 2026-03-01 09:30 UTC*" in text


def test_an_unknown_cost_says_so_and_an_unfinished_answer_too():
    receipt = RECEIPT | {"cost_microusd": None}
    text = as_markdown(make_conversation(), [make_turn(status="interrupted", receipt=receipt)])
    assert "*interrupted · " in text
    assert "cost unknown" in text


def test_a_cut_answer_names_why_it_stopped_and_a_failed_one_its_error():
    error = {"code": "upstream.timeout", "message": "", "details": {}}
    turns = [make_turn("a", finish_reason="length"), make_turn("b", status="error", error=error, answer="")]
    text = as_markdown(make_conversation(), turns)
    assert "*done: length · " in text
    assert "*error · upstream.timeout · " in text


def test_files_are_named():
    turn = make_turn(attachments=(make_attachment(name="계획`.txt"),))
    assert "- `계획.txt` (text/plain; charset=utf-8)" in as_markdown(make_conversation(), [turn])


def test_the_document_has_every_branch():
    turns = [*chain("a", "b"), make_turn("b2", parent_id="a")]
    document = as_document(make_conversation(), turns)
    assert [turn["id"] for turn in document["turns"]] == ["a", "b", "b2"]
    assert document["conversation"]["title"] == "제목"


def test_a_file_name_holds_nothing_that_a_system_refuses():
    assert file_name(make_conversation(title='a/b\\c:"d"?\n한글.'), "markdown") == "a b c d 한글.md"
    assert file_name(make_conversation(title="///"), "json") == "c1.json"
