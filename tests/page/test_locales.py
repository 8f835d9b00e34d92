"""The words on screen: both languages say the same things, and nothing on the page is said without a key."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
LANGUAGES = ("ko", "en")
KEY_IN_CODE = re.compile(r"""\bt\(\s*"([a-z0-9_.]+)\"""")
ERROR_CODE = re.compile(r"""^    code(?:: ClassVar\[str\])? = "([a-z_.]+)\"""", re.MULTILINE)
VALUE = re.compile(r"\{([a-z_]+)\}")


def words(language: str) -> dict[str, str]:
    pairs: list[tuple[str, str]] = json.loads(
        (FRONTEND / "locales" / f"{language}.json").read_text(encoding="utf-8"), object_pairs_hook=list
    )
    assert len(dict(pairs)) == len(pairs), f"a key stands twice in {language}.json"
    return dict(pairs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keys_are_sorted_and_every_sentence_says_something(language: str) -> None:
    found = words(language)
    assert list(found) == sorted(found)
    assert [key for key, text in found.items() if not text.strip()] == []


def test_both_languages_have_the_same_keys() -> None:
    assert set(words("ko")) == set(words("en"))


def test_a_sentence_uses_the_same_values_in_both_languages() -> None:
    korean, english = words("ko"), words("en")
    differing = [key for key in korean if set(VALUE.findall(korean[key])) != set(VALUE.findall(english[key]))]
    assert differing == []


def test_every_key_the_page_asks_for_is_there() -> None:
    found = words("ko")
    files = [path for path in FRONTEND.rglob("*.js") if "vendor" not in path.parts]
    asked = {key for path in files for key in KEY_IN_CODE.findall(path.read_text(encoding="utf-8"))}
    assert sorted(key for key in asked if key not in found and f"{key}.other" not in found) == []


def test_every_error_code_has_a_sentence() -> None:
    files = [*(ROOT / "madang").rglob("errors.py")]
    codes = {code for path in files for code in ERROR_CODE.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 20
    # An internal error is shown with the id under which the log has it.
    assert sorted(code for code in codes - {"internal"} if f"errors.{code}" not in words("ko")) == []
