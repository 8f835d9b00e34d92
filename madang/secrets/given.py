"""Secrets that the settings bring: in a file a variable names, in the environment, or in `.env`."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from madang.config import Settings, secret_variables
from madang.secrets.errors import SecretFileUnreadable
from madang.secrets.types import Given

ENVIRONMENT_PROVIDER = "provider:env"
"""The server at OPENAI_BASE_URL. Its key comes from the same place as its address, so a stored key never goes there."""
_LARGEST_BYTES = 64 * 2**10


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """A secret and where it came from."""

    value: str = field(repr=False)
    source: Given


def secret_of(value: SecretStr | None, path: Path | None) -> str | None:
    """Return the setting, or the content of the file it names. Raises `SecretFileUnreadable`."""
    return _in_file(path) if path is not None else (value.get_secret_value() if value is not None else None)


def given_keys(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, GivenSecret]:
    """Return the keys of providers that the settings bring, by name. Of `environ` only names are read."""
    value = secret_of(settings.openai_api_key, settings.openai_api_key_file)
    if not value:
        return {}
    source: Given = "environment" if "OPENAI_API_KEY" in map(str.upper, environ) else "env_file"
    if settings.openai_api_key_file is not None:
        source = "file_ref"
    name = ENVIRONMENT_PROVIDER if settings.openai_base_url else "provider:openai"
    return {name: GivenSecret(value.strip(), source)}


def other_secrets(settings: Settings) -> list[str]:
    """Return what else must never be shown: the password, the token, the passphrase, the database's password."""
    pairs = (
        (settings.password, settings.password_file),
        (settings.token, settings.token_file),
        (settings.passphrase, settings.passphrase_file),
    )
    return [*filter(None, (secret_of(*pair) for pair in pairs)), *_database_password(settings)]


def is_open_to_others(env_file: Path) -> bool:
    """Say whether other users of this machine can read secrets in a `.env` file."""
    from dotenv import dotenv_values

    try:
        mode = env_file.stat().st_mode
    except OSError:
        return False
    if os.name != "posix" or not mode & (stat.S_IRGRP | stat.S_IROTH):
        return False
    return any(value and name.upper() in secret_variables() for name, value in dotenv_values(env_file).items())


def _database_password(settings: Settings) -> list[str]:
    if settings.database_url is None:
        return []
    account, found, _ = settings.database_url.get_secret_value().partition("://")[2].rpartition("@")
    password = account.partition(":")[2]
    return [password] if found and password else []


def _in_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise SecretFileUnreadable(f"the secret in {path} cannot be read: {reason}", path=str(path)) from None
