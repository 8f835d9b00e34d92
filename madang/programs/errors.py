"""What can be wrong with a program that was run."""

from madang.errors import NotFound


class NoSuchRun(NotFound):
    """No run of a program has this id."""

    code = "programs.no_such_run"
