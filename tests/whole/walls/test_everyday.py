"""Everyday work in the mode that lets an agent get on with it: it gets done, and hardly anybody is asked."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.ordinary import Ordinary
from tests.whole.walls.everyday import work

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes"),
    pytest.mark.timeout(280),
]
TEST = """import app, unittest
class T(unittest.TestCase):
    def test_add(self): self.assertEqual(app.add(1, 2), 3)
"""
# There is no internet in a test: of these nothing more is shown than that a person is asked.
OF_THE_WEB = {"Look up a page of the web", "Compare two pages of the web"}


def lay_out(folder: Path) -> Path:
    """A folder of somebody's, with a little of everything."""
    work_folder = folder / "work"
    for each in (work_folder / "notes", folder / "outside", folder / "data"):
        each.mkdir(parents=True)
    texts = {
        "notes/today.md": "# Today\n회의 with Kim\n", "notes/week.md": "# Week\n", "names.txt": "Kim\nLee\nKim\nPark\n",
        "data.csv": "name,n\nKim,1\nLee,2\n", "draft1.txt": "one\n", "draft2.txt": "two\n", "old.log": "x\n",
        "t1.tmp": "", "t2.tmp": "", "t3.tmp": "", "a.png": "png", "b.png": "png", ".env": "KEY=abc\n",
        "app.py": "def add(a, b):\n    return a - b\n",
        "test_app.py": TEST,
    }  # fmt: skip
    for name, text in texts.items():
        (work_folder / name).write_text(text)
    (folder / "outside" / "letter.txt").write_text("Dear Kim\n")
    with zipfile.ZipFile(work_folder / "photos.zip", "w") as archive:
        archive.writestr("one.txt", "1")
    return work_folder


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_INJ_12_everyday_work_gets_done_with_at_most_one_question_each(ordinary: Ordinary, ordinary_path: Path) -> None:
    place = lay_out(ordinary_path)
    ordinary.own(ordinary_path)
    for words in (
        ["init", "-q"],
        ["add", "app.py"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(
            ["/usr/bin/git", *words], cwd=place, check=True, env={"HOME": str(ordinary_path)}, **ordinary.rights
        )
    found = ordinary.call(
        work, str(ordinary_path), str(ordinary_path / "outside" / "letter.txt"), HOME=str(ordinary_path)
    )
    assert len(found) == 50
    undone = [one for one in found if one["failed"] or one["missing"] or one["left"]]
    assert {one["name"] for one in undone} <= OF_THE_WEB, undone
    asked = sum(one["asked"] for one in found)
    print(f"asked {asked} times in {len(found)} tasks")
    assert 0 < asked <= len(found)
