"""What the README shows to a program works as it stands there."""

import json
import re

import pytest

from tests.conftest import StartServer
from tests.support.server import ROOT
from tests.support.upstream import upstream_process

_TOKEN = "mdt_" + "a" * 43


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_requests_in_the_readme_are_answered(name: str, start_server: StartServer) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    asked = dict(re.findall(r"curl \S+:8765(/\S+).*?-d '([^']+)'", text, re.DOTALL))
    assert list(asked) == ["/api/chat", "/v1/chat/completions"]
    with upstream_process("--say", "반가워요") as upstream:
        provider = {"OPENAI_BASE_URL": upstream, "OPENAI_API_KEY": "key", "MADANG_MODEL": "env/fake-model"}
        server = start_server(MADANG_TOKEN=_TOKEN, **provider)
        with server.anonymous() as client:
            headers = {"Authorization": f"Bearer {_TOKEN}"}
            answer, completion = (client.post(path, json=json.loads(asked[path]), headers=headers) for path in asked)
    assert (answer.status_code, completion.status_code) == (200, 200)
    assert completion.json()["choices"][0]["message"]["content"] == "반가워요"
    assert answer.json()["content"] == "반가워요"
    assert {"conversation_id", "turn_id", "content", "status", "receipt"} <= set(answer.json())
