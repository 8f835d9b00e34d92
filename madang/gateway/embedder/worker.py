"""The child process that holds the embedder: `python -I -S worker.py`, told what to load by one JSON line on stdin.

It answers one line, `ready`, then a frame for each frame. Asked: the length of a JSON list (4 bytes, little-endian),
1 byte for the role (1 is a query), the list of texts. Answered: the length, a token count for each text (int32), its
vectors (float32) one behind the other. It ends when stdin closes. It imports nothing of Madang and nothing of the
package but its library.
"""

import ctypes
import json
import os
import signal
import struct
import sys
from typing import Any, BinaryIO

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the parent lets go."""
    # What native code prints goes to stderr, so that stdout carries frames only.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    wanted = json.loads(sys.stdin.buffer.readline())
    _die_with(wanted["parent"])
    embedder = Embedder(wanted["library"], wanted["model"])
    out.write(b"ready\n")
    out.flush()
    while frame := _read(sys.stdin.buffer):
        is_query, texts = frame
        answer = embedder.embed(texts, is_query)
        out.write(struct.pack("<I", len(answer)) + answer)
        out.flush()


class Embedder:
    """The library with its model loaded."""

    def __init__(self, library: str, model: str) -> None:
        self._library = ctypes.CDLL(library)
        self._library.e5_load.restype = ctypes.c_void_p
        self._library.e5_load.argtypes = [ctypes.c_char_p]
        self._model = ctypes.c_void_p(self._library.e5_load(model.encode()))
        if not self._model:
            sys.exit("the model could not be loaded")
        self._dimensions: int = self._library.e5_dim(self._model)

    def embed(self, texts: list[str], is_query: bool) -> bytes:
        """Return how many tokens each text has, then their vectors."""
        # To C a zero is the end of the text.
        written = [text.replace("\0", " ").encode("utf-8", "replace") for text in texts]
        counts = [self._library.e5_token_count(self._model, text, int(is_query)) for text in written]
        vectors = (ctypes.c_float * (len(written) * self._dimensions))()
        if self._call(written, is_query, vectors) != 0:
            sys.exit("the library could not embed")
        return struct.pack(f"<{len(counts)}i", *counts) + bytes(vectors)

    def _call(self, texts: list[bytes], is_query: bool, vectors: Any) -> int:
        if len(texts) == 1:
            return int(self._library.e5_embed(self._model, texts[0], int(is_query), vectors))
        array = (ctypes.c_char_p * len(texts))(*texts)
        return int(self._library.e5_embed_batch(self._model, array, len(texts), int(is_query), vectors))


def _read(stream: BinaryIO) -> tuple[bool, list[str]] | None:
    head = stream.read(5)
    if len(head) < 5:
        return None
    length, is_query = struct.unpack("<IB", head)
    return bool(is_query), json.loads(stream.read(length))


def _die_with(parent: int) -> None:
    """Linux ends this process with its parent; should that fail, the closing of stdin does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    main()
