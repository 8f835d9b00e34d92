"""`madang token`: bearer tokens for other programs."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from madang.cli.arguments import add_data_dir, add_json, data_dir_of
from madang.cli.words import say
from madang.config import Settings

if TYPE_CHECKING:
    from madang.cli.client import Client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)
    add_json(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = actions.add_parser("create", help=say("token.create"))
    create.add_argument("name", help=say("token.name"))
    create.add_argument("--scopes", default="chat,read", help=say("token.scopes"))
    actions.add_parser("list", help=say("token.list"))
    actions.add_parser("revoke", help=say("token.revoke")).add_argument("id")


def overrides(chosen: argparse.Namespace) -> dict[str, Any]:
    return data_dir_of(chosen)


def run(chosen: argparse.Namespace, settings: Settings) -> int:
    from madang.cli.client import Client

    with Client.of(settings) as client:
        {"create": _create, "list": _list, "revoke": _revoke}[chosen.action](chosen, client)
    return 0


def _create(chosen: argparse.Namespace, client: "Client") -> None:
    scopes = [scope.strip() for scope in chosen.scopes.split(",") if scope.strip()]
    made = client.request("POST", "/api/tokens", {"name": chosen.name, "scopes": scopes})
    if chosen.json:
        print(json.dumps(made, ensure_ascii=False))
    else:
        print(say("token.once"), made["token"], sep="\n")


def _list(chosen: argparse.Namespace, client: "Client") -> None:
    tokens = client.request("GET", "/api/tokens")
    items = tokens["items"] if isinstance(tokens, dict) else tokens
    if chosen.json:
        print(json.dumps(items, ensure_ascii=False))
        return
    for token in items:
        print(token["id"], f"…{token['last4']}", ",".join(token["scopes"]), token["name"], sep="  ")
    if not items:
        print(say("token.none"))


def _revoke(chosen: argparse.Namespace, client: "Client") -> None:
    client.request("DELETE", f"/api/tokens/{chosen.id}")
    print(json.dumps({"revoked": chosen.id}) if chosen.json else say("token.revoked"))
