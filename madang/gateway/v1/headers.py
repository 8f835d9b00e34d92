"""The headers of an answer: which call it was, who answered, whether it was kept, what it cost."""

from urllib.parse import quote

from madang.gateway.types import Likeness, Receipt, Started
from madang.guard.asgi import Header

# A model's name may be whatever somebody sent, and a header is one line of ASCII.
_PLAIN = "/:.,@+_-~ "
# A letter of Korean takes nine bytes so, and what passes headers on often takes no more than 4 KiB of them.
_LONGEST_QUESTION = 200


def of_start(started: Started) -> list[Header]:
    """Return what is known when an answer begins."""
    call, similar = started.call_id.encode(), started.similar
    return [
        (b"x-request-id", call),
        (b"x-madang-call-id", call),
        (b"x-madang-model", quote(started.model, safe=_PLAIN).encode()),
        (b"x-madang-cache", started.cache.encode()),
        *(_of_likeness(similar) if similar else ()),
    ]


def of_end(receipt: Receipt) -> list[Header]:
    """Return what is known when an answer has ended. A cost that nobody knows is left out."""
    told = {
        "x-madang-cost-usd": usd(receipt.cost_microusd),
        "x-madang-saved-usd": usd(receipt.saved_microusd),
        "x-madang-cache-age": None if receipt.similar else receipt.cache_age_seconds,
        "x-madang-capped-at-tokens": receipt.capped_at_tokens,
        "x-madang-route": quote(receipt.route_name, safe=_PLAIN) if receipt.route_name else None,
        "x-madang-instead-of": quote(receipt.route_instead_of, safe=_PLAIN) if receipt.route_instead_of else None,
        "openai-processing-ms": receipt.latency_ms,
    }
    return [(name.encode(), str(value).encode()) for name, value in told.items() if value is not None]


def _of_likeness(similar: Likeness) -> list[Header]:
    """Return which question was answered, how like this one it is, and how long ago.

    All that is known before the answer begins, for streams as well.
    """
    return [
        (b"x-madang-similarity", b"%.4f" % similar.score),
        (b"x-madang-cache-age", b"%d" % similar.age_seconds),
        (b"x-madang-similar-question", quote(similar.question[:_LONGEST_QUESTION], safe=_PLAIN).encode()),
    ]


def usd(microusd: int | None) -> str | None:
    """Return micro-dollars as dollars with six digits behind the point."""
    return None if microusd is None else f"{microusd // 1_000_000}.{microusd % 1_000_000:06}"
