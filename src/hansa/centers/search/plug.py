"""What `search` adds to the house."""

from __future__ import annotations

from pathlib import Path

from hansa.centers.inventory.events import (
    BackInStock,
    HoldExpired,
    LimitsSet,
    SoldOut,
    StockAdjusted,
    StockArrived,
    StockRecalled,
    StockReceived,
    StockSent,
    StockTransferred,
)
from hansa.centers.product.events import (
    CategoryRenamed,
    OfferChanged,
    ProductArchived,
    ProductCreated,
    ProductEdited,
    ProductPublished,
)
from hansa.centers.review.events import RatingChanged
from hansa.centers.search import _handlers as handlers
from hansa.centers.search._checks import CHECKS
from hansa.centers.search._service.indexing import REFRESH_BRANCH, refresh_branch
from hansa.centers.search._store.ending import forget_businesses
from hansa.centers.search._tables import metadata
from hansa.centers.search.events import EVENTS
from hansa.centers.search.extensions import POINTS
from hansa.centers.trade.events import OrderMoved
from hansa.kernel.center import Center, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.plan import BUSINESS_REMOVED


def _routes() -> Routes:
    from hansa.centers.search._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


SEARCH = Center(
    name="search",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=POINTS,
    answers=(BUSINESS_REMOVED.by(forget_businesses, name="search_forgets_businesses"),),
    events=EVENTS,
    handlers=(
        Handler(
            "search.follow_products",
            (ProductCreated, ProductEdited, ProductPublished, ProductArchived, OfferChanged),
            handle=handlers.follow_products,
        ),
        Handler("search.follow_categories", (CategoryRenamed,), handle=handlers.follow_categories),
        Handler(
            "search.follow_stock",
            (
                StockReceived,
                StockAdjusted,
                StockTransferred,
                StockSent,
                StockArrived,
                StockRecalled,
                LimitsSet,
                SoldOut,
                BackInStock,
                HoldExpired,
            ),
            handle=handlers.follow_stock,
        ),
        Handler("search.follow_sales", (OrderMoved,), handle=handlers.follow_sales),
        Handler("search.follow_ratings", (RatingChanged,), handle=handlers.follow_ratings),
    ),
    jobs=(Job(REFRESH_BRANCH, refresh_branch),),
    routes=_routes,
    checks=CHECKS,
)
