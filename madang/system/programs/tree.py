"""The processes below one: how much memory they hold, and how they are ended."""

import contextlib
import signal
import time

import psutil


def below(pid: int) -> list[psutil.Process]:
    """Return a process's children and all of theirs."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def memory_bytes(pid: int) -> int:
    """Return what a process and all below it hold in memory."""
    total = 0
    for process in below(pid):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def wait_gone(processes: list[psutil.Process], seconds: float = 2) -> None:
    """Wait until processes that were killed have ended, for a while. Blocks."""
    deadline = time.monotonic() + seconds
    while any(map(_goes_on, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _goes_on(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def tell(processes: list[psutil.Process], *signals: signal.Signals) -> None:
    """Send signals to processes that may have ended meanwhile, never to others that got their numbers."""
    for process in processes:
        for each in signals:
            with contextlib.suppress(psutil.Error):
                process.send_signal(each)
