"""The import order inside a room."""

import pytest

from tools.contracts import refusal


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("madang.app", "madang.chat.api"),
        ("madang.chat.api", "madang.chat.turns"),
        ("madang.chat.turns", "madang.chat.store"),
        ("madang.chat.store", "madang.chat.types"),
        ("madang.chat.turns", "madang.gateway.gateway"),
        ("madang.gateway.cache.store", "madang.gateway.types"),
    ],
)
def test_what_stands_below_may_be_imported(importer: str, imported: str) -> None:
    assert refusal(importer, imported) is None


@pytest.mark.parametrize(
    ("importer", "imported", "reason"),
    [
        ("madang.chat.turns", "madang.gateway.api", "only the app imports an api"),
        ("madang.chat.turns", "madang.gateway.ledger.store", "a store is private to its room"),
        ("madang.chat.turns", "madang.chat.api", "the rest stands below the api"),
        ("madang.chat.store", "madang.chat.turns", "the store stands below the rest"),
        ("madang.chat.types", "madang.chat.store", "the types stand below the store"),
    ],
)
def test_what_stands_above_or_is_private_may_not(importer: str, imported: str, reason: str) -> None:
    assert refusal(importer, imported) == reason
