"""`madang demo-data DIR`: a month of made-up conversations and calls, to look around in."""

import argparse
import asyncio
import json
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from madang.cli.arguments import add_json
from madang.cli.words import say
from madang.config import Settings

_MOST_DAYS = 400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument("folder", type=Path, metavar="DIR", help=say("demo-data.folder"))
    parser.add_argument("--days", type=int, choices=range(1, _MOST_DAYS + 1), default=31, metavar="N",
                        help=say("demo-data.days"))  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=say("demo-data.seed"))


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    return {}


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    from madang.chat.demo.filling import fill

    folder: Path = chosen.folder
    if folder.exists() and not (folder.is_dir() and next(folder.iterdir(), None) is None):
        print(say("demo-data.not_empty", path=folder), file=sys.stderr)
        return 2
    made = asyncio.run(fill(folder, chosen.seed, chosen.days, datetime.now(UTC)))
    if chosen.json:
        print(json.dumps({"folder": str(folder), **asdict(made)}, ensure_ascii=False))
    else:
        print(say("demo-data.made", conversations=made.conversations, calls=made.calls))
        print(f"  madang serve --data-dir {shlex.quote(str(folder))}")
    return 0
