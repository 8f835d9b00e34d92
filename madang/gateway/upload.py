"""A form with one file: read strictly, and written anew, so that the provider reads in it what was read here."""

import re
import secrets
from collections.abc import Iterator
from email.message import Message

from madang.errors import BadRequest
from madang.gateway.messages import Upload

_MOST_PARTS = 64
_HEAD_BYTES = 4096
_VALUE_BYTES = 64 * 2**10
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_FIELD = re.compile(r"[A-Za-z0-9_.-]{1,100}(\[\])?")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")
_UNKNOWN = "application/octet-stream"
# What a page's own form writes instead (https://html.spec.whatwg.org/#multipart-form-data).
_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


def written(upload: Upload, model: str) -> tuple[str, bytes]:
    """Return a media type and a body that ask `model`."""
    boundary = f"madang-{secrets.token_hex(16)}"
    others = [(name, value) for name, value in upload.fields if name != "model"]
    texts = "".join(_head(boundary, name) + f"\r\n{value}\r\n" for name, value in [("model", model), *others])
    head = _head(boundary, "file", f'; filename="{upload.file_name.translate(_QUOTED)}"')
    start = f"{texts}{head}Content-Type: {upload.media_type}\r\n\r\n".encode()
    body = b"".join((start, upload.data, f"\r\n--{boundary}--\r\n".encode()))
    return f"multipart/form-data; boundary={boundary}", body


def boundary_of(media_type: str | None) -> bytes | None:
    """Return what parts a form of this media type; `None` where it is no form."""
    message = _headers(f"content-type: {media_type}")
    boundary = str(message.get_boundary(""))
    is_form = message.get_content_type() == "multipart/form-data" and _BOUNDARY.fullmatch(boundary)
    return boundary.encode() if is_form else None


def upload_of(body: bytes, boundary: bytes) -> Upload:
    """Return a form that has one file, named `file`. Raises `BadRequest`; `param` is the field at fault."""
    fields: list[tuple[str, str]] = []
    file: tuple[str, str, memoryview] | None = None
    for headers, data in _parts(body, boundary):
        name = headers.get_param("name", None, "content-disposition")
        if not isinstance(name, str) or not _FIELD.fullmatch(name):
            raise BadRequest("a part of the form has no name that a field may have")
        if any(known == name and not name.endswith("[]") for known, _ in fields) or (name == "file" and file):
            raise BadRequest("a field came twice", param=name)
        if name == "file":
            file = (_file_name(headers), _media_type(headers), data)
        else:
            fields.append((name, _value(name, headers, data)))
    if not file:
        raise BadRequest("there is no file in the form", param="file")
    return Upload(tuple(fields), *file)


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[Message, memoryview]]:
    """Yield the headers and the content of each part. Whatever is not exactly a form is refused."""
    mark, whole = b"\r\n--" + boundary, memoryview(body)
    if not body.startswith(mark[2:]):
        raise BadRequest("the form does not begin with its boundary")
    at = len(mark) - 2
    for _ in range(_MOST_PARTS):
        if body[at : at + 2] == b"--":
            return
        head_ends, ends = body.find(b"\r\n\r\n", at, at + _HEAD_BYTES), body.find(mark, at)
        if body[at : at + 2] != b"\r\n" or not -1 < head_ends < ends:
            raise BadRequest("the form is not whole")
        yield _headers(_text(whole[at + 2 : head_ends])), whole[head_ends + 4 : ends]
        at = ends + len(mark)
    raise BadRequest("the form has too many parts")


def _headers(text: str) -> Message:
    message = Message()
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        # The first of a name counts, as with every reader that keeps one.
        if colon and name.strip().lower() not in message:
            message[name.strip().lower()] = value.strip()
    return message


def _file_name(headers: Message) -> str:
    """Return the last part of the name, of what can be shown: nothing else of it is the provider's business."""
    name = re.split(r"[/\\]", headers.get_filename("") or "")[-1]
    shown = "".join(one for one in name if one.isprintable())[-200:]
    if not shown:
        raise BadRequest("the file has no name", param="file")
    return shown


def _media_type(headers: Message) -> str:
    given = str(headers.get("content-type", "")).partition(";")[0].strip()
    return given if _MEDIA_TYPE.fullmatch(given) else _UNKNOWN


def _value(name: str, headers: Message, data: memoryview) -> str:
    if headers.get_filename() is not None or len(data) > _VALUE_BYTES:
        raise BadRequest("only the field file may be a file", param=name)
    return _text(data)


def _text(data: memoryview) -> str:
    try:
        return bytes(data).decode()
    except UnicodeDecodeError as error:
        raise BadRequest("the form is not in UTF-8") from error


def _head(boundary: str, name: str, more: str = "") -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n'
