"""Files by hand over the api: a person opens a folder and works in it; a program may not."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import server
from tests.support.server import Server

TOKEN = "mdt_a-program-that-may-read-and-manage-but-is-no-person"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server.running(tmp_path_factory.mktemp("files"), MADANG_TOKEN=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def person(house: Server) -> Iterator[httpx.Client]:
    with house.client() as client:
        yield client


@pytest.fixture
def work(tmp_path: Path, person: httpx.Client) -> Iterator[tuple[Path, str]]:
    """A folder that is opened to write, and the beginning of its addresses."""
    place = tmp_path / "work"
    place.mkdir()
    opened = person.post("/api/files/folders", json={"path": str(place), "access": "write"})
    assert opened.status_code == 201
    folder = opened.json()
    yield place, f"/api/files/{folder['id']}"
    assert person.delete(f"/api/files/folders/{folder['id']}").status_code == 204


def code_of(answer: httpx.Response) -> Any:
    return answer.json()["error"]["code"]


def put(person: httpx.Client, base: str, path: str, content: bytes, **more: str) -> httpx.Response:
    body = {"path": path, "base64": b64encode(content).decode(), **more}
    return person.put(f"{base}/content", json=body)


def test_a_person_works_in_a_folder(person: httpx.Client, work: tuple[Path, str]) -> None:
    place, base = work
    made = person.post(f"{base}/folders", json={"path": "notes/2026"})
    assert (made.status_code, made.json()) == (201, ["notes", "notes/2026"])
    written = put(person, base, "notes/2026/메모.md", "첫 줄\n둘째 줄\n".encode(), expected="").json()
    assert written["made"] and written["before"] == ""
    again = person.put(f"{base}/content", json={"path": "notes/2026/메모.md", "text": "첫 줄\n둘째 줄\n"}).json()
    assert (again["sha256"], again["before"], again["made"]) == (written["sha256"], written["sha256"], False)
    read = person.get(f"{base}/text", params={"path": "notes/2026/메모.md"}).json()
    assert (read["text"], read["sha256"]) == ("첫 줄\n둘째 줄\n", written["sha256"])
    stale = put(person, base, "notes/2026/메모.md", b"x", expected=hashlib.sha256(b"other").hexdigest())
    assert (stale.status_code, code_of(stale)) == (409, "system.changed_meanwhile")
    found = person.get(f"{base}/search", params={"text": "둘째"}).json()
    assert found["lines"] == [{"path": "notes/2026/메모.md", "line": 2, "text": "둘째 줄"}]
    assert person.get(f"{base}/find", params={"pattern": "*.md"}).json()["found"][0]["path"] == "notes/2026/메모.md"
    assert person.post(f"{base}/move", json={"path": "notes", "to": "old"}).status_code == 204
    deleted = person.post(f"{base}/delete", json={"paths": ["old"]}).json()
    assert list(place.iterdir()) == []
    trash = person.get(f"{base}/trash").json()
    assert [(each["id"], each["path"], each["type"]) for each in trash] == [(deleted[0]["id"], "old", "folder")]
    assert person.post(f"{base}/trash/{deleted[0]['id']}/restore").status_code == 204
    assert (place / "old/2026/메모.md").read_text() == "첫 줄\n둘째 줄\n"


def test_a_long_folder_comes_in_pages(person: httpx.Client, work: tuple[Path, str]) -> None:
    place, base = work
    for number in range(7):
        (place / f"file-{number}").touch()
    (place / "zoo").mkdir()
    names, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = person.get(f"{base}/list", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        names += [each["name"] for each in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert pages == 3
    assert names == ["zoo", *(f"file-{number}" for number in range(7))]


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "paper.pdf"])
def test_MD_09_a_file_is_downloaded_and_never_a_page_of_ours(
    person: httpx.Client, work: tuple[Path, str], name: str
) -> None:
    place, base = work
    (place / name).write_text("<script>alert(1)</script>")
    answer = person.get(f"{base}/content", params={"path": name})
    assert answer.content == (place / name).read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "..%2fsecret", "a\0b", "~/x"])
def test_FS_01_the_api_lets_nobody_out(person: httpx.Client, work: tuple[Path, str], path: str) -> None:
    place, base = work
    (place.parent / "secret").write_text("secret")
    assert code_of(person.get(f"{base}/text", params={"path": path})) == "system.bad_path"
    assert code_of(put(person, base, path, b"x")) == "system.bad_path"
    assert (place.parent / "secret").read_text() == "secret"


def test_a_program_neither_opens_folders_nor_changes_files(house: Server, work: tuple[Path, str]) -> None:
    place, base = work
    folder = base.rpartition("/")[2]
    with httpx.Client(base_url=house.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as program:
        assert [each["id"] for each in program.get("/api/files/folders").json()] == [folder]
        refused = [
            program.post("/api/files/folders", json={"path": str(place.parent), "access": "read"}),
            program.patch(f"/api/files/folders/{folder}", json={"access": "read"}),
            program.delete(f"/api/files/folders/{folder}"),
            program.post(f"/api/files/folders/{folder}/trust", json={"fingerprint": "0" * 64}),
            program.get("/api/files/places"),
            put(program, base, "a", b"x"),
            program.post(f"{base}/folders", json={"path": "x"}),
            program.post(f"{base}/delete", json={"paths": ["x"]}),
        ]
    assert [(each.status_code, code_of(each)) for each in refused] == [(403, "not_allowed")] * len(refused)
    assert list(place.iterdir()) == []


def test_what_a_folder_is_opened_to_can_change(person: httpx.Client, work: tuple[Path, str]) -> None:
    place, base = work
    folder = base.rpartition("/")[2]
    assert person.patch(f"/api/files/folders/{folder}", json={"access": "read"}).json()["access"] == "read"
    assert code_of(put(person, base, "a", b"x")) == "folders.opened_to_read"
    (place / "AGENTS.md").write_text("be kind")
    view = next(each for each in person.get("/api/files/folders").json() if each["id"] == folder)
    assert (view["state"], view["ignored"]) == ("ready", {"AGENTS.md": "new"})
    seen = person.post(f"/api/files/folders/{folder}/trust", json={"fingerprint": view["fingerprint"]}).json()
    assert seen["ignored"] == {}
    nested = person.post("/api/files/folders", json={"path": f"{place}/sub", "access": "read"})
    assert (nested.status_code, code_of(nested)) == (404, "folders.not_there")
    assert person.get("/api/files/places", params={"path": str(place.parent)}).json()["names"] == ["work"]


def test_what_was_changed_is_listed_and_undone(person: httpx.Client, work: tuple[Path, str]) -> None:
    place, url = work
    (place / "a.txt").write_text("old")
    person.put(f"{url}/content", json={"path": "a.txt", "text": "new"}).raise_for_status()
    [change] = person.get(f"{url}/changes").json()["items"]
    assert (change["actor"], change["state"], change["changed"]) == (
        "person", "kept", [{"path": "a.txt", "kind": "changed"}],
    )  # fmt: skip
    assert person.post(f"{url}/changes/{change['id']}/undo", json={}).json() == {"a.txt": "restored"}
    assert (place / "a.txt").read_text() == "old"
    assert person.get(f"{url}/changes", params={"run": "nobody"}).json()["items"] == []
    assert person.post(f"{url}/runs/nobody/undo").json() == {}
    assert code_of(person.post(f"{url}/changes/{'0' * 26}/undo", json={})) == "system.no_such_change"


def test_a_program_may_see_changes_and_undo_none(house: Server, work: tuple[Path, str]) -> None:
    url = work[1]
    with httpx.Client(base_url=house.url, headers={"Authorization": f"Bearer {TOKEN}"}) as program:
        assert program.get(f"{url}/changes").status_code == 200
        assert program.post(f"{url}/changes/{'0' * 26}/undo", json={}).status_code == 403
        assert program.post(f"{url}/runs/one/undo").status_code == 403
