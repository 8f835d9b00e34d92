"""Every address asked what nobody would ask: from the description of the API, and from what has broken others.

`MADANG_FUZZ_EXAMPLES=200` asks more of each, `MADANG_TEST_SEED` otherwise.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from madang.app.web import web_app
from madang.preferences.types import PreferenceValues
from tests.support.server import Server, running
from tests.support.upstream import upstream_process
from tests.whole.asking import fault_of, strings_in

EXAMPLES = int(os.environ.get("MADANG_FUZZ_EXAMPLES", "3"))
DESCRIPTION: dict[str, Any] = web_app({}).openapi()
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
KNOWN = str(DESCRIPTION)
PLAIN = {"Content-Type": "text/plain"}
CLOSED_PORT = "http://127.0.0.1:9/v1"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:schemathesis")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("madang")
    with upstream_process() as upstream, running(folder, (), OPENAI_BASE_URL=upstream, OPENAI_API_KEY="sk-x") as madang:
        yield madang


class Asking:
    """Sends cases as one client and collects what is wrong with the answers."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.faults: list[str] = []
        self.statuses: list[int] = []

    def send(self, case: Case) -> None:
        made = at_home(case).as_transport_kwargs(base_url=str(self._client.base_url))
        body = {name: made[source] for name, source in (("content", "data"), ("json", "json")) if source in made}
        with suppress(httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError):  # what no client can write down
            request = self._client.build_request(
                made["method"], made["url"], params=made["params"], headers=made["headers"], **body
            )
            self._judge(self._client.send(request, stream=True), case)

    def _judge(self, answer: httpx.Response, case: Case) -> None:
        # A stream of events has no end; that it began is all that is asked.
        is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
        text = "" if is_stream else answer.read().decode(errors="replace")
        answer.close()
        self.statuses.append(answer.status_code)
        sent = set(strings_in([case.path_parameters or {}, dict(case.query or {}), case.body]))
        if fault := fault_of(answer.status_code, answer.headers, text, sent, KNOWN):
            self.faults.append(f"{answer.request.method} {answer.request.url} {case.body!r}: {fault}")


def at_home(case: Case) -> Case:
    """Let no provider that a case adds be anywhere but on a closed port of this machine."""
    if isinstance(case.body, dict) and str(case.body.get("base_url")).startswith("http"):
        case.body["base_url"] = CLOSED_PORT
    return case


def existing(client: httpx.Client) -> dict[str, str]:
    """Make one of each thing that an address can name; return their ids by the name of the parameter."""
    client.patch("/api/settings", json=asdict(PreferenceValues())).raise_for_status()
    turn = client.post("/api/chat", json={"content": "hello", "wait": False}).raise_for_status().json()
    preset = client.post("/api/chat/presets", json={"name": "mine", "options": {}}).raise_for_status().json()
    provider = client.post("/api/settings/providers", json={"name": "mine", "base_url": CLOSED_PORT})
    file = client.post("/api/chat/attachments", content=b"text", headers={"X-File-Name": "a.txt", **PLAIN})
    token = client.post("/api/tokens", json={"name": "mine", "scopes": ["read"]}).raise_for_status().json()
    return {
        "conversation_id": turn["conversation_id"], "turn_id": turn["turn_id"], "preset_id": preset["id"],
        "provider_id": provider.raise_for_status().json()["id"], "attachment_id": file.raise_for_status().json()["id"],
        "id": token["id"], "name": "provider:openai", "key": "new", "deed": "cancel",
    }  # fmt: skip


def cases_of(operation: Any) -> list[Case]:
    """Each rule of the operation kept, at its bounds, and broken in turn."""
    rules = SCHEMA.config.generation
    modes = list(GenerationMode)
    made = SCHEMA.iter_coverage_cases(operation=operation, generation_modes=modes, generation_config=rules)
    return list(islice(made, 20 * EXAMPLES))


def fuzz(operation: Any, number: int, asking: Asking, **fixed: Any) -> None:
    """Send what Schemathesis makes of the description, right and wrong."""
    for mode in GenerationMode:

        @seeded(number)
        @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(mode, **fixed))
        def ask(case: Case) -> None:
            asking.send(case)

        with suppress(Unsatisfiable):  # nothing of it can be made wrong
            ask()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_WEB_17_whatever_a_person_asks_the_answer_is_one_of_ours(server: Server, operation: Any, seed: int) -> None:
    with server.client() as client:
        asking = Asking(client)
        names = {name: id for name, id in existing(client).items() if "{" + name + "}" in operation.path}
        for case in cases_of(operation):
            case.path_parameters = {**(case.path_parameters or {}), **names}
            asking.send(case)
        fuzz(operation, seed, asking, **({"path_parameters": names} if names else {}))
        if names:
            fuzz(operation, seed, asking)
    assert asking.faults == []
    assert asking.statuses


def test_WEB_17_whatever_a_stranger_asks_nothing_opens(server: Server) -> None:
    with server.anonymous() as client:
        for operation in OPERATIONS:
            asking = Asking(client)
            for case in cases_of(operation)[:8]:
                asking.send(case)
            is_public = operation.path in ("/api/session", "/api/session/ways")
            assert asking.faults == []
            assert is_public or set(asking.statuses) <= {401, 403, 405, 413, 415}, operation.label


def test_the_server_has_met_nothing_unforeseen(server: Server) -> None:
    assert "internal (" not in server.output
    assert "Traceback" not in server.output
