"""Mail leaves after commit, once as far as anybody can tell, and never to strangers by mistake."""

import socket
from datetime import timedelta
from uuid import UUID

import pytest

from hansa.centers.message import api
from hansa.centers.message._service.sending import send_mail
from hansa.centers.message._store import notifications as store
from hansa.centers.message.events import NotificationQueued
from hansa.centers.message.types import Channel, DeliveryState, Mail, Reference, ReferenceKind, Security
from hansa.centers.user import api as user
from hansa.kernel.context import Traffic
from hansa.kernel.event import Envelope


async def state_of(house, party, told):
    (delivery,) = await house.deliveries(party, told)
    return delivery.state, delivery.reason, [attempt.outcome for attempt in delivery.attempts]


async def test_a_buyer_gets_a_mail_in_chinese(house, office):
    buyer = await house.person("xiaoming@example.com", name="王小明", locale="zh-Hans")
    told = await house.tell(buyer.actor.party)
    assert office.taken == []  # nothing leaves inside the transaction
    await house.deliver()

    (mail,) = office.mails
    assert mail["Subject"] == "订单 ord_1 已付款"
    assert mail["To"].addresses[0].display_name == "王小明"
    assert mail["To"].addresses[0].addr_spec == "xiaoming@example.com"
    assert mail["From"].addresses[0].display_name == "集市"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Hansa-Traffic"] == "sandbox"
    plain = mail.get_body(("plain",)).get_content()
    markup = mail.get_body(("html",)).get_content()
    way_out = mail["List-Unsubscribe"].strip("<>").replace("/api/", "/")
    assert plain.splitlines() == [
        *["王小明，您好：", "", "集市收到 ¥1,234.50。"],
        *["", "不再接收此类邮件（“订单”）：", way_out],
    ]
    assert "<p>集市收到 ¥1,234.50。</p>" in markup
    assert '<html lang="zh">' in markup
    assert office.recipients == [["xiaoming@example.com"]]
    assert "=?utf-8?" in office.taken[0].decode("ascii")  # readable by any server
    assert await state_of(house, buyer.actor.party, told) == ("sent", "250", ["sent"])
    assert await house.verify() == []


async def test_a_mail_leads_to_what_it_is_about_where_there_is_a_way_without_an_account(house, office):
    buyer = await house.person("xiaoming@example.com", name="王小明", locale="zh-Hans")
    for order in ("ord_pears", "ord_plums"):
        await house.tell(buyer.actor.party, about=Reference(ReferenceKind.ORDER, order))
    await house.deliver()

    pears, plums = sorted((mail.get_body(("plain",)).get_content() for mail in office.mails), key=len)[::-1]
    page = f"https://hansa.test/bazaar/{buyer.actor.party}/ord_pears"
    assert ["无需登录，点此查看：", page, ""] == pears.splitlines()[4:7]
    assert "无需登录" not in plums
    markups = [mail.get_body(("html",)).get_content() for mail in office.mails]
    assert [f'<a href="{page}">' in markup for markup in markups].count(True) == 1


async def test_mail_of_a_business_that_was_stopped_still_leaves(house, office):
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    house.stop("bazaar")
    await house.deliver()

    assert office.recipients == [["ada@example.com"]]
    assert await state_of(house, buyer.actor.party, told) == ("sent", "250", ["sent"])


async def test_what_a_buyer_typed_is_no_markup(house, office):
    buyer = await house.person(name="<b>Bobby</b> & 'sons'")
    await house.tell(buyer.actor.party, "test.english_only", words="<script>alert(1)</script> {{ 7 * 7 }}")
    await house.deliver()
    (mail,) = office.mails
    markup = mail.get_body(("html",)).get_content()
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup
    assert "{{ 7 * 7 }}" in mail.get_body(("plain",)).get_content()


async def test_a_line_break_in_a_parameter_makes_no_header(house, office):
    buyer = await house.person()
    await house.tell(
        buyer.actor.party, order="1\r\nBcc: eve@example.com", amount={"minor": 1, "currency": "JPY"}
    )
    await house.deliver()
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Order 1 Bcc: eve@example.com is paid"
    assert office.recipients == [["ada@example.com"]]


