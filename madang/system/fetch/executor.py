"""The executor of fetching: reads the address, shows it whole, and fetches that one page once it is allowed."""

from collections.abc import Mapping
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from madang.system.executor import Asking, Outcome, Watch
from madang.system.fetch.fetcher import Fetched, Fetcher
from madang.system.fetch.urls import PageUrl, parsed
from madang.system.requests import FetchPage, Request
from madang.system.types import Action


class FetchExecutor:
    """Carries out what is asked of the web. Nothing is looked up before `perform`: a name alone could tell a secret."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def takes(self, request: Request) -> bool:
        """Say whether this executor is the one for a request."""
        return isinstance(request, FetchPage)

    async def prepare(self, request: Request, asking: Asking) -> "PreparedFetch":
        """Read the address. Raises `BadFetchUrl` and `NotPublic`; `TypeError` for a request of another executor."""
        if not isinstance(request, FetchPage):
            raise TypeError(f"not a page: {type(request).__name__}")
        url = parsed(request.url)
        self._fetcher.check(url)
        action = Action("fetch", asking.actor, asking.run, asking.step, url=str(url), method="GET", taint=asking.taint)
        return PreparedFetch(self._fetcher, url, action)


class PreparedFetch:
    """One page to be fetched.

    `preview`: `host` in letters, `ascii_host` as it is looked up, `url` whole in letters, and `query_characters`, how
    much is told in what is behind the question mark.
    """

    def __init__(self, fetcher: Fetcher, url: PageUrl, action: Action) -> None:
        self._fetcher = fetcher
        self._url = url
        self._action = action

    @property
    def action(self) -> Action:
        return self._action

    @property
    def preview(self) -> Mapping[str, Any]:
        url = self._url
        return {
            "host": url.shown_host,
            "ascii_host": url.host,
            "url": url.shown,
            "query_characters": len(url.query),
        }

    async def perform(self, watch: Watch) -> Outcome:
        """Fetch it. `body` is the text in UTF-8; all of it, names and links too, comes from strangers."""
        fetched = await self._fetcher.fetch(self._url)
        text = fetched.said.text if fetched.said else ""
        return Outcome(_facts(fetched), text.encode(), taint=("untrusted",))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


def _facts(fetched: Fetched) -> dict[str, Any]:
    """Return what came of it. `moved_to` is set where the page is on another host now, which is to be asked for."""
    said = fetched.said
    return {
        "url": str(fetched.url),
        "moved_to": str(fetched.elsewhere) if fetched.elsewhere else None,
        "http_status": fetched.http_status,
        "type": fetched.type,
        "charset": fetched.charset,
        "received_bytes": fetched.received_bytes,
        "hops": fetched.hops,
        "title": said.title if said else "",
        "links": [asdict(link) for link in said.links] if said else [],
        "is_whole": said.is_whole if said else True,
    }
