"""Roles, invitations, removal and handing over; and who wins when two do it at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from centers.market import CENTERS, shop_grants
from hansa.centers.message.extensions import DESK
from hansa.centers.shop import api as shop
from hansa.centers.shop._rules.staff import STAFF_MAX, Post, carried, role_permissions
from hansa.centers.shop.errors import (
    InvitationNotFound,
    InvitationsFull,
    OwnerStays,
    PermissionUnknown,
    RoleUnknown,
    ShopNotFound,
    StaffFull,
)
from hansa.centers.shop.terms import StaffRoles
from hansa.centers.shop.types import InvitationState, ShopRole
from hansa.kernel.context import Actor, ActorKind, Traffic
from hansa.kernel.problem import Forbidden, NotFound, Unauthenticated

ROLES = [role for role in ShopRole if role is not ShopRole.OWNER]


async def at_work(ctx, party):
    """The context in which a party acts with what it holds now."""
    grants = frozenset(await shop_grants(ctx, party))
    return replace(ctx, actor=Actor(ActorKind.PERSON, party, grants))


async def hired(owner, shop_id, *roles):
    """Somebody who acts for a shop."""
    party = uuid4()
    await shop.add_staff(owner, shop_id=shop_id, party=party, roles=roles)
    return await at_work(owner, party)


@pytest.fixture
async def opened(market):
    return await market.seller()


def test_roles_carry_only_what_can_be_held_for_a_shop(market):
    grantable = shop.grantable_permissions(market.platform)
    everything = {one for center in CENTERS for one in center.permissions}

    assert grantable < everything
    assert {"shop.shop.suspend", "shop.shop.review", "shop.commission.change", "product.category.edit"} <= (
        everything - grantable
    )
    for role in ROLES:
        assert role_permissions(role, StaffRoles(), grantable=grantable) < grantable
    manager = role_permissions(ShopRole.MANAGER, StaffRoles(), grantable=grantable)
    assert not manager & {"shop.shop.close", "shop.shop.transfer"}


def test_every_center_marks_permissions_it_has():
    for center in CENTERS:
        assert set(center.platform_permissions) <= set(center.permissions), center.name


def test_a_pattern_names_one_permission_or_a_family():
    terms = StaffRoles(catalogue=("product.offer.", "shop.shop.see", "inventory.stock"))
    grantable = {"product.offer.price", "product.product.edit", "shop.shop.see", "inventory.stock.see"}

    assert role_permissions(ShopRole.CATALOGUE, terms, grantable=grantable) == {
        "product.offer.price",
        "shop.shop.see",
    }


def test_a_permission_that_means_nothing_any_more_is_not_held():
    post = Post(uuid4(), uuid4(), "any", Traffic.LIVE, ["catalogue"], ["gone.for.good", "shop.shop.see"])

    assert carried(post, StaffRoles(catalogue=()), grantable={"shop.shop.see"}) == {"shop.shop.see"}


@pytest.mark.parametrize("permission", ["shop.shop.suspend", "product.category.edit", "user.role.grant"])
async def test_what_is_the_platforms_is_given_to_nobody(market, opened, permission):
    made, owner = opened

    for giver in (owner, market.ctx):
        with pytest.raises(PermissionUnknown):
            await shop.add_staff(giver, shop_id=made.id, party=uuid4(), permissions=[permission])
    assert not owner.may(permission, of=made.object)


async def test_a_role_is_its_permissions_and_single_ones_come_on_top(market, opened):
    made, owner = opened
    party = uuid4()

    member = await shop.add_staff(
        owner, shop_id=made.id, party=party, roles=[ShopRole.CATALOGUE], permissions=["inventory.stock.see"]
    )
    clerk = await at_work(owner, party)

    assert member.roles == (ShopRole.CATALOGUE,)
    assert clerk.may("product.offer.price", of=made.object)
    assert clerk.may("inventory.stock.see", of=made.object)
    assert not clerk.may("inventory.stock.adjust", of=made.object)


async def test_a_business_says_what_its_roles_carry(markets):
    market = await markets(terms=[StaffRoles(support=("product.offer.price",))])
    made, owner = await market.seller()

    clerk = await hired(owner, made.id, ShopRole.SUPPORT)

    assert clerk.actor.grants == {f"product.offer.price@{made.object}"}


async def test_nobody_gives_a_role_that_carries_more_than_they_hold(opened):
    made, owner = opened
    manager = await hired(owner, made.id, ShopRole.MANAGER)
    cataloguer = await hired(owner, made.id, ShopRole.CATALOGUE)

    await shop.add_staff(manager, shop_id=made.id, party=uuid4(), roles=[ShopRole.MANAGER])
    with pytest.raises(Forbidden):
        await shop.add_staff(cataloguer, shop_id=made.id, party=uuid4(), roles=[ShopRole.CATALOGUE])
    await shop.add_staff(
        owner,
        shop_id=made.id,
        party=cataloguer.party(),
        permissions=["shop.staff.change"],
        roles=[ShopRole.CATALOGUE],
    )
    cataloguer = await at_work(owner, cataloguer.party())
    await shop.add_staff(cataloguer, shop_id=made.id, party=uuid4(), roles=[ShopRole.CATALOGUE])
    for beyond in (ShopRole.MANAGER, ShopRole.FULFILMENT, ShopRole.OWNER):
        with pytest.raises(RoleUnknown):
            await shop.add_staff(cataloguer, shop_id=made.id, party=uuid4(), roles=[beyond])


async def test_the_database_knows_the_roles_too(market, opened):
    made, _ = opened
    for roles in (["owner"], ["king"]):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(
                "INSERT INTO shop.staff VALUES ($1, gen_random_uuid(), $2, '{}', now())", made.id, roles
            )
    with pytest.raises(asyncpg.CheckViolationError):
        await market.rows("INSERT INTO shop.staff VALUES ($1, gen_random_uuid(), '{}', '{}', now())", made.id)


async def test_an_invitation_is_accepted_once_by_whoever_has_its_secret(market, opened):
    made, owner = opened
    issued = await shop.invite(owner, shop_id=made.id, roles=[ShopRole.FULFILMENT])
    friend, late = market.person(), market.person()

    assert (await shop.accept(friend, secret=issued.secret)).id == made.id

    assert (await at_work(owner, friend.party())).may("inventory.stock.receive", of=made.object)
    for again in (friend, late):
        with pytest.raises(InvitationNotFound):
            await shop.accept(again, secret=issued.secret)
    [kept] = (await shop.list_invitations(owner, shop_id=made.id)).items
    assert (kept.state, kept.accepted_by) == (InvitationState.ACCEPTED, friend.party())
    [stored] = await market.rows("SELECT secret_hash FROM shop.invitation")
    assert issued.secret.encode() not in stored["secret_hash"]


async def test_of_many_who_accept_at_once_one_does(market, opened):
    made, owner = opened
    issued = await shop.invite(owner, shop_id=made.id, roles=[ShopRole.SUPPORT])

    outcomes = await asyncio.gather(
        *(shop.accept(market.person(), secret=issued.secret) for _ in range(5)), return_exceptions=True
    )

    assert [isinstance(one, InvitationNotFound) for one in outcomes].count(False) == 1
    assert len((await shop.list_staff(owner, shop_id=made.id)).items) == 1


async def test_an_invitation_for_somebody_is_for_nobody_else(market, opened):
    made, owner = opened
    friend = market.person()
    issued = await shop.invite(owner, shop_id=made.id, party=friend.party(), roles=[ShopRole.SUPPORT])
    guest = market.acting(Actor(ActorKind.GUEST, uuid4()))

    for somebody, refusal in (
        (market.person(), InvitationNotFound),
        (guest, Unauthenticated),
        (market.acting(Actor(ActorKind.APP, friend.party())), Forbidden),
    ):
        with pytest.raises(refusal):
            await shop.accept(somebody, secret=issued.secret)
    with pytest.raises(InvitationNotFound):
        await shop.accept(friend, secret="hsi_something_else\udfff")
    with pytest.raises(ShopNotFound):
        await shop.accept(market.platform.context("fair", actor=friend.actor), secret=issued.secret)
    await shop.accept(friend, secret=issued.secret)


async def test_an_invitation_ends_by_time_by_refusal_and_by_being_taken_back(market, opened):
    made, owner = opened
    friend = market.person()
    declined, withdrawn, forgotten = [
        await shop.invite(owner, shop_id=made.id, roles=[ShopRole.SUPPORT]) for _ in range(3)
    ]

    await shop.decline(friend, secret=declined.secret)
    await shop.withdraw_invitation(owner, shop_id=made.id, invitation_id=withdrawn.invitation.id)
    async with market.db.transaction() as tx:
        await market.clocks.move(
            tx, business="bazaar", traffic=market.ctx.traffic, offset=timedelta(days=7, seconds=1)
        )

    for over in (declined, withdrawn, forgotten):
        with pytest.raises(InvitationNotFound):
            await shop.accept(friend, secret=over.secret)
    other, stranger = await market.seller("other")
    for reach in (made.id, other.id):
        with pytest.raises((Forbidden, InvitationNotFound)):
            await shop.withdraw_invitation(stranger, shop_id=reach, invitation_id=forgotten.invitation.id)


async def test_whoever_is_removed_has_invited_nobody(market, opened):
    made, owner = opened
    manager = await hired(owner, made.id, ShopRole.MANAGER)
    issued = await shop.invite(manager, shop_id=made.id, roles=[ShopRole.MANAGER])

    await shop.remove_staff(owner, shop_id=made.id, party=manager.party())

    with pytest.raises(InvitationNotFound):
        await shop.accept(market.person(), secret=issued.secret)


async def test_whoever_may_less_than_before_has_offered_too_much(market, opened):
    made, owner = opened
    manager = await hired(owner, made.id, ShopRole.MANAGER)
    issued = await shop.invite(manager, shop_id=made.id, roles=[ShopRole.MANAGER])

    await shop.add_staff(owner, shop_id=made.id, party=manager.party(), roles=[ShopRole.SUPPORT])

    with pytest.raises(InvitationNotFound):
        await shop.accept(market.person(), secret=issued.secret)


async def test_a_shop_has_only_so_many_invitations_and_staff(market, opened):
    made, owner = opened
    for _ in range(50):
        issued = await shop.invite(owner, shop_id=made.id, permissions=["shop.shop.see"])
    with pytest.raises(InvitationsFull):
        await shop.invite(owner, shop_id=made.id, permissions=["shop.shop.see"])
    await market.rows(
        """INSERT INTO shop.staff SELECT $1, gen_random_uuid(), '{support}', '{}', now()
             FROM generate_series(1, $2::int)""",
        made.id,
        STAFF_MAX,
    )

    with pytest.raises(StaffFull):
        await shop.accept(market.person(), secret=issued.secret)


async def test_anybody_may_leave_but_the_owner(opened):
    made, owner = opened
    clerk = await hired(owner, made.id, ShopRole.SUPPORT)

    await shop.remove_staff(clerk, shop_id=made.id, party=clerk.party())
    with pytest.raises(OwnerStays):
        await shop.remove_staff(owner, shop_id=made.id, party=owner.party())
    with pytest.raises(Forbidden):
        await shop.remove_staff(clerk, shop_id=made.id, party=clerk.party())

    steps = (await shop.staff_history(owner, shop_id=made.id)).items
    assert [(step.cause, step.actor) for step in steps] == [
        ("left", clerk.actor.label),
        ("put", owner.actor.label),
    ]


async def test_of_two_administrators_who_remove_each_other_one_does(market, opened):
    made, owner = opened
    for _ in range(8):
        ada, bob = [await hired(owner, made.id, ShopRole.MANAGER) for _ in range(2)]

        outcomes = await asyncio.gather(
            shop.remove_staff(ada, shop_id=made.id, party=bob.party()),
            shop.remove_staff(bob, shop_id=made.id, party=ada.party()),
            return_exceptions=True,
        )

        assert sorted(type(one).__name__ for one in outcomes) == ["Forbidden", "NoneType"]
        left = [one.party for one in (await shop.list_staff(owner, shop_id=made.id)).items]
        assert len(left) == 1
        await shop.remove_staff(owner, shop_id=made.id, party=left[0])


async def test_who_was_removed_gives_nothing_with_what_it_held(opened):
    """A context may be older than the removal."""
    made, owner = opened
    manager = await hired(owner, made.id, ShopRole.MANAGER)
    await shop.remove_staff(owner, shop_id=made.id, party=manager.party())

    for late in (
        shop.add_staff(manager, shop_id=made.id, party=uuid4(), roles=[ShopRole.SUPPORT]),
        shop.invite(manager, shop_id=made.id, roles=[ShopRole.SUPPORT]),
        shop.remove_staff(manager, shop_id=made.id, party=uuid4()),
    ):
        with pytest.raises(Forbidden):
            await late


async def test_a_shop_is_handed_over_when_the_other_accepts(market, opened):
    made, owner = opened
    heir = await hired(owner, made.id, ShopRole.SUPPORT)
    issued = await shop.invite(owner, shop_id=made.id, party=heir.party(), roles=[ShopRole.OWNER])

    after = await shop.accept(heir, secret=issued.secret)

    assert after.owner == heir.party()
    assert (await shop.require_shop(market.ctx, made.id)).owner == heir.party()
    now, former = await at_work(owner, heir.party()), await at_work(owner, owner.party())
    assert now.may("shop.shop.close", of=made.object)
    assert not former.may("shop.shop.close", of=made.object)
    [kept] = (await shop.list_staff(now, shop_id=made.id)).items
    assert (kept.party, kept.roles) == (owner.party(), (ShopRole.MANAGER,))
    assert await shop.own_shops(now) == [after]
    assert len(await market.told("shop.owner_changed")) == 1
    assert await market.verify() == []


async def test_only_the_owner_hands_a_shop_over(market, opened):
    made, owner = opened
    heir = uuid4()
    manager = await hired(owner, made.id, ShopRole.MANAGER)

    with pytest.raises(Forbidden):
        await shop.invite(manager, shop_id=made.id, party=heir, roles=[ShopRole.OWNER])
    for wrong in (
        {"roles": [ShopRole.OWNER]},
        {"roles": [ShopRole.OWNER, ShopRole.SUPPORT], "party": heir},
        {"roles": [ShopRole.OWNER], "permissions": ["shop.shop.see"], "party": heir},
    ):
        with pytest.raises(RoleUnknown):
            await shop.invite(owner, shop_id=made.id, **wrong)
    with pytest.raises(OwnerStays):
        await shop.invite(owner, shop_id=made.id, party=owner.party(), roles=[ShopRole.OWNER])
    operator = market.person("shop.shop.transfer")
    issued = await shop.invite(operator, shop_id=made.id, party=heir, roles=[ShopRole.OWNER])
    assert (await shop.accept(market.person(party=heir), secret=issued.secret)).owner == heir


async def test_a_shop_offered_to_two_goes_to_one(market, opened):
    made, owner = opened
    heirs = [market.person() for _ in range(2)]
    offers = [
        await shop.invite(owner, shop_id=made.id, party=heir.party(), roles=[ShopRole.OWNER])
        for heir in heirs
    ]

    outcomes = await asyncio.gather(
        *(shop.accept(heir, secret=offer.secret) for heir, offer in zip(heirs, offers, strict=True)),
        return_exceptions=True,
    )

    assert [isinstance(one, InvitationNotFound) for one in outcomes].count(True) == 1
    winner = next(one for one in outcomes if not isinstance(one, Exception))
    assert (await shop.require_shop(market.ctx, made.id)).owner == winner.owner


async def test_seller_a_does_not_reach_the_staff_of_seller_b(market, opened):
    made, owner = opened
    _, other = await market.seller("other")
    clerk = await hired(owner, made.id, ShopRole.SUPPORT)

    for reach in (
        shop.add_staff(other, shop_id=made.id, party=uuid4(), roles=[ShopRole.SUPPORT]),
        shop.remove_staff(other, shop_id=made.id, party=clerk.party()),
        shop.list_staff(other, shop_id=made.id),
        shop.staff_history(other, shop_id=made.id),
        shop.invite(other, shop_id=made.id, roles=[ShopRole.SUPPORT]),
        shop.invite(other, shop_id=made.id, party=uuid4(), roles=[ShopRole.OWNER]),
        shop.list_invitations(other, shop_id=made.id),
    ):
        with pytest.raises(Forbidden):
            await reach
    with pytest.raises(NotFound):
        await shop.remove_staff(owner, shop_id=made.id, party=uuid4())


async def test_who_answers_buyers_is_the_owner_and_staff_that_may(market, opened):
    made, owner = opened
    supporter = await hired(owner, made.id, ShopRole.SUPPORT)
    await hired(owner, made.id, ShopRole.FINANCE)

    desk = await DESK.of(market.ctx)(market.ctx, made.id)

    assert desk == [owner.party(), supporter.party()]
