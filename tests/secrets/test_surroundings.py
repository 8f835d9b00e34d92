"""What lies around Madang — its folder's rights, files beside it, the environment — opens no way to a key."""

import os
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream
from tests.conftest import StartServer
from tests.secrets.conftest import KEY
from tests.support.certificates import self_signed


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


async def test_SEC_08_no_file_beside_madang_sends_a_key_elsewhere_or_past_the_check_of_certificates(
    start_server: StartServer, tmp_path: Path
) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    async with FakeUpstream("never", ssl=context) as untrusted, FakeUpstream("never") as proxy:
        wishes = {"PYTHONHTTPSVERIFY": "0", "MADANG_VERIFY": "off", "OPENAI_VERIFY_SSL_CERTS": "false"}
        wishes |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_PROXY"), proxy.base_url)
        trust = {name: str(tmp_path / "certificate.pem") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")}
        lines = [f"{name}={value}" for name, value in (wishes | trust).items()]
        for name in (".env", ".netrc", "madang.toml", "pip.conf"):
            (folder / name).write_text("\n".join(lines))
        server = start_server(folder=folder, **wishes)
        async with server.async_client() as client:
            body = {"name": "mine", "base_url": untrusted.base_url}
            provider = (await client.post("/api/settings/providers", json=body)).raise_for_status().json()["id"]
            await client.put(f"/api/keys/provider:{provider}", json={"value": KEY})
            question = {"content": "hello", "model": f"{provider}/fake-model"}
            answer = (await client.post("/api/chat", json=question)).json()
    assert answer["error"]["code"] == "upstream.tls"
    assert untrusted.requests == []
    assert proxy.bytes_received == 0


@pytest.mark.usefixtures("open_umask")
def test_SEC_06_whatever_the_umask_nobody_else_reads_what_a_running_madang_keeps(start_server: StartServer) -> None:
    server = start_server()
    with server.client() as client:
        assert client.put("/api/keys/provider:openai", json={"value": KEY}).status_code == 200
    server.restart()
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [server.data_dir, *server.data_dir.rglob("*")]}
    assert any(path.name == "keys.json" for path in modes)
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
