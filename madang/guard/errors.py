"""Why a request was turned away at the door."""

from madang.errors import BadRequest, Conflict, MadangError, NotAllowed, NotFound, NotSignedIn, TooLarge, TooMany
from madang.errors import Unavailable as _Unavailable


class WrongHost(MadangError):
    """The request was meant for another name, so another site may be steering this browser."""

    code = "guard.wrong_host"
    status = 421


class ForeignOrigin(NotAllowed):
    """A page of another origin sent this."""

    code = "guard.foreign_origin"


class OriginMissing(NotAllowed):
    """A session changes something only from its own page; programs use a bearer token."""

    code = "guard.origin_missing"


class HeaderMissing(NotAllowed):
    """The session's cookie came without its header token, as from a page on another port."""

    code = "guard.header_missing"


class WrongCredential(NotSignedIn):
    """A token, code, ticket or password came that opens nothing; it may have run out."""

    code = "guard.wrong_credential"


class WrongMethod(MadangError):
    """No part of Madang knows this method."""

    code = "guard.wrong_method"
    status = 405


class WrongBody(MadangError):
    """The body is not what this address takes: JSON in UTF-8."""

    code = "guard.wrong_body"
    status = 415


class BodyTooLarge(TooLarge):
    """The body is larger than the limit; what was read is thrown away."""

    code = "guard.body_too_large"


class Unreadable(MadangError):
    """The request is not HTTP, or could be read in more than one way; nothing of it was done."""

    code = "guard.unreadable"
    status = 400


class HeadersTooLarge(MadangError):
    """The request's headers are larger than the limit."""

    code = "guard.headers_too_large"
    status = 431


class TooManyOpen(_Unavailable):
    """As many requests and sockets are open as this server serves at once."""

    code = "guard.too_many_open"


class TooSlow(MadangError):
    """The request, or the next part of its body, did not come in time."""

    code = "guard.too_slow"
    status = 408


class TooManyTries(TooMany):
    """Too many wrong credentials came from this address; `retry_after_seconds` says how long it waits."""

    code = "guard.too_many_tries"


class NoPassword(Conflict):
    """Signing in by password was asked for and none is set."""

    code = "guard.no_password"


class NoSuchToken(NotFound):
    """No token has this id; it may have been deleted."""

    code = "guard.no_such_token"


class Exposed(BadRequest):
    """The settings would open Madang to other machines without what protects it there."""

    code = "guard.exposed"


class WrongOrigin(BadRequest):
    """An allowed origin in the settings is not one: scheme, host and port, nothing behind."""

    code = "guard.wrong_origin"


class WeakToken(BadRequest):
    """The token of the settings could be guessed."""

    code = "guard.weak_token"


class WeakPassword(BadRequest):
    """The password of the settings could be guessed."""

    code = "guard.weak_password"
