"""Shops, their owners and staff, and what each may do."""

from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from centers.market import shop_grants
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import (
    OwnerStays,
    PermissionUnknown,
    ShopNotAdmitted,
    ShopNotFound,
    SlugTaken,
)
from hansa.centers.shop.extensions import ADMISSION
from hansa.centers.shop.types import ShopStatus
from hansa.kernel.context import Actor, ActorKind, Traffic
from hansa.kernel.extension import Veto
from hansa.kernel.problem import Forbidden, Invalid, NotFound, Unauthenticated

NAME = {"en": "Celadon House", "zh": "青瓷馆"}


async def test_anybody_may_open_a_shop_of_their_own(market):
    ada = market.person()

    opened = await shop.open_shop(ada, slug="celadon", name=NAME, owner=ada.party())

    assert await shop.shop_by_slug(market.ctx, slug="celadon") == opened
    assert await shop.shops(market.ctx, [opened.id, uuid4()]) == {opened.id: opened}
    assert (await shop.list_shops(market.ctx)).items == [opened]
    assert len(await market.told("shop.opened")) == 1


async def test_only_an_operator_opens_a_shop_for_somebody_else(market):
    ada = market.person()
    guest = market.acting(Actor(ActorKind.GUEST, uuid4()))

    with pytest.raises(Forbidden):
        await shop.open_shop(ada, slug="celadon", name=NAME, owner=uuid4())
    for nobody in (market.platform.context("bazaar"), guest):
        with pytest.raises(Unauthenticated):
            await shop.open_shop(nobody, slug="celadon", name=NAME, owner=guest.party())

    await shop.open_shop(market.person("shop.shop.open"), slug="celadon", name=NAME, owner=ada.party())


async def test_a_business_may_say_who_opens_shops(markets):
    async def invited_only(ctx, owner, slug):
        return Veto("invited_only", "By invitation")

    market = await markets(extends=[ADMISSION.by(invited_only)])
    ada = market.person()

    with pytest.raises(ShopNotAdmitted) as refusal:
        await shop.open_shop(ada, slug="celadon", name=NAME, owner=ada.party())
    assert refusal.value.extras == {"reason": "invited_only"}

    elsewhere = replace(ada, business="fair", plan=market.platform.context("fair").plan)
    await shop.open_shop(elsewhere, slug="celadon", name=NAME, owner=ada.party())


async def test_a_slug_names_one_shop_of_a_business_and_traffic_class(market):
    ada = market.person()
    await shop.open_shop(ada, slug="celadon", name=NAME, owner=ada.party())

    with pytest.raises(SlugTaken):
        await shop.open_shop(ada, slug="celadon", name=NAME, owner=ada.party())
    live = replace(ada, traffic=Traffic.LIVE)
    opened = await shop.open_shop(live, slug="celadon", name=NAME, owner=ada.party())

    assert (await shop.shop_by_slug(live, slug="celadon")).id == opened.id
    assert (await shop.shop_by_slug(ada, slug="celadon")).id != opened.id
    assert [one.id for one in (await shop.list_shops(live)).items] == [opened.id]


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a b", "a/b", "a" * 49, "é", "a\0"])
@pytest.mark.parametrize("name", [NAME, {}])
async def test_wrong_slugs_and_names_are_refused_by_field(market, slug, name):
    ada = market.person()

    with pytest.raises(Invalid) as refusal:
        await shop.open_shop(ada, slug=slug, name=name, owner=ada.party())

    assert [error.field for error in refusal.value.errors] == ["slug"] + ["name"] * (not name)


async def test_the_owner_may_do_everything_in_the_shop_and_nothing_elsewhere(market):
    opened, owner = await market.seller()
    _, other = await market.seller("other")

    assert owner.may("product.offer.price", of=opened.object)
    assert not owner.may("product.offer.price")
    assert not other.may("product.offer.price", of=opened.object)
    assert (await shop.rename_shop(owner, shop_id=opened.id, name={"en": "New"})).version == 2
    assert (await shop.shops(market.ctx, [opened.id]))[opened.id].name == {"en": "New"}
    with pytest.raises(Forbidden):
        await shop.rename_shop(other, shop_id=opened.id, name=NAME)


