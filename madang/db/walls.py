"""The tables of what may be done to this machine: opened folders, rules, questions, what was done and can be undone."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint

from madang.db.metadata import metadata
from madang.db.types import Json, Moment, Words

# The folders a person opened; `dev` and `ino` tell that the folder under the path is still the one that was opened.
opened_folders = Table(
    "opened_folders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("path", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("access", Text, nullable=False),
    Column("dev", BigInteger, nullable=False),
    Column("ino", BigInteger, nullable=False),
    # SHA-256 by path of the files in it that Madang itself loads, as the person last saw them.
    Column("accepted", Json, nullable=False),
    Column("opened_at", Moment, nullable=False),
)

# The rules a person wrote, each as its one line.
permission_rules = Table(
    "permission_rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("text", Words, nullable=False, unique=True),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

# What a person allowed beyond one time: `scope` says how far, `subject` is the run, conversation, folder or job.
# `taint` is what the run had met by then: what is met later is not covered.
grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("rule", Words, nullable=False),
    Column("taint", Json, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("used_at", Moment),
    Column("uses", Integer, nullable=False),
)

# Questions to a person. `sameness` is the action's digest without its step; each of `steps` waits for the answer.
# `request` is kept to look again, until the question is closed; `process` is who carries it out.
approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sameness", Text, nullable=False, index=True),
    Column("run", Text, nullable=False, index=True),
    Column("steps", Json, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("request", Json),
    Column("action", Json, nullable=False),
    Column("preview", Json, nullable=False),
    Column("verdict", Json, nullable=False),
    Column("offers", Json, nullable=False),
    Column("digest", Text, nullable=False),
    Column("taint", Json, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("process", Text),
    Column("effect", Text),
    Column("error", Json),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    Column("scope", Text),
)

# What was to be done and what came of it: the intent is stored before, the outcome after. `key` is run and step, so
# that a step that is taken again gets the outcome it had. A refusal is a row as well, without an effect.
effects = Table(
    "effects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, unique=True),
    Column("approval", Text),
    Column("run", Text, nullable=False, index=True),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("action", Json, nullable=False),
    Column("verdict", Json, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("process", Text),
    Column("facts", Json),
    Column("body", LargeBinary),
    Column("taint", Json, nullable=False),
    Column("error", Json),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

# The mode a person chose, for one conversation or, with an empty id, for all others.
permission_modes = Table(
    "permission_modes",
    metadata,
    Column("conversation", Text, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)

# What a run has met and how often it asked; `mode` is the one it began with.
permission_runs = Table(
    "permission_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("taint", Json, nullable=False),
    Column("asks", Integer, nullable=False),
    Column("denials", Integer, nullable=False),
    Column("paused", Text),
    Column("began_at", Moment, nullable=False),
)

# What happened, one entry after the other: `mac` covers the entry and the `mac` before it, with a key kept elsewhere.
# Each key has its own chain: processes on one PostgreSQL need not share theirs.
audit = Table(
    "audit",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chain", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("entry", Json, nullable=False),
    Column("mac", Text, nullable=False),
    UniqueConstraint("chain", "number"),
)

# A program that a person ran: how it ended, and what it printed, its beginning and its end.
program_runs = Table(
    "program_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("argv", Json, nullable=False),
    Column("cwd", Words, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("facts", Json),
    Column("error", Json),
    Column("process", Text),
)

# What actions changed in opened folders, to undo it: one row for each action and folder. `changes` has each path as it
# was and as it became; contents lie in the data folder by their SHA-256.
undo_entries = Table(
    "undo_entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("effect", Text, nullable=False),
    Column("run", Text, nullable=False, index=True),
    Column("actor_kind", Text, nullable=False),
    Column("folder", Text, nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("process", Text),
    Column("at", Moment, nullable=False),
    Column("changes", Json, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)
