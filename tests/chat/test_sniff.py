"""What a file is, by its bytes."""

import pytest

from madang.chat.errors import UnreadableAttachment
from madang.chat.sniff import clean_name, sniff


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(start, media_type):
    found = sniff(start + b"\0\1\2")
    assert (found.kind, found.media_type, found.data) == ("image", media_type, start + b"\0\1\2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_korean_text_is_kept_in_utf_8_whatever_it_came_in(encoding):
    found = sniff("한글 파일\n둘째 줄".encode(encoding))
    assert (found.kind, found.data.decode()) == ("text", "한글 파일\n둘째 줄")


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\0\0", b"PK\x03\x04\x14\0\0\0", b"\x80\x81\xff\xff", b"\xff\xfea"]
)
def test_what_is_neither_picture_nor_text_is_refused(data):
    with pytest.raises(UnreadableAttachment):
        sniff(data)


def test_markup_named_as_a_picture_is_text():
    assert sniff(b"<svg onload=alert(1)>").media_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("%ED%95%9C%EA%B8%80.txt", "한글.txt"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a%0D%0Ab%00.txt", "ab.txt"),
        (None, "file"),
        ("%2F", "file"),
    ],
)
def test_a_name_is_only_a_name(written, name):
    assert clean_name(written) == name
