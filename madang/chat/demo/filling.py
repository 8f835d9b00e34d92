"""Writes a made-up month into a folder of its own: the ledger, conversations with their turns, and tokens."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from madang.chat.demo.month import MAKERS, Made, MadeTalk, Maker, month
from madang.chat.store import conversations, turns
from madang.chat.titles import first_words
from madang.chat.types import Conversation, Turn
from madang.clock import FixedClock
from madang.db.database import FILE_NAME, Database
from madang.db.folder import prepare_folder
from madang.db.transaction import Transaction
from madang.gateway.days import day_of
from madang.gateway.entries import NO_THRIFT, Entry
from madang.gateway.ledger import Ledger
from madang.gateway.prices import Prices, Tariff, cost_microusd
from madang.gateway.thrift import thrift_of
from madang.gateway.types import (
    Caller,
    Provider,
    Receipt,
)
from madang.guard.tokens import Tokens

_ACTOR = "person:demo"
_PROGRAMS = ("VS Code", "nightly-report")
Tariffs = dict[str, Tariff | None]


@dataclass(frozen=True, slots=True)
class Filled:
    """How much was written."""

    conversations: int
    turns: int
    calls: int


async def fill(folder: Path, seed: int, days: int, until: datetime) -> Filled:
    """Fill a folder in which nothing is with the `days` before `until`. The same seed and time give the same data."""
    talks, programs = month(seed, days, until)
    database = Database.open(prepare_folder(folder) / FILE_NAME)
    await database.start()
    try:
        tariffs = await _tariffs(until)
        token_ids = await _tokens(database, until - timedelta(days=days))
        entries = [_entry(made, talk.id, tariffs, None) for talk in talks for made in _calls(talk)]
        entries += [_entry(made, None, tariffs, token_ids[made.token or 0]) for made in programs]
        await _write_down(database, entries)
        await database.run_write(_telling(talks, tariffs))
    finally:
        await database.stop()
    return Filled(len(talks), sum(len(talk.answers) for talk in talks), len(entries))


async def _tariffs(at: datetime) -> Tariffs:
    """The real prices of the day, where the list has them."""
    prices = Prices(FixedClock(at))
    openai = Provider("openai", "OpenAI", "https://api.openai.com/v1", "openai", "openai")
    return {one.id: await prices.tariff(openai, one.name) if _is_listed(one) else None for one in MAKERS}


def _is_listed(maker: Maker) -> bool:
    return maker.is_priced and not maker.is_free


async def _tokens(database: Database, at: datetime) -> list[str]:
    """Make the programs' tokens; their texts are kept by nobody, so they open nothing."""
    tokens = Tokens(database, FixedClock(at), lambda kind, data: None)
    return [(await tokens.create(name, frozenset({"chat"})))[0].id for name in _PROGRAMS]


async def _write_down(database: Database, entries: list[Entry]) -> None:
    ledger = Ledger(database)
    await ledger.start()
    for entry in entries:
        ledger.add(entry)
    await ledger.settled()
    await ledger.stop()


def _telling(talks: list[MadeTalk], tariffs: Tariffs) -> Callable[[Transaction], Any]:
    async def tell(tx: Transaction) -> None:
        for talk in talks:
            await conversations.add(tx, _conversation(talk))
            parent_id: str | None = None
            for made in talk.answers:
                turn = _turn(made, talk.id, parent_id, tariffs)
                await turns.add(tx, turn)
                parent_id = turn.id

    return tell


def _calls(talk: MadeTalk) -> list[Made]:
    return [*talk.answers, *([talk.naming] if talk.naming else [])]


def _conversation(talk: MadeTalk) -> Conversation:
    first, last = talk.answers[0], talk.answers[-1]
    return Conversation(
        talk.id, first_words(first.question), "first_words", first.at, _end(last), active_turn_id=_turn_id(last)
    )


def _turn(made: Made, conversation_id: str, parent_id: str | None, tariffs: Tariffs) -> Turn:
    has_words = made.status in ("done", "incomplete", "cancelled")
    return Turn(
        id=_turn_id(made),
        conversation_id=conversation_id,
        parent_id=parent_id,
        content=made.question,
        status="error" if made.status == "lost" else made.status,
        created_at=made.at,
        actor=_ACTOR,
        answer=made.answer if made.status == "done" else made.answer[: len(made.answer) // 2] if has_words else "",
        error={"code": made.error_code, "message": made.error_code, "details": {}} if made.error_code else None,
        finish_reason="stop" if made.status == "done" else None,
        model=made.maker.id,
        receipt=asdict(_receipt(made, tariffs)),
        started_at=made.at,
        finished_at=_end(made),
    )


def _entry(made: Made, conversation_id: str | None, tariffs: Tariffs, token_id: str | None) -> Entry:
    receipt = _receipt(made, tariffs)
    is_turn = conversation_id is not None and made.feature == "chat"
    actor = f"token:{token_id}" if token_id else _ACTOR
    return Entry(
        id=made.id,
        created_at=made.at,
        day=day_of(made.at),
        caller=Caller(made.feature, actor, conversation_id, _turn_id(made) if is_turn else None, token_id),
        provider=made.maker.provider,
        model=made.maker.name,
        cache=made.cache,
        cache_key=None,
        status=made.status,
        error_code=made.error_code,
        attempts=made.attempts,
        usage=made.usage,
        cost_microusd=receipt.cost_microusd,
        price_date=receipt.price_date,
        saved_microusd=receipt.saved_microusd,
        ttft_ms=made.ttft_ms,
        latency_ms=made.latency_ms,
        finish_reason="stop" if made.status == "done" else None,
        thrift=thrift_of(made.usage, tariffs[made.maker.id], None) if made.cache != "hit" else NO_THRIFT,
    )


def _receipt(made: Made, tariffs: Tariffs) -> Receipt:
    maker, tariff = made.maker, tariffs[made.maker.id]
    cost = 0 if maker.is_free else cost_microusd(tariff, made.usage)
    is_hit = made.cache in {"hit", "similar"}
    was_refused = made.status == "error" and made.error_code == "gateway.rate_limited"
    return Receipt(
        call_id=made.id,
        model=maker.id,
        provider=maker.provider,
        cache=made.cache,
        is_free=maker.is_free,
        latency_ms=made.latency_ms,
        ttft_ms=made.ttft_ms,
        prompt_tokens=made.usage.prompt_tokens,
        cached_tokens=made.usage.cached_tokens,
        completion_tokens=made.usage.completion_tokens,
        reasoning_tokens=made.usage.reasoning_tokens,
        cost_microusd=0 if is_hit or was_refused else cost,
        price_date=tariff.date if tariff else None,
        cache_age_seconds=3600 if is_hit else None,
        saved_microusd=cost if is_hit else None,
    )


def _turn_id(made: Made) -> str:
    """The turn's id: a moment before its call's, by the same rule."""
    return made.id[:-1] + ("0" if made.id[-1] != "0" else "1")


def _end(made: Made) -> datetime:
    return made.at + timedelta(milliseconds=made.latency_ms)
