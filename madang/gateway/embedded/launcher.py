"""The child process that holds the model: `python -I -S launcher.py`, told what to do by one JSON line on stdin.

It answers one JSON line, `{"base_url": …}`, and serves on loopback until stdin closes or it is told to end. It is
run as a file of its own and imports nothing of Madang, so it is as small as the engine lets it be.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_ERRORS_AND_WARNINGS = 2


def main() -> None:
    """Serve until the parent lets go."""
    answer = _keep_stdout_for_the_answer()
    wanted = json.loads(sys.stdin.buffer.readline())
    _die_with(wanted["parent"])
    _end_at_once_on_signals()
    sys.path.insert(0, wanted["engine_path"])
    server = _serve(wanted)
    answer(json.dumps({"base_url": f"{server.listening_address}/v1"}))
    while sys.stdin.buffer.read(1 << 16):
        pass
    os._exit(0)


def _serve(wanted: dict[str, Any]) -> Any:
    import xllamacpp

    p = xllamacpp.CommonParams()
    p.model.path = wanted["model_path"]
    p.model_alias = {wanted["model"]}
    p.api_keys = [wanted["key"]]
    p.hostnames, p.port = ["127.0.0.1"], 0
    p.n_ctx, p.n_parallel = wanted["context_tokens"] * wanted["slots"], wanted["slots"]
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = wanted["threads"]
    p.n_threads_http = wanted["slots"] + 2
    p.cache_ram_mib = wanted["prompt_cache_mib"]
    # What holds for a request that does not say otherwise.
    p.n_predict = wanted["max_tokens"]
    p.sampling.temp, p.sampling.top_p = wanted["temperature"], wanted["top_p"]
    p.sampling.penalty_repeat = wanted["repeat_penalty"]
    # What the engine opens by itself and nobody here needs.
    p.offline, p.ui, p.endpoint_slots, p.endpoint_props, p.endpoint_metrics = True, False, False, False, False
    p.cors_origins = ""
    p.verbosity = _ERRORS_AND_WARNINGS
    return xllamacpp.Server(p)


def _keep_stdout_for_the_answer() -> Callable[[str], None]:
    """Send what native code prints to stderr, so that stdout carries the one line that is read."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(line: str) -> None:
        pipe.write(line + "\n")
        pipe.close()

    return answer


def _die_with(parent: int) -> None:
    """Linux ends this process with its parent; elsewhere, and should that fail, the closing of stdin does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")  # short of memory, this one goes first
    if os.name == "posix" and os.getppid() != parent:
        os._exit(0)


def _end_at_once_on_signals() -> None:
    # The engine's own way out waits for streams that are open.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: os._exit(0))


if __name__ == "__main__":
    main()
