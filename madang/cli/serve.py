"""`madang serve`: one process, one page, one sign-in address on the terminal."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from madang.cli.arguments import add_data_dir, data_dir_of
from madang.cli.words import language, say
from madang.config import Settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from madang.app.serving import Serving
    from madang.cli.runtime import Runtime
    from madang.db.errors import DataDirBusy
    from madang.guard.exposure import Exposure
    from madang.redact import Redactor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)
    parser.add_argument("--host", help=say("serve.host"))
    parser.add_argument("--port", type=int, help=say("serve.port"))
    parser.add_argument("--no-browser", action="store_true", help=say("serve.no_browser"))
    parser.add_argument("--next-port", action="store_true", help=say("serve.next_port"))


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    given = {"host": chosen.host, "port": chosen.port, "open_browser": False if chosen.no_browser else None}
    return data_dir_of(chosen) | {name: value for name, value in given.items() if value is not None}


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    from madang.cli import runtime
    from madang.cli.ports import listen
    from madang.config import secret_variables
    from madang.db.errors import DataDirBusy
    from madang.db.folder import in_words
    from madang.db.lock import DataDirLock
    from madang.guard.exposure import exposure_of
    from madang.guard.strength import check_strength
    from madang.secrets.harden import erase_environment, harden

    harden()
    erase_environment(secret_variables())
    exposure = exposure_of(settings)
    check_strength(settings)
    lock = DataDirLock(settings.data_dir)
    try:
        lock.acquire()
    except DataDirBusy as busy:
        return _open_running(settings, busy)
    try:
        sockets = listen(settings.host, settings.port, chosen.next_port)
        with in_words(settings.data_dir):
            note = runtime.write(settings.data_dir, sockets[0].getsockname()[1], _origin(settings, sockets[0]))
        lock.announce(note.url)
        _say_who_reaches(exposure)
        _say_who_reads(chosen.env_file or Path(".env"))
        return _serve(settings, sockets, note)
    finally:
        runtime.remove(settings.data_dir)
        lock.release()


def _open_running(settings: Settings, busy: "DataDirBusy") -> int:
    """The same data folder is being served: that one is what the person wants."""
    from madang.cli.client import Client, NotRunning

    try:
        url = Client.of(settings).sign_in_url()
    except NotRunning:
        # It holds the folder and does not serve it yet, or not any more.
        raise busy from None
    print(say("serve.already", url=url), flush=True)
    _open_browser(settings, url)
    return 0


def _serve(settings: Settings, sockets: "list[socket.socket]", note: "Runtime") -> int:
    from madang.app.serving import Serving
    from madang.cli.allocator import give_back_large_blocks
    from madang.db.folder import in_words
    from madang.gateway.embedded.progress import TerminalProgress
    from madang.log import setup
    from madang.redact import Redactor
    from madang.secrets.given import other_secrets

    give_back_large_blocks()
    redactor = Redactor()
    for secret in other_secrets(settings):
        redactor.add(secret)
    with in_words(settings.data_dir):
        setup(settings, redactor)
    progress = TerminalProgress(sys.stdout, language())
    serving = Serving(settings, redactor, note.port, note.control_key, progress.show)
    _greet(settings, serving, note)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        failure = runner.run(serving.run(sockets))
    if failure is not None:
        return _explain(failure, redactor)
    print(say("serve.stopped"), flush=True)
    return 0


def _explain(failure: Exception, redactor: "Redactor") -> int:
    """Say why it ended; what nobody foresaw is in the log as well."""
    from loguru import logger

    from madang.errors import MadangError

    if isinstance(failure, MadangError):
        raise failure
    logger.opt(exception=failure).error("the start failed")
    print(say("serve.failed", message=redactor.clean(str(failure))), file=sys.stderr)
    return 1


def _say_who_reaches(exposure: "Exposure") -> None:
    """Say it where others than this machine can; the usual case goes without saying."""
    if not exposure.is_loopback:
        print(say("serve.exposed", host=exposure.host), flush=True)


def _say_who_reads(env_file: Path) -> None:
    """Say it where other users can read the secrets in `.env`; to change the file is its owner's."""
    from madang.secrets.given import is_open_to_others

    if is_open_to_others(env_file):
        print(say("serve.env_file_open", path=env_file), flush=True)


def _greet(settings: Settings, serving: "Serving", note: "Runtime") -> None:
    url = f"{note.url}/#code={serving.sign_in_code()}"
    print(say("serve.ready", url=url), say("serve.ready_code"), sep="\n")
    print(say("serve.data", path=settings.data_dir), say("serve.stop"), sep="\n", flush=True)
    _open_browser(settings, url)


def _open_browser(settings: Settings, url: str) -> None:
    if settings.open_browser:
        import threading
        import webbrowser

        # A browser that is slow to start keeps nobody waiting.
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _loop_factory() -> "Callable[[], asyncio.AbstractEventLoop] | None":
    """The faster event loop, where it exists."""
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


def _origin(settings: Settings, opened: "socket.socket") -> str:
    from madang.cli.ports import LOOPBACK

    host = "127.0.0.1" if settings.host in (*LOOPBACK, "0.0.0.0", "::") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{opened.getsockname()[1]}"
