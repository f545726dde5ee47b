from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product._rules.prices import offer_at
from hansa.centers.product._service.offers import OfferSnapshot, offer_changed
from hansa.centers.product._store import catalogue
from hansa.centers.product._store import offers as store
from hansa.centers.shop.events import (
    ShopClosing,
    ShopEvent,
    ShopOpened,
    ShopReinstated,
    ShopSuspended,
)
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope, Handler


async def follow_shop_status(tx: Transaction, envelopes: Sequence[Envelope[ShopEvent]]) -> None:
    """Take the offers of shops that make no new sales off sale, and put them back when they do again."""
    last = {
        ShopId(one.event.shop_id): isinstance(one.event, ShopSuspended | ShopClosing) for one in envelopes
    }
    trace = envelopes[-1].trace
    products = {
        suspended: await store.products_offered_by(
            tx, [shop for shop, now in last.items() if now is suspended], suspended=not suspended
        )
        for suspended in (True, False)
    }
    touched = sorted({product_id for ids in products.values() for product_id in ids})
    if not touched:
        return
    await catalogue.lock_products(tx, touched)
    changed = await store.settle(tx, touched)
    changed += [
        offer_id
        for suspended, ids in products.items()
        for offer_id in await store.suspend(
            tx,
            shop_ids=[shop for shop, now in last.items() if now is suspended],
            product_ids=ids,
            suspended=suspended,
        )
    ]
    read = (await store.read_offers(tx, changed)).values()
    contexts = {at: tx.context(*at, trace=trace) for at in {(one.business, one.traffic) for one in read}}
    stand = {one.id: offer_at(one, contexts[one.business, one.traffic].now()) for one in read}
    await store.set_current(tx, {offer_id: offer.base.minor for offer_id, offer in stand.items()})
    await store.refresh_listing(tx, touched)
    await catalogue.touch_products(tx, touched)
    for offer in stand.values():
        tx.emit(contexts[offer.business, offer.traffic], offer_changed(offer))
    snapshot = tx.platform.service(OfferSnapshot)
    tx.after_commit(lambda: snapshot.forget(changed))


HANDLERS = (
    Handler(
        "product.follow_shop_status",
        (ShopOpened, ShopSuspended, ShopReinstated, ShopClosing),
        handle=follow_shop_status,
    ),
)