async def test_a_server_that_is_down_is_tried_again(house, office):
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    office.answer = "451 Try again later"
    await house.deliver()
    await house.deliver()  # not before its time
    assert await state_of(house, buyer.actor.party, told) == ("queued", "451", ["not_taken"])
    await house.wait(timedelta(minutes=2))
    await house.wait(timedelta(minutes=2))  # five minutes after the second attempt, not two
    assert (await state_of(house, buyer.actor.party, told))[2] == ["not_taken"] * 2
    office.answer = "250 OK"
    await house.wait(timedelta(minutes=6))
    assert len(office.taken) == 1
    state, _, outcomes = await state_of(house, buyer.actor.party, told)
    assert (state, outcomes) == ("sent", ["not_taken"] * 2 + ["sent"])
    assert await house.rows("SELECT 1 FROM kernel.deadline") == []
    assert await house.verify() == []


async def test_after_days_a_mail_is_given_up(house, office):
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    office.answer = "451 Try again later"
    await house.deliver()
    for _ in range(14):
        await house.wait(timedelta(days=2))
    state, reason, outcomes = await state_of(house, buyer.actor.party, told)
    assert (state, reason, outcomes) == ("failed", "451", ["not_taken"] * 12 + ["failed"])
    assert await house.rows("SELECT 1 FROM kernel.deadline") == []
    assert await house.verify() == []


async def test_nobody_answers_at_the_port(houses):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        house = await houses(stand_in_host="127.0.0.1", stand_in_port=closed.getsockname()[1])
        buyer = await house.person()
        told = await house.tell(buyer.actor.party)
        await house.deliver()
        await house.wait(timedelta(hours=1))
    state, _, outcomes = await state_of(house, buyer.actor.party, told)
    assert (state, outcomes) == ("queued", ["not_taken"] * 2)


async def test_one_mail_that_cannot_leave_holds_up_no_other(house, office):
    buyer, other = await house.person(), await house.person("bob@example.com", name="Bob")
    office.answer_recipient = "450 busy"
    first = await house.tell(buyer.actor.party)
    await house.deliver()
    office.answer_recipient = "250 OK"
    await house.tell(other.actor.party)
    await house.deliver()
    assert office.recipients == [["bob@example.com"]]
    assert (await state_of(house, buyer.actor.party, first))[0] == "queued"


async def test_an_address_refused_for_good_is_not_tried_again(house, office):
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    office.answer_recipient = "550 No such user"
    await house.deliver()
    await house.wait(timedelta(days=9))
    assert await state_of(house, buyer.actor.party, told) == ("failed", "550", ["failed"])
    assert await house.verify() == []


@pytest.fixture
def queued(house):
    """Return the envelope under which a notification's mail is delivered."""

    async def read(told):
        (row,) = await house.rows("SELECT * FROM kernel.outbox WHERE subject = $1", told)
        event = NotificationQueued(
            party=UUID(row["payload"]["party"]), notification=told, channel=Channel(row["payload"]["channel"])
        )
        return Envelope(
            id=row["id"],
            business=row["business"],
            traffic=Traffic(row["traffic"]),
            entity=row["entity"],
            actor=row["actor"],
            trace=row["trace"],
            occurred_at=row["occurred_at"],
            event=event,
        )

    return read


async def test_an_event_delivered_twice_sends_one_mail(house, office, queued):
    buyer = await house.person()
    envelope = await queued(await house.tell(buyer.actor.party))
    await send_mail(house.platform, envelope)
    await send_mail(house.platform, envelope)
    assert len(office.taken) == 1


async def test_a_duplicate_after_a_crash_is_the_same_mail(house, office, queued, monkeypatch):
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    envelope = await queued(told)

    async def die(tx, **_):
        raise ConnectionError("the process died just now")

    with monkeypatch.context() as patched:
        patched.setattr(store, "record_attempt", die)
        with pytest.raises(ConnectionError):
            await send_mail(house.platform, envelope)
    await send_mail(house.platform, envelope)

    one, again = office.taken
    assert one == again
    assert office.mails[0]["Message-ID"] == f"<{told.hex}.{buyer.actor.party.hex}.mail@localhost.localdomain>"
    assert (await state_of(house, buyer.actor.party, told))[0] == "sent"


async def test_sandbox_mail_never_reaches_the_server_of_live_mail(houses, post_offices):
    live = await post_offices()
    house = await houses(host="127.0.0.1", port=live.port)
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    await house.deliver()
    assert live.taken == []
    assert await state_of(house, buyer.actor.party, told) == ("suppressed", "no_server", [])
    assert await house.rows("SELECT 1 FROM kernel.outbox") == []


