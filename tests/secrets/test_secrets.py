"""A key is found in the best place there is, and what is said about it never holds it."""

import os
import stat
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from madang.db.database import Database
from madang.redact import Redactor
from madang.secrets.errors import InvalidKey, InvalidName, NoSuchKey, NotOurs, PlaceUnusable
from madang.secrets.given import GivenSecret
from tests.secrets.conftest import KEY, NAME, OTHER_KEY, Open
from tests.secrets.rings import HangingRing, KeyringLocked, LockableRing, MemoryRing, RaisingRing


async def test_SEC_02_a_key_goes_to_the_keyring_and_only_its_end_is_told(open_secrets: Open) -> None:
    ring = MemoryRing()
    secrets = await open_secrets(ring)
    said = asdict(await secrets.set(NAME, KEY))
    assert ring.kept == {("madang test", NAME): KEY}
    assert KEY not in str(said)
    assert (said["set"], said["last4"], said["source"], said["problem"]) == (True, "1234", "keyring", None)
    again = await open_secrets(ring)
    assert await again.get(NAME) == KEY


async def test_a_short_key_shows_nothing_of_itself(open_secrets: Open) -> None:
    secrets = await open_secrets(MemoryRing())
    assert (await secrets.set(NAME, "short-key-1")).last4 == ""
    assert (await secrets.set(NAME, "long-enough-1")).last4 == "gh-1"


@pytest.mark.parametrize(
    ("make_ring", "problem"),
    [(lambda: None, "keyring_absent"), (lambda: RaisingRing(KeyringLocked()), "keyring_locked"),
     (lambda: RaisingRing(OSError("the bus is gone")), "keyring_failed"), (HangingRing, "keyring_slow")],
)  # fmt: skip
async def test_SEC_07_without_a_keyring_the_key_goes_to_a_private_file_and_that_is_said(
    open_secrets: Open, tmp_path: Path, make_ring: Callable[[], MemoryRing | None], problem: str
) -> None:
    ring = make_ring()
    before = os.umask(0)
    try:
        said = await (await open_secrets(ring)).set(NAME, KEY)
    finally:
        os.umask(before)
        if isinstance(ring, HangingRing):
            ring.let_go.set()
    assert (said.set, said.source, said.problem) == (True, "file", problem)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert await (await open_secrets(ring)).get(NAME) == KEY


async def test_SEC_07_a_keyring_that_hangs_is_not_asked_again_at_once(open_secrets: Open) -> None:
    ring = HangingRing()
    secrets = await open_secrets(ring)
    for _ in range(5):
        await secrets.set(NAME, KEY)
    ring.let_go.set()
    assert ring.asked == 1


async def test_SEC_07_a_keyring_that_broke_later_is_said_and_the_environment_used(open_secrets: Open) -> None:
    await (await open_secrets(MemoryRing())).set(NAME, KEY)
    broken = await open_secrets(RaisingRing(KeyringLocked()), openai=GivenSecret(OTHER_KEY, "environment"))
    assert await broken.get(NAME) == OTHER_KEY
    said = await broken.status(NAME)
    assert (said.source, said.problem) == ("environment", "keyring_locked")


async def test_a_place_asked_for_by_name_is_used_or_nothing_is(open_secrets: Open, tmp_path: Path) -> None:
    secrets = await open_secrets(None)
    with pytest.raises(PlaceUnusable):
        await secrets.set(NAME, KEY, "keyring")
    with pytest.raises(PlaceUnusable):
        await secrets.set(NAME, KEY, "protected")
    assert await secrets.get(NAME) is None
    assert not (tmp_path / "keys.json").exists()


async def test_a_sealed_file_opens_only_with_its_passphrase(open_secrets: Open, tmp_path: Path) -> None:
    await (await open_secrets(None, "an old oak tree")).set(NAME, KEY, "protected")
    assert KEY.encode() not in (tmp_path / "keys.sealed").read_bytes()
    assert await (await open_secrets(None, "an old oak tree")).get(NAME) == KEY
    for passphrase, problem in (("an old elm tree", "passphrase_wrong"), (None, "passphrase_missing")):
        closed = await open_secrets(None, passphrase)
        assert await closed.get(NAME) is None
        said = await closed.status(NAME)
        assert (said.set, said.problem) == (False, problem)


