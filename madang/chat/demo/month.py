"""Which calls a made-up month has: when, on which model, how long, how they ended.

All chance comes from a seed. What is asked and answered stands in `talks.json`: a list of conversations, each a list of
questions with their answers.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from madang.gateway.types import CacheOutcome, CallStatus, Feature, Usage
from madang.ids import id_of

OFTEN_CACHED_TOKENS = 1024
"""From this length on a provider keeps the beginning of a prompt, and bills it at a fraction."""


@dataclass(frozen=True, slots=True)
class Maker:
    """A model of the made-up month. `share` is how often it is chosen; `is_priced` where its price is to be known."""

    provider: str
    name: str
    share: int
    first_word_ms: int
    tokens_a_second: int
    thinks: bool = False
    is_free: bool = False
    is_priced: bool = True

    @property
    def id(self) -> str:
        return f"{self.provider}/{self.name}"


SMALL = Maker("openai", "gpt-4o-mini", 56, 420, 90)
MAKERS = (
    SMALL,
    Maker("openai", "gpt-4o", 16, 610, 70),
    Maker("openai", "o4-mini", 8, 2400, 110, thinks=True),
    Maker("ollama", "qwen3:8b", 14, 260, 32, is_free=True),
    Maker("lab", "llama-4-70b", 6, 800, 45, is_priced=False),
)
# How a call ends, and how often: nearly all well, and a few as calls do end.
_ENDS: tuple[tuple[CallStatus, str | None, int], ...] = (
    ("done", None, 945),
    ("error", "gateway.rate_limited", 14),
    ("error", "gateway.timed_out", 8),
    ("error", "gateway.overloaded", 5),
    ("incomplete", "gateway.incomplete", 6),
    ("cancelled", None, 22),
)
_EVENINGS = (1, 0, 0, 0, 0, 0, 1, 2, 5, 9, 11, 10, 5, 7, 10, 11, 9, 7, 4, 5, 7, 8, 6, 3)
"""How busy each hour of a day is in Seoul."""
_TALKS = Path(__file__).parent / "talks.json"
_SEOUL = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Made:
    """One call, and the words that were asked and answered in it. `token` is the program's place among the tokens."""

    id: str
    at: datetime
    maker: Maker
    feature: Feature
    cache: CacheOutcome
    status: CallStatus
    error_code: str | None
    attempts: int
    usage: Usage
    ttft_ms: int | None
    latency_ms: int
    question: str = ""
    answer: str = ""
    token: int | None = None


@dataclass(frozen=True, slots=True)
class MadeTalk:
    """One conversation: its id, the calls behind its answers, and the call that named it, if any."""

    id: str
    answers: tuple[Made, ...]
    naming: Made | None


def month(seed: int, days: int, until: datetime) -> tuple[list[MadeTalk], list[Made]]:
    """Return conversations of the `days` before `until`, and calls that programs made without one."""
    chance = random.Random(seed)  # noqa: S311 - made-up data, no secret
    since = until - timedelta(days=days)
    lines = json.loads(_TALKS.read_text(encoding="utf-8"))
    talks = [_talk(chance, at, chance.choice(lines)) for at in sorted(_beginnings(chance, since, until))]
    programs = [_program_call(chance, at) for at in sorted(_program_times(chance, since, until))]
    return talks, programs


def _beginnings(chance: random.Random, since: datetime, until: datetime) -> Iterator[datetime]:
    """When conversations begin: more on weekdays, by day and in the evening."""
    day = since
    while day < until:
        is_weekend = (day + _SEOUL).weekday() >= 5
        for _ in range(chance.randint(0, 4) if is_weekend else chance.randint(3, 11)):
            hour = chance.choices(range(24), _EVENINGS)[0]
            midnight = (day + _SEOUL).replace(hour=0, minute=0, second=0, microsecond=0) - _SEOUL
            at = midnight + timedelta(hours=hour, seconds=chance.randrange(3600), milliseconds=chance.randrange(1000))
            if since <= at < until - timedelta(minutes=30):
                yield at
        day += timedelta(days=1)