async def test_each_traffic_has_its_own_server(houses, post_offices):
    live, stand_in = await post_offices(), await post_offices()
    house = await houses(
        host="127.0.0.1", port=live.port, stand_in_host="127.0.0.1", stand_in_port=stand_in.port
    )
    buyer = await house.person()
    await house.tell(buyer.actor.party, "test.english_only", "bazaar", words="sandbox")
    await house.tell(buyer.actor.party, "test.english_only", "market", words="live")
    await house.deliver()
    (real,), (kept,) = live.mails, stand_in.mails
    assert (real["Subject"], real["X-Hansa-Traffic"]) == ("As the market says it", None)
    assert (kept["Subject"], kept["X-Hansa-Traffic"]) == ("Only English", "sandbox")


async def test_a_queue_from_before_does_not_leave_through_another_server(house, office, post_offices):
    """Somebody takes the stand-in away while mail is queued: it is not sent elsewhere."""
    buyer = await house.person()
    told = await house.tell(buyer.actor.party)
    live = await post_offices()
    house.configure(Mail(host="127.0.0.1", port=live.port, security=Security.NONE))
    await house.deliver()
    assert (live.taken, office.taken) == ([], [])
    assert await state_of(house, buyer.actor.party, told) == ("suppressed", "no_server", ["suppressed"])


async def test_who_has_no_address_is_told_in_the_app_alone(house, office):
    guest = house.ctx((await user.start_guest(house.ctx())).actor)
    told = await house.tell(guest.actor.party)
    await house.deliver()
    assert office.taken == []
    assert await state_of(house, guest.actor.party, told) == (
        DeliveryState.UNDELIVERABLE, "no_address", ["undeliverable"],
    )  # fmt: skip
    assert len((await api.inbox(guest)).items) == 1


async def test_a_guest_that_logs_in_still_gets_its_mail(house, office):
    await house.person()
    guest = house.ctx((await user.start_guest(house.ctx())).actor)
    told = await house.tell(guest.actor.party)
    started = await user.log_in(guest, email="ada@example.com", password="correct horse battery")
    await house.deliver()
    assert office.recipients == [["ada@example.com"]]
    assert [item.id for item in (await api.inbox(house.ctx(started.actor))).items] == [told]


async def test_an_address_beyond_ascii_needs_a_server_that_knows_it(houses, post_offices):
    modern, old = await post_offices(enable_SMTPUTF8=True), await post_offices()
    house = await houses(stand_in_host="127.0.0.1", stand_in_port=modern.port)
    buyer = await house.person("用户@例子.中国", name="用户")
    await house.tell(buyer.actor.party)
    await house.deliver()
    assert modern.recipients == [["用户@xn--fsqu00a.xn--fiqs8s"]]
    house.configure(Mail(stand_in_host="127.0.0.1", stand_in_port=old.port))
    told = await house.tell(buyer.actor.party)
    await house.deliver()
    assert await state_of(house, buyer.actor.party, told) == ("failed", "smtputf8", ["failed"])


async def test_who_signs_up_is_welcomed(house, office):
    started = await user.sign_up(
        house.ctx(locale="zh-Hans"), email="ada@example.com", password="correct horse battery", name="Ada"
    )
    await house.deliver()
    mail, asked = sorted(office.mails, key=lambda one: "请确认" in one["Subject"])
    assert asked["Subject"] == "请确认您的邮箱地址"
    assert mail["Subject"] == "欢迎来到集市"
    assert "Ada，您好：" in mail.get_body(("plain",)).get_content()
    await house.deliver()
    assert len(office.taken) == 2
    ada = house.ctx(started.actor)
    assert [item.subject for item in (await api.inbox(ada)).items] == ["Welcome to The Bazaar"]


async def test_a_problem_with_mail_says_nothing_personal(house, office, queued):
    buyer = await house.person()
    envelope = await queued(await house.tell(buyer.actor.party))
    office.answer_recipient = "450 <ada@example.com> is busy"
    await send_mail(house.platform, envelope)
    office.answer_recipient = "550 5.1.1 <ada@example.com> is nobody here"
    await house.wait(timedelta(minutes=2))
    tables = ("message.delivery", "message.delivery_log", "message.mail_standing", "kernel.outbox")
    told = [str(await house.rows(f"SELECT * FROM {table}")) for table in tables]
    assert "5.1.1" in told[1]
    assert "example" not in "".join(told)
