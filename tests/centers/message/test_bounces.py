"""Mail to an address that is gone is not sent for ever; a new address is a new beginning."""

from datetime import timedelta

import pytest

from hansa.centers.message import api
from hansa.centers.message.errors import BounceUnknown
from hansa.centers.user import api as user
from hansa.kernel.context import SYSTEM
from hansa.kernel.problem import Forbidden, Invalid


async def outcome(house, party, told):
    (delivery,) = await house.deliveries(party, told)
    return delivery.state.value, delivery.reason


async def send(house, party, template="test.english_only"):
    told = await house.tell(party, template, words="x")
    await house.deliver()
    return await outcome(house, party, told)


async def test_an_address_that_is_gone_gets_no_more_and_its_owner_is_told_in_the_app(house, office):
    ada = await house.person()
    office.answer_recipient = "550 5.1.1 No such user"
    assert await send(house, ada.actor.party) == ("failed", "550 5.1.1")
    office.answer_recipient = "250 OK"
    assert await send(house, ada.actor.party) == ("undeliverable", "address_suppressed")
    await house.deliver()
    assert office.taken == []
    assert "message.address_unreachable" in {item.template for item in (await api.inbox(ada)).items}
    assert (await api.preferences(ada)).mail_suppressed
    assert await house.verify() == []


async def test_three_refusals_in_a_row_and_no_fewer(house, office):
    ada = await house.person()
    office.answer_recipient = "552 5.2.2 Mailbox full"
    for _ in range(2):
        await send(house, ada.actor.party)
    office.answer_recipient = "250 OK"
    assert await send(house, ada.actor.party) == ("sent", "250")  # and counting starts anew
    office.answer_recipient = "552 5.2.2 Mailbox full"
    reasons = [(await send(house, ada.actor.party))[1] for _ in range(4)]
    assert reasons == ["552 5.2.2", "552 5.2.2", "552 5.2.2", "address_suppressed"]


async def test_a_refusal_of_what_a_mail_says_is_not_the_addressees_fault(house, office):
    ada = await house.person()
    office.answer = "554 5.7.1 Looks like spam"
    for _ in range(4):
        assert await send(house, ada.actor.party) == ("failed", "554 5.7.1")
    office.answer = "250 OK"
    assert await send(house, ada.actor.party) == ("sent", "250")


async def test_what_somebody_must_know_is_tried_all_the_same(house, office):
    ada = await house.person()
    office.answer_recipient = "550 5.1.1 No such user"
    await send(house, ada.actor.party)
    office.answer_recipient = "250 OK"
    assert await send(house, ada.actor.party, "test.alarm") == ("sent", "250")
    assert await send(house, ada.actor.party) == ("sent", "250")  # the server took it: the address lives
    assert not (await api.preferences(ada)).mail_suppressed


async def test_a_new_address_is_a_new_beginning(house, office):
    guest = house.ctx((await user.start_guest(house.ctx())).actor)
    await user.introduce(guest, name="Ada", email="ada@example.com")
    office.answer_recipient = "550 5.1.1 No such user"
    await send(house, guest.actor.party)
    office.answer_recipient = "250 OK"
    assert await send(house, guest.actor.party) == ("undeliverable", "address_suppressed")
    await user.introduce(guest, name="Ada", email="ada@example.org")
    assert not (await api.preferences(guest)).mail_suppressed
    assert await send(house, guest.actor.party) == ("sent", "250")


async def test_a_mail_that_came_back_later_counts(house, office):
    ada, gateway = await house.person(), house.ctx(SYSTEM)
    told = await house.tell(ada.actor.party, "test.english_only", words="x")
    await house.deliver()
    message_id = office.mails[0]["Message-ID"]
    await api.report_bounce(gateway, message_id=message_id, status="4.4.7")  # only late
    assert (await outcome(house, ada.actor.party, told))[0] == "sent"
    await api.report_bounce(gateway, message_id=message_id, status="5.1.1")
    assert await outcome(house, ada.actor.party, told) == ("bounced", "5.1.1")
    assert await send(house, ada.actor.party) == ("undeliverable", "address_suppressed")
    with pytest.raises(BounceUnknown):
        await api.report_bounce(gateway, message_id=message_id, status="5.1.1")
    with pytest.raises(BounceUnknown):
        await api.report_bounce(gateway, message_id="<somebody@else.example>", status="5.1.1")
    with pytest.raises(Invalid):
        await api.report_bounce(gateway, message_id=message_id, status="gone")
    with pytest.raises(Forbidden):
        await api.report_bounce(ada, message_id=message_id, status="5.1.1")
    assert await house.verify() == []


async def test_an_operator_sees_how_mail_fares_and_lets_it_go_again(house, office):
    ada, operator = await house.person(), house.ctx(SYSTEM)
    assert (await api.mail_standing(operator, party=ada.actor.party)).refusals == 0
    office.answer_recipient = "550 5.1.1 No such user"
    await send(house, ada.actor.party)
    standing = await api.mail_standing(operator, party=ada.actor.party)
    assert (standing.refusals, standing.code) == (1, "550 5.1.1")
    assert standing.suppressed_at is not None
    office.answer_recipient = "250 OK"
    await api.release_address(operator, party=ada.actor.party)
    assert await send(house, ada.actor.party) == ("sent", "250")
    for asking in (api.mail_standing, api.release_address):
        with pytest.raises(Forbidden):
            await asking(ada, party=ada.actor.party)
    await house.wait(timedelta(days=1))
