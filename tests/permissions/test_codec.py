"""Requests and actions survive being stored, whatever is in their names."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from madang.permissions.codec import packed, shown, unpacked
from madang.system.requests import DeleteEntries, RunProgram, WriteFile
from madang.system.types import Action, Actor, Program, Sandbox, Touched, canonical

_ANY = st.text(st.characters(codec=None), max_size=20)


@given(_ANY, st.binary(max_size=50), st.none() | _ANY)
def test_a_request_comes_back_as_it_was(path: str, content: bytes, expected: str | None) -> None:
    request = WriteFile("folder", path, content, expected)
    assert unpacked(WriteFile, _stored(packed(request))) == request


@given(st.lists(_ANY, max_size=5), st.binary(max_size=20), st.booleans())
def test_words_come_back_as_they_were(words: list[str], stdin: bytes, loose: bool) -> None:
    request = RunProgram("folder", tuple(words), stdin=stdin, unsandboxed=loose)
    assert unpacked(RunProgram, _stored(packed(request))) == request
    assert unpacked(DeleteEntries, _stored(packed(DeleteEntries("f", tuple(words))))) == DeleteEntries(
        "f", tuple(words)
    )


@given(_ANY)
def test_an_action_comes_back_with_its_digest(name: str) -> None:
    touched = Touched("write", "f", name, f"/{name}", f"/{name}", "file", 1, 2, 3, 1, "a" * 64, None)
    action = Action(
        "exec", Actor("run", "r"), "run", "step", (touched,), Program("/bin/x", "b" * 64, 1, 2), ("x", name),
        environment={"A": name}, sandbox=Sandbox(3, writable=("/w",)), details={"a": [1, {"b": name}]},
        taint=("private",),
    )  # fmt: skip
    assert unpacked(Action, _stored(packed(action))).digest == action.digest
    canonical(shown(action.as_json())).decode()


def _stored(value: object) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(orjson.dumps(value))
    return found
