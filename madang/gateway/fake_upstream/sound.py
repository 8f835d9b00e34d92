"""What the fake provider answers where sound is asked for: bytes that say what was read, or the words of a turn."""

import json
import re

from madang.gateway.fake_upstream.turns import JSON_BODY, Received, Reply

_FORMAT = re.compile(rb'name="response_format"\r\n\r\n(\w+)')
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


def sounded(request: Received, words: str) -> Reply:
    """Speak the request's input in three pieces, or return `words` as what was heard, as JSON or as text."""
    if request.path.endswith("/audio/speech"):
        kind = f"audio/{request.json.get('response_format', 'mpeg')}"
        return Reply([b"ID3", b"\xff\x00", request.json["input"].encode()], headers=(("Content-Type", kind),))
    asked = _FORMAT.search(request.body)
    if asked and asked[1] == b"text":
        return Reply([words.encode()], headers=_TEXT)
    return Reply([json.dumps({"text": words}).encode()], headers=JSON_BODY)
