"""Keys of an installation on a real database, with the keyring of the test's choice."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from madang.clock import FixedClock
from madang.db.database import Database
from madang.redact import Redactor
from madang.secrets.files import PlainFile, SealedFile
from madang.secrets.given import GivenSecret
from madang.secrets.keyring import KeyringPlace
from madang.secrets.service import Secrets
from tests.secrets.rings import HangingRing, MemoryRing
from tests.support.keyring import SecretService, missing_daemon, secret_service

KEY = "sk-CANARY-abcdefghijklmnop-1234"
OTHER_KEY = "sk-CANARY-zyxwvutsrqponmlk-9876"
NAME = "provider:openai"
Open = Callable[..., Any]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(tmp_path / "madang.sqlite3")
    await database.start()
    yield database
    await database.stop()


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def open_secrets(db: Database, tmp_path: Path, redactor: Redactor) -> Open:
    async def opened(ring: MemoryRing | None = None, passphrase: str | None = None, **given: GivenSecret) -> Secrets:
        patience = 0.2 if isinstance(ring, HangingRing) else 60
        keyring = KeyringPlace("madang test", FixedClock(), patience, lambda: ring)
        places = {"keyring": keyring, "protected": SealedFile(tmp_path, passphrase), "file": PlainFile(tmp_path)}
        by_name = {f"provider:{name}": secret for name, secret in given.items()}
        heard: list[Any] = []
        secrets = Secrets(
            db, FixedClock(), lambda *event: heard.append(event), redactor=redactor, places=places, given=by_name
        )
        await secrets.start()
        return secrets

    return opened


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    if missing := missing_daemon():
        pytest.skip(f"no {missing} on this machine: apt install gnome-keyring dbus-x11")
    with secret_service() as service:
        service.unlock()
        yield service
