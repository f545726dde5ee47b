"""Signing up with an address that somebody has: the owner is told, and nobody asks about many."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from centers.user.conftest import CHEAP, PASSWORD
from hansa.centers.user import api
from hansa.centers.user._rules.clients import network_of
from hansa.centers.user.errors import EmailTaken, TooManyAttempts

HOME, ELSEWHERE = "20.30.40.50", "20.30.40.51"


def signing_up(house, email, *, client=HOME):
    ctx = house.ctx().with_(client=client)
    return api.sign_up(ctx, email=email, password=PASSWORD, name="Somebody")


async def outcome(attempt):
    try:
        await attempt
    except (EmailTaken, TooManyAttempts) as refused:
        return type(refused).__name__
    return "in"


@pytest.fixture
async def few(houses):
    """A house where three taken addresses are enough, with an account in it."""
    house = await houses(settings=msgspec.structs.replace(CHEAP, sign_ups_taken=3))
    await house.person()
    return house


async def test_who_asks_about_many_addresses_is_told_no_more(few):
    asked = [await outcome(signing_up(few, "ada@example.com")) for _ in range(4)]
    assert asked == ["EmailTaken"] * 3 + ["TooManyAttempts"]

    assert await outcome(signing_up(few, "free@example.com")) == "TooManyAttempts"  # free or not is not said
    assert await outcome(signing_up(few, "free@example.com", client=ELSEWHERE)) == "in"

    await few.later(timedelta(minutes=61))
    assert await outcome(signing_up(few, "other@example.com")) == "in"


async def test_many_at_once_are_counted_too(few):
    asked = await asyncio.gather(*(outcome(signing_up(few, "ada@example.com")) for _ in range(12)))
    assert (asked.count("EmailTaken"), asked.count("TooManyAttempts")) == (3, 9)


async def test_who_signs_up_with_free_addresses_is_not_counted(few):
    for name in range(8):
        assert await outcome(signing_up(few, f"{name}@example.com")) == "in"


async def test_a_proxy_that_everybody_comes_from_is_not_counted(few):
    for client in ("127.0.0.1", "10.0.0.7", "", "testclient"):
        asked = [await outcome(signing_up(few, "ada@example.com", client=client)) for _ in range(5)]
        assert asked == ["EmailTaken"] * 5


async def test_the_owner_is_told_once_an_hour(house):
    ada = await house.person()

    for _ in range(3):
        assert await outcome(signing_up(house, "ADA@example.com")) == "EmailTaken"

    (told,) = await house.rows("SELECT payload FROM kernel.outbox WHERE topic = 'user.sign_up_tried'")
    assert told["payload"]["party"] == str(ada.party())
    await house.later(timedelta(minutes=61))
    assert await outcome(signing_up(house, "ada@example.com")) == "EmailTaken"
    assert (await house.told()).count("user.sign_up_tried") == 2


async def test_no_network_address_is_kept(house):
    await house.person()
    await outcome(signing_up(house, "ada@example.com"))

    kept = str(await house.rows('SELECT * FROM "user".log_in_attempt')) + str(
        await house.rows("SELECT * FROM kernel.outbox")
    )

    assert HOME not in kept


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("20.30.40.50", "20.30.40.50"),
        ("::ffff:20.30.40.50", "20.30.40.50"),
        ("2a00:1450:4001:82f::200e", "2a00:1450:4001:82f::/64"),
        ("2a00:1450:4001:82f:1:2:3:4", "2a00:1450:4001:82f::/64"),
        ("::1", None),
        ("192.168.1.4", None),
        ("fe80::1", None),
        ("no address", None),
        ("", None),
    ],
)
def test_a_network_is_one_address_or_a_household(client, network):
    assert network_of(client) == network
