"""Keys in files of the data folder: plain, for its owner only, or sealed under a passphrase."""

import asyncio
import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from madang.secrets.errors import PlaceUnusable
from madang.secrets.private import alone, read_private, unreadable, write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

PLAIN_FILE, SEALED_FILE = "keys.json", "keys.sealed"
# 32 MiB and about 0.1 s for each guess: twice what RFC 7914's author gives for interactive use.
_COST, _BLOCK, _LANES = 2**15, 8, 1


class PlainFile:
    """Keys as JSON in a 0600 file, for machines without a keyring."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / PLAIN_FILE

    async def read(self, name: str) -> str | None:
        return (await asyncio.to_thread(self._load)).get(name)

    async def write(self, name: str, value: str) -> None:
        await asyncio.to_thread(self._change, lambda keys: keys | {name: value})

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self._change, lambda keys: {key: keys[key] for key in keys if key != name})

    def _change(self, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
        # Processes that share the folder change the file one after the other.
        with alone(self._path):
            keys = self._load()
            if (changed := change(keys)) != keys:
                self._save(changed)

    def _load(self) -> dict[str, str]:
        content = read_private(self._path)
        return self._words(content) if content else {}

    def _save(self, keys: dict[str, str]) -> None:
        write_private(self._path, orjson.dumps(keys))

    def _words(self, content: bytes) -> dict[str, str]:
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise unreadable(self._path)
        return found


class SealedFile(PlainFile):
    """The same under a passphrase: scrypt makes the key, ChaCha20-Poly1305 seals the content."""

    def __init__(self, folder: Path, passphrase: str | None) -> None:
        super().__init__(folder)
        self._path = folder / SEALED_FILE
        self._passphrase = passphrase

    def _load(self) -> dict[str, str]:
        content = read_private(self._path)
        if not content:
            return {}
        try:
            sealed = {name: base64.b64decode(value) for name, value in self._words(content).items()}
            return self._words(self._opened(**sealed))
        except (TypeError, ValueError):
            raise unreadable(self._path) from None

    def _save(self, keys: dict[str, str]) -> None:
        salt, nonce = os.urandom(16), os.urandom(12)
        sealed = {"salt": salt, "nonce": nonce, "content": self._cipher(salt).encrypt(nonce, orjson.dumps(keys), None)}
        super()._save({name: base64.b64encode(value).decode() for name, value in sealed.items()})

    def _opened(self, salt: bytes, nonce: bytes, content: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher(salt).decrypt(nonce, content, None)
        except InvalidTag:
            raise PlaceUnusable("the passphrase does not open the keys", problem="passphrase_wrong") from None

    def _cipher(self, salt: bytes) -> "ChaCha20Poly1305":
        # Loads OpenSSL's bindings, which only those who choose a passphrase need.
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        if not self._passphrase:
            raise PlaceUnusable("no passphrase was given at start", problem="passphrase_missing")
        key = Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(self._passphrase.encode())
        return ChaCha20Poly1305(key)
