"""The command line: `madang serve`, `ask`, `signin`, `token`, `doctor`, `openapi`, `demo-data`."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from madang import __version__
from madang.cli.words import say, speak

if TYPE_CHECKING:
    from pydantic import ValidationError

    from madang.config import Settings

    class _Command(Protocol):
        """What each module of this folder gives."""

        def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
        def overrides(self, chosen: argparse.Namespace) -> dict[str, Any]: ...
        def run(self, chosen: argparse.Namespace, settings: Settings) -> int: ...


_COMMANDS = ("serve", "ask", "signin", "token", "doctor", "openapi", "demo-data")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 the command line or a setting is wrong."""
    parser = argparse.ArgumentParser(prog="madang", description=say("cli.about"))
    parser.add_argument("--version", action="version", version=f"madang {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in _COMMANDS:
        command = commands.add_parser(name, help=say(f"{name}.about"), description=say(f"{name}.about"))
        command.add_argument("--env-file", type=Path, metavar="FILE", help=say("cli.env_file"))
        _module(name).add_arguments(command)
    chosen = parser.parse_args(arguments)
    return _run(chosen)


def _run(chosen: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from madang.config import load
    from madang.errors import MadangError

    module = _module(chosen.command)
    try:
        settings = load(chosen.env_file, **module.overrides(chosen))
    except FileNotFoundError as error:
        return _refuse(say("cli.no_env_file", path=error.args[0]), 2)
    except ValidationError as error:
        return _refuse(say("cli.bad_settings") + _entries(error), 2)
    speak(settings.lang)
    try:
        exit_code: int = module.run(chosen, settings)
    except MadangError as error:
        return _refuse(error.message, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # What reads us has enough, as `head` does.
        sys.stderr.close()
        return 0
    return exit_code


def _module(name: str) -> "_Command":
    module: _Command = importlib.import_module(f"madang.cli.{name.replace('-', '_')}")
    return module


def _refuse(sentence: str, exit_code: int) -> int:
    print(sentence, file=sys.stderr)
    return exit_code


def _entries(error: "ValidationError") -> str:
    """One line per setting that cannot be used. The value is left out: it may be a key."""
    return "".join(f"\n  {'.'.join(map(str, entry['loc'])).upper()}: {entry['msg']}" for entry in error.errors())
