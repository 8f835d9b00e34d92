"""What can go wrong in a conversation."""

from madang.errors import BadRequest, Conflict


class EmptyMessage(BadRequest):
    """There is neither text nor a file to answer."""

    code = "chat.empty"


class ClientIdReused(Conflict):
    """The client id belongs to another message already, so this one is not taken for it."""

    code = "chat.client_id_reused"


class WrongState(Conflict):
    """The turn is not in a state in which this can be done. `details` name the `status` and the `action`."""

    code = "chat.wrong_state"


class UnreadableAttachment(BadRequest):
    """The file is neither a picture nor text in an encoding that is known here."""

    code = "chat.attachment_unreadable"


class TooManyAttachments(BadRequest):
    """More files than one message takes."""

    code = "chat.too_many_attachments"


class Busy(Conflict):
    """Another turn of the conversation is being answered."""

    code = "chat.busy"
