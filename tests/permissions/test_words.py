"""Every rule, reason and fault can be said in both languages, and what is offered is what is kept."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from madang.permissions.decision import decide
from madang.permissions.grammar import parse
from madang.permissions.offers import Offer, may_keep, offers
from madang.permissions.words import words_of
from madang.system.types import Action
from tests.permissions.making import HOME, fetch_action, file_action, granted, judged, policy, program_action
from tests.permissions.rules import rules

ROOT = Path(__file__).parents[2]
KOREAN, ENGLISH = (json.loads((ROOT / f"frontend/locales/{one}.json").read_text("utf-8")) for one in ("ko", "en"))


@given(rules)
@settings(max_examples=100)
def test_every_rule_has_words_that_take_its_values(rule: Any) -> None:
    words = words_of(rule)
    assert words.key in KOREAN
    for one in (words.subject, *words.conditions):
        for language in (KOREAN, ENGLISH):
            assert set(re.findall(r"\{([a-z]+)\}", language[one.key])) == set(one.params), one.key


def test_a_rule_reads_as_a_sentence() -> None:
    words = words_of(parse("allow fs.read(home:notes/**)"))
    subject = ENGLISH[words.subject.key].format(**words.subject.params)
    assert ENGLISH[words.key].format(subject=subject) == "Reading files in ~/notes is allowed."


def test_every_code_of_a_decision_and_of_a_fault_has_words() -> None:
    names = ("grammar", "matchers", "hard", "decision")
    source = "".join((ROOT / f"madang/permissions/{name}.py").read_text("utf-8") for name in names)
    faults = set(re.findall(r'RuleError\(\s*"([a-z_]+)"', source, re.M))
    assert len(faults) > 15
    assert [code for code in faults if f"permissions.error.{code}" not in KOREAN] == []
    decisions = set(
        re.findall(r'_hard\("\w+", "([a-z_]+)"|_said\("\w+", "([a-z_]+)"|return "([a-z_]+)"$', source, re.M)
    )
    codes = {code for found in decisions for code in found if code}
    assert len(codes) > 12
    assert [code for code in codes if f"permissions.why.{code}" not in KOREAN] == []


@pytest.mark.parametrize(
    ("action", "widest"),
    [
        (file_action("fs.write", "a.txt"), "workspace"),
        (file_action("fs.read", f"{HOME}/other/a.txt"), "conversation"),
        (file_action("fs.write", f"{HOME}/other/a.txt"), "conversation"),
        (fetch_action("https://example.org/a"), "conversation"),
        (program_action("gcc", "-o", "x", "a.c"), "conversation"),
        (program_action("python3", "a.py"), "once"),
        (program_action("bash", "a.sh"), "once"),
        (program_action("gcc", "a.c", tier=0), "once"),
        (file_action("fs.write", ".envrc"), "once"),
        (file_action("fs.read", ".env"), "once"),
        (Action("mcp.connect", file_action("fs.read", "a").actor, "r1"), "once"),
        (Action("schedule", file_action("fs.read", "a").actor, "r1"), "once"),
    ],
)
def test_PERM_13_no_more_is_offered_than_may_be_kept(action: Action, widest: str) -> None:
    now = policy(conversation="c1")
    assert offers(action, decide(action, now), now)[-1].scope == widest


def test_PERM_13_always_is_offered_for_reading_in_opened_folders_alone() -> None:
    now = policy(conversation="c1", mode="unattended")
    read = file_action("fs.read", "a.txt")
    assert Offer("always", "allow fs.read(ws:a.txt)") in offers(read, decide(read, now), now)
    for action in (file_action("fs.write", "a"), program_action("gcc", "a"), fetch_action("https://example.org/")):
        assert "always" not in [one.scope for one in offers(action, decide(action, now), now)]


def test_PERM_13_the_rule_that_is_offered_is_the_one_that_is_kept_and_answers() -> None:
    now = policy(conversation="c1")
    for action in (
        file_action("fs.write", "한 글.txt"),
        fetch_action("https://example.org/a"),
        program_action("gcc", "a"),
    ):
        offer = offers(action, decide(action, now), now)[1]
        assert offer.scope == "run"
        assert may_keep("run", action, now, offer.rule)
        assert not may_keep("run", action, now, offer.rule.replace("allow", "allow "))
        assert judged(action, [granted(offer.rule)]).effect == "allow"
        assert judged(replace(action, run="r2"), [granted(offer.rule)]).effect == "ask"
