"""A token that is revoked ends what it has opened, at the whole house."""

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from madang.live.access import CHECK_SECONDS
from madang.live.socket import SIGNED_OUT
from tests.guard.test_assembled import a_change, own
from tests.guard.wire import ask
from tests.support.server import Server


def revoke(port: int, session: list[tuple[str, str]], id: str) -> None:
    assert ask(port, "DELETE", f"/api/tokens/{id}", session).status == 204


def test_WEB_11_a_revoked_token_ends_its_socket(server: Server, port: int) -> None:
    session = own(server.sign_in())
    made = a_change(port, session, "for a socket").json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with connect(f"ws://127.0.0.1:{port}/api/live", additional_headers=bearer) as socket:
        revoke(port, session, made["id"])
        with pytest.raises(ConnectionClosed) as ended:
            while True:
                socket.recv(timeout=30)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == SIGNED_OUT


def test_WEB_11_a_revoked_token_ends_its_stream_of_events(server: Server, port: int) -> None:
    session = own(server.sign_in())
    made = a_change(port, session, "for events").json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with (
        server.anonymous() as program,
        program.stream("GET", "/api/live/events?stream=app", headers=bearer) as events,
    ):
        assert events.status_code == 200
        revoke(port, session, made["id"])
        events.read()  # to its end
    assert ask(port, "GET", "/api/settings", list(bearer.items())).status == 401


def test_WEB_11_open_streams_are_looked_at_every_second() -> None:
    assert CHECK_SECONDS <= 1
