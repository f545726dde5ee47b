"""The way back to an order for whoever bought without an account: a signed link in its mails.

It opens reading and receipt of that order and nothing else. It works while the buyer is a guest: who has an account
logs in, and a guest that is forgotten is forgotten here too. It stands in the mail alone; nothing is stored.
"""

from __future__ import annotations

from uuid import UUID

from hansa.centers.message.types import Reference, ReferenceKind
from hansa.centers.trade import _store
from hansa.centers.trade._service.moving import receive
from hansa.centers.trade._service.reading import load_order
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import ORDER_ID, Moved, Order, OrderId
from hansa.centers.user import api as user
from hansa.kernel.context import Actor, ActorKind, Ctx
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.security import Signer, TokenInvalid

_PURPOSE = "trade.order_link"
_UUID_OCTETS = 16


async def way_back(ctx: Ctx, party_id: UUID, about: Reference) -> str | None:
    """Answer `message.way_back`: a guest's mail about an order leads to it."""
    if about.kind is not ReferenceKind.ORDER:
        return None
    order_id = ORDER_ID.read(about.id)
    async with ctx.platform.db.reading() as tx:
        rows = await _store.orders_by_key(tx, [(party_id, order_id)])
        if not rows or not await user.is_guest(tx, party_id):
            return None
    token = ctx.platform.service(Signer).sign(order_id.bytes + party_id.bytes, purpose=_PURPOSE)
    return f"{ctx.platform.settings.url()}/{ctx.business}/order-links/{token}"


async def linked_order(ctx: Ctx, *, link: str) -> Order:
    """Return the order that a mailed link leads to, whoever opens it.

    Raises `OrderNotFound`: also when its buyer has an account by now, or was forgotten.
    """
    _, order = await _open(ctx, link)
    return order


async def receive_linked(ctx: Ctx, *, link: str, key: IdempotencyKey | None = None) -> Moved:
    """Confirm that all of a linked order is there, as `receive` does for its buyer.

    Raises as `linked_order` and `receive` do.
    """
    acting, order = await _open(ctx, link)
    return await receive(acting, order_id=order.id, key=key)


async def _open(ctx: Ctx, link: str) -> tuple[Ctx, Order]:
    """Return the context in which the guest acts, for this order alone."""
    try:
        payload = ctx.platform.service(Signer).verify(link, purpose=_PURPOSE, now=ctx.now())
    except TokenInvalid:
        raise OrderNotFound from None
    order_id = OrderId(UUID(bytes=payload[:_UUID_OCTETS]))
    buyer = UUID(bytes=payload[_UUID_OCTETS:])
    async with ctx.platform.db.reading() as tx:
        if not await user.is_guest(tx, buyer):
            raise OrderNotFound
    acting = ctx.with_(actor=Actor(ActorKind.GUEST, buyer))
    return acting, await load_order(acting, order_id)
