"""The routes of the pages, one module per family; each fills the view structs of `hansa.web.views`."""

from collections.abc import Sequence
from typing import Any

from litestar import Router

from hansa.web.routes import account, cart, checkout, gate, goods, orders, pay, portal, preferences, proof
from hansa.web.routes.guard import in_a_business

SHOP = Router(
    "/",
    guards=[in_a_business],
    route_handlers=[
        *goods.ROUTES,
        *cart.ROUTES,
        *checkout.ROUTES,
        *pay.ROUTES,
        *orders.ROUTES,
        *gate.ROUTES,
        *proof.ROUTES,
        *account.ROUTES,
    ],
)
"""What there is in a business and nowhere else."""

ROUTES: Sequence[Any] = (*portal.ROUTES, *preferences.ROUTES, SHOP)
