"""Who guesses passwords is stopped where they guess, and keeps nobody else out."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from centers.user.conftest import CHEAP, PASSWORD
from hansa.centers.user import api
from hansa.centers.user.errors import TooManyAttempts, WrongCredentials

HOME, THERE = "20.30.40.50", "21.30.40.50"
ADA, BOB, GUESS = "ada@example.com", "bob@example.com", "a wrong guess"


@pytest.fixture
async def house(houses):
    """Five tries of an address from a network, twelve from a network, fifteen of an address from everywhere."""
    house = await houses(
        settings=msgspec.structs.replace(CHEAP, log_in_attempts_network=12, log_in_attempts_everywhere=15)
    )
    await house.person(ADA)
    return house


def trying(house, *, email=ADA, password=GUESS, client=THERE, device=""):
    ctx = house.ctx().with_(client=client)
    return api.log_in(ctx, email=email, password=password, device=device)


async def outcome(attempt):
    try:
        await attempt
    except (WrongCredentials, TooManyAttempts) as refused:
        return type(refused).__name__
    return "in"


async def guess(house, times, **about):
    return [await outcome(trying(house, **about)) for _ in range(times)]


async def test_a_stranger_who_guesses_does_not_keep_the_owner_out(house):
    assert await guess(house, 7) == ["WrongCredentials"] * 5 + ["TooManyAttempts"] * 2

    assert (
        await outcome(trying(house, password=PASSWORD)) == "TooManyAttempts"
    )  # nor has the guesser luck now
    assert await outcome(trying(house, password=PASSWORD, client=HOME)) == "in"
    assert (await guess(house, 1))[0] == "TooManyAttempts"  # that the owner came in gives nothing back


async def test_many_guesses_at_once_are_counted_too(house):
    done = await asyncio.gather(*(outcome(trying(house)) for _ in range(12)))
    assert (done.count("WrongCredentials"), done.count("TooManyAttempts")) == (5, 7)


async def test_one_network_guesses_only_so_often_whatever_the_addresses(house):
    done = [await outcome(trying(house, email=f"{at}@example.com")) for at in range(14)]

    assert done == ["WrongCredentials"] * 12 + ["TooManyAttempts"] * 2
    assert await outcome(trying(house, password=PASSWORD)) == "TooManyAttempts"
    assert await outcome(trying(house, password=PASSWORD, client=HOME)) == "in"
    await house.later(timedelta(minutes=16))
    assert await outcome(trying(house, password=PASSWORD)) == "in"


async def test_right_passwords_use_nothing_of_their_network_up(house):
    assert {await outcome(trying(house, password=PASSWORD)) for _ in range(20)} == {"in"}


async def test_guesses_from_many_networks_end_and_a_browser_that_was_here_before_comes_in(house):
    known = await trying(house, password=PASSWORD, client=HOME)
    for network in range(4):
        await guess(house, 5, client=f"22.0.{network}.1")

    assert await outcome(trying(house, password=PASSWORD, client="23.0.0.1")) == "TooManyAttempts"
    assert await outcome(trying(house, password=PASSWORD, client=HOME, device=known.device)) == "in"
    assert await outcome(trying(house, password=PASSWORD, client=THERE, device=known.device)) == "in"


async def test_a_known_browser_guesses_no_more_often_than_another(house):
    known = await trying(house, password=PASSWORD, client=HOME)
    assert (await guess(house, 6, device=known.device))[-1] == "TooManyAttempts"
    assert await outcome(trying(house, password=PASSWORD, client=HOME)) == "in"  # and hurts nobody else


async def test_what_shows_one_account_shows_no_other_and_nothing_made_up_does(house):
    await house.person(BOB)
    bobs = (await trying(house, email=BOB, password=PASSWORD, client=HOME)).device
    await guess(house, 6)

    for device in (bobs, "x", bobs[:-1], "é" * 40, ""):
        assert await outcome(trying(house, password=PASSWORD, device=device)) == "TooManyAttempts"
    assert (await api.start_guest(house.ctx())).device == ""
    assert await house.whoever(bobs) is None  # it opens nothing


async def test_it_is_known_for_the_account_that_another_became_part_of(house):
    ada = house.ctx((await trying(house, password=PASSWORD)).actor)
    bob = await house.person(BOB)
    await api.link_party(ada, code=await api.offer_link(bob))
    known = await trying(house, email=BOB, password=PASSWORD, client=HOME)
    await guess(house, 6, email=BOB)

    assert await outcome(trying(house, email=BOB, password=PASSWORD, device=known.device)) == "in"
