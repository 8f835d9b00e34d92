"""Which paths are taken, before the system sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.system.files.errors import BadPath
from madang.system.files.names import absolute_names_of, is_plain, names_of

TRAVERSALS = [
    "..", "../x", "a/../b", "a/..", ".", "./a", "a/.", "/etc/passwd", "//etc/passwd", "a//b", "a/", "/", "//",
    "~", "~/.ssh/id_rsa", "~root/.ssh", "..\\x", "a\\b", "\\\\server\\share", "C:", "c:/windows", "C:\\x",
    "file:///etc/passwd", "file:/etc/passwd", "FILE:", "http://x/y", "...", "a/.../b", ".. ", " ..", "a/ . /b", ". .",
    "%2e%2e/x", "%2E%2E%2Fetc", "a%2f..%2fb", "..%2f", "%252e%252e%252fx", "a%5c..%5cb", "%00", "a%0ab", "%c0%ae%c0%ae",
    "%2fetc", "a%2fb",
    "/proc/self/root/etc/passwd", "/dev/fd/0", "/proc/self/fd/3",
]  # fmt: skip
UNSPEAKABLE = ["a\0b", "\0", "a\nb", "a\rb", "\x1b[2J", "a\x7f", "a\x85b", "a" * 256, "가" * 86, "a" * 5000,
               "x/" * 300 + "x", "\udcff", "a/\ud800"]  # fmt: skip
FINE = ["a", "a/b.txt", ".env", ".git/config", "마당/메모.md", "a b/c", "~lock.odt", "100%.txt", "50%25.txt", "a%20b",
        "..a", "a..b", "..．／etc", "Ⅳ", "é", "é", "-rf", "ab:c", "$HOME", "`id`"]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_FS_01_what_leads_elsewhere_is_no_path(path: str) -> None:
    with pytest.raises(BadPath):
        names_of(path)


@pytest.mark.parametrize("path", UNSPEAKABLE)
def test_FS_02_what_no_name_may_hold_is_refused_before_the_system_sees_it(path: str) -> None:
    with pytest.raises(BadPath):
        names_of(path)


@pytest.mark.parametrize("path", FINE)
def test_FS_06_names_stay_as_they_are(path: str) -> None:
    assert "/".join(names_of(path)) == path


@pytest.mark.parametrize("path", ["a.", "a ", "a./b", "b/a.txt."])
def test_FS_01_a_name_with_a_dot_at_its_end_is_not_made(path: str) -> None:
    with pytest.raises(BadPath) as refused:
        names_of(path, makes=True)
    assert refused.value.details == {"reason": "end"}


def test_the_folder_itself_has_no_names() -> None:
    assert names_of("") == absolute_names_of("/") == ()
    assert absolute_names_of("/a/b") == ("a", "b")
    with pytest.raises(BadPath):
        absolute_names_of("a/b")
    assert is_plain("a") and not is_plain("a\nb") and not is_plain("")


@given(st.text(st.sampled_from("a./\\~:% 2eEfF\0\n가"), max_size=12))
def test_FS_01_no_name_that_is_taken_means_a_way_up_or_out(path: str) -> None:
    try:
        names = names_of(path)
    except BadPath:
        return
    assert not {"", ".", ".."} & set(names)
    assert all("/" not in name and "\0" not in name and "\\" not in name for name in names)
