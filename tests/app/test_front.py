"""The page and its files over a real server: what is sent, kept, compressed, and what waits behind it."""

import asyncio
import gzip
import re
from contextlib import suppress
from pathlib import Path

import httpx

from madang.app.front import Front
from madang.app.site import Site, frontend_dir
from madang.guard.asgi import Message, Receive, Scope, Send
from tests.conftest import StartServer
from tests.support.server import NotStarted, Server


def test_the_page_names_its_files_by_their_content_and_they_are_kept_for_ever(start_server: StartServer) -> None:
    with start_server().anonymous() as browser:
        page = browser.get("/")
        file = browser.get(re.findall(r"/static/[0-9a-f]{12}/main\.js", page.text)[0])
    assert page.headers["cache-control"] == "no-cache"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_file_is_found_without_a_version_and_then_asked_for_again(start_server: StartServer) -> None:
    with start_server().anonymous() as browser:
        file = browser.get("/static/main.js")
        again = browser.get("/static/main.js", headers={"If-None-Match": file.headers["etag"]})
    assert (file.status_code, file.headers["cache-control"]) == (200, "no-cache")
    assert (again.status_code, again.content) == (304, b"")


def test_text_goes_compressed_to_those_who_take_it(start_server: StartServer) -> None:
    url = f"{start_server().url}/static/main.js"
    plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
    with httpx.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content)


def test_every_page_has_an_address_that_survives_a_reload(start_server: StartServer) -> None:
    with start_server().anonymous() as browser:
        pages = {browser.get(path).text for path in ("/", "/chat", "/chat/01abc", "/settings", "/settings/keys")}
    assert len(pages) == 1


def test_nothing_outside_the_pages_folder_is_served(start_server: StartServer) -> None:
    with start_server().anonymous() as browser:
        ways = (
            "/static/../pyproject.toml",
            "/static/%2e%2e/pyproject.toml",
            "/static//etc/passwd",
            "/static/nothing.js",
        )
        answers = [browser.get(path) for path in ways]
    assert {answer.status_code for answer in answers} <= {401, 404}
    assert not any("madang" in answer.text and "[project]" in answer.text for answer in answers)


def test_it_is_live_before_anybody_signs_in_and_ready_only_for_those_who_may_read(start_server: StartServer) -> None:
    server = start_server()
    with server.anonymous() as stranger, server.client() as person:
        assert stranger.get("/api/health/live").json() == {"status": "live"}
        assert stranger.get("/api/health/ready").status_code == 401
        assert person.get("/api/health/ready").json() == {"status": "ready", "sandbox": None}


def test_a_database_that_cannot_be_opened_ends_the_start_with_words(tmp_path: Path) -> None:
    server = Server(tmp_path, {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
    with suppress(NotStarted):
        server.start()
    assert server.process is not None
    assert server.process.wait(30) == 1
    assert "Traceback" not in server.output
    assert "the database does not answer" in server.output


def test_an_unknown_address_is_answered_in_the_shape_of_all_errors(start_server: StartServer) -> None:
    with start_server().client() as person:
        error = person.get("/api/nothing").json()["error"]
    assert (error["code"], set(error)) == ("not_found", {"code", "message", "details", "id"})


def test_a_value_that_is_refused_is_not_echoed(start_server: StartServer) -> None:
    with start_server().client() as person:
        answer = person.patch("/api/settings", json={"temperature": "sk-CANARY-not-a-number"})
    assert answer.status_code == 422
    assert "CANARY" not in answer.text


def test_an_error_carries_an_id_that_the_log_has(start_server: StartServer) -> None:
    server = start_server()
    with server.client() as person:
        number = person.get("/api/nothing").json()["error"]["id"]
    assert number in (server.data_dir / "logs" / "madang.log").read_text()


def test_ctrl_c_ends_it_well(start_server: StartServer) -> None:
    server = start_server()
    assert server.stop() == 0
    assert "Madang is closed." in server.output or "마당을 닫았어요." in server.output
    assert not (server.data_dir / "runtime.json").exists()


async def test_a_large_file_is_compressed_beside_the_loop_and_once() -> None:
    site = Site(frontend_dir())
    bundle = f"{site.version}/vendor/swagger-ui/swagger-ui-bundle.js"
    assert site.takes_long(bundle)
    assert not site.takes_long(f"{site.version}/main.js")
    assert not site.takes_long("nowhere.js")
    found = await asyncio.to_thread(site.find, bundle)
    assert found is not None
    assert found[0].packed is not None
    assert not site.takes_long(bundle)


async def test_WEB_20_fifty_sockets_wait_for_the_house_and_the_others_are_told_to_come_again() -> None:
    said: list[Message] = []
    opening = asyncio.Event()

    async def hear(message: Message) -> None:
        said.append(message)

    messages: asyncio.Queue[Message] = asyncio.Queue()

    class House:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "websocket.accept"})

        async def leave(self) -> None: ...

        async def close(self) -> None: ...

    async def open_house() -> House:
        await opening.wait()
        return House()

    front = Front(Site(frontend_dir()), open_house)
    life = asyncio.create_task(front({"type": "lifespan"}, messages.get, hear))
    messages.put_nowait({"type": "lifespan.startup"})
    scope = {"type": "websocket", "path": "/api/live", "headers": [], "extensions": {"websocket.http.response": {}}}
    sockets = [asyncio.create_task(front(dict(scope), messages.get, hear)) for _ in range(500)]  # type: ignore[arg-type]
    done, waiting = await asyncio.wait(sockets, timeout=1)
    while len(waiting) > 50:
        done, waiting = await asyncio.wait(sockets, timeout=1)
    assert {message["status"] for message in said if "status" in message} == {503}
    assert len(done) == 450
    opening.set()
    await asyncio.gather(*waiting)
    assert said.count({"type": "websocket.accept"}) == 50
    messages.put_nowait({"type": "lifespan.shutdown"})
    await life


async def test_others_are_answered_while_a_large_file_is_compressed() -> None:
    site, order = Site(frontend_dir()), []

    async def open_house() -> None:
        raise AssertionError

    async def ask(path: str) -> None:
        async def hear(message: Message) -> None:
            order.append(path) if message["type"] == "http.response.body" else None

        await front({"type": "http", "method": "GET", "path": path, "headers": []}, asyncio.Event().wait, hear)  # type: ignore[arg-type]

    front = Front(site, open_house)  # type: ignore[arg-type]
    large, small = f"/static/{site.version}/vendor/swagger-ui/swagger-ui-bundle.js", "/api/health/live"
    await asyncio.gather(ask(large), ask(small))
    assert order == [small, large]
