"""What the README shows to a program works as it stands there."""

import json
import re

import pytest

from tests.conftest import StartServer
from tests.support.server import ROOT
from tests.support.upstream import upstream_process

_TOKEN = "mdt_" + "a" * 43


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_request_in_the_readme_is_answered(name: str, start_server: StartServer) -> None:
    example = re.search(r"curl \S+(/api/\S+).*?-d '([^']+)'", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    with upstream_process("--say", "반가워요") as upstream:
        provider = {"OPENAI_BASE_URL": upstream, "OPENAI_API_KEY": "key", "MADANG_MODEL": "env/fake-model"}
        server = start_server(MADANG_TOKEN=_TOKEN, **provider)
        with server.anonymous() as client:
            headers = {"Authorization": f"Bearer {_TOKEN}"}
            answer = client.post(example[1], json=json.loads(example[2]), headers=headers)
    assert answer.status_code == 200
    assert answer.json()["content"] == "반가워요"
    assert {"conversation_id", "turn_id", "content", "status", "receipt"} <= set(answer.json())
