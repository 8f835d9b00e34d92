"""Signing in: a code or the password is tried, and a session begins."""

from madang.guard.bodies import SignIn
from madang.guard.brake import Brake
from madang.guard.errors import NoPassword, TooManyTries, WrongCredential
from madang.guard.once import SignInCodes
from madang.guard.password import Password
from madang.guard.sessions import Sessions
from madang.guard.types import Opened

_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS",
            "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip
# The order matters: Edge and Opera name Chrome as well, and Chrome names Safari.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Whale/": "Whale",
             "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}  # fmt: skip


class SignIns:
    """The way in. A code is tried at once, for nobody guesses 256 bits; a password only while the brake is off."""

    def __init__(self, sessions: Sessions, codes: SignInCodes, password: Password, brake: Brake) -> None:
        self._sessions = sessions
        self._codes = codes
        self._password = password
        self._brake = brake

    async def sign_in(self, asked: SignIn, address: str, user_agent: str) -> Opened:
        """Begin a session for the browser at `address`.

        Raises `WrongCredential`, `NoPassword`, and `TooManyTries` after twenty wrong ones within a minute.
        """
        is_right = await (self._codes.take(asked.code) if asked.code is not None else self._opens(asked, address))
        if not is_right:
            self._brake.failed(address)
            self._refuse_while_braked(address)
            raise WrongCredential("this opens nothing; the code may be used or older than a minute")
        return await self._sessions.open(label_of(user_agent))

    async def _opens(self, asked: SignIn, address: str) -> bool:
        if not self._password.is_set:
            raise NoPassword("no password is set; use the link that the terminal shows")
        self._refuse_while_braked(address)
        return await self._password.opens(asked.password or "")

    def _refuse_while_braked(self, address: str) -> None:
        if wait := self._brake.wait_of(address):
            raise TooManyTries("too many wrong credentials came from this address", retry_after_seconds=wait)


def label_of(user_agent: str) -> str:
    """Return what a person calls the browser, such as `Firefox · Windows`."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return " · ".join(filter(None, (browser, system))) or user_agent.partition("/")[0][:40] or "?"
