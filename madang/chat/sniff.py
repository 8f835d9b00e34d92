"""What a file is, told by its bytes and never by its name."""

import codecs
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from madang.chat.errors import UnreadableAttachment
from madang.chat.types import AttachmentKind

_TEXT = "text/plain; charset=utf-8"
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file as it is kept: a picture as it came, a text in UTF-8."""

    kind: AttachmentKind
    media_type: str
    data: bytes


def sniff(data: bytes) -> Sniffed:
    """Return what `data` is. Raises `UnreadableAttachment` for all but PNG, JPEG, GIF, WebP and text."""
    if media_type := _image_type(data):
        return Sniffed("image", media_type, data)
    return Sniffed("text", _TEXT, _decode(data).encode())


def clean_name(written: str | None) -> str:
    """Return the file's name from its percent-encoded form: the last part, in NFC, without control characters."""
    name = unicodedata.normalize("NFC", unquote(written or "")).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(one for one in name if unicodedata.category(one) not in {"Cc", "Cf", "Cs"}).strip()
    return name[-_NAME_LIMIT:] or "file"


def _image_type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for start, media_type in _IMAGES if data.startswith(start)), None)


def _decode(data: bytes) -> str:
    # CP949 is what Korean Windows programs write. It would take almost any bytes, so it is asked last.
    encodings = ("utf-16",) if data.startswith(_UTF16_MARKS) else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableAttachment("only pictures (PNG, JPEG, GIF, WebP) and text can be attached")
