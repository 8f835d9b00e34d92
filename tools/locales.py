"""Checks that both languages say the same things: same keys, same values to fill in, sorted, none empty or unused."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"
# `{name}` is a value; `{을/를}` is a Korean particle, which only Korean has.
_VALUE = re.compile(r"\{([a-z_][a-z0-9_]*)")


def main() -> None:
    problems = list(find_problems(FRONTEND / "locales"))
    if problems:
        sys.exit("\n".join(problems))


def find_problems(folder: Path) -> Iterator[str]:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}
    locales = {language: json.loads(text, object_pairs_hook=_unique) for language, text in texts.items()}
    for language, words in locales.items():
        if list(words) != sorted(words):
            yield f"{language}.json is not sorted by key"
        yield from (f"{language}.json: {key} is empty" for key, text in words.items() if not str(text).strip())
    yield from _differences(locales)


def _differences(locales: dict[str, dict[str, str]]) -> Iterator[str]:
    every = sorted({key for words in locales.values() for key in words})
    for key in every:
        missing = [language for language, words in locales.items() if key not in words]
        yield from (f"{language}.json lacks {key}" for language in missing)
        if not missing and len({frozenset(_VALUE.findall(str(words[key]))) for words in locales.values()}) > 1:
            yield f"{key} is filled with different values in {' and '.join(locales)}"


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    keys = [key for key, _ in pairs]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise SystemExit(f"keys written twice: {', '.join(twice)}")
    return dict(pairs)


if __name__ == "__main__":
    main()
