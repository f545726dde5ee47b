"""Address books, and what orders keep of them."""

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.user import api
from hansa.centers.user.errors import AddressNotFound, TooManyAddresses
from hansa.centers.user.plug import USER
from hansa.centers.user.types import ADDRESS_ID, Address, FreezeAddress
from hansa.kernel.problem import Invalid


def door(street="文一西路 969 号", **about):
    return Address(
        **{
            "recipient": "Ada", "phone": "13800138000", "country": "CN", "region": "浙江省", "city": "杭州市",
            "street": street, **about,
        }
    )  # fmt: skip


async def freeze(house, ctx, address_id):
    async with house.db.transaction() as tx:
        return (await api.freeze_address(tx, ctx, address_id)).version


async def frozen(house, ctx, version):
    async with house.db.transaction() as tx:
        return (await api.frozen_addresses(tx, ctx, [version])).get(version)


async def test_an_order_keeps_its_address_whatever_happens_to_the_book(house):
    ada = await house.person()
    home = await api.add_address(ada, door("old street"))
    version = await freeze(house, ada, home)
    await api.change_address(ada, address_id=home, address=door("new street"))
    assert (await frozen(house, ada, version)).street == "old street"
    assert (await api.addresses(ada))[0].address.street == "new street"
    later = await freeze(house, ada, home)
    assert later != version
    await api.remove_address(ada, address_id=home)
    assert await api.addresses(ada) == []
    assert (await frozen(house, ada, later)).street == "new street"
    with pytest.raises(AddressNotFound):
        await freeze(house, ada, home)
    with pytest.raises(AddressNotFound):
        await api.remove_address(ada, address_id=home)
    assert await house.verify() == []


async def test_freezing_again_gives_the_same_version_and_writes_nothing(house):
    ada = await house.person()
    home = await api.add_address(ada, door())
    version = await freeze(house, ada, home)
    before = await house.rows('SELECT xmin::text FROM "user".address_version')
    assert await freeze(house, ada, home) == version
    assert await house.rows('SELECT xmin::text FROM "user".address_version') == before


async def test_many_parties_freeze_at_once_each_its_own(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    hers, his = await api.add_address(ada, door("hers")), await api.add_address(bob, door("his"))
    demands = [
        FreezeAddress(party=ada.actor.party, address_id=hers),
        FreezeAddress(party=ada.actor.party, address_id=his),
        FreezeAddress(party=bob.actor.party, address_id=his),
        FreezeAddress(party=bob.actor.party, address_id=ADDRESS_ID.new()),
        FreezeAddress(party=ada.actor.party, address_id=hers),
    ]

    async def once():
        async with house.db.transaction() as tx:
            return await api.freeze_addresses(tx, house.system, demands)

    for verdicts in await asyncio.gather(*(once() for _ in range(4))):
        assert [isinstance(verdict, AddressNotFound) for verdict in verdicts] == [
            False,
            True,
            False,
            True,
            False,
        ]
        assert verdicts[0] == verdicts[4]


async def test_the_first_address_is_preferred_and_only_one_ever_is(house):
    ada = await house.person()
    await api.add_address(ada, door("first"))
    second = await api.add_address(ada, door("second"), preferred=True)
    third = await api.add_address(ada, door("third"))
    assert [entry.address.street for entry in await api.addresses(ada)] == ["second", "third", "first"]
    await asyncio.gather(
        *(api.change_address(ada, address_id=a, address=door(), preferred=True) for a in (second, third) * 3)
    )
    assert sum(entry.preferred for entry in await api.addresses(ada)) == 1


async def test_somebody_elses_address_is_not_there(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    home = await api.add_address(ada, door())
    for attempt in (
        freeze(house, bob, home),
        api.change_address(bob, address_id=home, address=door("stolen")),
        api.remove_address(bob, address_id=home),
    ):
        with pytest.raises(AddressNotFound):
            await attempt
    assert (await api.addresses(ada))[0].address.street != "stolen"


async def test_every_wrong_field_is_named_at_once(house):
    ada = await house.person()
    with pytest.raises(Invalid) as refused:
        await api.add_address(ada, door("", phone="x", country="??"))
    assert {error.field for error in refused.value.errors} == {"street", "phone", "country"}


async def test_a_book_is_limited(house):
    ada = await house.person()
    for n in range(100):
        await api.add_address(ada, door(f"street {n}"))
    with pytest.raises(TooManyAddresses):
        await api.add_address(ada, door("one more"))
    assert len(await api.addresses(ada)) == 100


async def test_a_mistyped_address_that_no_order_used_is_not_kept(house):
    ada = await house.person()
    home = await api.add_address(ada, door("mistyped"))
    await api.change_address(ada, address_id=home, address=door("ordered"))
    version = await freeze(house, ada, home)
    await api.change_address(ada, address_id=home, address=door("current"))
    async with house.db.transaction() as tx:
        await tx.raw.execute(
            """UPDATE "user".address_version SET created_at = created_at - interval '2 days'"""
        )
    forget = next(job for job in USER.jobs if job.name == "user.forget_unneeded")
    await forget.run(house.platform, b"")
    kept = {row["street"] for row in await house.rows('SELECT street FROM "user".address_version')}
    assert kept == {"ordered", "current"}
    assert await frozen(house, ada, version)
    await house.later(timedelta())
    assert await house.verify() == []
