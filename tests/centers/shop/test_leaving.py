"""People who want to be forgotten: what keeps them, and what they leave behind at shops."""

from uuid import uuid4

import pytest

from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import InvitationNotFound, ShopNotFound, SlugTaken
from hansa.centers.shop.types import EntityKind, LegalEntity, ShopRole, ShopStatus
from hansa.centers.user.extensions import ERASE, MAY_ERASE, PERSONAL_DATA, Erasure
from hansa.kernel.context import Actor, ActorKind, Traffic
from hansa.kernel.problem import NotFound


@pytest.fixture
async def market(markets):
    return await markets()


def live(market, *grants):
    return market.acting(Actor(ActorKind.PERSON, uuid4(), frozenset(grants)), traffic=Traffic.LIVE)


async def open_one(ctx, slug="celadon"):
    return await shop.open_shop(ctx, slug=slug, name={"en": slug}, owner=ctx.actor.party)


def holding(ctx, opened):
    permissions = ("shop.shop.close", "shop.staff.change", "shop.staff.see", "shop.shop.see")
    grants = frozenset(f"{one}@shop:{opened.id}" for one in permissions)
    return ctx.with_(actor=Actor(ActorKind.PERSON, ctx.actor.party, grants))


async def objections(market, *parties):
    async with market.db.transaction() as tx:
        return await MAY_ERASE.of_batch(tx, [Erasure(market.ctx, tuple(one)) for one in parties])


async def forget(market, *parties):
    async with market.db.transaction() as tx:
        (answer,) = await ERASE.of_batch(tx, [Erasure(market.ctx, parties)])
    return answer


async def test_whoever_has_a_shop_closes_it_or_hands_it_over_before_being_forgotten(market):
    ada, bob, guest = live(market), live(market), uuid4()
    opened = await open_one(ada)
    await open_one(ada, "jade")

    kept, free = await objections(market, (ada.actor.party, guest), (bob.actor.party,))
    assert (kept.code, kept.extras) == ("shop.shops_open", {"shops": 2})
    assert free is None

    owner = holding(ada, opened)
    invited = await shop.invite(owner, shop_id=opened.id, party=bob.actor.party, roles=[ShopRole.OWNER])
    await shop.accept(bob, secret=invited.secret)
    kept, taken = await objections(market, (ada.actor.party,), (bob.actor.party,))
    assert (kept.extras, taken.extras) == ({"shops": 1}, {"shops": 1})


async def test_a_shop_to_try_things_in_keeps_nobody(market):
    opened, seller = await market.seller()
    assert await objections(market, (seller.actor.party,)) == [None]

    await forget(market, seller.actor.party)

    (after,) = (await shop.shops(market.ctx, [opened.id])).values()
    assert (after.status, after.sells) == (ShopStatus.CLOSING, False)
    (step, *_) = (await shop.status_history(seller, shop_id=opened.id)).items
    assert (step.cause, step.actor.partition(":")[0]) == ("owner_forgotten", "system")


async def test_posts_and_invitations_end_with_the_person(market):
    ada, bob, cleo = live(market), live(market), live(market)
    opened = await open_one(ada)
    owner = holding(ada, opened)
    await shop.add_staff(owner, shop_id=opened.id, party=bob.actor.party, permissions=["shop.shop.see"])
    to_cleo = await shop.invite(
        owner, shop_id=opened.id, party=cleo.actor.party, permissions=["shop.shop.see"]
    )
    held = await PERSONAL_DATA.of(bob)(bob, bob.actor.party)
    assert [one.content["permissions"] for one in held if one.kind == "shop.post"] == [["shop.shop.see"]]

    assert await forget(market, bob.actor.party, uuid4()) == ["shop.staff"]
    assert await forget(market, cleo.actor.party) == []
    assert await forget(market, bob.actor.party) == []  # asked once more when late texts have arrived

    assert (await shop.list_staff(owner, shop_id=opened.id)).items == []
    (step, *_) = (await shop.staff_history(owner, shop_id=opened.id)).items
    assert (step.party, step.cause, step.roles) == (bob.actor.party, "forgotten", ())
    with pytest.raises(InvitationNotFound):
        await shop.accept(cleo, secret=to_cleo.secret)
    with pytest.raises(NotFound):
        await shop.remove_staff(owner, shop_id=opened.id, party=bob.actor.party)
    assert (await shop.shops(ada, [opened.id]))[opened.id].status is ShopStatus.ACTIVE


