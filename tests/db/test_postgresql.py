"""A PostgreSQL that cannot be used is refused in words."""

import pytest
from sqlalchemy import make_url

from madang.db.database import Database
from madang.db.errors import StoreUnavailable, UnsupportedDatabase
from madang.db.postgresql import Postgresql
from tests.support.postgres import Cluster


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://me:secret@host/madang", "names 'mysql'"),
        ("postgresql://me:secret@host:port/madang", "is not an address"),
        ("://secret", "is not an address"),
    ],
)
def test_an_address_of_another_kind_is_refused_without_repeating_it(address: str, words: str) -> None:
    with pytest.raises(UnsupportedDatabase, match=words) as caught:
        Database.open(address)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database": "no_such"}, 'database "no_such" does not exist'),
        ({"username": "nobody-knows"}, 'role "nobody-knows" does not exist'),
        ({"host": "127.0.0.1", "port": 9, "query": {}}, "Connection refused"),
        ({"host": "no-such-host.invalid", "query": {}}, "no-such-host.invalid"),
    ],
)
async def test_what_keeps_it_from_connecting_is_said_in_the_servers_words(
    postgres_url: str, change: dict[str, object], words: str
) -> None:
    url = make_url(postgres_url).set(password="secret-word", **change)
    database = Database.open(url.render_as_string(hide_password=False))
    with pytest.raises(StoreUnavailable, match=f"the database does not answer.*{words}") as caught:
        await database.start()
    assert "secret-word" not in caught.value.message


async def test_an_old_server_is_refused(postgres_url: str) -> None:
    with pytest.raises(UnsupportedDatabase, match="is too old: Madang needs 99 or later"):
        await Database(Postgresql(make_url(postgres_url), oldest=99)).start()


async def test_a_database_that_cannot_hold_korean_is_refused(postgres_cluster: Cluster) -> None:
    with (
        postgres_cluster.database(has_tables=False, encoding="SQL_ASCII") as url,
        pytest.raises(UnsupportedDatabase, match="it must be UTF8"),
    ):
        await Database.open(url).start()
