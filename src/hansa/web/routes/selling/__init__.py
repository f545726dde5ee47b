"""The seller's desk: one module per family of pages, all of them below `/{business}/sell`."""

from collections.abc import Sequence
from typing import Any

from hansa.web.routes.selling import (
    agreed,
    agreeing,
    apps,
    beside,
    counting,
    funds,
    good,
    goods,
    hooks,
    imports,
    judging,
    messages,
    orders,
    places,
    prices,
    reviews,
    shop_page,
    shops,
    staff,
    stock,
    today,
    transferring,
)

ROUTES: Sequence[Any] = (
    *shops.ROUTES,
    *today.ROUTES,
    *shop_page.ROUTES,
    *orders.ROUTES,
    *judging.ROUTES,
    *agreed.ROUTES,
    *agreeing.ROUTES,
    *goods.ROUTES,
    *good.ROUTES,
    *beside.ROUTES,
    *imports.ROUTES,
    *prices.ROUTES,
    *stock.ROUTES,
    *counting.ROUTES,
    *transferring.ROUTES,
    *funds.ROUTES,
    *places.ROUTES,
    *messages.ROUTES,
    *reviews.ROUTES,
    *staff.ROUTES,
    *hooks.ROUTES,
    *apps.ROUTES,
)
