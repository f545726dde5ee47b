"""The house over HTTP: two servers on one database, and callers at their doors."""

import pytest

from callers import Caller, door_of
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, Role


@pytest.fixture(scope="session")
async def doors(houses):
    """A way to each of two server processes."""
    made = [door_of(house.platform) for house in houses]
    yield made
    for door in made:
        await door.aclose()


@pytest.fixture
def guest(doors):
    """Somebody who has not said who they are."""
    return Caller(doors[0])


@pytest.fixture
def person(doors):
    """Make somebody with an account."""

    async def sign_up():
        return await Caller(doors[0]).sign_up()

    return sign_up


@pytest.fixture
def operator(houses, person):
    """Make an operator of the platform."""

    async def make():
        made = await person()
        await user.grant_role(houses[0].system, party=PARTY_ID.read(made.party), role=Role.OPERATOR)
        return made

    return make
