"""The seller's desk: one module per family of pages, all of them below `/{business}/sell`."""

from collections.abc import Sequence
from typing import Any

from hansa.web.routes.selling import good, goods, orders, shop_page, shops, today

ROUTES: Sequence[Any] = (
    *shops.ROUTES,
    *today.ROUTES,
    *shop_page.ROUTES,
    *orders.ROUTES,
    *goods.ROUTES,
    *good.ROUTES,
)
