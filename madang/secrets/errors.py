"""What can go wrong with a key."""

from typing import cast

from madang.errors import BadRequest, Conflict, NotFound, Unavailable
from madang.secrets.types import Problem


class PlaceUnusable(Unavailable):
    """The place a key should be kept in does not work. Details: `problem` (keyring_absent, passphrase_wrong …)."""

    code = "secrets.place_unusable"

    @property
    def problem(self) -> Problem:
        """Why, as a word."""
        return cast(Problem, self.details["problem"])


class InvalidKey(BadRequest):
    """A key is one line of plain characters, as it goes into a request's header."""

    code = "secrets.invalid"


class InvalidName(BadRequest):
    """Keys belong to providers: `provider:` and the provider's id."""

    code = "secrets.invalid_name"


class NotOurs(Conflict):
    """The key comes from the environment, so it is changed there. Details: `source`."""

    code = "secrets.not_ours"


class NoSuchKey(NotFound):
    """There is no key of this name."""

    code = "secrets.no_such_key"


class SecretFileUnreadable(BadRequest):
    """A file that a `*_FILE` variable names cannot be read. Details: `path`."""

    code = "secrets.file_unreadable"
