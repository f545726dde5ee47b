"""The routes of the pages, one module per family; each fills the view structs of `hansa.web.views`."""

from collections.abc import Sequence
from typing import Any

from litestar import Router

from hansa.web.routes import (
    abouts,
    account,
    authorizing,
    cancelling,
    cart,
    checkout,
    confirming,
    doors,
    drafts,
    gate,
    goods,
    inbox,
    nearby,
    operating,
    order_links,
    orders,
    pay,
    portal,
    preferences,
    privacy,
    problems,
    proof,
    reviewing,
    reviews,
    security,
    selling,
    talks,
    telling,
    tokens,
    unsubscribing,
)
from hansa.web.routes.guard import in_a_business

_IN_A_BUSINESS: Sequence[Any] = (
    *goods.ROUTES,
    *nearby.ROUTES,
    *cart.ROUTES,
    *checkout.ROUTES,
    *pay.ROUTES,
    *order_links.ROUTES,
    *orders.ROUTES,
    *cancelling.ROUTES,
    *gate.ROUTES,
    *proof.ROUTES,
    *account.ROUTES,
    *selling.ROUTES,
    *operating.ROUTES,
    *doors.ROUTES,
    *confirming.ROUTES,
    *authorizing.ROUTES,
    *security.ROUTES,
    *tokens.ROUTES,
    *privacy.ROUTES,
    *telling.ROUTES,
    *inbox.ROUTES,
    *abouts.ROUTES,
    *talks.ROUTES,
    *reviews.ROUTES,
    *reviewing.ROUTES,
    *drafts.ROUTES,
    *unsubscribing.ROUTES,
)

SHOP = Router("/", guards=[in_a_business], route_handlers=list(_IN_A_BUSINESS))
"""What there is in a business and nowhere else."""

HANDLERS: Sequence[Any] = (*portal.ROUTES, *preferences.ROUTES, *problems.ROUTES, *_IN_A_BUSINESS)
"""All of the pages, one by one."""

ROUTES: Sequence[Any] = (*portal.ROUTES, *preferences.ROUTES, *problems.ROUTES, SHOP)
