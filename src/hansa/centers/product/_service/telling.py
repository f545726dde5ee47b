"""Whom a shop has told what was decided about its goods."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind, Topic
from hansa.centers.product._service.products import EDIT_PRODUCT
from hansa.centers.product._store import catalogue, changes
from hansa.centers.product.events import ChangeEnded
from hansa.centers.product.types import PRODUCT_ID, ChangeId, ChangeState, ProductId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.texts import pick

_TEMPLATES = MappingProxyType(
    {ChangeState.CONFIRMED: "product.change_confirmed", ChangeState.DECLINED: "product.change_declined"}
)


def topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Answer `message.topics`: what sellers are told of their goods."""
    return (
        Topic(
            name="goods",
            titles={"en": "Your goods and their stock", "zh": "商品与库存"},
            templates=("product.*", "inventory.*"),
        ),
    )


async def tell_of_changes(tx: Transaction, ended: Sequence[Envelope[ChangeEnded]]) -> None:
    """Tell those who may edit a shop's goods that a change was let through or declined; why stands at the desk."""
    decided = await changes.decided_by_others(tx, {ChangeId(one.event.change_id) for one in ended})
    news = [
        one for one in ended if one.event.change_id in decided and ChangeState(one.event.state) in _TEMPLATES
    ]
    people = await shop.holders_at(tx, {ShopId(one.event.shop_id) for one in news}, permission=EDIT_PRODUCT)
    contacts = await user.contacts(tx, sorted({party for found in people.values() for party in found}))
    goods = await catalogue.read_products(tx, [ProductId(one.event.product_id) for one in news])
    told: list[tuple[Ctx, Notification]] = []
    for one in news:
        ctx = tx.context(one.business, one.traffic, trace=one.trace)
        found = goods.get(ProductId(one.event.product_id))
        if found is None:
            continue
        for party in people[ShopId(one.event.shop_id)]:
            contact = contacts.get(party)
            title = pick(found.titles, contact.locale if contact else ctx.locale)
            notification = Notification(
                party=party,
                template=_TEMPLATES[ChangeState(one.event.state)],
                params={"goods": title},
                about=Reference(ReferenceKind.PRODUCT, PRODUCT_ID.show(ProductId(one.event.product_id))),
            )
            told.append((ctx, notification))
    await message.notify_all(tx, told)
