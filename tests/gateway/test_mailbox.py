"""What one listener has not heard yet."""

import asyncio

import pytest

from madang.gateway.sharing import Mailbox
from madang.gateway.types import ReasoningDelta, TextDelta, Waiting


def mailbox_with(*chunks: object) -> Mailbox:
    mailbox = Mailbox(asyncio.Event())
    for chunk in chunks:
        mailbox.put(chunk)
    mailbox.close()
    return mailbox


async def taken(mailbox: Mailbox) -> list[object]:
    found = []
    while chunk := await mailbox.take():
        found.append(chunk)
    return found


async def test_words_of_one_kind_that_wait_come_as_one():
    wait = Waiting("busy", {})
    mailbox = mailbox_with(
        ReasoningDelta("a"), ReasoningDelta("b", 1), TextDelta("c", 1), wait, TextDelta("d"), TextDelta("e", 2)
    )
    assert await taken(mailbox) == [ReasoningDelta("ab", 1), TextDelta("c", 1), wait, TextDelta("de", 2)]


@pytest.mark.parametrize("count", [1, 1000])
async def test_a_listener_is_behind_until_it_has_taken_everything(count: int):
    mailbox = mailbox_with(*[TextDelta("x")] * count)
    assert mailbox.is_behind == (count == 1000)
    assert await mailbox.take() == TextDelta("x" * count)
    assert not mailbox.is_behind
