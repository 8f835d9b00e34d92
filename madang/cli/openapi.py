"""`madang openapi`: the API's description, the contract that the page is tested against."""

import argparse
import json
from typing import Any

from madang.config import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    del chosen
    return {}


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    from madang.app.web import web_app

    del chosen, settings
    print(json.dumps(web_app({}).openapi(), ensure_ascii=False, indent=2, sort_keys=True))
    return 0
