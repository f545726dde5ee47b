"""What people are told in the app."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from hansa.centers.message import api, plug
from hansa.centers.message._service.words import Templates
from hansa.centers.message.errors import TemplateMissing, TemplateUnfit
from hansa.centers.message.types import (
    NOTIFICATION_ID,
    Mail,
    Notification,
    Reference,
    ReferenceKind,
    Template,
)
from hansa.centers.user import api as user
from hansa.kernel.context import SYSTEM
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


async def test_an_inbox_is_read_page_by_page(house):
    ada = await house.person()
    for n in range(7):
        await house.tell(ada.actor.party, "test.english_only", words=f"number {n}")
    seen, cursor = [], None
    while True:
        page = await api.inbox(ada, cursor=cursor, limit=3)
        seen += [item.text for item in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [f"number {n}" for n in reversed(range(7))]
    with pytest.raises(Invalid):
        await api.inbox(ada, limit=0)
    with pytest.raises(CursorMalformed):
        await api.inbox(ada, cursor="ÿ nonsense")
    with pytest.raises(Unauthenticated):
        await api.inbox(house.ctx())


async def test_what_one_is_told_says_what_it_is_about(house):
    ada = await house.person()
    about = Reference(ReferenceKind.PRODUCT, "prod_1")
    wish = Notification(
        party=ada.actor.party, template="test.english_only", params={"words": "x"}, about=about
    )
    async with house.db.transaction() as tx:
        await api.notify(tx, house.ctx(SYSTEM), [wish])
    await house.tell(ada.actor.party, "test.english_only", words="y")

    assert [item.about for item in (await api.inbox(ada)).items] == [None, about]


async def test_reading_is_remembered_and_counted(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    hers = [await house.tell(ada.actor.party) for _ in range(3)]
    his = await house.tell(bob.actor.party)
    assert await api.unread(ada) == 3
    counts = await asyncio.gather(
        *(api.mark_read(ada, [*hers[:2], his, NOTIFICATION_ID.new()]) for _ in range(3))
    )
    assert sorted(counts) == [0, 0, 2]
    assert await api.unread(ada) == 1
    assert await api.unread(bob) == 1  # his was not hers to mark
    with pytest.raises(Invalid):
        await api.mark_read(ada, hers * 40)


async def test_unread_is_counted_no_further_than_a_hundred(house):
    ada = await house.person()
    wish = Notification(party=ada.actor.party, template="test.english_only", params={"words": "x"})
    async with house.db.transaction() as tx:
        await api.notify(tx, house.ctx(SYSTEM), [wish] * 130)
    assert await api.unread(ada) == 100


async def test_each_business_has_its_own_inbox_and_its_own_words(house):
    ada = await house.person()
    await house.tell(ada.actor.party, "test.english_only", "bazaar", words="one")
    await house.tell(ada.actor.party, "test.english_only", "market", words="two")
    (in_bazaar,) = (await api.inbox(ada)).items
    (in_market,) = (await api.inbox(house.ctx(ada.actor, "market"))).items
    assert (in_bazaar.subject, in_bazaar.text) == ("Only English", "one")
    assert (in_market.subject, in_market.text) == ("As the market says it", "two!")


async def test_the_reader_chooses_the_language_and_english_is_the_last_resort(house):
    ada = await house.person()
    await house.tell(ada.actor.party, "test.english_only", words="x")
    await house.tell(ada.actor.party)
    subjects = [item.subject for item in (await api.inbox(house.ctx(ada.actor, locale="zh-Hant-TW"))).items]
    assert subjects == ["订单 ord_1 已付款", "Only English"]


async def test_what_nobody_could_read_is_refused_where_it_is_told(house):
    ada = await house.person()
    with pytest.raises(TemplateMissing):
        await house.tell(ada.actor.party, "test.unheard_of", words="x")
    with pytest.raises(TemplateUnfit) as refused:
        await house.tell(ada.actor.party, order="ord_1")
    assert refused.value.extras["missing"] == ["amount"]
    assert await house.rows("SELECT 1 FROM message.notification") == []


async def test_words_that_were_taken_away_do_not_spoil_the_inbox(house):
    ada = await house.person()
    await house.tell(ada.actor.party, "test.english_only", words="x")
    async with house.db.transaction() as tx:
        await tx.raw.execute("UPDATE message.notification SET template = 'test.gone'")
    await house.tell(ada.actor.party)
    items = (await api.inbox(ada)).items
    assert [(item.subject, item.text != "") for item in items] == [
        ("Order ord_1 is paid", True),
        ("test.gone", False),
    ]


async def test_a_business_may_tell_in_the_app_alone(house, office):
    """The market mails nothing about what is read at once."""
    ada = await house.person()
    told = await house.tell(ada.actor.party, "test.quiet", "market", words="x")
    await house.deliver()
    assert await house.deliveries(ada.actor.party, told) == []
    assert office.taken == []
    assert [item.text for item in (await api.inbox(house.ctx(ada.actor, "market"))).items] == ["x"]


async def test_nothing_is_told_when_the_change_did_not_happen(house, office):
    ada = await house.person()
    wish = Notification(party=ada.actor.party, template="test.english_only", params={"words": "x"})

    async def order_that_falls_through():
        async with house.db.transaction() as tx:
            await api.notify(tx, house.ctx(SYSTEM), [wish])
            raise RuntimeError("the order fell through")

    with pytest.raises(RuntimeError):
        await order_that_falls_through()
    await house.deliver()
    assert (await api.inbox(ada)).items == []
    assert office.taken == []


async def test_one_statement_tells_many_of_many_businesses(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    commands = [
        (
            house.ctx(SYSTEM, business),
            Notification(party=ctx.actor.party, template="test.english_only", params={"words": business}),
        )
        for business in ("bazaar", "market")
        for ctx in (ada, bob)
    ]
    async with house.db.transaction() as tx:
        assert len(set(await api.notify_all(tx, commands))) == 4
        assert await api.notify_all(tx, []) == []
    assert [item.text for item in (await api.inbox(house.ctx(bob.actor, "market"))).items] == ["market!"]


async def test_events_and_rows_hold_no_names_and_no_addresses(house):
    ada = await house.person(name="Ada Lovelace")
    await house.tell(ada.actor.party)
    await house.deliver()
    for table in ("kernel.outbox", "message.notification", "message.delivery", "message.delivery_log"):
        rows = str(await house.rows(f"SELECT * FROM {table}"))
        assert "Lovelace" not in rows
        assert "ada@" not in rows


async def test_the_log_of_attempts_cannot_be_rewritten(house):
    ada = await house.person()
    await house.tell(ada.actor.party)
    await house.deliver()
    for change in ("UPDATE message.delivery_log SET outcome = 'sent'", "DELETE FROM message.delivery_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await house.rows(change)


async def test_a_delivery_without_its_log_is_found(house):
    ada = await house.person()
    told = await house.tell(ada.actor.party)
    assert await house.verify() == []
    async with house.db.transaction() as tx:
        await tx.raw.execute("UPDATE message.delivery SET state = 'sent'")
    (sentence,) = await house.verify()
    assert str(told) in sentence


async def test_deliveries_are_for_operators(house):
    ada = await house.person()
    told = await house.tell(ada.actor.party)
    with pytest.raises(Forbidden):
        await api.deliveries(ada, party=ada.actor.party, notification_id=told)


async def test_a_person_sees_what_it_was_told(house):
    ada = await house.person()
    await house.tell(ada.actor.party)
    data = await user.export_personal_data(ada)
    (record,) = [record for record in data.records if record.kind == "message.notification"]
    assert record.content["template"] == "test.paid"
    assert "ord_1" in str(record.content["params"])


def test_every_notification_of_our_own_has_words_in_both_languages():
    words = Templates("message", Path(plug.__file__).parent / "_templates")
    names = {name for name, _ in words.names()}
    assert names == {
        "message.account_changed",
        "message.address_unreachable",
        "message.conversation_answered",
        "message.conversation_asked",
        "message.proof_change_email",
        "message.proof_reset_password",
        "message.proof_restore_email",
        "message.proof_verify_email",
        "message.sign_up_tried",
        "message.welcome",
    }
    assert words.names() == {(name, language) for name in names for language in ("en", "zh")}


async def test_a_folder_of_templates_is_read_by_name_and_language(house, tmp_path):
    (tmp_path / "paid.en.txt").write_text("A subject\n\nFirst\n\nSecond\n")
    (tmp_path / "paid.en.html").write_text("<p>First</p>")
    (tmp_path / "paid.zh.txt").write_text("主题\n\n正文\n")
    words = Templates("trade", tmp_path)
    assert words(house.ctx(), "trade.paid", "en") == Template(
        subject="A subject", text="First\n\nSecond", html="<p>First</p>"
    )
    assert words(house.ctx(), "trade.paid", "zh") == Template(subject="主题", text="正文")
    assert words(house.ctx(), "trade.paid", "de") is None
    assert words(house.ctx(), "paid", "en") is None


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (
            Mail(host="smtp.example.com", port=25, stand_in_host="smtp.example.com", stand_in_port=25),
            "live mail",
        ),
        (Mail(host="127.0.0.1", port=1025, stand_in_host="LocalHost", stand_in_port=1025), "live mail"),
        (Mail(stand_in_host="smtp.example.com"), "this machine"),
        (Mail(stand_in_host="8.8.8.8"), "this machine"),
        (Mail(sender="nobody"), "SENDER"),
    ],
)
def test_a_stand_in_that_might_be_real_stops_the_start(mail, words):
    assert words in " ".join(mail.wrong())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "192.168.1.5", "mailpit", "mail.internal"])
def test_a_stand_in_is_near(host):
    assert Mail(host="smtp.example.com", stand_in_host=host).wrong() == []
