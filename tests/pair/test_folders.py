"""A folder that is opened at one of two processes is open at the other, and closed there as well."""

from pathlib import Path

from tests.pair.conftest import Pair
from tests.pair.test_chat import until


def test_a_folder_opened_at_one_process_is_open_at_the_other(pair: Pair, tmp_path: Path):
    work = tmp_path / "work"
    work.mkdir()
    (work / "a.txt").write_text("here")
    with pair.person(pair.a) as here, pair.person(pair.b) as there:
        opened = here.post("/api/files/folders", json={"path": str(work), "access": "read"}).raise_for_status().json()
        text = f"/api/files/{opened['id']}/text"
        assert until(lambda: there.get(text, params={"path": "a.txt"}).status_code == 200)
        assert there.get(text, params={"path": "a.txt"}).json()["text"] == "here"
        here.delete(f"/api/files/folders/{opened['id']}").raise_for_status()
        assert until(lambda: there.get(text, params={"path": "a.txt"}).status_code == 404)
        assert there.get("/api/files/folders").json() == []
