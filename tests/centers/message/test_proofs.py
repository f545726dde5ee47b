"""Mail with one-time links: it says where to go, its secret works, and stands nowhere else."""

import re
from urllib.parse import parse_qs, urlsplit

from hansa.centers.user import api as user

ANOTHER = "another good password"


def linked(letter):
    """Where a mail's link leads, and its secret."""
    url = urlsplit(re.search(r"http\S+", letter.get_body(("plain",)).get_content())[0])
    return url.path, parse_qs(url.query)["token"][0]


async def test_a_forgotten_password_is_set_by_the_mail_that_comes(house, office):
    ada = await house.person(locale="zh")
    await user.request_password_reset(house.ctx(), email="ADA@example.com")
    await house.deliver()

    (letter,) = office.mails
    assert letter["To"] == "Ada <ada@example.com>"
    assert letter["Subject"] == "设置新密码"
    path, secret = linked(letter)
    assert path == "/bazaar/proof/reset-password"
    await user.reset_password(house.ctx(), secret=secret, password=ANOTHER)
    await user.log_in(house.ctx(), email="ada@example.com", password=ANOTHER)
    everything = await house.rows(
        "SELECT o::text FROM kernel.outbox o UNION ALL SELECT n::text FROM message.notification n"
    )
    assert secret not in str(everything)
    await house.deliver()
    assert [one["Subject"] for one in office.mails][1:] == [
        "您的密码已更改"
    ]  # and she is told that it happened
    assert (
        len(await house.rows("SELECT 1 FROM message.notification WHERE party_id = $1", ada.actor.party)) == 1
    )


async def test_a_link_asked_for_before_a_business_was_stopped_still_comes(house, office):
    await house.person()
    await user.request_password_reset(house.ctx(), email="ada@example.com")
    house.stop("bazaar")
    await house.deliver()
    assert [letter["To"] for letter in office.mails] == ["Ada <ada@example.com>"]


async def test_nobody_is_written_to_when_nobody_has_the_address(house, office):
    await user.request_password_reset(house.ctx(), email="nobody@example.com")
    await house.deliver()
    assert office.mails == []


async def test_a_changed_address_is_confirmed_at_the_new_one_and_told_at_the_old(house, office):
    ada = await house.person()
    await user.request_email_change(ada, email="ada@new.example")
    await house.deliver()
    (asked,) = office.mails
    assert asked["To"] == "Ada <ada@new.example>"
    await user.change_email(house.ctx(), secret=linked(asked)[1])
    await house.deliver()
    told = {one["To"]: one for one in office.mails[1:]}
    assert set(told) == {"Ada <ada@example.com>", "Ada <ada@new.example>"}
    path, secret = linked(told["Ada <ada@example.com>"])
    assert path == "/bazaar/proof/restore-email"
    await user.restore_email(house.ctx(), secret=secret)
