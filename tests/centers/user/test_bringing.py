"""People who were known elsewhere: they are parties, once, and nobody logs in as them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hansa.centers.user import api as user
from hansa.centers.user.types import PartyId
from hansa.kernel.context import Actor, ActorKind
from hansa.kernel.problem import Invalid, Unauthenticated


async def test_people_are_brought_once(house):
    lin, mei = PartyId(uuid4()), PartyId(uuid4())

    first = await user.bring_people(house.system, people={lin: "Lin"})
    again = await user.bring_people(house.system, people={lin: "Somebody else", mei: "Mei"})

    assert (first, again) == ({lin}, {mei})
    as_lin = house.ctx(Actor(ActorKind.PERSON, lin))
    assert (await user.me(as_lin)).name == "Lin"
    assert await user.bring_people(house.system, people={}) == set()


async def test_not_everybody_brings_people_and_names_are_names(house):
    guest = house.ctx()

    with pytest.raises(Unauthenticated):
        await user.bring_people(guest, people={PartyId(uuid4()): "Lin"})
    with pytest.raises(Invalid):
        await user.bring_people(house.system, people={PartyId(uuid4()): "\n"})
