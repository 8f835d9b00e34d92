"""The pages that are made from the code, as text: every setting, every error, every variable."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

import madang
from madang.config import Settings, variable
from madang.errors import MadangError

_NOTE = "<!-- Written by `make docs` from the code. -->"
_RUNS_WHEN_IMPORTED = re.compile(r"\.(__main__|migrations)\b")
_COMPUTED = {"data_dir": ""}


def settings_page() -> str:
    """One table of all variables."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    head = [
        "# Settings",
        "",
        _NOTE,
        "",
        "Read once at start: options of the command line first, then the environment, then `.env` in the folder Madang",
        "is started from (`--env-file` names another), then the default. An empty value counts as not set. What is",
        "chosen on the Settings page is kept in the database.",
        "",
        "| variable | value | default | what it does |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def env_example() -> str:
    """Every variable, commented out, with its default and what it does."""
    lines = ["# Copy to .env and remove the # of what you want to change. Each line shows the default.", ""]
    for name, field in Settings.model_fields.items():
        lines += [f"# {field.description}", f"# {variable(name, field)}={default(name, field)}", ""]
    return "\n".join(lines)


def errors_page() -> str:
    """Every code a program may meet, with its status and meaning."""
    rows = [f"| `{error.code}` | {error.status} | {meaning(error)} |" for error in errors()]
    head = [
        "# Errors",
        "",
        _NOTE,
        "",
        'Every failure answers `{"error": {"code", "message", "details", "id"}}`. `code` is stable and made for',
        "programs, `message` is an English sentence, `details` are the values in it, and `id` is also in the log. The",
        "page shows the sentence of the reader's language.",
        "",
        "| code | HTTP | meaning |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _row(name: str, field: FieldInfo) -> str:
    cells = (f"`{variable(name, field)}`", values(field.annotation), default(name, field) or "–", field.description)
    return f"| {' | '.join(map(str, cells))} |"


def default(name: str, field: FieldInfo) -> str:
    """Write the default as the variable would have it; what depends on the machine is left empty."""
    value = field.default
    if name in _COMPUTED or value is None or value is PydanticUndefined:
        return ""
    match value:
        case bool():
            return "on" if value else "off"
        case timedelta():
            return f"{value.total_seconds():g}"
        case tuple():
            return ",".join(value)
        case Enum():
            return str(value.value)
        case _:
            return str(value)


def values(annotation: Any) -> str:
    """Say in words what a variable may hold."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values(parts[0])
    if origin in (Union, UnionType):
        return " or ".join(values(part) for part in parts if part is not NoneType)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    words = {
        bool: "`on` or `off`",
        int: "whole number",
        float: "number",
        timedelta: "seconds",
        Path: "path",
        str: "text",
    }
    return {**words, SecretStr: "secret"}.get(annotation, "list, separated by commas" if origin is tuple else "text")


def errors() -> list[type[MadangError]]:
    """Return every error class a program may meet, one a code; what only the terminal shows has its own words."""
    for module in pkgutil.walk_packages(madang.__path__, "madang."):
        if not _RUNS_WHEN_IMPORTED.search(module.name):
            importlib.import_module(module.name)
    every: list[type[MadangError]] = [MadangError, *_below(MadangError)]
    by_code = {error.code: error for error in reversed(every) if not error.__module__.startswith("madang.cli")}
    return [by_code[code] for code in sorted(by_code)]


def meaning(error: type[MadangError]) -> str:
    """Return the first paragraph of the docstring, in one line."""
    return " ".join((inspect.getdoc(error) or "").split("\n\n")[0].split())


def _below(error: type[MadangError]) -> Iterator[type[MadangError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)
