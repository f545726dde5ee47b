"""People see what is held about them, and when they go, what they said goes with them."""

from datetime import time
from uuid import UUID

import pytest

from hansa.centers.message import api
from hansa.centers.message._service.privacy import forget_people
from hansa.centers.message.types import Channel, MessageState, QuietHours, ReportReason
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure

TABLES = ("conversation", "said", "report", "notification", "preference", "quiet_hours", "mail_standing")


async def forget(house, *people):
    async with house.db.transaction() as tx:
        return await forget_people(tx, [Erasure(ctx=one, parties=(one.actor.party,)) for one in people])


async def dump(house):
    return "".join([str(await house.rows(f"SELECT * FROM message.{table}")) for table in TABLES])


@pytest.fixture
async def talked(house):
    """Ada and a shop spoke of where she lives, and she reported it."""
    ada, staff = await house.person(), await house.staff()
    asked = await api.start_conversation(ada, subject="prod_bowl", text="I live at Well Lane 1")
    async with staff.transaction() as tx:
        await api.own_picture(tx, staff, UUID(int=3))
    await api.post(staff, conversation_id=asked.id, text="Well Lane is far", media=[UUID(int=3)])
    await api.report_conversation(
        ada, conversation_id=asked.id, reason=ReportReason.OTHER, note="Well Lane is near"
    )
    return ada, staff, asked


async def test_a_person_sees_what_it_said_and_what_it_was_told(house, talked):
    ada, staff, _ = talked
    hers = [
        one for one in (await user.export_personal_data(ada)).records if one.kind == "message.conversation"
    ]
    assert [(one.content["side"], one.content["text"]) for one in hers] == [
        ("shop", "Well Lane is far"),
        ("buyer", "I live at Well Lane 1"),
    ]
    theirs = [
        one for one in (await user.export_personal_data(staff)).records if one.kind == "message.conversation"
    ]
    assert [one.content["text"] for one in theirs] == ["Well Lane is far"]


async def test_a_buyer_that_is_forgotten_leaves_no_words(house, office, talked):
    ada, staff, asked = talked
    bob = await house.person("bob@example.com")
    kept = await api.start_conversation(bob, subject="prod_bowl", text="How large is it?")
    await api.choose(ada, topic="orders", channel=Channel.EMAIL, enabled=False)
    await api.set_quiet_hours(ada, QuietHours(starts=time(3), ends=time(4), time_zone="UTC"))
    office.answer_recipient = "550 5.1.1 No such user"
    await house.tell(ada.actor.party, "test.english_only", words="x")
    await house.deliver()
    assert await forget(house, ada) == [("message.conversation", "message.report")]
    assert "Well Lane" not in await dump(house)
    seen = (await api.messages(staff, conversation_id=asked.id)).items
    assert [(one.text, one.media, one.state) for one in seen] == [("", (), MessageState.ERASED)] * 2
    assert [one.text for one in (await api.messages(bob, conversation_id=kept.id)).items] == [
        "How large is it?"
    ]
    for table in ("mail_standing", "preference", "quiet_hours"):
        assert str(ada.actor.party) not in str(await house.rows(f"SELECT * FROM message.{table}"))
    assert await forget(house, ada) == [()]
    assert await house.verify() == []


async def test_who_answered_for_a_shop_and_is_forgotten_leaves_no_words_either(house, talked):
    ada, staff, asked = talked
    assert await forget(house, staff) == [("message.conversation",)]
    seen = (await api.messages(ada, conversation_id=asked.id)).items
    assert [one.text for one in seen] == ["", "I live at Well Lane 1"]
    assert await house.verify() == []