@pytest.mark.parametrize("content", [b"not json", b"[]", b'{"salt": "x"}', b'{"salt": 1}', b""])
async def test_a_damaged_file_of_keys_is_said(open_secrets: Open, tmp_path: Path, content: bytes) -> None:
    await (await open_secrets(None, "an old oak tree")).set(NAME, KEY, "protected")
    (tmp_path / "keys.sealed").write_bytes(content)
    said = await (await open_secrets(None, "an old oak tree")).status(NAME)
    assert (said.set, said.problem) == (False, "gone" if content == b"" else "file_unreadable")


async def test_a_link_in_the_place_of_the_file_is_not_followed(open_secrets: Open, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("{}")
    (tmp_path / "keys.json").symlink_to(elsewhere)
    with pytest.raises(PlaceUnusable):
        await (await open_secrets(None)).set(NAME, KEY)
    assert elsewhere.read_text() == "{}"


async def test_the_order_of_places(open_secrets: Open) -> None:
    in_file, in_environment = GivenSecret("from-a-file-123", "file_ref"), GivenSecret("from-env-12345", "environment")
    ring = MemoryRing()
    await (await open_secrets(ring)).set(NAME, KEY)
    assert await (await open_secrets(ring, openai=in_file)).get(NAME) == KEY
    await (await open_secrets(ring)).set(NAME, KEY, "file")
    assert ring.kept == {}
    assert await (await open_secrets(ring, openai=in_file)).get(NAME) == in_file.value
    assert await (await open_secrets(ring, openai=in_environment)).get(NAME) == KEY


async def test_SEC_11_after_rotating_and_deleting_the_old_key_is_nowhere(
    open_secrets: Open, db: Database, tmp_path: Path
) -> None:
    secrets = await open_secrets(None, openai=GivenSecret("from-env-12345", "environment"))
    await secrets.set(NAME, KEY)
    assert (await secrets.set(NAME, OTHER_KEY)).last4 == "9876"
    assert await secrets.get(NAME) == OTHER_KEY
    await secrets.delete(NAME)
    assert await secrets.get(NAME) == "from-env-12345"
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in stored
    assert OTHER_KEY.encode() not in stored


async def test_SEC_11_a_key_that_was_replaced_while_the_keyring_was_locked_goes_with_the_next_one(
    open_secrets: Open,
) -> None:
    ring = LockableRing()
    secrets = await open_secrets(ring)
    await secrets.set(NAME, KEY)
    ring.is_locked = True
    assert (await secrets.set(NAME, OTHER_KEY)).source == "file"
    assert list(ring.kept.values()) == [KEY]
    ring.is_locked = False
    await secrets.delete(NAME)
    assert ring.kept == {}


async def test_what_the_environment_gives_is_not_changed_here(open_secrets: Open) -> None:
    secrets = await open_secrets(MemoryRing(), openai=GivenSecret(KEY, "environment"))
    with pytest.raises(NotOurs):
        await secrets.delete(NAME)
    with pytest.raises(NoSuchKey):
        await secrets.delete("provider:other")


async def test_SEC_08_a_stored_key_never_goes_to_the_address_of_the_environment(open_secrets: Open) -> None:
    secrets = await open_secrets(MemoryRing())
    with pytest.raises(NotOurs):
        await secrets.set("provider:env", KEY)
    assert await secrets.get("provider:env") is None


@pytest.mark.parametrize("value", ["", " ", "two words", "a\nb", "a\r\nX-Evil: 1", "키", "a\0b", "x" * 10_001])
async def test_what_cannot_go_into_a_header_is_no_key(open_secrets: Open, value: str) -> None:
    with pytest.raises(InvalidKey) as refused:
        await (await open_secrets(MemoryRing())).set(NAME, value)
    assert not value.strip() or value not in str(refused.value.details)


@pytest.mark.parametrize("name", ["openai", "provider:", "provider:a b", "provider:../x", "provider:" + "x" * 65])
async def test_a_key_belongs_to_a_provider(open_secrets: Open, name: str) -> None:
    with pytest.raises(InvalidName):
        await (await open_secrets(MemoryRing())).set(name, KEY)


async def test_SEC_03_every_known_key_is_masked(open_secrets: Open, redactor: Redactor) -> None:
    unlike_a_key = "correcthorsebatterystaple"
    assert unlike_a_key in redactor.clean(f"wrong key {unlike_a_key}")
    await (await open_secrets(None)).set(NAME, unlike_a_key)
    assert unlike_a_key not in redactor.clean(f"wrong key {unlike_a_key}")
