"""What can be in the way of undoing."""

from madang.errors import Conflict, NotFound


class NoSuchChange(NotFound):
    """Nothing of this id can be undone."""

    code = "system.no_such_change"


class NotUndoable(Conflict):
    """What this changed is not held. Details: `state`."""

    code = "system.not_undoable"
