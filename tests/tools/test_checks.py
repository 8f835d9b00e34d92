"""The checks find what they are there for."""

import re
import shutil
from pathlib import Path

import pytest

from tools import links, locks, sbom, vendor
from tools.licences import locked_names


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


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("madang @ git+https://example.org/madang", "from elsewhere"),
        ("-e ./madang", "from elsewhere"),
        ("--find-links https://example.org/", "from elsewhere"),
        ("https://example.org/madang-1.0.whl", "from elsewhere"),
        ("madang==1.0", "no hash"),
        ("madang==1.0 \\\n    --hash=md5:0123", "no hash"),
    ],
)
def test_SEC_12_what_no_hash_locks_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, complaint: str
) -> None:
    monkeypatch.setattr(locks, "ROOT", tmp_path)
    monkeypatch.setattr(locks, "DECLARED", {"run": []})
    (tmp_path / "requirements").mkdir()
    locked = (
        f"# made by a tool\nfine==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{'0' * 64}\n    # via madang\n"
    )
    (tmp_path / "requirements/run.txt").write_text(locked)
    assert list(locks.unlocked()) == []
    (tmp_path / "requirements/run.txt").write_text(f"{locked}{line}\n{locked}")
    assert [complaint in found for found in locks.unlocked()] == [True]


def test_SEC_12_a_vendored_file_that_is_altered_or_on_no_record_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(vendor.VENDOR, tmp_path / "vendor")
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    assert vendor.check() == []
    with (tmp_path / "vendor/markdown-it/markdown-it.js").open("a") as file:
        file.write("//")
    (tmp_path / "vendor/markdown-it/extra.js").write_text("//")
    assert vendor.check() == ["markdown-it/extra.js", "markdown-it/markdown-it.js"]


def test_SEC_12_the_bill_of_materials_names_every_locked_package_and_vendored_library() -> None:
    components = {one["name"]: one for one in sbom.bill_of_materials()["components"]}
    assert set(locked_names()) | {package.name for package in vendor.packages()} == set(components)
    assert components["aiohttp"]["version"] == "".join(re.findall(r"^aiohttp==(\S+)", sbom.LOCK.read_text(), re.M))
    assert all(one.get("hashes") or one["externalReferences"][0]["hashes"] for one in components.values())
