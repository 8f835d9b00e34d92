"""A body unpacked as it comes, and never further than its limit: what a few bytes unpack to has no bound."""

import zlib
from collections.abc import AsyncIterable

from madang.system.fetch.errors import NotReadable

_PLAIN = ("", "identity")
_GZIP = 16 + zlib.MAX_WBITS


class _Whole:
    """Bytes that are not packed."""

    def take(self, piece: bytes, most: int) -> bytes:
        return piece[:most]


class _Packed:
    """gzip or deflate; the latter comes with its header from some servers and without from others."""

    def __init__(self, coding: str) -> None:
        self._inner = zlib.decompressobj(_GZIP) if coding == "gzip" else None

    def take(self, piece: bytes, most: int) -> bytes:
        if self._inner is None:
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if piece[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        return self._inner.decompress(piece, most)


def _unpacking(coding: str) -> _Whole | _Packed:
    name = coding.strip().lower().removeprefix("x-")
    if name in _PLAIN:
        return _Whole()
    if name not in {"gzip", "deflate"}:
        raise NotReadable("it is packed in a way that was not asked for", reason="coding")
    return _Packed(name)


async def unpacked(pieces: AsyncIterable[bytes], coding: str, limit_bytes: int) -> tuple[bytes, bool]:
    """Return a body, at most `limit_bytes` of it, and whether that is all. `coding` is its Content-Encoding.

    No more than `limit_bytes` are received either. Raises `NotReadable`, and what `pieces` does.
    """
    unpacking, body, received = _unpacking(coding), bytearray(), 0
    try:
        async for piece in pieces:
            # One byte more than may be kept tells a body that ends here from one that goes on.
            body += unpacking.take(piece, limit_bytes + 1 - len(body))
            received += len(piece)
            if max(len(body), received) > limit_bytes:
                return bytes(body[:limit_bytes]), False
    except zlib.error as error:
        raise NotReadable("it is not packed as it says", reason="coding") from error
    return bytes(body), True
