"""Puts the keys' places together for one installation."""

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.db.folder import prepare_folder
from madang.principal import Announce
from madang.redact import Redactor
from madang.secrets.files import PlainFile, SealedFile
from madang.secrets.given import given_keys, secret_of
from madang.secrets.keyring import KeyringPlace
from madang.secrets.service import Secrets
from madang.secrets.types import Place, Stored


def open_secrets(
    db: Database, clock: Clock, announce: Announce, *, settings: Settings, redactor: Redactor, install: str
) -> Secrets:
    """Return the keys of the installation `install`.

    Raises `SecretFileUnreadable` where a file cannot be read, and `UnsafeDataDir` for the folder of the keys.
    """
    shared = prepare_folder(settings.keys_dir) if settings.keys_dir else None
    folder = shared or settings.data_dir
    places: dict[Stored, Place] = {
        "keyring": KeyringPlace(f"madang {install}", clock, settings.keyring_timeout),
        "protected": SealedFile(folder, secret_of(settings.passphrase, settings.passphrase_file)),
        "file": PlainFile(folder),
    }
    given = given_keys(settings)
    return Secrets(db, clock, announce, redactor=redactor, places=places, given=given, shares_files=shared is not None)
