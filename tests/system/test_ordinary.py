"""The ordinary user the walls are tried as has no rights of root's, and Madang runs for it."""

import os
from pathlib import Path

from tests.conftest import StartServer
from tests.support.ordinary import Ordinary


def look_around(folder: str, secret: str) -> dict[str, object]:
    Path(folder, "made").write_text("here")
    return {"uid": os.geteuid(), "groups": os.getgroups(), "reads": os.access(secret, os.R_OK)}


def test_a_function_runs_as_a_user_without_rights(ordinary: Ordinary, ordinary_path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root's alone")
    secret.chmod(0o600)
    found = ordinary.call(look_around, str(ordinary_path), str(secret))
    assert found["uid"] == ordinary.uid != 0
    assert 0 not in found["groups"]
    assert found["reads"] is (os.geteuid() != 0)
    assert (ordinary_path / "made").stat().st_uid == ordinary.uid


def test_a_server_runs_as_that_user(ordinary: Ordinary, start_ordinary_server: StartServer) -> None:
    server = start_ordinary_server()
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    assert f"Uid:\t{ordinary.uid}\t" in status
    with server.client() as client:
        assert client.get("/api/health/ready").status_code == 200
