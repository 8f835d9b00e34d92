"""Other machines are let in only with what protects Madang there."""

import pytest

from madang.config import load
from madang.guard.errors import Exposed
from madang.guard.exposure import exposure_of


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
    assert not exposure_of(named).is_readable_on_the_way
    plain = load(host=host, password="an old oak tree", allowed_origins="http://madang.lan:8765")
    assert exposure_of(plain).is_readable_on_the_way
