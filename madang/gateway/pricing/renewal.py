"""A newer price list: fetched only when a person asks, kept in the data folder, and taken back as easily."""

import asyncio

from madang.gateway.errors import BadPriceList, UpstreamError
from madang.gateway.prices import Prices
from madang.gateway.upstream import Upstream
from madang.principal import Announce

_LARGEST_BYTES = 16 * 2**20  # about ten times the list
_PATIENCE_SECONDS = 30.0


class PriceListRenewal:
    """Fetches the list from one address. What cannot be fetched or is no price list changes nothing."""

    def __init__(self, url: str, upstream: Upstream, prices: Prices, announce: Announce) -> None:
        self._url = url
        self._upstream = upstream
        self._prices = prices
        self._announce = announce
        self._alone = asyncio.Lock()

    async def renew(self) -> None:
        """Fetch the newest list and use it from here on. Raises `BadPriceList`."""
        async with self._alone:
            await self._prices.renew(await self._fetched())
        self._announce("prices.changed", {})

    async def back(self) -> None:
        """Use the list that came with Madang."""
        async with self._alone:
            await self._prices.back()
        self._announce("prices.changed", {})

    async def _fetched(self) -> bytes:
        try:
            content = await self._upstream.fetch(self._url, _LARGEST_BYTES + 1, _PATIENCE_SECONDS)
        except UpstreamError as error:
            raise BadPriceList(f"the list cannot be fetched: {error}", reason="unreachable") from None
        if len(content) > _LARGEST_BYTES:
            raise BadPriceList("it is larger than a price list", reason="large")
        return content