def _program_times(chance: random.Random, since: datetime, until: datetime) -> Iterator[datetime]:
    """When programs ask: often every night, and on both sides of every midnight in UTC, as schedules do."""
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while midnight < until:
        nights = (midnight + timedelta(seconds=30 * number) for number in range(chance.randint(4, 14)))
        yield from (at for at in (midnight - timedelta(milliseconds=1), *nights) if since <= at < until)
        midnight += timedelta(days=1)


def _talk(chance: random.Random, at: datetime, lines: list[list[str]]) -> MadeTalk:
    maker = chance.choices(MAKERS, [one.share for one in MAKERS])[0]
    answers: list[Made] = []
    context = 180 if chance.random() < 0.3 else 30
    for question, answer in lines[: chance.randint(1, len(lines))]:
        attached = chance.choice([0, 0, 0, 0, 1200, 3800, 9000])
        made = _call(chance, at, maker, context + attached + len(question), len(answer), follows=bool(answers))
        answers.append(replace(made, question=question, answer=answer))
        context = (made.usage.prompt_tokens or context) + (made.usage.completion_tokens or 0)
        at += timedelta(milliseconds=made.latency_ms + chance.randrange(8_000, 180_000))
        if made.status != "done":
            break
    naming = None
    if answers[0].status == "done" and chance.random() < 0.5:
        after = answers[0].at + timedelta(milliseconds=answers[0].latency_ms + 5)
        naming = replace(_call(chance, after, SMALL, 210, 9, follows=False), feature="title", cache="off")
    return MadeTalk(_id(chance, answers[0].at), tuple(answers), naming)


def _program_call(chance: random.Random, at: datetime) -> Made:
    maker = chance.choice((SMALL, SMALL, MAKERS[1]))
    made = _call(
        chance, at, maker, chance.randrange(300, 4200), chance.randrange(40, 600), follows=chance.random() < 0.5
    )
    # Programs ask the same in many words, and may take the answer to a similar question.
    cache: CacheOutcome = "similar" if made.cache == "hit" and chance.random() < 0.4 else made.cache
    return replace(made, cache=cache, token=chance.choice((0, 0, 1)))


def _call(chance: random.Random, at: datetime, maker: Maker, prompt: int, answer: int, *, follows: bool) -> Made:
    status, code, _ = chance.choices(_ENDS, [share for *_, share in _ENDS])[0]
    is_hit = status == "done" and not follows and chance.random() < 0.24
    words = max(4, round(answer * chance.uniform(0.5, 2.2)))
    thought = chance.randrange(200, 1800) if maker.thinks else 0
    cached = prompt // 128 * 128 if follows and prompt >= OFTEN_CACHED_TOKENS and maker.provider == "openai" else 0
    ttft = 1 + chance.randrange(5) if is_hit else round(maker.first_word_ms * chance.lognormvariate(0, 0.45))
    counts = Usage(prompt, cached, words + thought, thought)
    has_words = status in ("done", "incomplete", "cancelled")
    return Made(
        id=_id(chance, at),
        at=at,
        maker=maker,
        feature="chat",
        cache="hit" if is_hit else chance.choice(("miss", "miss", "miss", "off")),
        status=status,
        error_code=code,
        attempts=0 if is_hit else 3 if code == "gateway.rate_limited" else chance.choices((1, 2, 3), (970, 24, 6))[0],
        usage=counts if status == "done" else Usage(),
        ttft_ms=ttft if has_words else None,
        latency_ms=ttft + (0 if is_hit else round(1000 * (words + thought) / maker.tokens_a_second)),
    )


def _id(chance: random.Random, at: datetime) -> str:
    return id_of(int(at.timestamp() * 1000), chance.getrandbits(80))
