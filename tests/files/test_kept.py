"""Which files a search of a run passes over."""

import pytest

from madang.app.walls import is_kept


@pytest.mark.parametrize("path", [".env", "deploy/.ENV", "keys/id_ed25519", "server.pem", ".aws/credentials"])
def test_FS_12_a_search_of_a_run_reads_nothing_that_looks_secret(path: str) -> None:
    assert is_kept(path)


@pytest.mark.parametrize("path", ["main.py", "docs/environment.md", "src/keys.ts"])
def test_other_files_are_searched(path: str) -> None:
    assert not is_kept(path)
