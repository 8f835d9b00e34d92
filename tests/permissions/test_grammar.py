"""Rules are read and written back the same, and what cannot be read denies."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from madang.permissions.grammar import Unread, denials, parse, parse_or_deny, written
from madang.permissions.matchers import RuleError
from madang.permissions.types import RuleSource, SourcedRule
from tests.permissions.making import fetch_action, file_action, judged
from tests.permissions.rules import rules

LINES = [
    "allow fs.read(ws:notes/**)",
    "deny fs.write(home:*/secret (old)/a?.txt)",
    "ask exec(/usr/bin/gcc <flag:-c> -o <path:w> <path:r>... <int> <word> <text>)",
    "allow fetch(https://*.example.org/docs/a)",
    "allow fetch(http://example.org:8080)",
    f"allow mcp(files@{'a' * 64}/read)",
    "deny memory(*)",
    "deny exec(*) when tainted and unattended",
    "allow fs.list(abs:srv/한글) when mode=workspace and tier>=2 and !tainted and size<1000 until 2027-01-01T00:00:00Z",
]


@pytest.mark.parametrize("line", LINES)
def test_a_rule_is_written_as_it_was_read(line: str) -> None:
    assert written(parse(line)) == line


@given(rules)
@settings(max_examples=100)
def test_PERM_01_every_rule_comes_back_from_its_text(rule: Any) -> None:
    assert parse(written(rule)) == rule


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("", "form", 0),
        ("permit fs.read(ws:a)", "effect", 0),
        ("allow fs.run(ws:a)", "kind", 6),
        ("allow fs.read(ws:a", "unclosed", 18),
        ("allow fs.read(ws:a) sometimes", "tail", 18),
        ("allow fs.read(*)", "star_in_allow", 14),
        ("allow memory(x)", "star_only", 13),
        ("allow fs.read(here:a)", "base", 14),
        ("allow fs.read(ws:a//b)", "segment", 19),
        ("allow fs.read(ws:a/../b)", "segment", 19),
        ("allow fs.read(ws:a/b**)", "segment", 19),
        ("allow fs.read(ws:a\nb)", "control", 18),
        ("allow fs.read(ws:a\u202eb)", "control", 18),
        ("allow exec(ls)", "exe", 11),
        ("allow exec(/usr/bin/x <file>)", "token", 22),
        ("allow exec(/usr/bin/x <flag:everything>)", "flags", 22),
        ("allow fetch(https://*)", "url", 12),
        ("allow fetch(https://*.org)", "host_wide", 22),
        ("allow fetch(https://exämple.org)", "url", 12),
        ("allow fetch(https://user@example.org)", "url", 12),
        ("allow fetch(https://example.org/a/../b)", "url_path", 31),
        ("allow fetch(https://example.org/%2e)", "url_path", 31),
        ("allow mcp(files/read)", "tool", 10),
        ("allow fs.read(ws:a) when friday", "condition", 25),
        ("allow fs.read(ws:a) when mode=bypass", "condition", 25),
        ("allow fs.read(ws:a) until tomorrow", "until", 26),
        ("allow fs.read(ws:a) until 2027-01-01T00:00:00", "until", 26),
    ],
)
def test_what_is_wrong_is_said_with_its_place(line: str, code: str, place: int) -> None:
    with pytest.raises(RuleError) as caught:
        parse(line)
    assert (caught.value.code, caught.value.place) == (code, place)


def test_what_cannot_be_read_denies_its_kind_or_everything() -> None:
    for line, reads, fetches in (("allow fs.read(wo:a)", "deny", "ask"), ("alow everything", "deny", "deny")):
        unread = parse_or_deny(line)
        assert isinstance(unread, Unread)
        found = [SourcedRule(rule, RuleSource("user", line)) for rule in denials(unread)]
        assert judged(file_action("fs.read", "a"), found).effect == reads
        assert judged(fetch_action("https://example.org/"), found).effect == fetches


def test_a_time_is_kept_in_utc() -> None:
    assert parse("deny fs.read(ws:a) until 2027-01-01T09:00:00+09:00").until == datetime(2027, 1, 1, tzinfo=UTC)