async def test_staff_may_do_what_the_owner_gave(market):
    opened, owner = await market.seller()
    clerk = market.person()

    await shop.add_staff(owner, shop_id=opened.id, party=clerk.party(), permissions=["product.offer.price"])

    assert await shop_grants(clerk, clerk.party()) == [f"product.offer.price@{opened.object}"]
    await shop.add_staff(owner, shop_id=opened.id, party=clerk.party(), permissions=["inventory.stock.see"])
    assert await shop_grants(clerk, clerk.party()) == [f"inventory.stock.see@{opened.object}"]
    await shop.remove_staff(owner, shop_id=opened.id, party=clerk.party())
    assert await shop_grants(clerk, clerk.party()) == []
    with pytest.raises(NotFound):
        await shop.remove_staff(owner, shop_id=opened.id, party=clerk.party())


async def test_nobody_gives_more_than_they_have(market):
    opened, owner = await market.seller()
    clerk = market.person(f"shop.staff.change@{opened.object}", f"product.offer.price@{opened.object}")
    friend = uuid4()

    await shop.add_staff(clerk, shop_id=opened.id, party=friend, permissions=["product.offer.price"])
    for beyond in (["product.offer.withdraw"], ["no.such.thing"], [], ["product.offer.price", "x\0"]):
        with pytest.raises(PermissionUnknown):
            await shop.add_staff(clerk, shop_id=opened.id, party=friend, permissions=beyond)
    with pytest.raises(OwnerStays):
        await shop.add_staff(
            clerk, shop_id=opened.id, party=owner.party(), permissions=["product.offer.price"]
        )
    with pytest.raises(OwnerStays):
        await shop.remove_staff(clerk, shop_id=opened.id, party=owner.party())


async def test_only_an_operator_suspends_and_reinstates(market):
    opened, owner = await market.seller()
    operator = market.person("shop.shop.suspend")

    with pytest.raises(Forbidden):
        await shop.set_status(owner, shop_id=opened.id, status=ShopStatus.SUSPENDED)
    for status in (ShopStatus.SUSPENDED, ShopStatus.SUSPENDED, ShopStatus.ACTIVE):
        assert (await shop.set_status(operator, shop_id=opened.id, status=status)).status is status
        assert (await shop.shops(market.ctx, [opened.id]))[opened.id].status is status

    assert len(await market.told("shop.suspended")) == len(await market.told("shop.reinstated")) == 1


async def test_a_suspended_shop_is_not_listed(market):
    opened, _ = await market.seller()
    await shop.set_status(market.ctx, shop_id=opened.id, status=ShopStatus.SUSPENDED)

    assert (await shop.list_shops(market.ctx)).items == []
    with pytest.raises(asyncpg.CheckViolationError):  # neither from nowhere nor from itself
        await market.rows("UPDATE shop.shop SET previous_status = 'suspended'")


async def test_who_may_stop_shops_lists_them_by_status(market):
    running, owner = await market.seller("running")
    stopped, _ = await market.seller("stopped")
    operator = market.person("shop.shop.suspend")
    await shop.set_status(operator, shop_id=stopped.id, status=ShopStatus.SUSPENDED)

    async def listed(status):
        return [one.id for one in (await shop.shops_of_status(operator, status=status)).items]

    assert await listed(ShopStatus.ACTIVE) == [running.id]
    assert await listed(ShopStatus.SUSPENDED) == [stopped.id]
    with pytest.raises(Forbidden):
        await shop.shops_of_status(owner, status=ShopStatus.ACTIVE)


async def test_lists_are_paged(market):
    ids = [(await market.seller(f"s{n}"))[0].id for n in range(5)]

    seen, cursor = [], None
    while True:
        page = await shop.list_shops(market.ctx, cursor=cursor, limit=2)
        seen += [one.id for one in page.items]
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == ids[::-1]


async def test_another_business_does_not_know_the_shop(market):
    opened, owner = await market.seller()
    fair = market.platform.context("fair", actor=owner.actor)

    with pytest.raises(ShopNotFound):
        await shop.require_shop(fair, opened.id)
    for slug in ("celadon", "a\0", "", "\ud800"):
        with pytest.raises(ShopNotFound):
            await shop.shop_by_slug(fair, slug=slug)
    with pytest.raises(ShopNotFound):
        await shop.set_status(
            market.platform.context("fair", actor=market.ctx.actor),
            shop_id=opened.id,
            status=ShopStatus.ACTIVE,
        )


async def test_verify_names_an_owner_who_became_staff(market):
    opened, owner = await market.seller()
    await market.rows(
        "INSERT INTO shop.staff (shop_id, party, permissions, added_at) VALUES ($1, $2, '{x}', now())",
        opened.id,
        owner.party(),
    )

    [sentence] = await market.verify()

    assert "owner" in sentence
