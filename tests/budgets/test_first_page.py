"""How much the first page fetches: counts that no slow machine changes."""

import pytest

from tests.conftest import StartServer
from tests.support.browser import Chromium
from tests.support.visit import cold_visit, signed_in_state


@pytest.mark.browser
async def test_the_composer_is_there_after_25_requests_and_250_kib(
    start_server: StartServer, chromium: Chromium
) -> None:
    server = start_server()
    state = await signed_in_state(chromium, server)
    context = await chromium.browser.new_context(storage_state=state, locale="ko-KR")
    visit = await cold_visit(context, server.url)
    assert visit.requests <= 25
    assert visit.bytes <= 250 * 1024
    assert visit.all_requests <= 60
