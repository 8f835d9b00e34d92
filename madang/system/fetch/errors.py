"""What can be in the way of a web page."""

from madang.errors import BadRequest, Conflict, NotAllowed, NotFound, TooMany, Unavailable


class BadFetchUrl(BadRequest):
    """The address is none that is fetched. Details: `reason`: `scheme`, `credentials`, `characters`, `host`, `port` or
    `length`."""

    code = "system.fetch_bad_url"


class NotPublic(NotAllowed):
    """The address leads into this machine or a private network. Details: `host`, and `kind`: `loopback`, `private`,
    `link_local`, `metadata`, `multicast`, `reserved`, `own` or `name`."""

    code = "system.fetch_not_public"


class NoSuchHost(NotFound):
    """The name has no address. Details: `host`."""

    code = "system.fetch_no_such_host"


class FetchUnreachable(Unavailable):
    """There is no connection. Details: `host`, and `reason`: `connection`, `certificate` or `answer` (no HTTP)."""

    code = "system.fetch_unreachable"


class FetchTimedOut(Unavailable):
    """The server took too long. Details: `host`."""

    code = "system.fetch_timed_out"


class FetchTooMany(TooMany):
    """As many pages are being fetched, or names looked up, as may be at once. Details: `most`."""

    code = "system.fetch_too_many"


class BadRedirect(NotAllowed):
    """The page sends us on to where nobody is sent. Details: `reason`: `address`, `downgrade` (to http), `private` or
    `hops`."""

    code = "system.fetch_bad_redirect"


class FetchRefused(Conflict):
    """The server has no page for us. Details: `host` and `http_status`."""

    code = "system.fetch_refused"


class NotReadable(BadRequest):
    """What is there is no text. Details: `type`, and `reason`: `type`, `pdf` or `coding` (packed in another way)."""

    code = "system.fetch_not_readable"
