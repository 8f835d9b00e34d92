"""For rules at random: what is denied stays denied, and the order of rules is of no account."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from madang.permissions.types import RuleSource, SourcedRule
from madang.system.types import Action, Actor
from tests.permissions.making import fetch_action, file_action, judged, program_action, touched
from tests.permissions.rules import rules

RANK = {"allow": 0, "ask": 1, "deny": 2}
FILES = [
    file_action(kind, path, type=type_of)
    for kind in ("fs.read", "fs.list", "fs.write", "fs.delete")
    for path, type_of in (("a", "file"), ("src/a", "folder"), ("src/b/한 글", "file"), ("/srv/a", "file"))
]  # type: ignore[misc]
ACTIONS = [
    *FILES,
    file_action("fs.read", "a", real="/home/min/work/src/b"),
    replace(FILES[0], kind="fs.write", paths=(touched("a", "move_from"), touched("b", "move_to"))),
    program_action("ls", "-la", "src"),
    program_action("gcc", "-o", "all", tier=2),
    program_action("tool", "a", exe="/opt/x/tool"),
    fetch_action("https://a.example.org/a/b-c"),
    fetch_action("http://example.org:8080/"),
    Action("mcp", Actor("run", "r1"), "r1", details={"server": "files", "tool_hash": "ab" * 32, "tool": "read"}),
    Action("memory", Actor("run", "r1"), "r1"),
]
actions = some.sampled_from(ACTIONS).flatmap(
    lambda action: some.sampled_from([(), ("private",), ("untrusted", "private"), ("secret",)]).map(
        lambda taint: replace(action, taint=taint)
    )
)
sources = some.sampled_from([RuleSource("user"), RuleSource("machine"), RuleSource("folder", "", "f1")])
sourced = some.builds(SourcedRule, rules, sources)
books = some.lists(sourced, max_size=12)
modes = some.sampled_from(["chat", "read", "ask", "workspace", "unattended"])


@given(books, sourced, actions, modes)
@settings(max_examples=120)
def test_PERM_01_another_denial_never_allows_more(book: Any, one: Any, action: Any, mode: Any) -> None:
    stricter = replace(one, rule=replace(one.rule, effect="deny"))
    before, after = judged(action, book, mode=mode).effect, judged(action, [*book, stricter], mode=mode).effect
    assert RANK[after] >= RANK[before]


@given(books, sourced, actions, modes)
@settings(max_examples=120)
def test_PERM_01_what_allows_never_lifts_what_asks_or_denies(book: Any, one: Any, action: Any, mode: Any) -> None:
    before = judged(action, book, mode=mode)
    if before.effect == "allow" or before.source.kind == "mode":
        return
    allow = replace(one, rule=replace(one.rule, effect="allow"))
    assert judged(action, [*book, allow], mode=mode).effect == before.effect


@given(books, actions, modes, some.integers(0, 1000))
@settings(max_examples=120)
def test_PERM_01_the_order_of_rules_is_of_no_account(book: Any, action: Any, mode: Any, seed: int) -> None:
    mixed = random.Random(seed).sample(book, len(book))
    first, second = judged(action, book, mode=mode), judged(action, mixed, mode=mode)
    assert (first.effect, first.code) == (second.effect, second.code)


def test_PERM_01_control_these_rules_do_meet_the_actions() -> None:
    effects = {judged(action, mode=mode).effect for action in ACTIONS for mode in ("read", "ask", "workspace")}
    assert effects == {"allow", "ask", "deny"}
