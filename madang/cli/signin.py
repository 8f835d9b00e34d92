"""`madang signin`: a fresh sign-in address for the Madang that is running."""

import argparse
from typing import Any

from madang.cli.arguments import add_data_dir, data_dir_of
from madang.config import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    return data_dir_of(chosen)


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    from madang.cli.client import Client

    print(Client.of(settings).sign_in_url())
    return 0
