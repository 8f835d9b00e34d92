"""The log: readable on a terminal, JSON when asked, rotated in the data folder, never with a secret in it."""

import json
import logging
import sys
import threading
import traceback
from io import TextIOWrapper
from logging import StreamHandler
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from madang.config import Settings
from madang.redact import Redactor

if TYPE_CHECKING:
    from loguru import Record

_LINE = "<dim>{time:HH:mm:ss}</dim> <level>{level: <7}</level> {message}"


def setup(settings: Settings, redactor: Redactor, stream: TextIO = sys.stderr) -> None:
    """Send the log to `stream` and to `logs/madang.log` in the data folder (0600, 10 MB each, 10 kept)."""
    folder = settings.data_dir / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    terminal = StreamHandler(stream)
    file = _PrivateFile(
        folder / "madang.log", maxBytes=10_000_000, backupCount=10, encoding="utf-8", errors="backslashreplace"
    )
    logger.remove()
    for handler in (terminal, file):
        handler.addFilter(_Mask(redactor))
    # `diagnose` would print the values of variables, and a key may be one of them.
    common = {"level": settings.log_level, "diagnose": False, "backtrace": False}
    line = _as_json if settings.log_json else _LINE
    logger.add(terminal, format=line, colorize=stream.isatty() and not settings.log_json, **common)  # type: ignore[arg-type]
    logger.add(file, format=_as_json, **common)  # type: ignore[arg-type]
    _take_over_standard_logging()


def _as_json(record: "Record") -> str:
    """One JSON object a line; it goes through `extra`, since braces in a format mean something else."""
    entry = {
        "at": record["time"].isoformat(),
        "level": record["level"].name,
        "where": record["name"],
        "message": record["message"],
    }
    if error := record["exception"]:
        entry["exception"] = "".join(traceback.format_exception(error.type, error.value, error.traceback))
    record["extra"]["line"] = json.dumps(entry, ensure_ascii=False)
    return "{extra[line]}"


class _Mask(logging.Filter):
    """Masks a finished line, so that no argument, exception or foreign logger gets round it."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._redactor.clean(record.getMessage()).rstrip("\n"), ()
        record.exc_info = record.exc_text = None  # the line has the exception in it already
        return True


class _PrivateFile(RotatingFileHandler):
    """A rotated file that only its owner can read, whatever the umask. A line that finds no room is left out of it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the standard library's name
        """Say nothing: the terminal has the line as well, and each line on a full disk would bring a stack trace."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        Path(self.baseFilename).chmod(0o600)
        return super()._open()


class _ToLoguru(logging.Handler):
    """Hands a record of the standard library's logging on."""

    def emit(self, record: logging.LogRecord) -> None:
        logger.opt(exception=record.exc_info).log(record.levelname, "{}: {}", record.name, record.getMessage())


def _take_over_standard_logging() -> None:
    """Bring what libraries, warnings and dying threads would print themselves into the log, where it is masked."""
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _ToLoguru)] + [_ToLoguru()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: _uncaught((kind, error, trace), "the program")
    threading.excepthook = lambda told: _uncaught(
        (told.exc_type, told.exc_value, told.exc_traceback), told.thread.name if told.thread else "a thread"
    )
    sys.unraisablehook = lambda told: _uncaught((told.exc_type, told.exc_value, told.exc_traceback), "a destructor")


def _uncaught(error: Any, where: str) -> None:
    logger.opt(exception=error).error("uncaught in {}", where)
