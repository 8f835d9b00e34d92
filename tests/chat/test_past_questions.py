"""The questions a routing rule is tried on: those of conversations whose model nobody chose, on both databases."""

from madang.chat.types import Options
from madang.usage.store.asked import newest
from tests.chat.conftest import House
from tests.chat.scripted import MODEL
from tests.usage.make import call, store

PNG = b"\x89PNG\r\n\x1a\n\0\0"


async def test_only_questions_whose_model_was_left_open_are_looked_at(house: House):
    picture = await house.chat.attachments.add("cat.png", PNG)
    free = await house.answered("hi", attachments=(picture.id,))
    chosen = await house.answered("chosen for all", options=Options(model=MODEL.id))
    once = await house.answered("once", conversation_id=free.conversation_id, options=Options(model=MODEL.id))
    code = await house.answered("```\ncode\n```", conversation_id=free.conversation_id)
    rows = [call(id=f"{place:026}", turn_id=turn.id) for place, turn in enumerate((free, chosen, once, code))]
    unlike = [call(turn_id=free.id, **other) for other in ({"cache": "hit"}, {"feature": "title"}, {"status": "error"})]
    await store(house.database, *rows, *unlike, call(turn_id=free.id, prompt_tokens=None))
    found = await house.database.run_read(lambda tx: newest(tx, 100))
    seen = [(one.asked.characters, one.asked.has_code, one.asked.has_files, one.asked.has_images) for one in found]
    assert seen == [(12, True, False, False), (2, False, True, True)]
    assert [one.cost_microusd for one in found] == [300, 300]
    assert len(await house.database.run_read(lambda tx: newest(tx, 1))) == 1
