"""What can be wrong with running a program."""

from madang.errors import BadRequest, Conflict, MadangError, NotAllowed, NotFound, Unavailable


class BadArguments(BadRequest):
    """The words hold a character no program can be given, or are too many."""

    code = "system.bad_arguments"


class ProgramNotFound(NotFound):
    """No program of that name lies in the folders of this system's programs."""

    code = "system.no_such_program"


class ProgramRefused(NotAllowed):
    """That file is not run: it lies elsewhere, can be changed by others, or only starts another program."""

    code = "system.program_refused"


class ProgramChanged(Conflict):
    """The program's file, or the folder it was to run in, is not the one that was looked at."""

    code = "system.program_changed"


class SandboxMissing(Unavailable):
    """This machine has no sandbox as strong as programs are required to have."""

    code = "system.sandbox_missing"


class SandboxFailed(MadangError):
    """The sandbox could not be put up, so the program was not run."""

    code = "system.sandbox_failed"
    status = 500


class TooManyPrograms(Unavailable):
    """As many programs as may run at once are waiting to run already."""

    code = "system.too_many_programs"
