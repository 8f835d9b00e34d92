"""The one error tree: every failure a person or a program may meet has a code, a status and its facts."""

import re
from typing import Any, ClassVar

_NAME = re.compile(r"\w[\w .:/@+-]{0,99}")


def named(text: str) -> str:
    """Return `text`, which somebody sent, as an error may repeat it: what looks like a name is said, else `…`."""
    return text if _NAME.fullmatch(text) else "…"


class MadangError(Exception):
    """Base of all errors that leave the house.

    `code` is what the browser translates and programs match; `status` is the HTTP status; the keyword
    arguments become `details`, JSON values that the sentence needs. Each room adds its own branch in
    `madang/<room>/errors.py`, with codes that begin with the room's name.

        MadangError
        ├── BadRequest 422     ├── NotSignedIn 401   ├── NotAllowed 403   ├── NotFound 404
        ├── Conflict 409       ├── TooLarge 413      ├── TooMany 429      ├── Unavailable 503
        └── OutOfSpace 507
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class BadRequest(MadangError):
    """The request cannot be understood or holds a value out of bounds."""

    code = "bad_request"
    status = 422


class NotSignedIn(MadangError):
    """No valid credential came with the request."""

    code = "not_signed_in"
    status = 401


class NotAllowed(MadangError):
    """The credential is valid and its scopes do not cover this."""

    code = "not_allowed"
    status = 403


class NotFound(MadangError):
    """Nothing of that name is here."""

    code = "not_found"
    status = 404


class Conflict(MadangError):
    """The request contradicts what is already there."""

    code = "conflict"
    status = 409


class TooLarge(MadangError):
    """The request or a part of it is over its limit."""

    code = "too_large"
    status = 413


class TooMany(MadangError):
    """Too many of these in a short time."""

    code = "too_many"
    status = 429


class Unavailable(MadangError):
    """A part that this needs is not there at the moment."""

    code = "unavailable"
    status = 503


class OutOfSpace(MadangError):
    """The disk is full, so nothing new is taken in; what is stored can be read."""

    code = "disk_full"
    status = 507
