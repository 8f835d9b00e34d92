"""`madang ask "…"`: pipes in, streams out."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from madang.cli.arguments import add_data_dir, add_json, data_dir_of
from madang.cli.words import say
from madang.config import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from madang.cli.client import Client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)
    add_json(parser)
    parser.add_argument("question", nargs="*", help=say("ask.question"))
    parser.add_argument("--model", help=say("ask.model"))
    parser.add_argument("--system", dest="system_prompt", help=say("ask.system"))
    parser.add_argument("--conversation", dest="conversation_id", help=say("ask.conversation"))
    parser.add_argument("--fresh", action="store_true", help=say("ask.fresh"))


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    return data_dir_of(chosen)


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    content = _content(chosen)
    if not content:
        print(say("ask.nothing"), file=sys.stderr)
        return 2
    wanted = {name: getattr(chosen, name) for name in ("model", "system_prompt", "conversation_id")}
    body = {"content": content, "stream": True} | {name: value for name, value in wanted.items() if value}
    if chosen.fresh:
        body["cache"] = "refresh"
    with _server(settings, chosen.env_file) as client:
        turn = _show(client.events("/api/chat", body), quiet=chosen.json)
    if chosen.json:
        print(json.dumps(turn, ensure_ascii=False))
    return _judge(turn)


def _content(chosen: argparse.Namespace) -> str:
    """The question, then what was piped in."""
    piped = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    return "\n\n".join(part for part in (" ".join(chosen.question).strip(), piped.strip()) if part)


@contextmanager
def _server(settings: Settings, env_file: "Path | None") -> Iterator["Client"]:
    """The running Madang, or one that lives as long as the question."""
    from madang.cli.client import Client, NotRunning
    from madang.cli.temporary import temporary

    try:
        found = Client.of(settings)
    except NotRunning:
        with temporary(settings, env_file), Client.of(settings) as client:
            yield client
        return
    with found as client:
        yield client


def _show(events: Iterator[tuple[str, dict[str, Any]]], quiet: bool) -> dict[str, Any]:
    """Print the text as it comes and return the finished turn."""
    turn: dict[str, Any] = {}
    for kind, data in events:
        if kind == "turn.delta" and not quiet:
            print(data.get("text", ""), end="", flush=True)
        elif kind == "turn.waiting" and sys.stderr.isatty():
            print("\r" + say("ask.waiting", percent=_percent(data)), end="", file=sys.stderr, flush=True)
        elif kind == "turn.finished":
            turn = data["turn"]
    if not quiet:
        print()
    return turn


def _percent(data: dict[str, Any]) -> str:
    progress = data.get("progress") or {}
    total = progress.get("total_bytes") or 0
    return f"{100 * progress.get('progress_bytes', 0) // total} %" if total else ""


def _judge(turn: dict[str, Any]) -> int:
    if turn.get("status") == "done":
        return 0
    error = turn.get("error") or {"code": "chat." + turn.get("status", "unknown"), "message": turn.get("status", "")}
    print(say("ask.broke_off", code=error["code"], message=error["message"]), file=sys.stderr)
    return 1
