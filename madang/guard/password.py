"""Signing in by password, for a server that other machines reach."""

import asyncio


class Password:
    """The password from the settings. It is compared through argon2, so that each guess costs 50 ms and 64 MiB."""

    def __init__(self, password: str | None) -> None:
        self._password = password or None
        self._hash: str | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        """Say whether a password opens this server."""
        return self._password is not None

    async def opens(self, tried: str) -> bool:
        """Say whether `tried` is the password; one comparison runs at a time."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._compare, tried)

    def _compare(self, tried: str) -> bool:
        # Loads a C extension that only servers with a password need.
        from argon2 import PasswordHasher
        from argon2.exceptions import VerifyMismatchError

        if self._password is None:
            return False
        hasher = PasswordHasher()
        self._hash = self._hash or hasher.hash(self._password)
        try:
            return hasher.verify(self._hash, tried)
        except VerifyMismatchError:
            return False
