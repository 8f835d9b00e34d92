"""/api/permissions as a person and as a program meets it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import server
from tests.support.server import Server

TOKEN = "mdt_a-program-that-may-chat-read-and-manage-and-is-no-person"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    rules = "deny fetch(https://*.example.org)\nno rule at all"
    with server.running(tmp_path_factory.mktemp("walls"), MADANG_TOKEN=TOKEN, MADANG_RULES=rules) as running:
        yield running


@pytest.fixture(scope="module")
def person(house: Server) -> Iterator[httpx.Client]:
    with house.client() as client:
        yield client


@pytest.fixture(scope="module")
def program(house: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        yield client


def code_of(answer: httpx.Response) -> Any:
    return answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "rules", {"text": "allow fs.read(ws:**)"}),
        ("DELETE", "rules/x", None),
        ("POST", "rules/simulate", {"text": "deny fetch(*)"}),
        ("POST", "grants", {"text": "allow fs.read(ws:**)", "scope": "always"}),
        ("DELETE", "grants/x", None),
        ("POST", "pending/x/decision", {"digest": "0" * 64, "decision": "allow"}),
        ("POST", "runs/x/resume", None),
        ("PUT", "mode", {"mode": "workspace"}),
        ("POST", "audit/verify", None),
    ],
)
def test_PERM_04_no_program_decides_or_changes_anything(
    house: Server, program: httpx.Client, method: str, path: str, body: Any
) -> None:
    before = program.get("/api/permissions").json()
    answer = program.request(method, f"/api/permissions/{path}", json=body)
    assert (answer.status_code, code_of(answer)) == (403, "not_allowed")
    with house.anonymous() as nobody:
        assert nobody.request(method, f"/api/permissions/{path}", json=body).status_code == 401
    assert program.get("/api/permissions").json() == before


def test_rules_are_kept_listed_and_let_go(person: httpx.Client) -> None:
    made = person.post("/api/permissions/rules", json={"text": "  deny fs.read(ws:secret/**)"})
    assert made.status_code == 201
    rule = made.json()
    assert rule["text"] == "deny fs.read(ws:secret/**)"
    assert code_of(person.post("/api/permissions/rules", json={"text": rule["text"]})) == "permissions.rule_there"
    assert code_of(person.post("/api/permissions/rules", json={"text": "allow fetch(*)"})) == "permissions.bad_rule"
    shown = person.get("/api/permissions").json()
    assert {"text": rule["text"], "source": "user", "id": rule["id"], "folder": "", "words": rule["words"]} in shown[
        "rules"
    ]
    assert person.delete(f"/api/permissions/rules/{rule['id']}").status_code == 204
    assert code_of(person.delete(f"/api/permissions/rules/{rule['id']}")) == "permissions.no_such_rule"
    assert rule["id"] not in {one["id"] for one in person.get("/api/permissions").json()["rules"]}


def test_grants_are_given_by_hand_listed_and_taken_back(person: httpx.Client) -> None:
    body = {"text": " allow exec(/usr/bin/sha512sum a.txt)", "scope": "conversation", "subject": "talk"}
    made = person.post("/api/permissions/grants", json=body)
    assert made.status_code == 201, made.text
    grant = made.json()
    assert (grant["scope"], grant["subject"], grant["rule"]) == ("conversation", "talk", body["text"].strip())
    assert person.get("/api/permissions/grants").json() == [grant]
    assert code_of(person.post("/api/permissions/grants", json=body)) == "permissions.rule_there"
    for wrong, code in [
        ({"text": "allow exec(/usr/bin/sha512sum"}, "bad_rule"), ({"scope": "always"}, "scope_not_offered"),
        ({"subject": ""}, "unbound_grant"), ({"scope": "run"}, "unbound_grant"),
    ]:  # fmt: skip
        assert code_of(person.post("/api/permissions/grants", json=body | wrong)) == f"permissions.{code}"
    assert person.delete(f"/api/permissions/grants/{grant['id']}").status_code == 204
    assert person.get("/api/permissions/grants").json() == []


def test_a_line_that_is_no_rule_denies_and_is_shown(person: httpx.Client) -> None:
    shown = person.get("/api/permissions").json()
    assert [(one["code"], one["source"], one["text"]) for one in shown["warnings"]] == [
        ("unread", "start", "no rule at all")
    ]
    asked = {"kind": "fs.read", "path": "/tmp/x"}
    assert person.post("/api/permissions/explain", json=asked).json()["effect"] == "deny"


def test_what_holds_programs_is_told(person: httpx.Client) -> None:
    told = person.get("/api/permissions/sandbox").json()
    assert told == person.get("/api/system").json()["sandbox"]
    assert told["tier"] in {0, 1, 2, 3}


def test_explaining_does_nothing(person: httpx.Client) -> None:
    entries = person.get("/api/permissions/audit").json()["items"]
    asked = {"kind": "fetch", "url": "https://www.example.org/", "actor": "person"}
    assert person.post("/api/permissions/explain", json=asked).json()["effect"] in {"allow", "ask", "deny"}
    assert person.get("/api/permissions/audit").json()["items"] == entries


def test_modes_are_chosen_by_what_is_there(person: httpx.Client) -> None:
    assert person.get("/api/permissions/mode").json() == {"mode": "ask", "conversations": {}}
    refused = person.put("/api/permissions/mode", json={"mode": "workspace"})
    assert (code_of(refused), refused.json()["error"]["details"]["needs"]) == (
        "permissions.mode_not_available", "trusted_folder",
    )  # fmt: skip
    chosen = person.put("/api/permissions/mode", json={"mode": "read", "conversation": "talk"}).json()
    assert chosen == {"mode": "ask", "conversations": {"talk": "read"}}


def test_only_a_run_that_waits_can_go_on(person: httpx.Client) -> None:
    assert person.get("/api/permissions/runs/paused").json() == []
    assert code_of(person.post("/api/permissions/runs/x/resume")) == "permissions.no_paused_run"


def test_what_a_person_does_by_hand_is_in_the_record(person: httpx.Client, tmp_path: Path) -> None:
    place = tmp_path / "work"
    place.mkdir()
    folder = person.post("/api/files/folders", json={"path": str(place), "access": "write"}).json()["id"]
    written = person.put(f"/api/files/{folder}/content", json={"path": "a.txt", "text": "hello"})
    assert written.status_code == 200, written.text
    newest = person.get("/api/permissions/audit", params={"limit": 2}).json()
    assert [one["kind"] for one in newest["items"]] == ["outcome", "intent"]
    assert newest["items"][1]["entry"]["paths"] == [str(place / "a.txt")]
    older = person.get("/api/permissions/audit", params={"cursor": newest["next_cursor"]}).json()
    assert newest["items"][1]["id"] not in json.dumps(older)
    checked = person.post("/api/permissions/audit/verify").json()
    assert (checked["sound"], checked["findings"]) == (True, [])
    draft = person.post("/api/permissions/rules/simulate", json={"text": "deny fs.write(*)"}).json()
    assert draft["looked_at"] >= 1
    assert person.get("/api/permissions/pending").json() == {"items": [], "next_cursor": None}
    assert code_of(person.get("/api/permissions/pending/x")) == "permissions.no_such_question"
    assert person.get("/api/permissions/pending", params={"cursor": "x"}).status_code == 422
    assert person.delete(f"/api/files/folders/{folder}").status_code == 204
