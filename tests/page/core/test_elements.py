"""How the page is built: no markup from strings, nothing left behind, addresses that survive a reload."""

import pytest
from playwright.async_api import JSHandle

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("tag", ["script", "iframe", "style", "object", "base"])
async def test_MD_01_elements_that_run_or_load_are_not_made(core: JSHandle, tag: str) -> None:
    assert await core.evaluate("(core, tag) => core.refuses(tag, {})", tag)


@pytest.mark.parametrize("props", [{"onclick": "alert(1)"}, {"style": "color:red"}, {"srcdoc": "<b>"}])
async def test_MD_01_attributes_that_run_are_not_set(core: JSHandle, props: dict[str, str]) -> None:
    assert await core.evaluate("(core, props) => core.refuses('p', props)", props)


async def test_MD_01_text_stays_text(core: JSHandle) -> None:
    markup = await core.evaluate("core => core.markupOf('<img src=x onerror=alert(1)>')")
    assert "<img" not in markup.replace("title=", "").split(">", 1)[1]


async def test_an_element_that_left_hears_nothing_more(core: JSHandle) -> None:
    assert await core.evaluate("core => core.heardAfterLeaving()") == 1


async def test_an_address_names_a_page_and_a_part(core: JSHandle) -> None:
    assert await core.evaluate("core => core.parse('/settings/models')") == {
        "page": "settings",
        "part": "models",
        "path": "/settings/models",
    }
