"""What search does when something happens: it never trusts what an event says, it looks again."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.events import StockEvent
from hansa.centers.product import api as product
from hansa.centers.product.events import CategoryRenamed, ProductEvent
from hansa.centers.product.types import SkuId
from hansa.centers.review.events import RatingChanged
from hansa.centers.review.types import SubjectKind
from hansa.centers.search._service.indexing import REFRESH_BRANCH, refresh, write
from hansa.centers.search._store import documents as store
from hansa.centers.search._store import generations
from hansa.centers.search.types import DocumentKey
from hansa.centers.trade import api as trade
from hansa.centers.trade.events import OrderMoved
from hansa.centers.trade.types import OrderId, OrderState
from hansa.kernel import jobs
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope

_UNPAID = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAYMENT_PENDING})
_NEVER_PAID = _UNPAID | {OrderState.CLOSED}


async def follow_products(tx: Transaction, told: Sequence[Envelope[ProductEvent]]) -> None:
    """Write the documents of changed products anew."""
    await refresh(tx, {one.event.product_id for one in told})


async def follow_categories(tx: Transaction, told: Sequence[Envelope[CategoryRenamed]]) -> None:
    """Have the products of a branch found by its new name: a job, for there may be very many."""
    for category_id in {one.event.category_id for one in told}:
        await jobs.enqueue(tx, REFRESH_BRANCH, category_id.bytes)


async def follow_sales(tx: Transaction, moves: Sequence[Envelope[OrderMoved]]) -> None:
    """Count what is paid for, and take back what is refunded."""
    signs = {OrderId(one.event.order_id): sign for one in moves if (sign := _sign(one.event))}
    if not signs:
        return
    keys = [(one.event.buyer, OrderId(one.event.order_id)) for one in moves if one.event.order_id in signs]
    pieces: dict[DocumentKey, int] = {}
    for order in await trade.orders_in(tx, keys=sorted(set(keys))):
        for line in order.lines:
            key = (order.business, order.traffic.value, line.product_id)
            pieces[key] = pieces.get(key, 0) + signs[order.id] * line.quantity
    slots = await generations.hold(tx)
    locked = await store.lock_products(tx, {product_id for _, _, product_id in pieces})
    await store.add_sales(tx, pieces)
    await write(tx, locked, slots=slots.all())


async def follow_stock(tx: Transaction, told: Sequence[Envelope[StockEvent]]) -> None:
    """Write anew what can be sold and could not before, or the other way round."""
    skus = {(SkuId(one.event.sku_id), one.traffic) for one in told}
    products = await product.products_of_skus(tx, sku_ids=sorted({sku_id for sku_id, _ in skus}))
    if not products:
        return
    slots = await generations.hold(tx)
    await store.lock_products(tx, products.values())
    in_stock = await inventory.available_in(tx, skus=skus)
    said = await store.in_stock(tx, slots.all(), products.values())
    news = {
        products[sku_id]
        for sku_id, traffic in skus
        if sku_id in products
        and said.get((traffic.value, products[sku_id]), set()) - {(sku_id, traffic) in in_stock}
    }
    if news:
        await write(tx, sorted(news), slots=slots.all())


async def follow_ratings(tx: Transaction, told: Sequence[Envelope[RatingChanged]]) -> None:
    """Note how products are rated; of several ratings the last one counts."""
    ratings: dict[DocumentKey, tuple[int, int]] = {
        (one.business, one.traffic.value, one.event.rated): (one.event.votes, one.event.item)
        for one in told
        if one.event.rated_kind == SubjectKind.PRODUCT
    }
    if not ratings:
        return
    slots = await generations.hold(tx)
    locked = await store.lock_products(tx, {product_id for _, _, product_id in ratings})
    await store.set_ratings(tx, ratings)
    await write(tx, locked, slots=slots.all())


def _sign(moved: OrderMoved) -> int:
    """Return 1 for an order that became a paid one, -1 for one that was paid and is refunded, else 0."""
    previous, state = OrderState(moved.previous), OrderState(moved.state)
    if previous in _UNPAID and state not in _NEVER_PAID:
        return 1
    return -1 if state is OrderState.REFUNDED else 0
