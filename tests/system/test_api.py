"""/api/system: the machine and its sandbox, as an ordinary user's Madang sees them."""

import os
import sys
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.support.server import Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes")


@pytest.fixture
def server(start_ordinary_server: StartServer) -> Server:
    return start_ordinary_server()


def test_SBX_01_the_machine_and_its_sandbox_are_told(server: Server) -> None:
    with server.client() as client:
        assert client.get("/api/health/ready").json() == {"status": "ready", "sandbox": None}
        found = client.get("/api/system").raise_for_status().json()
        assert client.get("/api/health/ready").json() == {"status": "ready", "sandbox": found["sandbox"]["tier"]}
        again = client.post("/api/system/sandbox/probe").raise_for_status().json()
    assert again == found["sandbox"]
    assert found["sandbox"]["tier"] == 3, found["sandbox"]
    assert found["sandbox"]["gaps"] == ["kernel_faults", "interpreters"]
    assert [each["tier"] for each in found["sandbox"]["tiers"]] == [3, 2, 1, 0]
    machine = found["machine"]
    assert machine["processor"]["count"] == os.cpu_count()
    assert 0 < machine["disk"]["available_bytes"] <= machine["disk"]["total_bytes"]
    mine = {each["pid"]: each for each in machine["processes"]}
    assert mine[server.runtime["pid"]]["is_server"]
    assert mine[server.runtime["pid"]]["memory_bytes"] > 10 << 20
    status = Path(f"/proc/{server.runtime['pid']}/status").read_text()
    assert "State:\tZ" not in status


def test_a_stranger_learns_nothing_of_the_machine(server: Server) -> None:
    with server.anonymous() as client:
        assert client.get("/api/system").status_code == 401
        assert client.post("/api/system/sandbox/probe").status_code == 401
