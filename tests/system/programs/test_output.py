"""What is kept and shown of a program's output."""

import random

import pytest

from madang.system.programs.output import Capped, Neutral, shown


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$tx\x1b\\after", "after"),
        ("\x9b2Jx", "x"),
        ("50%\r100%\r\n", "50%\n100%\n"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb\x00\x08", "a<U+200B>b<U+0000><U+0008>"),
        ("\t한글 🙂\n", "\t한글 🙂\n"),
    ],
)
def test_PROC_10_nothing_printed_steers_a_terminal(printed: str, seen: str) -> None:
    assert shown(printed) == seen


def test_PROC_10_it_is_the_same_however_it_is_cut(chance: random.Random) -> None:
    printed = ("\x1b[31mred\x1b[0m 한글\r\n\x1b]0;title\x07\u202ex\x9b2J\x1b(B." * 20).encode() + b"\xff\xfe"
    for _ in range(200):
        neutral, seen, at = Neutral(), "", 0
        while at < len(printed):
            end = at + chance.randint(1, 9)
            seen += neutral.feed(printed[at:end])
            at = end
        assert seen + neutral.feed(b"", is_last=True) == shown(printed.decode(errors="replace"))


def test_PROC_10_beginning_and_end_are_kept() -> None:
    capped = Capped(20)
    live = "".join(capped.feed(bytes([65 + n % 26]) * 3) for n in range(100))
    kept = capped.finish()
    assert live == kept.head == "AAABBBCCCD"
    assert len(kept.tail) == 10
    assert kept.tail.endswith("VVV")
    assert (kept.total_bytes, kept.skipped_bytes) == (300, 280)


def test_what_is_short_is_kept_whole() -> None:
    capped = Capped(20)
    capped.feed(b"hello")
    kept = capped.finish()
    assert (kept.head, kept.skipped_bytes, kept.tail) == ("hello", 0, "")
