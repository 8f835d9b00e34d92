"""What can be in the way of opening a folder, or of using one that was opened."""

from madang.errors import BadRequest, Conflict, NotAllowed, NotFound


class BadFolderPath(BadRequest):
    """Not an absolute path, or one with names no folder has."""

    code = "folders.bad_path"


class FolderNotThere(NotFound):
    """No folder is under this path."""

    code = "folders.not_there"


class LinkToFolder(BadRequest):
    """The path leads over a symbolic link. Details: `real`, where the folder lies."""

    code = "folders.link"


class FolderNotForUs(NotAllowed):
    """This folder is never opened. Details: `reason`: `root`, `system`, `madang` (ours, or one around or in it) or
    `home` (to write)."""

    code = "folders.not_for_us"


class FolderOutOfReach(NotAllowed):
    """This account may not read it, or not write to it. Details: `access`."""

    code = "folders.out_of_reach"


class FolderAlreadyOpen(Conflict):
    """It is open. Details: `id`."""

    code = "folders.already_open"


class FolderNested(Conflict):
    """It lies in an opened folder or around one. Details: `id` and `path` of that one."""

    code = "folders.nested"


class TooManyFolders(Conflict):
    """As many are open as can be. Details: `most`."""

    code = "folders.too_many"


class NoSuchFolder(NotFound):
    """No opened folder has this id."""

    code = "folders.no_such_folder"


class FolderGone(Conflict):
    """An opened folder is no longer under its path."""

    code = "folders.gone"


class FolderReplaced(Conflict):
    """Another folder lies under the path of an opened one, and nothing is done in it."""

    code = "folders.replaced"


class FolderOpenedToRead(NotAllowed):
    """The folder was opened to be read only."""

    code = "folders.opened_to_read"


class TrustOutdated(Conflict):
    """The files changed again since they were looked at."""

    code = "folders.trust_outdated"
