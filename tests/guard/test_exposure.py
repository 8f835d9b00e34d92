"""Other machines are let in only with what protects Madang there."""

import secrets
from pathlib import Path

import pytest

from madang.config import load
from madang.guard.errors import Exposed, WeakPassword, WeakToken
from madang.guard.exposure import exposure_of
from madang.guard.strength import check_strength
from tests.support.server import NotStarted, Server


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_WEB_22_this_machine_needs_no_password(host: str) -> None:
    assert exposure_of(load(host=host)).is_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "madang.local"])
def test_WEB_22_other_machines_need_a_password_and_a_name(host: str) -> None:
    with pytest.raises(Exposed) as refused:
        exposure_of(load(host=host))
    assert refused.value.details["missing"] == ["MADANG_PASSWORD", "MADANG_ALLOWED_ORIGINS"]
    with pytest.raises(Exposed):
        exposure_of(load(host=host, password="an old oak tree"))
    named = load(host=host, password="an old oak tree", allowed_origins="https://madang.example.org")
    assert exposure_of(named).has_password


def test_WEB_22_what_others_send_is_not_to_be_read_on_the_way() -> None:
    for origins in ("http://madang.lan:8765", "https://madang.example.org,http://192.168.1.5:8765"):
        with pytest.raises(Exposed) as refused:
            exposure_of(load(host="0.0.0.0", password="an old oak tree", allowed_origins=origins))
        assert refused.value.details["readable"] == [origins.rpartition(",")[2]]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8765", "http://localhost:8765", "http://[::1]:8765"])
def test_WEB_22_a_container_published_on_this_machine_needs_no_tls(origin: str) -> None:
    assert exposure_of(load(host="0.0.0.0", password="an old oak tree", allowed_origins=origin)).origins == (origin,)


def test_WEB_10_a_token_of_the_settings_carries_256_bits(tmp_path: Path) -> None:
    kept = tmp_path / "token"
    kept.write_text("short")
    for weak in (load(token="x" * 42), load(token="mdt_secret"), load(token_file=kept)):
        with pytest.raises(WeakToken):
            check_strength(weak)
    kept.write_text(secrets.token_urlsafe(32) + "\n")
    for strong in (
        load(),
        load(token=secrets.token_urlsafe(32)),
        load(token=secrets.token_hex(32)),
        load(token_file=kept),
    ):
        check_strength(strong)


def test_WEB_12_a_password_that_is_soon_guessed_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "password"
    kept.write_text("123456\n")
    for weak in (load(password="password"), load(password="비밀번호"), load(password_file=kept)):
        with pytest.raises(WeakPassword):
            check_strength(weak)
    check_strength(load(password="an old oak tree"))


@pytest.mark.parametrize(("variable", "value"), [("MADANG_TOKEN", "mdt_short"), ("MADANG_PASSWORD", "short")])
def test_with_a_weak_secret_it_does_not_start_and_says_which(tmp_path: Path, variable: str, value: str) -> None:
    server = Server(tmp_path, {variable: value})
    with pytest.raises(NotStarted):
        server.start()
    assert server.process is not None
    assert server.process.wait(30) == 1
    assert variable in server.output
    assert value not in server.output
    assert "Traceback" not in server.output
