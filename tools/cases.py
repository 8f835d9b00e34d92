"""The table of attacks and faults: what each is, from docs/cases.toml, and which tests show it, from their names."""

import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NAMED = re.compile(r"\bdef test_([A-Z]+)_(\d\d)_")
_HEAD = """# Attacks and faults

<!-- Written by `make docs` from docs/cases.toml and the names of the tests. -->

What Madang is tried with, and where. A test that shows a case carries its id in its name:
`grep -r test_WEB_01 tests`. What they defend, and what is not promised, stands in [security](security.md).
"""


def cases_page() -> str:
    """One table for each kind of case. Ends the program where a case and the tests contradict each other."""
    kinds = tomllib.loads((ROOT / "docs/cases.toml").read_text(encoding="utf-8"))
    shown = _shown()
    cases = {f"{kind}-{number}" for kind, rows in kinds.items() for number in rows if number.isdigit()}
    if unknown := sorted(shown.keys() - cases):
        sys.exit(f"docs/cases.toml does not know {', '.join(unknown)}, which tests name")
    tables = [_table(kind, rows, shown) for kind, rows in kinds.items()]
    return "\n".join([_HEAD, *tables])


def _shown() -> dict[str, set[str]]:
    """Return the folders and files of the tests that name each case."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for kind, number in _NAMED.findall(path.read_text(encoding="utf-8")):
            found[f"{kind}-{number}"].add(str(path.relative_to(ROOT / "tests")))
    return found


def _table(kind: str, rows: dict[str, str], shown: dict[str, set[str]]) -> str:
    lines = [f"## {rows['title']}", "", "| id | what | shown by |", "| --- | --- | --- |"]
    for number in sorted(filter(str.isdigit, rows)):
        places = [f"`{place}`" for place in sorted(shown.get(f"{kind}-{number}", ()))]
        places += [rows[extra] for extra in (f"{number}-measured", f"{number}-open") if extra in rows]
        if not places:
            sys.exit(f"{kind}-{number} is shown by no test, and docs/cases.toml does not say why")
        lines.append(f"| {kind}-{number} | {rows[number]} | {', '.join(places)} |")
    return "\n".join([*lines, ""])
