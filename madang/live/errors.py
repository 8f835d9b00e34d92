"""What a page or program can get wrong on a live connection."""

from madang.errors import BadRequest, NotAllowed, TooMany


class BadFrame(BadRequest):
    """A frame is too long, no JSON object, or of no known type."""

    code = "live.bad_frame"


class BadPosition(BadRequest):
    """`after` or `Last-Event-ID` is not a number from 0 on."""

    code = "live.bad_position"


class StreamNotAllowed(NotAllowed):
    """This stream may not be followed with this credential."""

    code = "live.stream_not_allowed"


class TooManyFollows(TooMany):
    """One connection follows a bounded number of streams."""

    code = "live.too_many_follows"
