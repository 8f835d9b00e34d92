"""The docs say what the code does."""

import json
import re
import subprocess
import sys

import pytest

from madang.config import Settings, variable
from tests.support.server import ROOT
from tools import generated, links
from tools.generate import PAGES, read

_README = ("README.md", "README.ko.md")


@pytest.mark.parametrize("name", PAGES)
def test_generated_docs_are_fresh(name: str) -> None:
    assert read(name) == PAGES[name](), "make docs"


def test_every_setting_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    for name, field in Settings.model_fields.items():
        assert f"\n# {variable(name, field)}=" in example


def test_no_link_in_the_docs_is_dead() -> None:
    assert [line for document in links.documents() for line in links.dead_links(document)] == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_error_has_a_sentence_on_the_page(language: str) -> None:
    """`internal` is told with the words for the unknown: there is nothing to translate about it."""
    words = json.loads((ROOT / f"frontend/locales/{language}.json").read_text(encoding="utf-8"))
    codes = {error.code for error in generated.errors()} - {"internal"}
    assert sorted(code for code in codes if f"errors.{code}" not in words) == []


@pytest.mark.parametrize("name", _README)
def test_a_readme_promises_only_commands_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z]+)", code)) <= targets
    command = [sys.executable, "-m", "madang", "--help"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for subcommand in set(re.findall(r"\bmadang ([a-z]+)\b", code)):
        assert re.search(rf"\b{subcommand}\b", printed), subcommand
