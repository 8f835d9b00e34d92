"""Run a fake provider by hand: `python -m madang.gateway.fake_upstream --port 9999 --say "hello"`."""

import argparse
import asyncio
import contextlib
import sys

from madang.gateway.fake_upstream import FakeUpstream, Fault, Say, Turn


def main() -> None:
    """Serve until interrupted. The first line printed is the address."""
    faults = sorted(name for name, value in vars(Fault).items() if isinstance(value, Fault))
    parser = argparse.ArgumentParser(prog="python -m madang.gateway.fake_upstream", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--say", action="append", default=[], help="an answer; give it again for the next turn")
    parser.add_argument("--fault", action="append", default=[], choices=faults, help="a broken answer, after the said")
    parser.add_argument("--token-delay", type=float, default=0.0, help="seconds between two words")
    parser.add_argument("--model", action="append", default=[], help="a name for the list of models")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    turns: list[Turn] = [Say(text, per_token_delay=options.token_delay) for text in options.say]
    turns += [getattr(Fault, name) for name in options.fault]
    async with FakeUpstream(*turns, models=options.model or ["fake-model"], port=options.port) as upstream:
        sys.stdout.write(f"{upstream.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
