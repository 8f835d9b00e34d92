"""Every table; those of folders, rules and effects stand in `walls`.

Times are `Moment`s in UTC, money is whole micro-dollars, ids sort by time.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from madang.db.metadata import metadata
from madang.db.types import Json, Moment, Words

# What the installation knows about itself, such as its own random name.
meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json, nullable=False),
)

# Who is signed in. Only hashes of the cookie and of the header token are kept.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cookie_hash", Text, nullable=False, unique=True),
    Column("token_hash", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("last_seen_at", Moment, nullable=False),
    Column("label", Words, nullable=False),
)

# Sign-in codes and tickets, as hashes, where several processes share them; `holder` is who a ticket lets in.
passes = Table(
    "passes",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("holder", Json),
    Column("ends_at", Moment, nullable=False, index=True),
)

# The processes at work on one PostgreSQL; one that does not move `alive_until` on is taken for dead.
processes = Table(
    "processes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alive_until", Moment, nullable=False),
)

# Bearer tokens for programs.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("last4", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("models", Json),
    Column("keeps_answers", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

# What the person chose; a missing row means the default.
preferences = Table(
    "preferences",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json),
    Column("updated_at", Moment, nullable=False),
)

# What may be said about a key. The key itself is never in the database.
key_notes = Table(
    "key_notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# Model servers the person added; prices are for those no price list knows.
providers = Table(
    "providers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("price_input_microusd_per_mtok", BigInteger),
    Column("price_output_microusd_per_mtok", BigInteger),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# The ledger: one row for every model call, kept answer or not, good or failed. Rows are only ever added.
# `day` is the date, YYYY-MM-DD, whose cap the call counts against. An unknown cost is NULL, never 0.
calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False, index=True),
    Column("day", Text, nullable=False, index=True),
    Column("feature", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("conversation_id", Text),
    Column("turn_id", Text, index=True),
    Column("token_id", Text),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("cache", Text, nullable=False),
    Column("cache_key", Text),
    Column("status", Text, nullable=False),
    Column("error_code", Text),
    Column("attempts", Integer, nullable=False),
    Column("prompt_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("completion_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("cost_microusd", BigInteger),
    Column("price_date", Text),
    Column("saved_microusd", BigInteger),
    Column("ttft_ms", BigInteger),
    Column("latency_ms", BigInteger),
    Column("finish_reason", Text),
    Column("tier", Text),
    Column("tier_saved_microusd", BigInteger),
    Column("trimmed_tokens", BigInteger),
    Column("route_id", Text),
    Column("route_instead_of", Text),
    Column("route_saved_microusd", BigInteger),
    Column("prefix_saved_microusd", BigInteger),
)

# The keys of questions whose answers the person wants never kept.
never_kept = Table(
    "never_kept",
    metadata,
    Column("key", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
)

# Questions whose kept answers may serve similar ones. A bucket is everything else that was asked with the question, as
# a hash; `key` is that of the kept answer; the vector is of length 1, in floats of 32 bits.
similar_questions = Table(
    "similar_questions",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("embedder", Text, primary_key=True),
    Column("key", Text, primary_key=True, index=True),
    Column("question", Words, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)

# Calls that were answered with what was kept for a similar question, and when the person said that this was wrong.
similar_hits = Table(
    "similar_hits",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("asked_key", Text, nullable=False, index=True),
    Column("kept_key", Text, nullable=False, index=True),
    Column("embedder", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
    Column("wrong_at", Moment),
)

# Money promised to calls that are under way; `owner` is the process that holds the promise.
reservations = Table(
    "reservations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("day", Text, nullable=False, index=True),
    Column("amount_microusd", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("owner", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("conversation_id", Text),
    Column("turn_id", Text),
    Column("token_id", Text),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
)

# What calls of one scope and subject have cost on a day: sums of the ledger, kept with each of its rows, so that a cap
# reads a few rows however long the ledger is. A call that cost nothing is not among them.
spending = Table(
    "spending",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("cost_microusd", BigInteger, nullable=False),
    Column("unknown_calls", BigInteger, nullable=False),
)

# The most that calls may cost: those of a scope and subject, within a day, a month or for good.
caps = Table(
    "caps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("limit_microusd", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("scope", "subject", "window"),
)

# What a person decided about the price of a model: `set`, `free` or `refuse`. Only `set` has prices.
model_prices = Table(
    "model_prices",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("decision", Text, nullable=False),
    Column("input_microusd_per_mtok", BigInteger),
    Column("output_microusd_per_mtok", BigInteger),
    Column("cached_microusd_per_mtok", BigInteger),
    Column("updated_at", Moment, nullable=False),
)

# What a person was told of a cap: that a step, in percent of its limit, is reached in the window that begins with the
# day `period`. A row is a step that is not told again.
cap_alerts = Table(
    "cap_alerts",
    metadata,
    Column("cap_id", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("window", Text, nullable=False),
    Column("limit_microusd", BigInteger, nullable=False),
    Column("spent_microusd", BigInteger, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

# `title_folded` is the title in NFC and casefolded, for search by substring.
conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Words, nullable=False),
    Column("title_folded", Words, nullable=False),
    Column("title_source", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("archived_at", Moment),
    Column("deleted_at", Moment, index=True),
    Column("options", Json, nullable=False),
    Column("active_turn_id", Text),
    Column("context", Json),
    Index("ix_conversations_updated_at_id", "updated_at", "id"),
)

# One question and its answer. Branches are siblings with the same parent. `live_from` is the number in the journal
# after which the deltas of the current answer stand; `process` is the one of several that answers.
turns = Table(
    "turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", Text),
    Column("client_id", Text, unique=True),
    Column("body_hash", Text),
    Column("actor", Text, nullable=False),
    Column("content", Words, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("answer", Words, nullable=False),
    Column("reasoning", Words, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("held", Boolean, nullable=False),
    Column("error", Json),
    Column("finish_reason", Text),
    Column("model", Text),
    Column("options", Json, nullable=False),
    Column("receipt", Json),
    Column("cache_asked", Text, nullable=False),
    Column("live_from", BigInteger, nullable=False),
    Column("process", Text),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
)

# Images and text files; without a conversation until the message they belong to is sent.
attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), index=True),
    Column("name", Words, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
)

# Saved sets of options.
presets = Table(
    "presets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("options", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# What is written and not yet sent; the key is a conversation's id or "new".
drafts = Table(
    "drafts",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("content", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# The journal's streams: the number given out last, and up to where events have been cleared away.
streams = Table(
    "streams",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_number", BigInteger, nullable=False),
    Column("kept_after", BigInteger, nullable=False),
)

# The journal: numbered without gaps within a stream, in the order of commits.
events = Table(
    "events",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("data", Json, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)
