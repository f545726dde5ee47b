"""Suspending, reinstating and closing shops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hansa.centers.shop._rules.saying import reason_errors
from hansa.centers.shop._rules.states import NEVER_SOLD
from hansa.centers.shop._service import steps
from hansa.centers.shop._service.shops import locked, require_shop
from hansa.centers.shop._store import closing as store
from hansa.centers.shop._store import shops
from hansa.centers.shop.errors import ShopNotFound, StatusUnchangeable
from hansa.centers.shop.extensions import MAY_CLOSE, ShopClosure
from hansa.centers.shop.terms import ClosingShop
from hansa.centers.shop.types import Closing, Objection, Reason, Shop, ShopId, ShopStatus, shop_object
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid, NotFound, Problem

CLOSE = "shop.shop.close"
SUSPEND = "shop.shop.suspend"
MAY_CLOSE_NOW = "shop.close"
"""The deadline at which those who may object to a closing are asked."""

SETTLED_AFTER = timedelta(minutes=1)
"""Until then an order may still be being placed, by a server that had not heard of the closing: servers know shops as
they were a second ago, and a batch of orders lasts seconds."""

_SUSPENDABLE = frozenset({ShopStatus.ACTIVE, ShopStatus.SUSPENDED})


async def set_status(
    ctx: Ctx, *, shop_id: ShopId, status: ShopStatus, reasons: Sequence[Reason] = ()
) -> Shop:
    """Suspend or reinstate a shop: the operator's decision, so no permission in the shop suffices.

    A suspended shop makes no new sales; what was sold before is shipped, received and settled as ever.
    Raises `ShopNotFound`, `StatusUnchangeable`, `Invalid`.
    """
    ctx.require(SUSPEND)
    async with ctx.transaction() as tx:
        shop = (await shops.lock_shops(tx, [shop_id])).get(shop_id)
        if shop is None or (shop.business, shop.traffic) != (ctx.business, ctx.traffic):
            raise ShopNotFound
        if errors := reason_errors(reasons, known={}, required=False):
            raise Invalid(*errors)
        if status not in _SUSPENDABLE or shop.status not in _SUSPENDABLE:
            raise StatusUnchangeable(current=shop.status, wanted=status)
        if shop.status is status:
            return shop
        cause = "suspended" if status is ShopStatus.SUSPENDED else "reinstated"
        return await steps.take(tx, ctx, shop, status, cause=cause, reasons=reasons)


async def shops_of_status(
    ctx: Ctx, *, status: ShopStatus, cursor: str | None = None, limit: int = 50
) -> Page[Shop]:
    """List the shops of a status, newest first, for who may stop them. Wants `shop.shop.suspend`."""
    checked_limit(limit)
    ctx.require(SUSPEND)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.platform.db.reading() as tx:
        rows = await shops.list_shops(
            tx, business=ctx.business, traffic=ctx.traffic, status=status, after=after, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda shop: (shop.id,))


async def close_shop(ctx: Ctx, *, shop_id: ShopId, reasons: Sequence[Reason] = ()) -> Shop:
    """Stop selling now, and close for good once nobody objects any more (open orders, payouts to come).

    Nobody is asked within the first minute: what is being placed just now comes first. A shop that never sold
    closes at once. Needs `shop.shop.close` in it. Raises `StatusUnchangeable`
    (under review, or closing already), `Invalid`, `ShopNotFound`, `ShopOver`.
    """
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=CLOSE)
        if errors := reason_errors(reasons, known={}, required=False):
            raise Invalid(*errors)
        if shop.status in NEVER_SOLD:
            return await steps.take(tx, ctx, shop, ShopStatus.CLOSED, cause="closed", reasons=reasons)
        shop = await steps.take(tx, ctx, shop, ShopStatus.CLOSING, cause="closing_began", reasons=reasons)
        await ask_when_settled(tx, ctx, [shop_id])
    return shop


async def keep_open(ctx: Ctx, *, shop_id: ShopId) -> Shop:
    """Call a closing off: the shop stands where it stood before. Needs `shop.shop.close` in it.

    Raises `StatusUnchangeable` when it is not closing, `ShopNotFound`, `ShopOver`.
    """
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=CLOSE)
        (last,) = await shops.status_changes(tx, shop_id, before=None, limit=1)
        if shop.status is not ShopStatus.CLOSING or last.previous is None:
            raise StatusUnchangeable(current=shop.status, wanted=ShopStatus.ACTIVE)
        shop = await steps.take(tx, ctx, shop, last.previous, cause="closing_called_off")
        await store.drop_closing(tx, shop_id)
        await deadlines.cancel(tx, [(MAY_CLOSE_NOW, shop_id)])
    return shop


async def closing_of(ctx: Ctx, *, shop_id: ShopId) -> Closing:
    """Return who objected to a shop's closing when they were last asked. Needs `shop.shop.see` in it.

    Raises `ShopNotFound`, and `NotFound` when nobody was asked.
    """
    ctx.require("shop.shop.see", of=shop_object(shop_id))
    await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        found = await store.read_closing(tx, shop_id)
    if found is None:
        raise NotFound
    return found


async def ask_when_settled(tx: Transaction, ctx: Ctx, shop_ids: Sequence[ShopId]) -> None:
    """Have closings that begin now looked at once nothing is being placed any more."""
    for shop_id in shop_ids:
        await _ask_in(tx, ctx, shop_id, SETTLED_AFTER)


async def ask_soon(tx: Transaction, ctx: Ctx, shop_ids: Sequence[ShopId]) -> None:
    """Have closings looked at again at once: whoever objected has just finished something.

    Shops that are not closing are no matter.
    """
    for shop_id in shop_ids:
        await _ask_in(tx, ctx, shop_id, timedelta())


async def close_where_nobody_objects(tx: Transaction, due: Sequence[Deadline]) -> None:
    """Ask who may object to closings: close what nobody holds, and ask about the rest again later."""
    found = await shops.lock_shops(tx, [ShopId(one.subject) for one in due])
    waiting = [
        ShopClosure(tx.context(shop.business, shop.traffic), shop)
        for shop in found.values()
        if shop.status is ShopStatus.CLOSING
    ]
    if not waiting:
        return
    objections = [_objections(answer) for answer in await MAY_CLOSE.of_batch(tx, waiting)]
    asked = list(zip(waiting, objections, strict=True))
    free = [(one.ctx, one.shop) for one, raised in asked if not raised]
    if free:
        await steps.take_all(tx, free, ShopStatus.CLOSED, cause="closing_done")
    await store.put_closings(
        tx,
        [Closing(shop_id=one.shop.id, asked_at=one.ctx.now(), objections=raised) for one, raised in asked],
    )
    for one, raised in asked:
        if raised:
            await _ask_in(tx, one.ctx, one.shop.id, one.ctx.term(ClosingShop).ask_again)


async def _ask_in(tx: Transaction, ctx: Ctx, shop_id: ShopId, pause: timedelta) -> None:
    due_at = ctx.now() + pause
    await deadlines.schedule(
        tx,
        [
            Deadline(
                kind=MAY_CLOSE_NOW,
                subject=shop_id,
                business=ctx.business,
                traffic=ctx.traffic,
                due_at=due_at,
            )
        ],
    )


def _objections(answer: Sequence[Objection] | Problem) -> tuple[Objection, ...]:
    """Who cannot answer objects: better a late closing than one over an open order."""
    if isinstance(answer, Problem):
        return (Objection(answer.code, answer.title),)
    return tuple(answer)
