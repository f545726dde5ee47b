"""Buyers and shops speak with each other, and nobody else hears it."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from hansa.centers.message import api
from hansa.centers.message.errors import (
    AnsweredMeanwhile,
    ConversationClosed,
    ConversationNotFound,
    MessageRefused,
    ReportNotFound,
    StateUnchangeable,
    SubjectUnknown,
    TooManyMessages,
)
from hansa.centers.message.types import (
    CONVERSATION_ID,
    REPORT_ID,
    Channel,
    ConversationState,
    MessageState,
    Reference,
    ReferenceKind,
    ReportReason,
    Resolution,
    Side,
)
from hansa.centers.user import api as user
from hansa.kernel.context import SYSTEM
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

OPEN, CLOSED, BLOCKED = ConversationState.OPEN, ConversationState.CLOSED, ConversationState.BLOCKED
CELADON = UUID(int=0xC0)


async def say(ctx, conversation, text, **about):
    return await api.post(ctx, conversation_id=conversation.id, text=text, **about)


async def texts(ctx, conversation):
    page = await api.messages(ctx, conversation_id=conversation.id, limit=100)
    return [one.text for one in reversed(page.items)]


async def told(ctx):
    return [item.template for item in (await api.inbox(ctx)).items]


@pytest.fixture
async def ada(house):
    return await house.person()


@pytest.fixture
async def staff(house):
    return await house.staff()


@pytest.fixture
async def rival(house):
    return await house.staff("rival", "rival@example.com")


async def uploaded(ctx, picture):
    async with ctx.transaction() as tx:
        await api.own_picture(tx, ctx, picture)


@pytest.fixture
async def asked(ada):
    """What Ada asked about a bowl."""
    return await api.start_conversation(ada, subject="prod_bowl", text="Is the glaze food safe?")


async def test_a_buyer_asks_and_a_shop_answers(house, office, ada, staff, asked):
    assert (asked.side, asked.title, asked.messages, asked.unread) == (Side.BUYER, "A celadon bowl", 1, 0)
    (seen,) = (await api.conversations(staff, shop_id=CELADON)).items
    assert (seen.id, seen.side, seen.unread, seen.read_up_to) == (asked.id, Side.SHOP, 1, 0)
    assert await api.unread_conversations(staff, shop_id=CELADON) == 1
    assert await told(staff) == ["message.conversation_asked"]

    await uploaded(staff, UUID(int=9))
    answer = await say(staff, asked, "It is.", media=[UUID(int=9)])
    assert (answer.number, answer.side, answer.author) == (2, Side.SHOP, staff.actor.party)
    assert await texts(ada, asked) == ["Is the glaze food safe?", "It is."]
    (latest, first) = (await api.messages(ada, conversation_id=asked.id)).items
    assert (latest.author, latest.media) == (None, (UUID(int=9),))  # who at the shop, is the shop's business
    assert first.author == ada.actor.party
    assert await api.unread_conversations(staff, shop_id=CELADON) == 0  # who answers has read
    assert await api.unread_conversations(ada) == 1
    assert await told(ada) == ["message.conversation_answered"]

    read = await api.mark_conversation_read(ada, conversation_id=asked.id, up_to=2)
    assert (read.unread, read.read_up_to, read.read_by_other_up_to) == (0, 2, 2)
    await house.deliver()
    assert sorted(mail["Subject"] for mail in office.mails) == [
        "A buyer wrote to your shop",
        "The shop wrote to you",
    ]
    assert "glaze" not in str([bytes(mail) for mail in office.mails])
    assert await house.verify() == []


async def test_about_the_same_thing_the_same_conversation_goes_on(ada, staff, asked):
    again = await api.start_conversation(ada, subject="prod_bowl", text="And the oven?")
    other = await api.start_conversation(ada, subject="prod_vase", text="How high is it?")
    assert (again.id, again.messages) == (asked.id, 2)
    assert other.id != asked.id
    assert [one.id for one in (await api.conversations(ada)).items] == [other.id, asked.id]


async def test_a_conversation_is_found_by_what_it_is_about(house, ada, staff, rival, asked):
    other = await api.start_conversation(ada, subject="prod_vase", text="How high is it?")
    bob = await house.person("bob@example.com")
    his = await api.start_conversation(bob, subject="prod_bowl", text="Is it heavy?")

    async def found(ctx, subject, **whose):
        return [one.id for one in (await api.conversations(ctx, subject=subject, **whose)).items]

    assert await found(ada, "prod_bowl") == [asked.id]
    assert await found(ada, "prod_vase") == [other.id]
    assert await found(ada, "prod_unheard_of") == []
    assert await found(staff, "prod_bowl", shop_id=CELADON) == [his.id, asked.id]
    with pytest.raises(Forbidden):
        await found(rival, "prod_bowl", shop_id=CELADON)
    (news,) = (await api.inbox(staff)).items[-1:]
    assert news.about == Reference(ReferenceKind.CONVERSATION, CONVERSATION_ID.show(asked.id))


async def test_a_shop_alone_learns_with_whom_it_talks(ada, staff, rival, asked):
    assert await api.buyer_in(staff, conversation_id=asked.id) == ada.party()
    for other in (ada, rival):
        with pytest.raises(ConversationNotFound):
            await api.buyer_in(other, conversation_id=asked.id)


async def test_the_first_words_said_twice_at_once_start_one_conversation(house, ada):
    started = await asyncio.gather(
        *(api.start_conversation(ada, subject="prod_bowl", text=f"{n}") for n in range(4))
    )
    assert len({one.id for one in started}) == 1
    assert sorted(one.messages for one in started) == [1, 2, 3, 4]
    assert await house.verify() == []


async def test_strangers_and_rivals_see_nothing(house, ada, asked, rival):
    bob = await house.person("bob@example.com")
    for stranger in (bob, rival):
        with pytest.raises(ConversationNotFound):
            await api.conversation(stranger, conversation_id=asked.id)
        with pytest.raises(ConversationNotFound):
            await api.messages(stranger, conversation_id=asked.id)
        with pytest.raises(ConversationNotFound):
            await say(stranger, asked, "Buy from me instead")
        with pytest.raises(ConversationNotFound):
            await api.mark_conversation_read(stranger, conversation_id=asked.id, up_to=1)
        with pytest.raises(ConversationNotFound):
            await api.move_conversation(stranger, conversation_id=asked.id, state=CLOSED)
        with pytest.raises(ConversationNotFound):
            await api.report_conversation(stranger, conversation_id=asked.id, reason=ReportReason.SPAM)
        with pytest.raises(Forbidden):
            await api.conversations(stranger, shop_id=CELADON)
        with pytest.raises(Forbidden):
            await api.unread_conversations(stranger, shop_id=CELADON)
        assert (await api.conversations(stranger)).items == []
    with pytest.raises(ConversationNotFound):
        await api.conversation(ada, conversation_id=CONVERSATION_ID.new())
    elsewhere = house.ctx(ada.actor, "market")
    with pytest.raises(ConversationNotFound):
        await api.conversation(elsewhere, conversation_id=asked.id)
    assert (await api.conversations(elsewhere)).items == []
    with pytest.raises(Unauthenticated):
        await api.start_conversation(house.ctx(), subject="prod_bowl", text="x")


async def test_an_order_is_between_its_buyer_and_its_shop(house, ada, staff, rival):
    order = f"ord_{ada.actor.party}"
    bob = await house.person("bob@example.com")
    for stranger in (bob, rival):
        with pytest.raises(SubjectUnknown):
            await api.start_conversation(stranger, subject=order, text="Where is it?")
    by_shop = await api.start_conversation(staff, subject=order, text="One bowl is chipped. Another one?")
    assert by_shop.side is Side.SHOP
    assert await told(ada) == ["message.conversation_answered"]
    by_buyer = await api.start_conversation(ada, subject=order, text="Yes, please.")
    assert (by_buyer.id, by_buyer.side, by_buyer.messages) == (by_shop.id, Side.BUYER, 2)
    with pytest.raises(SubjectUnknown):
        await api.start_conversation(ada, subject="prod_nothing", text="x")


async def test_a_guest_that_logs_in_keeps_its_conversations(house, staff):
    await house.person()
    guest = house.ctx((await user.start_guest(house.ctx())).actor)
    asked = await api.start_conversation(guest, subject=f"ord_{guest.actor.party}", text="Where is it?")
    started = await user.log_in(guest, email="ada@example.com", password="correct horse battery")
    ada = house.ctx(started.actor)
    await say(staff, asked, "On its way.")
    assert (await api.conversation(ada, conversation_id=asked.id)).unread == 1
    await say(ada, asked, "Thank you.")
    again = await api.start_conversation(ada, subject=f"ord_{guest.actor.party}", text="It is here.")
    assert again.id == asked.id
    assert await house.verify() == []


async def test_two_staff_answer_at_once_and_both_are_heard(house, ada, staff, asked):
    colleague = await house.staff(email="colleague@example.com")
    said = await asyncio.gather(*(say(one, asked, f"{n}") for n in range(5) for one in (staff, colleague)))
    assert sorted(one.number for one in said) == list(range(2, 12))
    assert (await api.conversation(ada, conversation_id=asked.id)).unread == 10
    assert await house.verify() == []


async def test_of_two_staff_who_look_first_one_answers(house, ada, staff, asked):
    colleague = await house.staff(email="colleague@example.com")
    outcomes = await asyncio.gather(
        *(say(one, asked, "It is.", seen=1) for one in (staff, colleague)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["AnsweredMeanwhile", "Message"]
    await say(ada, asked, "Thanks!")  # the other side's words are no answer of a colleague
    await say(staff, asked, "Welcome.", seen=2)
    with pytest.raises(AnsweredMeanwhile) as refused:
        await say(colleague, asked, "Welcome!", seen=3)
    assert refused.value.extras == {"number": 4}


async def test_marks_only_move_on_whoever_reads_first(house, ada, staff, asked):
    colleague = await house.staff(email="colleague@example.com")
    for n in range(5):
        await say(ada, asked, f"{n}")
    marks = [3, 6, 1, 5, 99, 2]
    await asyncio.gather(
        *(
            api.mark_conversation_read(one, conversation_id=asked.id, up_to=mark)
            for mark in marks
            for one in (staff, colleague)
        )
    )
    seen = await api.conversation(staff, conversation_id=asked.id)
    assert (seen.read_up_to, seen.unread, seen.messages) == (6, 0, 6)
    await say(ada, asked, "One more")
    back = await api.mark_conversation_read(staff, conversation_id=asked.id, up_to=2)
    assert (back.read_up_to, back.unread) == (6, 1)
    with pytest.raises(Invalid):
        await api.mark_conversation_read(staff, conversation_id=asked.id, up_to=-1)
    assert await house.verify() == []


async def test_a_side_is_told_once_until_it_reads(house, office, ada, staff, asked):
    for n in range(5):
        await say(ada, asked, f"{n}")
    assert await told(staff) == ["message.conversation_asked"]
    await api.mark_conversation_read(staff, conversation_id=asked.id, up_to=6)
    for n in range(3):
        await say(ada, asked, f"{n}")
    assert await told(staff) == ["message.conversation_asked"] * 2
    await house.wait(timedelta(days=1))  # still not read: told again, of what is said then
    await say(ada, asked, "Hello?")
    assert await told(staff) == ["message.conversation_asked"] * 3
    await house.deliver()
    assert len(office.taken) == 3


async def test_who_wants_no_mail_of_conversations_gets_none(house, office, ada, staff, asked):
    await house.deliver()
    await api.choose(ada, topic="conversations", channel=Channel.EMAIL, enabled=False)
    await say(staff, asked, "It is.")
    await house.deliver()
    assert [mail["To"].addresses[0].addr_spec for mail in office.mails] == ["staff@example.com"]
    assert await told(ada) == ["message.conversation_answered"]


async def test_lists_are_paged_and_may_hold_what_is_unread_alone(ada, staff):
    started = [
        await api.start_conversation(ada, subject=f"ord_{ada.actor.party}", text="x"),
        await api.start_conversation(ada, subject="prod_bowl", text="x"),
    ]
    first = await api.conversations(staff, shop_id=CELADON, limit=1)
    second = await api.conversations(staff, shop_id=CELADON, limit=1, cursor=first.cursor)
    assert [one.id for one in (*first.items, *second.items)] == [one.id for one in reversed(started)]
    assert second.cursor is None
    await say(staff, started[0], "y")
    unread = await api.conversations(staff, shop_id=CELADON, unread=True)
    assert [one.id for one in unread.items] == [started[1].id]
    assert [one.id for one in (await api.conversations(ada, unread=True)).items] == [started[0].id]
    for cursor in ("x", "WyJ4Il0"):
        with pytest.raises(CursorMalformed):
            await api.conversations(ada, cursor=cursor)
    with pytest.raises(Invalid):
        await api.conversations(ada, limit=0)


async def test_what_was_said_is_read_page_by_page(ada, asked):
    for n in range(2, 8):
        await say(ada, asked, f"{n}")
    seen, cursor = [], None
    while True:
        page = await api.messages(ada, conversation_id=asked.id, cursor=cursor, limit=3)
        seen += [one.number for one in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("text", "media", "fields"),
    [
        ("", [], ["text"]),
        ("   ", [], ["text"]),
        ("x" * 2001, [], ["text"]),
        ("a NUL \0", [], ["text"]),
        ("broken \ud800", [], ["text"]),
        ("x", [uuid4() for _ in range(10)], ["media"]),
        ("x", [UUID(int=1), UUID(int=1)], ["media"]),
        ("x" * 2001, [UUID(int=1)] * 10, ["text", "media"]),
    ],
)
async def test_a_message_that_cannot_be_says_every_reason_at_once(ada, asked, text, media, fields):
    with pytest.raises(Invalid) as refused:
        await say(ada, asked, text, media=media)
    assert [error.field for error in refused.value.errors] == fields
    with pytest.raises(Invalid):
        await api.start_conversation(ada, subject="prod_bowl", text=text, media=media)


async def test_a_picture_needs_no_words(ada, asked):
    await uploaded(ada, picture := uuid4())
    assert (await say(ada, asked, "", media=[picture])).text == ""


async def test_a_message_shows_pictures_of_its_writer_alone_and_each_once(ada, staff, asked):
    await uploaded(staff, theirs := uuid4())
    await uploaded(ada, hers := uuid4())
    await say(ada, asked, "Look", media=[hers])
    for refused in ([uuid4()], [theirs], [hers]):
        with pytest.raises(Invalid) as why:
            await say(ada, asked, "Look", media=refused)
        assert [(one.field, one.code) for one in why.value.errors] == [("media", "unknown")]
    assert await texts(ada, asked) == ["Is the glaze food safe?", "Look"]


async def test_nobody_floods(house, ada, staff, asked):
    for _ in range(29):
        await say(ada, asked, "x")
    with pytest.raises(TooManyMessages) as refused:
        await say(ada, asked, "x")
    assert 1 <= refused.value.retry_after_s <= 60
    await say(staff, asked, "Please wait.")  # another party's limit is its own
    await house.wait(timedelta(seconds=61))
    await say(ada, asked, "x")


async def test_nobody_writes_to_everybody(house, staff):
    for n in range(20):
        await api.start_conversation(staff, subject=f"ord_{UUID(int=n)}", text="Buy more!")
    with pytest.raises(TooManyMessages):
        await api.start_conversation(staff, subject=f"ord_{UUID(int=99)}", text="Buy more!")
    assert len((await api.conversations(staff, shop_id=CELADON, limit=100)).items) == 20
    assert await house.verify() == []


async def test_a_closed_conversation_takes_no_words_and_either_side_opens_it(ada, staff, asked):
    closed = await api.move_conversation(staff, conversation_id=asked.id, state=CLOSED)
    assert (closed.state, closed.blocked_by) == (CLOSED, None)
    with pytest.raises(ConversationClosed):
        await say(ada, asked, "But")
    with pytest.raises(ConversationClosed):
        await api.start_conversation(ada, subject="prod_bowl", text="But")
    assert await texts(ada, asked) == ["Is the glaze food safe?"]
    assert (await api.move_conversation(ada, conversation_id=asked.id, state=OPEN)).state is OPEN
    await say(ada, asked, "But")


async def test_who_blocks_lifts_it(house, ada, staff, asked):
    blocked = await api.move_conversation(ada, conversation_id=asked.id, state=BLOCKED)
    assert (blocked.state, blocked.blocked_by) == (BLOCKED, Side.BUYER)
    again = await api.move_conversation(ada, conversation_id=asked.id, state=BLOCKED)
    assert again == blocked
    for state in (OPEN, CLOSED):
        with pytest.raises(StateUnchangeable):
            await api.move_conversation(staff, conversation_id=asked.id, state=state)
    for one in (ada, staff):
        with pytest.raises(ConversationClosed):
            await say(one, asked, "x")
    with pytest.raises(StateUnchangeable):
        await api.move_conversation(ada, conversation_id=asked.id, state=CLOSED)
    await api.move_conversation(ada, conversation_id=asked.id, state=OPEN)
    await say(staff, asked, "Sorry.")
    assert await house.verify() == []


async def test_the_database_refuses_a_state_that_cannot_follow(house, asked):
    for change in (
        "previous_state = 'closed', state = 'closed'",
        "previous_state = 'open', state = 'blocked', blocked_by = NULL",
        "buyer_read = last_number + 1",
        "shop_unread = -1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await house.rows(f"UPDATE message.conversation SET {change}")


async def test_a_business_may_look_at_what_is_said_before_it_is(ada, asked):
    with pytest.raises(MessageRefused) as refused:
        await say(ada, asked, "Call me: 13800138000")
    assert refused.value.extras == {"reason": "contact"}
    with pytest.raises(MessageRefused):
        await api.start_conversation(ada, subject="prod_vase", text="Call me: 13800138000")
    assert await texts(ada, asked) == ["Is the glaze food safe?"]


async def test_what_is_reported_is_dealt_with(house, ada, staff, asked):
    operator = house.ctx(SYSTEM)
    await say(staff, asked, "Pay me by bank transfer.")
    about = {
        "conversation_id": asked.id,
        "reason": ReportReason.OFF_PLATFORM,
        "number": 2,
        "note": "See there",
    }
    report = await api.report_conversation(ada, **about)
    assert (await api.report_conversation(ada, **about)).id == report.id
    by_shop = await api.report_conversation(staff, conversation_id=asked.id, reason=ReportReason.ABUSE)
    assert [one.id for one in (await api.reports(operator)).items] == [report.id, by_shop.id]
    for one in (ada, staff):
        with pytest.raises(Forbidden):
            await api.reports(one)
        with pytest.raises(Forbidden):
            await api.resolve_report(one, report_id=report.id, resolution=Resolution.DISMISSED)

    await api.resolve_report(operator, report_id=report.id, resolution=Resolution.WITHHELD)
    for one in (ada, staff):
        (latest, _) = (await api.messages(one, conversation_id=asked.id)).items
        assert (latest.text, latest.state) == ("", MessageState.WITHHELD)
    with pytest.raises(Invalid):
        await api.resolve_report(operator, report_id=by_shop.id, resolution=Resolution.WITHHELD)
    await api.resolve_report(operator, report_id=by_shop.id, resolution=Resolution.DISMISSED)
    assert (await api.reports(operator)).items == []
    assert len((await api.reports(operator, waiting=False)).items) == 2
    assert await house.verify() == []


async def test_who_deals_with_a_report_reads_what_was_said_around_it(house, ada, staff, asked):
    operator = house.ctx(SYSTEM)
    for number in range(8):
        await say(staff, asked, f"Answer {number}")
    one = await api.report_conversation(
        ada, conversation_id=asked.id, reason=ReportReason.ABUSE, number=2, note="See there"
    )
    whole = await api.report_conversation(staff, conversation_id=asked.id, reason=ReportReason.SPAM)

    found = await api.reported(operator, report_id=one.id)
    assert [said.number for said in found.said] == [1, 2, 3, 4, 5, 6, 7]
    assert (found.said[0].text, found.said[1].side) == ("Is the glaze food safe?", Side.SHOP)
    assert {said.author for said in found.said} == {None}
    assert (await api.reported(operator, report_id=whole.id)).said[-1].text == "Answer 7"

    await api.resolve_report(operator, report_id=one.id, resolution=Resolution.WITHHELD)
    assert (await api.reported(operator, report_id=one.id)).said[1].text == "Answer 0"
    for party in (ada, staff):
        with pytest.raises(Forbidden):
            await api.reported(party, report_id=one.id)
    with pytest.raises(ReportNotFound):
        await api.reported(operator, report_id=REPORT_ID.new())


async def test_of_two_operators_one_deals_with_a_report(house, ada, asked):
    operator = house.ctx(SYSTEM)
    report = await api.report_conversation(ada, conversation_id=asked.id, reason=ReportReason.SPAM)
    outcomes = await asyncio.gather(
        api.resolve_report(operator, report_id=report.id, resolution=Resolution.DISMISSED),
        api.resolve_report(operator, report_id=report.id, resolution=Resolution.BLOCKED),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Report", "ReportResolved"]
    state = (await api.conversation(ada, conversation_id=asked.id)).state
    done = next(one for one in outcomes if not isinstance(one, Exception))
    assert (state is BLOCKED) == (done.resolution is Resolution.BLOCKED)


async def test_what_the_platform_blocked_stays_blocked(house, ada, staff, asked):
    operator = house.ctx(SYSTEM)
    await api.move_conversation(ada, conversation_id=asked.id, state=BLOCKED)
    report = await api.report_conversation(ada, conversation_id=asked.id, reason=ReportReason.FRAUD)
    await api.resolve_report(operator, report_id=report.id, resolution=Resolution.BLOCKED)
    for one in (ada, staff):
        with pytest.raises(StateUnchangeable):
            await api.move_conversation(one, conversation_id=asked.id, state=OPEN)
    opened = await api.move_conversation(operator, conversation_id=asked.id, state=OPEN)
    assert opened.state is OPEN
    assert await house.verify() == []


async def test_a_report_names_a_message_that_is_there(ada, asked):
    for number in (-1, 2):
        with pytest.raises(Invalid):
            await api.report_conversation(
                ada, conversation_id=asked.id, reason=ReportReason.SPAM, number=number
            )
    with pytest.raises(Invalid):
        await api.report_conversation(ada, conversation_id=asked.id, reason=ReportReason.SPAM, note="x" * 501)


async def test_counts_that_are_wrong_are_found(house, asked):
    await house.rows("UPDATE message.conversation SET shop_unread = 0")
    (sentence,) = await house.verify()
    assert str(asked.id) in sentence


async def test_events_tell_nothing_that_was_said(house, ada, staff, asked):
    await say(staff, asked, "Very secret words")
    await api.report_conversation(
        ada, conversation_id=asked.id, reason=ReportReason.OTHER, note="Secret as well"
    )
    events = str(await house.rows("SELECT * FROM kernel.outbox"))
    notifications = str(await house.rows("SELECT * FROM message.notification"))
    for table in (events, notifications):
        assert "ecret" not in table
        assert "glaze" not in table
    assert "message.message_posted" in events
