"""`madang doctor`: what works, what is missing, how to mend it."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from madang.cli.arguments import add_data_dir, add_json, data_dir_of
from madang.cli.words import say
from madang.config import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)
    add_json(parser)


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    return data_dir_of(chosen)


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    from madang.cli.findings import findings

    found = list(findings(settings))
    if chosen.json:
        print(json.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    for finding in [] if chosen.json else found:
        print(f"[{say(f'doctor.{finding.level}')}] {say(f'doctor.name.{finding.name}')}: {finding.text}")
        if finding.cure:
            print(f"    → {finding.cure}")
    return 1 if any(finding.level == "bad" for finding in found) else 0
