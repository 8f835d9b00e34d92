"""Runs one function of ours for `tests.support.ordinary`: its name comes as a word, its arguments as JSON on stdin."""

import asyncio
import importlib
import inspect
import json
import sys
from functools import reduce
from typing import Any


def main(name: str) -> None:
    module, _, qualified = name.partition(":")
    found: object = importlib.import_module(module)
    function: Any = reduce(getattr, qualified.split("."), found)
    result = function(*json.load(sys.stdin))
    print(json.dumps(asyncio.run(result) if inspect.iscoroutine(result) else result))


if __name__ == "__main__":
    main(sys.argv[1])
