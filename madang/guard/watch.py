"""Whether someone who opened a stream is still let in."""

from madang.guard.sessions import Sessions
from madang.guard.tokens import Tokens
from madang.principal import Principal


class SessionWatch:
    """What open streams ask at least once a second, so that signing out closes them."""

    def __init__(self, sessions: Sessions, tokens: Tokens) -> None:
        self._sessions = sessions
        self._tokens = tokens

    def is_live(self, principal: Principal) -> bool:
        """Say whether the session or token still opens something. Asks memory only."""
        kept = self._sessions if principal.kind == "person" else self._tokens
        return kept.is_live(principal.id)
