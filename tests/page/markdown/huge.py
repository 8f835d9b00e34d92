"""Answers of a size and shape that nobody writes by hand, and what of each is left as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from madang.gateway.fake_upstream.turns import Pause, Received, Reply, chunk, event

_PIECE = 4000
_WORDS = "Lorem ipsum **dolor** sit `amet`, [link](https://example.com/a) elit 한국어 문장도 있어요. "


@dataclass(frozen=True, slots=True)
class InPieces:
    """A text in pieces of four thousand characters, said or only thought."""

    text: str
    field: Literal["content", "reasoning_content"] = "content"

    def reply(self, request: Received) -> Reply:
        return Reply(self._pieces())

    def _pieces(self) -> Iterator[bytes | Pause]:
        for at in range(0, len(self.text), _PIECE):
            yield Pause(0.001)
            yield event(chunk({self.field: self.text[at : at + _PIECE]}))
        yield event(chunk({}, "stop"))
        yield event("[DONE]")


@dataclass(frozen=True, slots=True)
class Huge:
    """A text; whether some of it is too long to be laid out, and whether what comes last in it is laid out again."""

    text: str
    is_capped: bool = True
    ends_laid_out: bool = True


def ten_megabytes() -> Huge:
    paragraph = _WORDS * 5 + "\n\n"
    return Huge(paragraph * (10_000_000 // len(paragraph)), ends_laid_out=False)


def table() -> Huge:
    rows = "".join(f"| {number} | row **{number}** | `v{number}` |\n" for number in range(50_000))
    return Huge("| n | name | value |\n|--:|---|---|\n" + rows, ends_laid_out=False)


def items() -> Huge:
    return Huge("".join(f"- item {number} with **bold** words\n" for number in range(50_000)), ends_laid_out=False)


def code() -> Huge:
    return Huge("```python\n" + "def function(x):  # a line of code\n" * 57_000 + "```\n\nafter", ends_laid_out=False)


def quotes() -> Huge:
    return Huge("> " * 10_000 + "deep\n\nafter")


def emphasis() -> Huge:
    return Huge(
        "*a **b " * 30_000 + "\n\n" + "*" * 50_000 + "a" + "*" * 50_000 + "\n\n" + "_a__b" * 20_000 + "\n\nafter"
    )


def brackets() -> Huge:
    return Huge("[" * 50_000 + "a" + "](b)" * 20_000 + "\n\n" + "![[](" * 20_000 + "\n\nafter")


def line() -> Huge:
    return Huge("word " * 200_000 + "\n\nafter")


def line_of_code() -> Huge:
    return Huge("```python\n" + "x = 1; " * 150_000 + "\n```\n\nafter")


def definitions() -> Huge:
    uses = "".join(f"[r{number}] is here\n\n" for number in range(500))
    return Huge(
        uses + "".join(f"[r{number}]: https://a.example/{number}\n" for number in range(2000)) + "\nafter", False
    )


def controls() -> Huge:
    return Huge("a\u202eb\u200b" * 100_000 + "\n\nafter")


ALL = (
    ten_megabytes, table, items, code, quotes, emphasis, brackets, line, line_of_code, definitions, controls,
)  # fmt: skip
