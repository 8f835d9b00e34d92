"""A form with a file: what is written anew says the same, and whatever bytes come are a form or a bad request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import BadRequest
from madang.gateway.messages import Upload
from madang.gateway.upload import boundary_of, upload_of, written

BOUNDARY = b"x"
NAMES = st.from_regex(r"[a-z_]{1,20}", fullmatch=True).filter(lambda name: name not in {"file", "model"})
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
PIECES = st.sampled_from([
    b"--x", b"\r\n", b"\r\n--x", b"--", b"--x--", b'Content-Disposition: form-data; name="file"; filename="a"',
    b'Content-Disposition: form-data; name="model"', b"content-disposition: form-data; name*=utf-8''file",
    b"Content-Disposition: form-data; filename*0*=nobody''%; name=file", b"Content-Type: a/b\nX: y", b"\xff", b"\0",
])  # fmt: skip


@given(st.dictionaries(NAMES, WORDS, max_size=5), WORDS, st.binary(max_size=300))
def test_what_is_written_anew_says_the_same(fields: dict[str, str], name: str, data: bytes):
    shown = "".join(one for one in name if one.isprintable() and one not in '/\\"%;') or "a"
    upload = Upload(tuple(fields.items()), shown.strip() or "a", "audio/wav", memoryview(data))
    media_type, body = written(upload, "whisper-1")
    boundary = boundary_of(media_type)
    assert boundary
    again = upload_of(body, boundary)
    assert dict(again.fields) == {"model": "whisper-1", **fields}
    assert (again.file_name, again.media_type, bytes(again.data)) == (upload.file_name, "audio/wav", data)


@given(st.lists(PIECES | st.binary(max_size=5), max_size=12).map(b"".join))
def test_whatever_comes_is_a_form_or_a_bad_request(body: bytes):
    for given_body in (body, b"--x\r\n" + body + b"\r\n--x--"):
        try:
            upload = upload_of(given_body, BOUNDARY)
        except BadRequest:
            continue
        assert upload.file_name.isprintable()
        assert written(upload, "m")[1].count(b"filename=") >= 1


@pytest.mark.parametrize(
    "said", ['"a\\"; name=\\"model.wav"', '"..\\\\..\\\\a\tb.wav"', '"/etc/a.wav"', '"a%0d%0ab.wav"']
)
def test_a_name_stays_within_its_quotes(said: str):
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename={said}\r\n'
    upload = upload_of(f"{head}Content-Type: a\nb/c\r\n\r\nz\r\n--x--\r\n".encode(), BOUNDARY)
    _, body = written(upload, "whisper-1")
    line = next(one for one in body.split(b"\r\n") if b"filename" in one)
    assert line.count(b'"') == 4
    assert b"/" not in line
    assert b"Content-Type: application/octet-stream\r\n\r\nz\r\n" in body


@pytest.mark.parametrize("said", [None, "", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
                                  "multipart/form-data; boundary=a b", "multipart/mixed; boundary=x"])  # fmt: skip
def test_what_is_no_form_has_no_boundary(said: str | None):
    assert boundary_of(said) is None


def test_parts_without_end_are_refused():
    part = b'--x\r\nContent-Disposition: form-data; name="f[]"\r\n\r\n1\r\n'
    with pytest.raises(BadRequest, match="too many"):
        upload_of(part * 100_000 + b"--x--", BOUNDARY)
