"""Whether the secrets of the settings are worth their name, asked before the server starts."""

from madang.config import Settings
from madang.guard.errors import WeakPassword, WeakToken
from madang.secrets.given import secret_of

_TOKEN_CHARACTERS = 43
"""What 256 bits take when they are written in base64 without its padding."""
_PASSWORD_CHARACTERS = 10
"""A person guesses through the brake: twenty tries a minute at first, then ever fewer."""


def check_strength(settings: Settings) -> None:
    """Raise `WeakToken` or `WeakPassword` where one is given and too short; `SecretFileUnreadable` as well."""
    token = secret_of(settings.token, settings.token_file)
    if token is not None and len(token) < _TOKEN_CHARACTERS:
        raise WeakToken(
            f"MADANG_TOKEN is too easy to guess: it needs {_TOKEN_CHARACTERS} random characters at least, such as "
            "`openssl rand -base64 32` prints",
            min=_TOKEN_CHARACTERS,
        )
    password = secret_of(settings.password, settings.password_file)
    if password is not None and len(password) < _PASSWORD_CHARACTERS:
        raise WeakPassword(
            f"MADANG_PASSWORD is too easy to guess: it needs {_PASSWORD_CHARACTERS} characters at least",
            min=_PASSWORD_CHARACTERS,
        )
