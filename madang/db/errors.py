"""What can go wrong with the store, in words a person can act on."""

from madang.errors import MadangError, Unavailable


class StoreError(MadangError):
    """Base of the store's own failures.

    StoreError
    ├── DamagedDatabase 500   ├── NewerDatabase 500    ├── DataDirBusy 409
    ├── UnsafeDataDir 500     ├── StorageFailed 507    ├── ReadOnlyDatabase 507
    ├── UnsupportedDatabase 500   ├── DamagedRow 500
    and, as a kind of `Unavailable`, StoreUnavailable 503; a full disk is `madang.errors.OutOfSpace`.
    """

    code = "db.failed"


class DamagedDatabase(StoreError):
    """The database file does not pass its check. A copy is kept; nothing is written to it."""

    code = "db.damaged"


class DamagedRow(StoreError):
    """One thing that is stored is not as it was written, and is not read; all others are."""

    code = "db.damaged_row"


class NewerDatabase(StoreError):
    """The database was written by a later Madang. Nothing in it is touched."""

    code = "db.newer"


class UnsupportedDatabase(StoreError):
    """DATABASE_URL is no address, or names a database that Madang cannot work with."""

    code = "db.unsupported"


class DataDirBusy(StoreError):
    """Another Madang works in this data folder; `pid` and `url` say which."""

    code = "db.data_dir_busy"
    status = 409


class UnsafeDataDir(StoreError):
    """The data folder could be changed by somebody else, so nothing is kept in it."""

    code = "db.unsafe_data_dir"


class StorageFailed(StoreError):
    """The disk answered a read or a write with an error."""

    code = "db.storage_failed"
    status = 507


class ReadOnlyDatabase(StoreError):
    """The disk or the database refuses writes; what is stored can be read."""

    code = "db.read_only"
    status = 507


class StoreUnavailable(Unavailable):
    """The database cannot be reached, or went away; whether a commit under way took place is not known."""

    code = "db.unavailable"


class LeaseLost(StoreUnavailable):
    """Another process took this one for dead, so it may write nothing more about what it worked on until then."""

    code = "db.unavailable"


class StoreBusy(StoreUnavailable):
    """Others were in the way. Nothing of the transaction took place, so it can simply be tried again."""

    code = "db.busy"
