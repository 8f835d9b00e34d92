"""Text that comes in pieces, held in as much room as the whole takes."""

_SEGMENT_CHARS = 64 * 1024


class Heard:
    """Gathers pieces. A hostile stream comes as a million of one letter, each many times larger than what it holds."""

    def __init__(self) -> None:
        self._segments: list[str] = []
        self._pieces: list[str] = []
        self._piece_chars = 0

    def add(self, text: str) -> None:
        """Take the next piece."""
        self._pieces.append(text)
        self._piece_chars += len(text)
        if self._piece_chars > _SEGMENT_CHARS or len(self._pieces) > _SEGMENT_CHARS:
            self._segments.append("".join(self._pieces))
            self._pieces, self._piece_chars = [], 0

    def whole(self) -> str:
        """Return everything so far."""
        return "".join((*self._segments, *self._pieces))
