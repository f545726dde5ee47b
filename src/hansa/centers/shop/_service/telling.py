"""Whom the platform tells what became of a shop, and who was invited to act for one."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from uuid import UUID

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind, Topic
from hansa.centers.shop._service.holding import holders_at
from hansa.centers.shop._store import shops as store
from hansa.centers.shop.events import ShopStatusChanged, StaffInvited
from hansa.centers.shop.types import SHOP_ID, Shop, ShopId, ShopRole, ShopStatus
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope

SEE = "shop.shop.see"
_TOLD = MappingProxyType(
    {
        (ShopStatus.READY_FOR_REVIEW, ShopStatus.APPROVED): "shop.approved",
        (ShopStatus.READY_FOR_REVIEW, ShopStatus.REJECTED): "shop.rejected",
        (ShopStatus.ACTIVE, ShopStatus.SUSPENDED): "shop.suspended",
        (ShopStatus.SUSPENDED, ShopStatus.ACTIVE): "shop.reinstated",
        (ShopStatus.CLOSING, ShopStatus.CLOSED): "shop.closed",
    }
)
"""The steps that somebody else took, or that nobody did: of their own the people of a shop know."""


def topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Answer `message.topics`: what the people of a shop are told of it, and who is invited."""
    return (Topic(name="shops", titles={"en": "Your shop", "zh": "我的店铺"}, templates=("shop.*",)),)


async def tell_of_steps(tx: Transaction, steps: Sequence[Envelope[ShopStatusChanged]]) -> None:
    """Tell the owner, and staff that may see the application, what was decided about their shop."""
    told = [(one, name) for one in steps if (name := _template(one.event))]
    ids = {ShopId(one.event.shop_id) for one, _ in told}
    known = await store.read_shops(tx, sorted(ids))
    people = await holders_at(tx, ids, permission=SEE)
    await message.notify_all(
        tx,
        [
            (_context(tx, one), _about(known[shop_id], party, name))
            for one, name in told
            if (shop_id := ShopId(one.event.shop_id)) in known
            for party in people[shop_id]
        ],
    )


async def tell_invited(tx: Transaction, invitations: Sequence[Envelope[StaffInvited]]) -> None:
    """Tell whoever is invited by name. The secret is not told: whoever invites hands it over."""
    known = await store.read_shops(tx, sorted({ShopId(one.event.shop_id) for one in invitations}))
    told = []
    for one in invitations:
        found, party = known.get(ShopId(one.event.shop_id)), one.event.party
        if found is not None and party is not None:
            name = "shop.offered" if ShopRole.OWNER in one.event.roles else "shop.invited"
            told.append((_context(tx, one), _about(found, party, name)))
    await message.notify_all(tx, told)


def _template(step: ShopStatusChanged) -> str:
    return _TOLD.get((ShopStatus(step.previous), ShopStatus(step.status)), "") if step.previous else ""


def _about(one: Shop, party: UUID, template: str) -> Notification:
    return Notification(
        party=party,
        template=template,
        params={"shop": one.slug},
        about=Reference(ReferenceKind.SHOP, SHOP_ID.show(one.id)),
    )


def _context(tx: Transaction, one: Envelope[ShopStatusChanged] | Envelope[StaffInvited]) -> Ctx:
    return tx.context(one.business, one.traffic, trace=one.trace)