async def own_shop(market, slug, *, kind=None):
    """A shop that sold, of a person or a company, or of nobody who said so; its owner."""
    owner = market.acting(Actor(ActorKind.PERSON, uuid4(), frozenset()), traffic=Traffic.SANDBOX)
    opened = await shop.open_shop(
        owner, slug=slug, name={"en": "Ada's pears", "zh": "艾达的梨"}, owner=owner.actor.party
    )
    if kind is not None:
        entity = LegalEntity(
            kind=kind, name="Ada", country="DE", registration="HRB 1", tax_ids={}, address="1 Road"
        )
        await shop.state_seller(market.ctx, shop_id=opened.id, entity=entity)
    return opened, owner


async def seen(market, opened):
    return (await shop.shops(market.ctx, [opened.id]))[opened.id]


@pytest.mark.parametrize("kind", [None, EntityKind.SOLE_TRADER])
async def test_a_shop_that_was_somebodys_own_keeps_neither_their_name_nor_their_address(market, kind):
    opened, owner = await own_shop(market, "adas-pears", kind=kind)
    await shop.change_slug(market.ctx, shop_id=opened.id, slug="ada-sells-pears")

    await forget(market, owner.actor.party)
    after = await seen(market, opened)
    await forget(market, owner.actor.party)  # asked once more when late texts have arrived

    assert after.name == {"en": "A seller that has left", "zh": "已离开的卖家"}
    assert "ada" not in after.slug
    assert (await seen(market, opened)).version == after.version
    rows = await market.rows("SELECT slug FROM shop.slug WHERE shop_id = $1", opened.id)
    assert len(rows) == 3
    assert [row for row in rows if "ada" in row["slug"]] == []
    assert (await shop.shop_by_slug(market.ctx, slug=after.slug)).id == opened.id
    assert await market.verify() == []


async def test_nobody_steps_in_under_an_address_that_was_forgotten(market):
    opened, owner = await own_shop(market, "adas-pears")
    other, _ = await own_shop(market, "bobs-plums")
    await forget(market, owner.actor.party)

    with pytest.raises(SlugTaken):
        await own_shop(market, "adas-pears")
    with pytest.raises(SlugTaken):
        await shop.change_slug(market.ctx, shop_id=other.id, slug="adas-pears")
    with pytest.raises(ShopNotFound):
        await shop.shop_by_slug(market.ctx, slug="adas-pears")
    assert (await seen(market, opened)).slug.startswith("closed-")


async def test_a_companys_shop_keeps_its_name_and_its_address(market):
    opened, owner = await own_shop(market, "pears-ltd", kind=EntityKind.COMPANY)

    await forget(market, owner.actor.party)

    after = await seen(market, opened)
    assert (after.slug, after.name["en"]) == ("pears-ltd", "Ada's pears")


async def test_a_shop_that_was_handed_over_keeps_its_name(market):
    ada, bob = live(market), live(market)
    opened = await open_one(ada, "adas-pears")
    owner = holding(ada, opened)
    invited = await shop.invite(owner, shop_id=opened.id, party=bob.actor.party, roles=[ShopRole.OWNER])
    await shop.accept(bob, secret=invited.secret)

    await forget(market, ada.actor.party)

    assert (await shop.shops(ada, [opened.id]))[opened.id].slug == "adas-pears"
