"""Patterns cover what they say, and comparing them stays cheap whatever they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from madang.permissions.decision import decide
from madang.permissions.globs import matches, may_lie_below, segment_matches
from madang.permissions.rulebook import rulebook
from madang.permissions.types import Rulebook, SourcedRule
from madang.system.types import Actor
from tests.permissions.making import fetch_action, file_action, judged, policy, program_action, sourced


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("a/**", "a", True), ("a/**", "a/b/c", True), ("a/**", "ab", False), ("**/x", "x", True),
        ("a/*", "a/b", True), ("a/*", "a/b/c", False), ("*.py", "a.py", True), ("*.py", "a/b.py", False),
        ("a/**/z", "a/z", True), ("a/**/b/**/z", "a/q/b/r/s/z", True), ("a?c", "abc", True),
        ("**/x", "a/b/x", True), ("a*b*c", "a-b-c", True), ("a*a", "a", False), ("a?c", "ac", False),
        ("[a]", "a", False), ("*a*b", "bab", True),
    ],
)  # fmt: skip
def test_a_pattern_covers_whole_components(pattern: str, path: str, covered: bool) -> None:
    assert matches(pattern.split("/"), path.split("/")) is covered


_names = some.text("ab*?", max_size=6)


@given(_names, some.text("ab", max_size=8))
@settings(max_examples=300)
def test_a_component_fits_as_the_plain_definition_says(pattern: str, name: str) -> None:
    assert segment_matches(pattern, name) is _plainly(pattern, name)


def test_what_may_lie_below_a_folder() -> None:
    assert may_lie_below(["a", "b", "c"], ["a"])
    assert may_lie_below(["**", "c"], ["a"])
    assert not may_lie_below(["b", "**"], ["a"])


class Counted(list[str]):
    """Components that count how often one is looked at."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        self.looks += 1
        return super().__getitem__(place)


def test_PERM_12_a_bomb_of_stars_takes_steps_by_the_product_of_the_lengths() -> None:
    path, pattern = Counted(["a"] * 300 + ["b"]), ["**", "a"] * 31 + ["c", "b"]
    assert not matches(pattern, path)
    assert path.looks <= 2 * len(path) * len(pattern)


def test_PERM_12_of_ten_thousand_rules_few_are_looked_at() -> None:
    shapes = ("deny fs.write(ws:d{}/**)", "deny fs.write(ws:**/f{}.txt)", "deny fs.write(ws:**/a{}*b*c)")
    book = [sourced(shape.format(number)) for shape in shapes for number in range(3400)]
    found = list(policy(*book).rules.for_path(["fs.write"], [("ws", "d7", "sub", "a9xbyc")]))
    assert {one.source.id for one in found} == {"deny fs.write(ws:d7/**)", "deny fs.write(ws:**/a9*b*c)"}


@dataclass
class Looked:
    """A book of rules that counts how many of them were looked at, each time it was asked."""

    book: Rulebook
    looks: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., Iterator[SourcedRule]]:
        def counted(*given: object) -> Iterator[SourcedRule]:
            self.looks.append(0)
            for one in getattr(self.book, name)(*given):
                self.looks[-1] += 1
                yield one

        return counted


@pytest.mark.parametrize("number", [2000, 2001, 10_000])
def test_PERM_12_of_rules_that_nothing_tells_apart_no_more_than_two_thousand_are_compared(number: int) -> None:
    book = Looked(rulebook(sourced(f"deny fs.write(ws:**/*a{each}b)") for each in range(number)))
    write = file_action("fs.write", "x.txt")
    found = decide(write, policy(rules=book))
    assert (found.effect, found.code) == (("ask", "mode_asks") if number == 2000 else ("deny", "too_many_rules"))
    assert max(book.looks) <= 2001
    # Nothing else pays for them, and a person is not shut out by the number of their rules.
    assert decide(file_action("fs.read", "x.txt"), policy(rules=book)).effect == "allow"
    by_hand = replace(write, actor=Actor("person", "p"))
    assert decide(by_hand, policy(rules=book)).effect == "allow"


def test_PERM_12_programs_addresses_and_what_lies_below_are_bounded_as_well() -> None:
    rules = [sourced(f"deny exec(/usr/bin/gcc x{each})") for each in range(2001)]
    rules += [sourced(f"deny fetch(https://example.org/x{each})") for each in range(2001)]
    rules += [sourced(f"deny fs.delete(ws:d{each}/x)") for each in range(2001)]
    book = Looked(rulebook(rules))
    judge = partial(decide, policy=policy(rules=book, mode="workspace"))
    for action in (
        program_action("gcc", "a.c"), fetch_action("https://example.org/"), file_action("fs.delete", "d", type="folder")
    ):  # fmt: skip
        assert (judge(action).effect, judge(action).code) == ("deny", "too_many_rules")
    # What a program might reach is a question.
    assert (judge(program_action("ld", "a.o")).effect, judge(program_action("ld", "a.o")).code) == (
        "ask", "too_many_rules",
    )  # fmt: skip
    assert judge(file_action("fs.delete", "d/x")).effect == "allow"
    assert max(book.looks) <= 2001


_segments = some.sampled_from(["a", "ab", "b", "*", "**", "a*", "*b", "?", "e*", "caf\u00e9", "e\u0301", "A"])
_paths = some.lists(
    some.sampled_from(["a", "ab", "b", "e\u0301", "\u00e9", "caf\u00e9", "A", "a\u200db"]), min_size=1, max_size=4
)


@given(some.lists(_segments, min_size=1, max_size=4), _paths)
@settings(max_examples=300)
def test_PERM_12_no_rule_that_covers_a_path_is_overlooked(segments: list[str], path: list[str]) -> None:
    one: SourcedRule = sourced(f"deny fs.write(ws:{'/'.join(segments).replace(chr(0x200D), '')})")
    denied = judged(file_action("fs.write", "/".join(path)), [one]).code == "rule_denies"
    assert denied is matches(segments, path)


def _plainly(pattern: str, name: str) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(_plainly(pattern[1:], name[place:]) for place in range(len(name) + 1))
    return bool(name) and pattern[0] in ("?", name[0]) and _plainly(pattern[1:], name[1:])
