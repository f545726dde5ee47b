"""People are told what they want to be told, when they want it; what keeps an account safe always comes."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

import pytest

from hansa.centers.message import api
from hansa.centers.message.errors import PreferenceFixed, TopicUnknown
from hansa.centers.message.types import Channel, QuietHours
from hansa.centers.user import api as user
from hansa.kernel.context import Traffic
from hansa.kernel.problem import Invalid, Unauthenticated
from hansa.kernel.security import TokenInvalid

NIGHT = QuietHours(starts=time(22), ends=time(7), time_zone="Asia/Shanghai")


def shown(preferences):
    return {
        (topic.topic, choice.channel.value): (choice.enabled, choice.fixed)
        for topic in preferences.topics
        for choice in topic.choices
    }


async def set_clock(house, at):
    async with house.db.transaction() as tx:
        await house.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, frozen_at=at)


async def state_of(house, party, told):
    (delivery,) = await house.deliveries(party, told)
    return delivery.state.value, delivery.reason


def link_in(mail):
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return mail["List-Unsubscribe"].removeprefix("<").removesuffix(">")


async def test_everything_is_on_until_somebody_chooses(house):
    ada = await house.person()
    found = shown(await api.preferences(ada))
    assert found["orders", "email"] == found["orders", "in_app"] == (True, False)
    assert found["safety", "email"] == (True, True)
    assert found["news", "email"] == (False, False)
    assert found["other", "email"] == (True, False)
    assert found["mail_standing", "in_app"] == (True, True)
    assert ("mail_standing", "email") not in found
    titles = {one.topic: one.title for one in (await api.preferences(ada.with_(locale="zh-Hans"))).topics}
    assert titles["orders"] == "订单"
    with pytest.raises(Unauthenticated):
        await api.preferences(house.ctx())


async def test_who_wants_no_mail_gets_none_and_still_has_the_inbox(house, office):
    ada = await house.person()
    await api.choose(ada, topic="orders", channel=Channel.EMAIL, enabled=False)
    told = await house.tell(ada.actor.party)
    await house.tell(ada.actor.party, "test.english_only", words="something else")
    await house.deliver()
    assert [mail["Subject"] for mail in office.mails] == ["Only English"]
    assert await state_of(house, ada.actor.party, told) == ("suppressed", "declined")
    assert len((await api.inbox(ada)).items) == 2

    await api.choose(ada, topic="orders", channel=Channel.EMAIL, enabled=True)
    await api.choose(ada, topic="orders", channel=Channel.IN_APP, enabled=False)
    await house.tell(ada.actor.party)
    await house.deliver()
    assert len(office.taken) == 2
    assert len((await api.inbox(ada)).items) == 2
    assert await house.verify() == []


async def test_news_come_to_who_asked_for_them(house, office):
    ada = await house.person()
    await house.tell(ada.actor.party, "test.offer_of_the_day", words="Pears")
    await house.deliver()
    assert office.taken == []
    await api.choose(ada, topic="news", channel=Channel.EMAIL, enabled=True)
    await house.tell(ada.actor.party, "test.offer_of_the_day", words="Pears")
    await house.deliver()
    assert [mail["Subject"] for mail in office.mails] == ["Today only"]


async def test_what_keeps_an_account_safe_cannot_be_switched_off(house, office):
    ada = await house.person()
    with pytest.raises(PreferenceFixed):
        await api.choose(ada, topic="safety", channel=Channel.EMAIL, enabled=False)
    await api.choose(ada, topic="safety", channel=Channel.EMAIL, enabled=True)
    # Not even by a row from a time when it could.
    await house.rows("UPDATE message.preference SET enabled = false")
    await house.tell(ada.actor.party, "test.alarm", words="x")
    await house.deliver()
    (mail,) = office.mails
    assert mail["Subject"] == "Somebody logged in as you"
    assert mail["List-Unsubscribe"] is None


async def test_only_what_there_is_can_be_chosen(house):
    ada = await house.person()
    for topic, channel in (("nothing", Channel.EMAIL), ("mail_standing", Channel.EMAIL)):
        with pytest.raises(TopicUnknown):
            await api.choose(ada, topic=topic, channel=channel, enabled=True)


async def test_each_business_has_its_own_preferences(house):
    ada = await house.person()
    await api.choose(ada, topic="orders", channel=Channel.EMAIL, enabled=False)
    elsewhere = house.ctx(ada.actor, "market")
    assert shown(await api.preferences(elsewhere))["orders", "email"] == (True, False)
    assert shown(await api.preferences(ada))["orders", "email"] == (False, False)


async def test_one_click_ends_a_kind_of_mail_and_no_other(house, office):
    ada = await house.person()
    await house.tell(ada.actor.party)
    await house.deliver()
    url = urlsplit(link_in(office.mails[0]))
    head, _, token = url.path.rpartition("/")
    assert head == "/bazaar/api/unsubscribe"

    stranger = house.ctx()  # the mail program is logged in nowhere
    about = await api.subscription(stranger, token=token)
    assert (about.topic, about.channel, about.enabled) == ("orders", Channel.EMAIL, True)
    assert shown(await api.preferences(ada))["orders", "email"] == (True, False)  # looking ends nothing
    for _ in range(2):
        assert (await api.unsubscribe(stranger, token=token)).enabled is False
    assert not (await api.subscription(stranger, token=token)).enabled

    await house.tell(ada.actor.party)
    await house.tell(ada.actor.party, "test.english_only", words="x")
    await house.deliver()
    assert [mail["Subject"] for mail in office.mails] == ["Order ord_1 is paid", "Only English"]


async def test_a_link_that_was_changed_or_is_of_another_business_is_none(house, office):
    ada = await house.person()
    await house.tell(ada.actor.party)
    await house.deliver()
    token = link_in(office.mails[0]).rpartition("/")[2]
    for wrong in ("", "x", token[:-2], token[:-4] + "AAAA", token + "A"):
        with pytest.raises(TokenInvalid):
            await api.unsubscribe(house.ctx(), token=wrong)
    with pytest.raises(TokenInvalid):
        await api.unsubscribe(house.ctx(business="market"), token=token)


async def test_mail_waits_for_the_morning_and_the_inbox_does_not(house, office):
    ada = await house.person()
    await api.set_quiet_hours(ada, NIGHT)
    await set_clock(house, datetime(2026, 11, 22, 15, tzinfo=UTC))  # 23:00 in Shanghai
    told = await house.tell(ada.actor.party)
    await house.tell(ada.actor.party, "test.alarm", words="x")
    await house.deliver()
    assert [mail["Subject"] for mail in office.mails] == ["Somebody logged in as you"]
    assert await state_of(house, ada.actor.party, told) == ("queued", "quiet_hours")
    assert len((await api.inbox(ada)).items) == 2

    await set_clock(house, datetime(2026, 11, 22, 22, 59, tzinfo=UTC))
    await house.fire()
    assert len(office.taken) == 1
    await set_clock(house, datetime(2026, 11, 22, 23, tzinfo=UTC))
    await house.fire()
    await house.fire()
    assert [mail["Subject"] for mail in office.mails][1:] == ["Order ord_1 is paid"]
    assert await house.verify() == []

    await set_clock(house, datetime(2026, 11, 23, 15, tzinfo=UTC))
    await api.set_quiet_hours(ada, None)
    await house.tell(ada.actor.party)
    await house.deliver()
    assert len(office.taken) == 3


async def test_quiet_hours_are_remembered_and_checked(house):
    ada = await house.person()
    assert (await api.preferences(ada)).quiet_hours is None
    await api.set_quiet_hours(ada, NIGHT)
    await api.set_quiet_hours(ada, QuietHours(starts=time(21), ends=time(6), time_zone="Europe/Berlin"))
    assert (await api.preferences(ada)).quiet_hours == QuietHours(
        starts=time(21), ends=time(6), time_zone="Europe/Berlin"
    )
    with pytest.raises(Invalid):
        await api.set_quiet_hours(ada, QuietHours(starts=time(1), ends=time(1), time_zone="Mars/Olympus"))


async def test_a_guest_that_logs_in_is_told_as_the_person_wants(house, office):
    ada = await house.person()
    await api.choose(ada, topic="orders", channel=Channel.EMAIL, enabled=False)
    guest = house.ctx((await user.start_guest(house.ctx())).actor)
    await api.choose(guest, topic="other", channel=Channel.EMAIL, enabled=False)
    await user.log_in(guest, email="ada@example.com", password="correct horse battery")
    await house.tell(guest.actor.party)  # the order was the guest's
    await house.tell(guest.actor.party, "test.english_only", words="x")
    await house.deliver()
    assert [mail["Subject"] for mail in office.mails] == ["Only English"]
    await api.choose(ada, topic="other", channel=Channel.EMAIL, enabled=False)
    await house.tell(guest.actor.party, "test.english_only", words="x")
    await house.wait(timedelta(minutes=1))
    assert len(office.taken) == 1
