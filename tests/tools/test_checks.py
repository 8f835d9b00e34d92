"""The checks find what they are there for."""

from pathlib import Path

import pytest

from tools import links, locks


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[gone](gone.md)", "leads to no file"),
        ("[gone](#gone)", "leads to no heading"),
        ("[other](other.md#gone)", "leads to no heading"),
    ],
)
def test_a_dead_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, complaint: str) -> None:
    monkeypatch.setattr(links, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(f"# Here\n\n{text}\n")
    (tmp_path / "other.md").write_text("# There\n")
    assert [complaint in line for line in links.dead_links(tmp_path / "page.md")] == [True]


def test_a_link_that_leads_somewhere_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Here it is!\n\n[a](#here-it-is) [b](page.md#here-it-is) `[c](gone.md)` [d](https://example.org)\n"
    )
    assert list(links.dead_links(page)) == []


def test_a_lock_that_lacks_what_is_declared_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "ROOT", tmp_path)
    monkeypatch.setattr(locks, "DECLARED", {"run": ["pyproject.toml"]})
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/run.txt").write_text("old==1.0 \\\n")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["old>=2", "missing"]\n')
    found = "\n".join(locks.stale_locks())
    assert "old 1.0" in found
    assert "missing None" in found
