"""Arguments that several commands share."""

import argparse
from pathlib import Path
from typing import Any

from madang.cli.words import say


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Add `--data-dir`."""
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help=say("cli.data_dir"))


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help=say("cli.json"))


def data_dir_of(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that `--data-dir` overrides."""
    return {} if chosen.data_dir is None else {"data_dir": chosen.data_dir}
