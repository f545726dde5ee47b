"""A seller lowers what an unpaid order costs: the payment is made anew, the sums hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from hansa.centers.payment.errors import AlreadyCaptured
from hansa.centers.payment.types import PAYMENT_ID, NewPayment, OrderShare
from hansa.centers.place.types import Destination
from hansa.centers.shop.types import shop_object
from hansa.centers.trade import _store, extensions
from hansa.centers.trade._rules.repricing import AsQuoted, Repricing, lower, offs, quoted_again
from hansa.centers.trade._rules.rows import Row
from hansa.centers.trade._service.moves import stuck
from hansa.centers.trade._service.moving import submit
from hansa.centers.trade._service.paysteps import repricing
from hansa.centers.trade._service.reading import assemble, load_order
from hansa.centers.trade._service.redirecting import whereabouts
from hansa.centers.trade._service.step import Step
from hansa.centers.trade.errors import PriceNotLowered
from hansa.centers.trade.types import Order, OrderId, OrderState
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.money import Money

PERMISSION = "trade.order.price"


async def lower_price(
    ctx: Ctx,
    *,
    order_id: OrderId,
    off_minor: int = 0,
    line_offs: Mapping[int, int] | None = None,
    freight: int | None = None,
    key: IdempotencyKey | None = None,
) -> Order:
    """Lower what an unpaid order costs: so much off all its lines, off single lines, or its freight.

    The shop bears it, in one more stored allocation per line; the tax is asked for anew. The checkout's
    payment is closed and another one made over the new amount: money that a buyer sends for the old one at
    the same moment goes back (`PaymentReplaced`). Needs `trade.order.price` of the shop. Raises
    `OrderNotFound`, `Forbidden`, `LineNotFound`, `PriceNotLowered`, `AlreadyClosed`, `IllegalMove` when it is
    paid.
    """
    wanted = Wanted(off_minor, line_offs or {}, freight)
    beside: list[Order] = []
    checkouts: list[Row] = []
    quoted: dict[int, AsQuoted] = {}
    goes_to: list[Destination | None] = []

    async def read() -> Order:
        order = await load_order(ctx, order_id, permission=PERMISSION)
        ctx.require(PERMISSION, of=shop_object(order.shop_id))
        async with ctx.transaction() as tx:
            checkout = await _store.checkout(tx, (order.buyer, order.checkout_id))
            assert checkout is not None  # noqa: S101 - an order's checkout was written with it
            others = [(order.buyer, one) for one in checkout["orders"] if one != order.id]
            quoted.update(await _store.lines_as_quoted(tx, (order.buyer, order.id)))
            goes_to[:] = [await whereabouts(tx, ctx, order)]
            beside[:] = await assemble(tx, await _store.orders_by_key(tx, others))
        checkouts[:] = [checkout]
        return order

    def step(order: Order) -> Step:
        if order.state is not OrderState.AWAITING_PAYMENT:
            raise stuck(order.state, None)
        lowered = _lowered(
            ctx,
            order,
            quoted,
            beside=beside,
            checkout=checkouts[0],
            wanted=wanted,
            destination=goes_to[0],
        )
        return repricing(ctx, order, key, lowered=lowered, beside=beside)

    try:
        await submit(ctx, read, step, key=key)
    except AlreadyCaptured:
        raise stuck((await read()).state, None) from None
    return await load_order(ctx, order_id, permission=PERMISSION)


class Wanted(msgspec.Struct, frozen=True):
    """What a seller asks for, in minor units: off the whole, off lines by number, and another freight."""

    off_minor: int
    line_offs: Mapping[int, int]
    freight: int | None


def _lowered(
    ctx: Ctx,
    order: Order,
    quoted: Mapping[int, AsQuoted],
    *,
    beside: Sequence[Order],
    checkout: Row,
    wanted: Wanted,
    destination: Destination | None,
) -> Repricing:
    off = offs(order, off_minor=wanted.off_minor, line_offs=wanted.line_offs)
    taxed = extensions.TAX.of(ctx)(ctx, quoted_again(order, quoted, off), destination)
    freight = order.freight if wanted.freight is None else wanted.freight
    lines = lower(order, off=off, taxes={line.line_no: line.tax for line in taxed}, freight=freight)
    payable = sum(line.total for line in lines)
    shares = {order.id: payable} | {one.id: one.payable for one in beside}
    total = sum(shares.values())
    if not 0 <= freight <= order.freight or payable >= order.payable or total < 1:
        raise PriceNotLowered(payable=order.payable, freight=order.freight)
    shops = {one.id: one.shop_id for one in (order, *beside)}
    payment = NewPayment(
        ctx=ctx.in_books_of(order.entity),
        id=PAYMENT_ID.new(),
        checkout_id=order.checkout_id,
        payer=order.buyer,
        amount=Money(total, order.currency),
        shares=tuple(OrderShare(one, shops[OrderId(one)], minor) for one, minor in shares.items() if minor),
        expires_at=checkout["pay_by"],
    )
    return Repricing(
        order=order,
        lines=lines,
        freight=freight,
        checkout=(order.buyer, order.checkout_id),
        checkout_payable=total,
        orders=tuple(checkout["orders"]),
        payment=payment,
        pay_by=checkout["pay_by"],
    )
